"""Who is asking: session cookies, form tokens, logging in and out.

The browser holds a random token; the store holds its keyed hash. A form carries a second hash of the token,
so that no other site can send it.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.office import Office
from desk.password import is_right
from inspection.access import Role, Viewer
from inspection.store import account as accounts
from inspection.store.engine import reading, writing

LOGIN_COOKIE = "desk-login"
FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 5, 20


@dataclass(frozen=True)
class Signed:
    """A person logged in. `form_token` goes into every form of theirs."""

    viewer: Viewer
    session_digest: str
    form_token: str
    is_initial: bool


def session_cookie(office: Office) -> str:
    """Return the name of the session cookie; over HTTPS it is bound to this host."""
    return "__Host-desk" if office.is_https else "desk"


def signed_in(office: Office, request: Request, *, at: datetime) -> Signed | None:
    """Return who is asking, or None when nobody is logged in or the session is over."""
    token = request.cookies.get(session_cookie(office), "")
    if not token:
        return None
    session_digest = office.keyed("session", token)
    with reading(office.database_url) as session:
        found = accounts.session_of(session, session_digest, at=at, idle=office.idle, longest=office.longest)
    if found is None:
        return None
    account, is_due = found
    if is_due:
        with writing(office.database_url) as session:
            accounts.touch(session, session_digest, at=at)
    viewer = Viewer(account.account_id, Role(account.role), account.scope)
    return Signed(viewer, session_digest, office.keyed("form", token), account.is_initial)


def is_own_form(expected: str, given: object) -> bool:
    """Say whether a form carries the token it was given."""
    return isinstance(given, str) and hmac.compare_digest(expected.encode(), given.encode())


def fresh_token() -> str:
    """Return a token nobody can guess."""
    return secrets.token_urlsafe(32)


def check_password(
    office: Office, *, account_id: str, password: str, address: str, at: datetime
) -> int | None:
    """Return None for the right password, else the seconds to wait before the next attempt (0: none).

    Attempts count against the account and against the address, over restarts; ids are kept as keyed hashes,
    since people type passwords into the wrong field.
    """
    place, person = office.keyed("address", address), office.keyed("account", account_id)
    with writing(office.database_url) as session:
        wait = accounts.begin_attempt(session, place, free_count=FREE_FOR_ADDRESS, at=at)
        wait = wait or accounts.begin_attempt(session, person, free_count=FREE_FOR_ACCOUNT, at=at)
        account = accounts.find(session, account_id)
    if wait:
        return wait
    if not is_right(password, account.password_hash if account else None):
        return 0
    with writing(office.database_url) as session:
        accounts.forgive(session, place, wholly=False)
        accounts.forgive(session, person, wholly=True)
    return None


def open_session(office: Office, response: Response, *, account_id: str, at: datetime) -> None:
    """Log a person in under a fresh token."""
    token = fresh_token()
    with writing(office.database_url) as session:
        accounts.open_session(session, office.keyed("session", token), account_id=account_id, at=at)
    _set_cookie(office, response, session_cookie(office), token)


def close_session(office: Office, signed: Signed) -> Response:
    """Log a person out, here and in the store."""
    with writing(office.database_url) as session:
        accounts.close_session(session, signed.session_digest)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(
        session_cookie(office), path="/", secure=office.is_https, httponly=True, samesite="strict"
    )
    return response


def set_login_cookie(office: Office, response: Response, token: str) -> None:
    """Give a visitor the token that the login form must carry."""
    _set_cookie(office, response, LOGIN_COOKIE, token)


def _set_cookie(office: Office, response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=office.is_https, httponly=True, samesite="strict")
