"""A list of artifacts comes in the order of their keys, unless another order was asked for."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from control.page_order import InFixedOrder, ordered


@pytest.mark.parametrize(
    ("asked", "passed_on"),
    [
        (b"", {"sort": "KEY_ASC"}),
        (b'{"limit": 20}', {"limit": 20, "sort": "KEY_ASC"}),
        (b'{"sort": "ID_DESC"}', {"sort": "ID_DESC"}),
    ],
)
def test_a_list_without_an_order_gets_one(asked: bytes, passed_on: dict[str, Any]) -> None:
    assert json.loads(ordered(asked)) == passed_on


@pytest.mark.parametrize("odd", [b"[1]", b"{", b"\xff"])
def test_what_is_no_request_is_passed_on_as_it_came(odd: bytes) -> None:
    assert ordered(odd) == odd


@pytest.mark.parametrize(
    ("path", "got"), [("/api/artifacts/filter", "KEY_ASC"), ("/api/flow_runs/filter", None)]
)
def test_only_lists_of_artifacts_are_put_in_order(path: str, got: str | None) -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        assert dict(scope["headers"])[b"content-length"] == str(len(body)).encode()
        seen.append(json.loads(body))

    async def receive() -> Message:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"content-length", b"2")]}
    asyncio.run(InFixedOrder(app)(scope, receive, send))
    assert [request.get("sort") for request in seen] == [got]
