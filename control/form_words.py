"""What is wrong in a form, said in Chinese: Prefect judges a form by its schema and explains it in English.

Here: the words of the explanation. What is right or wrong is the schema's; the answer keeps its shape.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inspection.dispatch.special_request import SpecialRequest
from inspection.draw.opening import OpenRequest
from inspection.request import CampaignRequest, DrawRequest, GatedRequest, NoticeRequest

JUDGED, STARTED = "/ui/schemas/validate", "/create_flow_run"
# The pages of Prefect judge by types only; lengths, patterns and bounds are judged when a run is started.
_REFUSED = re.compile(
    r"^Error creating flow run: Validation failed for field '(?P<field>[^']*)'\. Failure reason: (?P<words>.*)$",
    flags=re.DOTALL,
)
_FORMS = (CampaignRequest, GatedRequest, DrawRequest, NoticeRequest, OpenRequest, SpecialRequest)
# In the words of jsonschema, which quote the value first; what a field wants stands above it in the form.
_WORDS = (
    (r"is a required property$", "必填，请填写"),
    (r"^None is not of type", "必填，请填写"),
    (r"^(\[\]|\(\)) (should be non-empty|is too short)", "至少填写一项"),
    (r"^['\"]{2} (should be non-empty|is too short)", "必填，请填写"),
    (r"^[\[(].* is too short", "填写的项数不足，请按本栏说明补充"),
    (r"^[\[(].* is too long", "填写的项数过多，请按本栏说明删减"),
    (r" is too short$", "字数不足，请按本栏说明补充"),
    (r" is too long$", "字数过多，请按本栏说明删减"),
    (r" does not match ", "格式不符，请按本栏说明填写"),
    (r" is not one of ", "只能从列表中选择"),
    (r" is not a '(date|date-time)'$", "日期有误，请重新选择"),
    (r"^(?P<got>\S+) is less than the minimum of (?P<bound>\S+)$", "不得小于{bound}"),
    (r"^(?P<got>\S+) is greater than the maximum of (?P<bound>\S+)$", "不得大于{bound}"),
    (r" is not of type '(integer|number)'$", "请填写数字"),
    (r" is not of type ", "类型不符，请按本栏说明填写"),
    (r"^Additional properties are not allowed", "含有表单以外的栏目，请删除"),
)


def in_chinese(words: str) -> str:
    """Return what an explanation says, in Chinese and without the value; one that is unknown stays as it is."""
    for pattern, said in _WORDS:
        if found := re.search(pattern, words, flags=re.DOTALL):
            return said.format(**found.groupdict())
    return words


def translated(answer: Any) -> Any:
    """Return the errors of an answer with every explanation in Chinese; fields and places stay."""
    if isinstance(answer, str):
        return in_chinese(answer)
    if isinstance(answer, list):
        return [translated(item) for item in answer]
    if isinstance(answer, dict):
        return answer | {"errors": translated(answer.get("errors", []))}
    return answer


def refusal(detail: str) -> str:
    """Return why no run was started: the titles of the field, and what is wrong with it."""
    found = _REFUSED.match(detail)
    if found is None:
        return detail
    return f"未提交。“{titles(found['field'])}”一栏：{in_chinese(found['words'])}"


def titles(field: str) -> str:
    """Return a field as the forms head it: `request.cause.reason` is 启动依据—事由; unknown, it stays as it is."""
    names = re.findall(r"\w+", field)[1:]
    for form in _FORMS:
        if found := _titles(form.model_json_schema(), names):
            return "—".join(found)
    return field


def _titles(schema: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Return the title of each part of a place, or nothing where the form has no such place."""
    found, here = [], schema
    for name in names:
        if name.isdigit():
            found.append(f"第{int(name) + 1}项")
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(name, {})
            if not here:
                return []
            found.append(str(here.get("title", name)))
        reference = str(here.get("$ref", "")).rpartition("/")[2]
        here = schema.get("$defs", {}).get(reference, here)
    return found


class InChinese:
    """Puts Prefect's answers on a form into Chinese, and passes everything else on untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold back an answer on a form until it is whole."""
        if scope["type"] != "http" or not scope["path"].endswith((JUDGED, STARTED)):
            await self.app(scope, receive, send)
            return
        start: list[Message] = []
        parts: list[bytes] = []

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            content = _content(start[0], b"".join(parts))
            headers = [pair for pair in start[0]["headers"] if pair[0].lower() != b"content-length"]
            length = (b"content-length", str(len(content)).encode())
            await send({**start[0], "headers": [*headers, length]})
            await send({"type": "http.response.body", "body": content})

        await self.app(_plain(scope), receive, gather)


def _plain(scope: Scope) -> Scope:
    """Return the request without the wish for a compressed answer."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0].lower() != b"accept-encoding"]}


def _content(start: Message, content: bytes) -> bytes:
    """Return an answer in Chinese, if it says what is wrong in a form."""
    if start["status"] not in {200, 409}:
        return content
    answer = json.loads(content)
    if start["status"] == 200:
        answer = translated(answer) if "errors" in answer else answer
    else:
        answer["detail"] = refusal(str(answer.get("detail", "")))
    return json.dumps(answer, ensure_ascii=False).encode()
