"""Prefect's own server with one header more: its pages may speak to this server and to nobody else.

With analytics off, its pages still fetch the configuration of a tracking service from abroad.
"""

import argparse
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from control.form_words import InChinese
from control.page_order import InFixedOrder

# The pages carry scripts and styles inline and put others together in the browser.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob: {others}; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class OwnPagesOnly:
    """Adds the policy to every answer."""

    def __init__(self, app: ASGIApp, *, addresses: Sequence[str]) -> None:
        self.app = InFixedOrder(InChinese(app))
        self.policy = _POLICY.format(others=" ".join(addresses))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self.policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, complete)


def addresses(api_url: str) -> list[str]:
    """Return the origins, for requests and for event streams, of an API that has an address of its own."""
    parts = urlsplit(api_url)
    if not parts.netloc:
        return []
    stream = "wss" if parts.scheme == "https" else "ws"
    return [f"{parts.scheme}://{parts.netloc}", f"{stream}://{parts.netloc}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve Prefect until told to stop."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings

    parser = argparse.ArgumentParser(prog="python -m control.server", description="运行服务（Prefect）")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4200)
    chosen = parser.parse_args(arguments)
    settings = get_current_settings().server
    uvicorn.run(
        OwnPagesOnly(create_app(final=True), addresses=addresses(settings.ui.api_url or "")),
        host=chosen.host,
        port=chosen.port,
        timeout_keep_alive=settings.api.keepalive_timeout,
        ws_ping_interval=settings.api.websocket_ping_interval,
        ws_ping_timeout=settings.api.websocket_ping_timeout,
        log_level=settings.logging_level.lower(),
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
