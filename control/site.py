"""Serves the publication site: the files under one folder, read only, and a page that lists its campaigns.

Nothing outside the folder is reachable, by whatever name or link. Here: the web server. What stands in the
folder is made by `tasks.site`.
"""

import argparse
import hashlib
import json
import mimetypes
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

TEMPLATES = Path(__file__).resolve().parent.parent / "report_templates"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
# A page states its own, stricter policy; one of them admits its script by hash, so none is named here.
_PAGE_POLICY = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_LIST_POLICY = f"default-src 'none'; style-src 'self'; {_PAGE_POLICY}"
_TYPES = {".csv": "text/csv", ".py": "text/plain", ".txt": "text/plain", ".json": "application/json"}
_TEXT = ("text/", "application/json", "application/javascript")
_INDEX = "index.html"
_FACTS = "data/plan.json"


@dataclass(frozen=True)
class Published:
    """One campaign on the site, as its own data file tells of it."""

    campaign_id: str
    title: str
    term_title: str = ""
    mode_title: str = ""
    as_of: str = ""


def make_app(folder: Path) -> Starlette:
    """Return the web application that serves a folder."""

    def start_page(request: Request) -> Response:
        return _answer(request, _list(folder), "text/html", policy=_LIST_POLICY)

    def style(request: Request) -> Response:
        return _answer(request, (TEMPLATES / "site/site.css").read_bytes(), "text/css", policy="")

    def file(request: Request) -> Response:
        path = request.path_params["path"]
        if (folder / path).is_dir() and not path.endswith("/") and read_inside(folder, f"{path}/{_INDEX}"):
            return RedirectResponse(f"/{path}/", headers=_HEADERS)
        wanted = f"{path}{_INDEX}" if path.endswith("/") else path
        content = read_inside(folder, wanted)
        if content is None:
            return Response("没有找到这个页面。", 404, _HEADERS, "text/plain; charset=utf-8")
        return _answer(request, content, _type(wanted), policy=_PAGE_POLICY)

    routes = [Route("/", start_page), Route("/site.css", style), Route("/{path:path}", file)]
    return Starlette(routes=routes)


def read_inside(folder: Path, path: str) -> bytes | None:
    """Return a regular file below a folder; nothing for links, hidden names and whatever leads out.

    Each part of the path is opened below the one before without following links, so there is no moment
    between the check and the reading.
    """
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.startswith(".") or "\0" in part for part in parts):
        return None
    try:
        at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    for place, part in enumerate(parts):
        kind = os.O_NONBLOCK if place == len(parts) - 1 else os.O_DIRECTORY
        try:
            below = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | kind, dir_fd=at)
        except OSError:
            return None
        finally:
            os.close(at)
        at = below
    with os.fdopen(at, "rb") as opened:
        return opened.read() if stat.S_ISREG(os.fstat(at).st_mode) else None


def published(folder: Path) -> list[Published]:
    """Return the campaigns of a site, the newest term first."""
    if not folder.is_dir():
        return []
    names = sorted((entry.name for entry in folder.iterdir()), reverse=True)
    return [_published(folder, name) for name in names if read_inside(folder, f"{name}/{_INDEX}") is not None]


def _published(folder: Path, name: str) -> Published:
    facts = _facts(folder, name)
    return Published(
        campaign_id=name,
        title=str(facts.get("campaign", name)),
        term_title=str(facts.get("term", "")),
        mode_title=str(facts.get("mode", "")),
        as_of=_chinese(str(facts.get("as_of", ""))),
    )


def _facts(folder: Path, name: str) -> dict[str, Any]:
    try:
        facts = json.loads(read_inside(folder, f"{name}/{_FACTS}") or b"{}")
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _chinese(day: str) -> str:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return ""
    return f"{found.year}年{found.month}月{found.day}日"


def _list(folder: Path) -> bytes:
    campaigns = published(folder)
    newest = _facts(folder, campaigns[0].campaign_id) if campaigns else {}
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "campaigns"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("campaigns.html").render(
        campaigns=campaigns,
        bureau_name=newest.get("bureau", ""),
        office_name=newest.get("office", ""),
        is_synthetic=newest.get("is_synthetic", False),
    )
    return page.encode()


def _type(name: str) -> str:
    suffix = Path(name).suffix
    found = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith(_TEXT) else found


def _answer(request: Request, content: bytes, media_type: str, *, policy: str) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**_HEADERS, "ETag": tag}
    if media_type.startswith("text/html"):
        headers["Content-Security-Policy"] = policy
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a folder until told to stop."""
    import uvicorn

    parser = argparse.ArgumentParser(prog="python -m control.site", description="公示网站")
    parser.add_argument("folder", type=Path, help="the folder that is public")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8480)
    chosen = parser.parse_args(arguments)
    uvicorn.run(
        make_app(chosen.folder.resolve()),
        host=chosen.host,
        port=chosen.port,
        access_log=False,
        server_header=False,
        log_level="warning",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
