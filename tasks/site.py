"""Writes the publication site: pages, data files and checksums, through the guard, in one swap.

Here: templates filled with facts, files put in place. Not here: which facts are public
(`inspection.publish.publication`), what pages show (`inspection.publish.site`), what must never be public (`inspection.publish.guard`).
"""

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from inspection.canonical import canonical, digest, digest_bytes
from inspection.publish import guard, site
from inspection.publish.draw_page import DrawPage, draw_page
from inspection.publish.open_data import data_files
from inspection.publish.publication import (
    LEDGER_TITLES,
    NOTICE_TITLES,
    PHASE_TITLES,
    SiteFacts,
    person_tables,
    publishable,
)
from inspection.score.rubric import BAND_TITLES

TEMPLATES = Path(__file__).resolve().parent.parent / "report_templates" / "site"
MENU = (
    ("index.html", "首页"),
    ("plan.html", "检查计划"),
    ("draw.html", "抽取公示"),
    ("results.html", "检查结果"),
    ("bands.html", "等级分布"),
    ("notices.html", "文书公示"),
    ("ledger.html", "公开台账"),
    ("verify.html", "自行核验"),
)
_TONES = {
    "no-problem": "state-good",
    "corrected": "state-good",
    "pending": "state-open",
    "obstructed": "state-bad",
    "falsified": "state-bad",
    "unreachable": "state-open",
    "withdrawn": "state-gone",
}
SUMS = "data/SHA256SUMS"
# The pages that verify carry all they need, so that they still work when they are saved alone.
_CHECKS = (
    "sha256.js",
    "canonical.js",
    "record_format.js",
    "team_check.js",
    "ledger_check.js",
    "record_check.js",
)
CEREMONY = "ceremony.html"


@dataclass(frozen=True)
class SiteReceipt:
    """What was written: how many files, and the digest over their sorted paths and SHA-256 values."""

    file_count: int
    content_digest: str


def write_site(facts: SiteFacts, folder: Path) -> SiteReceipt:
    """Write the publication site into `folder`, whole or not at all.

    The site is built beside the folder and swapped in, so a reader meets the old site or the new one. Same
    facts, same bytes.

    Raises:
        ProtocolError: something in it must not be public; the site that was there stays.
    """
    files = render_site(facts)
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for path, content in files.items():
            target = building / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        building.chmod(0o755)
        _swap(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return SiteReceipt(len(files), site_digest(files))


def render_site(facts: SiteFacts) -> dict[str, bytes]:
    """Return every file of the site by its path; all have passed the guard.

    Raises:
        ProtocolError: something in them must not be public.
    """
    public = publishable(facts)
    documents = {f"notices/{d.file_name}": d for d in (n.document for n in public.notices) if d}
    if public.draw and public.draw.sheet:
        documents[public.draw.sheet.file_name] = public.draw.sheet
    files = _texts(public) | {path: document.content for path, document in documents.items()}
    files[SUMS] = _sums(files)
    guard.require_publishable(files, texts={path: document.text for path, document in documents.items()})
    return dict(sorted(files.items()))


def site_digest(files: Mapping[str, bytes]) -> str:
    """Return the content digest of a site: its sorted paths, each with the SHA-256 of the file."""
    return digest([[path, digest_bytes(files[path])] for path in sorted(files)])


def _texts(facts: SiteFacts) -> dict[str, bytes]:
    context = _context(facts)
    texts = data_files(facts)
    texts["data/README.txt"] = _render("data-readme.txt", context)
    texts["verify.py"] = facts.verifier_source
    texts |= {name: _source(name) for name in ("site.css", "site.js")}
    texts |= {page: _render(page, context) for page, _ in MENU}
    texts[CEREMONY] = _render(CEREMONY, context)
    return {path: text.encode() for path, text in texts.items()}


def _render(page: str, context: Mapping[str, Any]) -> str:
    return _environment().get_template(page).render(page=page, **context)


def _context(facts: SiteFacts) -> dict[str, Any]:
    return {
        "facts": facts,
        "menu": MENU,
        "draw_page": _draw_page(facts),
        "phase_title": PHASE_TITLES[facts.phase],
        "steps": site.steps(facts.state),
        "result_counts": site.result_counts(facts.results),
        "inspected_count": len({result.school_code for result in facts.results}),
        "tones": _TONES,
        "band_titles": tuple(BAND_TITLES.values()),
        "band_tables": site.band_tables(facts.band_counts),
        "person_tables": person_tables(facts),
        "notice_titles": NOTICE_TITLES,
        "ledger_titles": LEDGER_TITLES,
        "verifier_digest": digest_bytes(facts.verifier_source.encode()),
        **_verifier_page(facts),
        **_ceremony_page(facts),
    }


def _verifier_page(facts: SiteFacts) -> dict[str, Any]:
    """Return what the verifying page carries inline, each with the hash its security policy admits it by."""
    style = _source("site.css")
    script = _joined(*_CHECKS, "verify.js")
    record = canonical(facts.draw.record) if facts.draw and facts.draw.record is not None else ""
    return {
        "style": style,
        "style_source": _policy_source(style),
        "script": script,
        "script_source": _policy_source(script),
        "script_digest": digest_bytes(script.encode()),
        # Inside a script element only `<` could end the element early.
        "own_record": record.replace("<", "\\u003c"),
    }


def _ceremony_page(facts: SiteFacts) -> dict[str, str]:
    """Return what the projector's page carries inline besides the record; names of the schools it may show."""
    style, script = _source("ceremony.css"), _joined(*_CHECKS, "ceremony.js")
    names = {school.school_code: school.school_name for school in facts.schools}
    return {
        "ceremony_style": style,
        "ceremony_style_source": _policy_source(style),
        "ceremony_script": script,
        "ceremony_script_source": _policy_source(script),
        "school_names": canonical(names).replace("<", "\\u003c"),
    }


def _joined(*names: str) -> str:
    """Return script files as one."""
    parts = (_source(name).replace('"use strict";\n', "") for name in names)
    return '"use strict";\n' + "\n".join(parts)


def _policy_source(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _draw_page(facts: SiteFacts) -> DrawPage | None:
    draw = facts.draw
    return draw_page(draw.record, facts.schools) if draw and draw.record is not None else None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cn_date"] = _cn_date
    environment.filters["cn_time"] = _cn_time
    environment.filters["payload_digest"] = lambda payload: digest(dict(payload))
    return environment


def _cn_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _cn_time(instant: datetime) -> str:
    return f"{_cn_date(instant)} {instant:%H:%M}"


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{digest_bytes(files[path])}  {path}\n" for path in sorted(files)).encode()


def _swap(building: Path, folder: Path) -> None:
    """Put the new site where the old one is; the old one comes back if that fails."""
    if not folder.exists():
        building.rename(folder)
        return
    previous = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    folder.rename(previous)
    try:
        building.rename(folder)
    except OSError:
        previous.rename(folder)
        raise
    shutil.rmtree(previous)
