"""One request of one person: who, when, what they may see, and how the answer is rendered.

Here: the frame of every page and form, so that no handler can forget the session, the form token or the rule.
Not here: what the pages show.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk import words
from desk.office import OFFICE_TIME, Office
from desk.session import Signed, is_own_form, signed_in
from inspection.access import Kind, Owner, Verdict, Viewer, admit, reach
from inspection.unranked import require_unranked_names

TEMPLATES = Path(__file__).resolve().parent.parent / "report_templates" / "desk"
MENU = (
    ("/", "首页", None),
    ("/campaigns", "检查批次", Kind.CAMPAIGN),
    ("/cases", "", Kind.CASE),
    ("/submissions", "数据上报", Kind.SUBMISSION),
    ("/quality", "数据质量", Kind.QUALITY_REPORT),
    ("/analyses", "质量分析", Kind.QUALITY_ANALYSIS),
    ("/recusals", "回避核实", Kind.RECUSAL),
    ("/records", "抽取与台账", Kind.DRAW_RECORD),
    ("/access-log", "查阅记录", Kind.ACCESS_LOG),
)
STALE_FORM = "页面停留时间过长，或表单不是从本站打开的。请返回上一页刷新后重新提交。"


@dataclass(frozen=True)
class Call:
    """One request of one person who is logged in."""

    office: Office
    request: Request
    signed: Signed
    at: datetime

    @property
    def viewer(self) -> Viewer:
        """The person."""
        return self.signed.viewer

    @property
    def today(self) -> date:
        """The day it is in the office."""
        return self.at.astimezone(OFFICE_TIME).date()

    def part(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    def has_any(self, kind: Kind) -> bool:
        """Say whether the person may see anything of a kind."""
        return reach(self.viewer.role, kind) is not None

    def may(self, kind: Kind, owner: Owner | None) -> bool:
        """Say whether the person may see this thing."""
        return admit(self.viewer, kind, owner) is Verdict.ALLOWED

    def require(self, kind: Kind, owner: Owner | None) -> None:
        """Refuse what the person may not see.

        Raises:
            HTTPException: 403, or 404 for those who may know that there is no such thing.
        """
        refuse(self.viewer, kind, admit(self.viewer, kind, owner))

    def require_any(self, kind: Kind) -> None:
        """Refuse a list to people who may see nothing in it.

        Raises:
            HTTPException: 403.
        """
        if not self.has_any(kind):
            refuse(self.viewer, kind, Verdict.REFUSED)

    def render(self, template: str, facts: Mapping[str, Any], *, status_code: int = 200) -> Response:
        """Return a page that shows `facts`."""
        cases_title = words.cases_title(self.viewer.role)
        menu = [
            (path, title or cases_title) for path, title, kind in MENU if kind is None or self.has_any(kind)
        ]
        own = {
            "menu": menu,
            "cases_title": cases_title,
            "here": self.request.url.path,
            "signed": self.signed,
            "today": self.today,
        }
        return rendered(self.office, template, status_code=status_code, facts={**own, **facts})


Handler = Callable[[Call], Response]
Action = Callable[[Call, FormData], Response]


def refuse(viewer: Viewer, kind: Kind, verdict: Verdict) -> None:
    """Turn a verdict into an answer.

    Raises:
        HTTPException: 403 or 404, unless the verdict is ALLOWED.
    """
    if verdict is Verdict.ABSENT:
        raise HTTPException(404, words.absent(kind))
    if verdict is Verdict.REFUSED:
        raise HTTPException(403, words.refusal(viewer, kind))


def page(handler: Handler) -> Callable[[Request], Response]:
    """Make a page of a handler: only for people who are logged in."""

    @functools.wraps(handler)
    def endpoint(request: Request) -> Response:
        call = _call(request)
        return handler(call) if call else to_login(request)

    return endpoint


def action(handler: Action) -> Callable[[Request], Awaitable[Response]]:
    """Make the target of a form of a handler: logged in, and from a form of our own."""

    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        call = await run_in_threadpool(_call, request)
        if call is None:
            return to_login(request)
        async with request.form(max_files=1, max_fields=20) as form:
            if not is_own_form(call.signed.form_token, form.get("form_token")):
                raise HTTPException(403, STALE_FORM)
            return await run_in_threadpool(handler, call, form)

    return endpoint


def to_login(request: Request) -> Response:
    """Send a visitor to the login page, and back afterwards if they asked for a page."""
    path = request.url.path
    wanted = f"?next={quote(path)}" if request.method == "GET" and path != "/" else ""
    return RedirectResponse(f"/login{wanted}", status_code=303)


def rendered(
    office: Office, template: str, *, status_code: int = 200, facts: Mapping[str, Any]
) -> HTMLResponse:
    """Return a page; `facts` beside those of the office itself.

    Raises:
        ProtocolError: they rank somebody by examination result.
    """
    require_unranked_names(facts, place=template)
    bureau = office.profile.bureau
    own = {
        "bureau_name": bureau.name,
        "office_name": bureau.office,
        "contact": bureau.contact,
        "is_synthetic": office.profile.is_synthetic,
        "document_code": bureau.document_code,
        "measures": office.measures.by_code,
    }
    return HTMLResponse(environment().get_template(template).render({**own, **facts}), status_code)


@cache
def environment() -> Environment:
    """Return the desk's templates: everything escaped, nothing undefined."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"cn_date": words.cn_date, "cn_day": words.cn_day, "cn_time": words.cn_time}
    made.filters |= {"size": words.size, "quoted": quote}
    made.globals |= {"words": words}
    return made


def _call(request: Request) -> Call | None:
    office, at = request.app.state.office, request.app.state.now()
    signed = signed_in(office, request, at=at)
    if signed is None:
        return None
    request.state.call = Call(office, request, signed, at)
    return request.state.call  # type: ignore[no-any-return]
