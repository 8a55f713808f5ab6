"""Logging in, logging out, and choosing one's own password."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.page import Call, page, rendered
from desk.password import hashed, is_right
from desk.session import (
    LOGIN_COOKIE,
    check_password,
    close_session,
    fresh_token,
    is_own_form,
    open_session,
    set_login_cookie,
    signed_in,
)
from inspection.access import require_password
from inspection.errors import Fault, InspectionError, ProtocolError
from inspection.store import account as accounts
from inspection.store.engine import reading, writing

WRONG = "账号或密码不正确。"
_OWN_PAGE = re.compile(r"/[\w\-./%]*")


def login_page(request: Request) -> Response:
    """Ask who is there."""
    office, at = request.app.state.office, request.app.state.now()
    wanted = _own_page(request.query_params.get("next", ""))
    if signed_in(office, request, at=at):
        return RedirectResponse(wanted, status_code=303)
    return _form(request, wanted=wanted)


async def log_in(request: Request) -> Response:
    """Take an id and a password."""
    async with request.form(max_files=0, max_fields=10) as form:
        return await run_in_threadpool(_log_in, request, form)


def _log_in(request: Request, form: FormData) -> Response:
    office, at = request.app.state.office, request.app.state.now()
    token = request.cookies.get(LOGIN_COOKIE, "")
    wanted = _own_page(str(form.get("next", "")))
    if not token or not is_own_form(office.keyed("login", token), form.get("form_token")):
        return _form(request, wanted=wanted, problem="登录页面已过期，请重新输入。", status_code=403)
    account_id = str(form.get("account_id", "")).strip().lower()
    wait = check_password(
        office,
        account_id=account_id,
        password=str(form.get("password", "")),
        address=request.client.host if request.client else "",
        at=at,
    )
    if wait is not None:
        problem = WRONG if wait == 0 else f"密码输错次数过多，请{-(-wait // 60)}分钟后再试。"
        return _form(request, wanted=wanted, problem=problem, status_code=429 if wait else 401)
    response = RedirectResponse(wanted, status_code=303)
    open_session(office, response, account_id=account_id, at=at)
    return response


def log_out(call: Call, _form: FormData) -> Response:
    """End the session, here and in the store."""
    return close_session(call.office, call.signed)


@page
def account_page(call: Call) -> Response:
    """Show one's own account."""
    return _account(call)


def change_password(call: Call, form: FormData) -> Response:
    """Replace one's own password; every session ends, a new one begins."""
    fields = {name: str(form.get(name, "")) for name in ("old", "new", "again")}
    try:
        _require_change(call, **fields)
    except InspectionError as error:
        return _account(call, faults=error.faults, status_code=422)
    with writing(call.office.database_url) as session:
        accounts.set_password(session, call.viewer.account_id, hashed(fields["new"]), is_initial=False)
    response = RedirectResponse("/", status_code=303)
    open_session(call.office, response, account_id=call.viewer.account_id, at=call.at)
    return response


def _require_change(call: Call, *, old: str, new: str, again: str) -> None:
    with reading(call.office.database_url) as session:
        account = accounts.get(session, call.viewer.account_id)
    if not is_right(old, account.password_hash):
        raise ProtocolError("密码未修改", [_fault("原密码", "现在使用的密码", "不相符")])
    if new != again:
        raise ProtocolError("密码未修改", [_fault("新密码", "两次输入一致", "两次输入不同")])
    require_password(new, account_id=call.viewer.account_id)


def _account(call: Call, *, faults: tuple[Fault, ...] = (), status_code: int = 200) -> Response:
    return call.render("account.html", {"faults": faults}, status_code=status_code)


def _form(request: Request, *, wanted: str, problem: str = "", status_code: int = 200) -> Response:
    office = request.app.state.office
    token = request.cookies.get(LOGIN_COOKIE) or fresh_token()
    facts = {"form_token": office.keyed("login", token), "wanted": wanted, "problem": problem}
    response = rendered(office, "login.html", status_code=status_code, facts=facts)
    set_login_cookie(office, response, token)
    return response


def _own_page(path: str) -> str:
    """Return a path of this site, or the first page for anything else."""
    return path if _OWN_PAGE.fullmatch(path) and not path.startswith("//") else "/"


def _fault(column: str, wanted: str, got: str) -> Fault:
    return Fault(place="密码", column=column, code="ACC-004", wanted=wanted, got=got, remedy="请重新输入。")
