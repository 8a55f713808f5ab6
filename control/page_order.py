"""The order in which a run's page lists what the run shows: by key, as the tasks number them.

Prefect's pages ask for no order and get the newest record first, which differs from run to run.
"""

import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LISTED = "/artifacts/filter"
BY_KEY = "KEY_ASC"


class InFixedOrder:
    """Adds an order to a list of artifacts that was asked for without one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with an order."""
        is_asked = scope["type"] == "http" and scope["method"] == "POST" and scope["path"].endswith(LISTED)
        if not is_asked:
            await self.app(scope, receive, send)
            return
        body = ordered(await _body(receive))
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def whole() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app({**scope, "headers": headers}, whole, send)


def ordered(body: bytes) -> bytes:
    """Return the request's body with an order when it is an object that names none."""
    try:
        asked: Any = json.loads(body or b"{}")
    except ValueError:
        return body
    if not isinstance(asked, dict) or asked.get("sort"):
        return body
    return json.dumps({**asked, "sort": BY_KEY}).encode()


async def _body(receive: Receive) -> bytes:
    parts, is_more = [], True
    while is_more:
        message = await receive()
        parts.append(message.get("body", b""))
        is_more = message.get("more_body", False)
    return b"".join(parts)
