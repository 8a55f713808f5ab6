"""The desk as a web application: its addresses, its headers, its answers when something is wrong."""

import logging
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desk import (
    analyses,
    campaigns,
    cases,
    documents,
    evidence,
    extensions,
    history,
    home,
    login,
    records,
    recusals,
    submissions,
    uploads,
)
from desk.headers import HEADERS, BodyLimit, SafeHeaders
from desk.office import Office
from desk.page import TEMPLATES, action, page, rendered
from inspection.errors import Fault, InspectionError, SettingError

logger = logging.getLogger(__name__)

_TITLES = {
    400: "请求有误",
    403: "不能查阅",
    404: "没有找到",
    405: "请求有误",
    413: "文件过大",
    500: "系统出错",
    503: "暂时不能使用",
}


def make_app(office: Office, *, now: Callable[[], datetime]) -> Starlette:
    """Return the desk of an office; `now` gives the instant, with its zone.

    Raises:
        DocumentError: a source map or the ladder of measures is wrong.
    """
    assert office.source_maps
    assert office.measures
    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(SafeHeaders, is_https=office.is_https),
            Middleware(BodyLimit, upload_limit_bytes=office.upload_limit_bytes),
        ],
        exception_handlers={
            HTTPException: _refused,
            InspectionError: _unmended,
            Exception: _failed,
        },
    )
    app.state.office, app.state.now = office, now
    return app


def _routes() -> list[Route]:
    return [
        Route("/", home.home),
        Route("/login", login.login_page),
        Route("/login", login.log_in, methods=["POST"]),
        Route("/logout", action(login.log_out), methods=["POST"]),
        Route("/account", login.account_page),
        Route("/account", action(login.change_password), methods=["POST"]),
        Route("/campaigns", campaigns.campaign_list),
        Route("/campaigns/{campaign_id}", campaigns.campaign),
        Route("/campaigns/{campaign_id}/teams/{team_code}", campaigns.team),
        Route("/cases", cases.case_list),
        Route("/cases/{case_id}", cases.case),
        Route("/submissions", submissions.submission_list),
        Route("/submissions/{submission_id}", submissions.submission),
        Route("/uploads/{campaign_id}/{data_set}", uploads.upload_page),
        Route("/uploads/{campaign_id}/{data_set}", action(uploads.take_in), methods=["POST"]),
        Route("/uploads/{campaign_id}/{data_set}/extension", action(uploads.ask_extension), methods=["POST"]),
        Route("/extensions", extensions.extension_list),
        Route("/extensions/{extension_id}", action(extensions.decide), methods=["POST"]),
        Route("/quality", submissions.quality),
        Route("/quality/schools", history.school_list),
        Route("/quality/schools/{school_code}", history.school),
        Route("/analyses", analyses.analysis_list),
        Route("/recusals", recusals.recusal_list),
        Route("/recusals/{term_id}/{question_id}", action(recusals.answer), methods=["POST"]),
        Route("/recusals/{term_id}/{question_id}/correction", action(recusals.correct), methods=["POST"]),
        Route("/records", records.records),
        Route("/access-log", records.access_log),
        Route("/evidence/{campaign_id}", evidence.evidence_page),
        Route("/evidence/{campaign_id}", action(evidence.take_in), methods=["POST"]),
        Route("/documents/{document_id:path}", page(documents.document)),
        Route("/desk.css", _style),
        Route("/favicon.ico", _no_icon),
    ]


def _style(_request: Request) -> Response:
    content = (TEMPLATES / "desk.css").read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


def _no_icon(_request: Request) -> Response:
    return Response(status_code=204)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = error.detail if error.status_code in {403, 404, 413} else ""
    return _answer(request, error.status_code, words=words)


def _unmended(request: Request, error: Exception) -> Response:
    assert isinstance(error, InspectionError)
    status_code = 503 if isinstance(error, SettingError) else 409
    return _answer(request, status_code, words=error.summary, faults=error.faults)


def _failed(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
    answer = _answer(request, 500, words="请稍后再试；仍不行的，请把发生的时间告诉数据工程师。")
    answer.headers.update(HEADERS)  # this answer is given outside the middleware
    return answer


def _answer(request: Request, status_code: int, *, words: str, faults: tuple[Fault, ...] = ()) -> Response:
    facts = {
        "title": _TITLES.get(status_code, _TITLES[400]),
        "words_shown": words if any(sign >= "\u4e00" for sign in words) else "",
        "faults": faults,
    }
    call = getattr(request.state, "call", None)
    if call is not None and status_code < 500:
        return call.render("refused.html", facts, status_code=status_code)  # type: ignore[no-any-return]
    office = request.app.state.office
    return rendered(office, "refused_plain.html", status_code=status_code, facts=facts)
