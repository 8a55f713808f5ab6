"""Renders facts into PDF documents: one template folder each, our own fonts, the same bytes every time.

Here: the door WeasyPrint's requests pass, the failures a person can mend, the
previews. Not here: what a document says (`inspection.dispatch.notice`, `inspection.dispatch.dossier`), how templates
format it (`tasks.page_template`), its layout (`report_templates`), where finished files are kept.
"""

import ctypes
import logging
import os
import re
import sys
import threading
import warnings
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from jinja2 import TemplateError
from pydantic import TypeAdapter

from inspection.analyse.quality_analysis import QualityAnalysisFacts
from inspection.analyse.teaching_process import TeachingProcessFacts
from inspection.canonical import digest, digest_bytes
from inspection.check.quality_report import QualityReportFacts
from inspection.dispatch.dossier import DossierFacts
from inspection.dispatch.notice import CommendationFacts, HearingLetterFacts, WarningFacts
from inspection.dispatch.special_notice import SpecialNoticeFacts
from inspection.dispatch.visit_notice import VisitNoticeFacts
from inspection.draw.record_sheet import DrawRecordSheetFacts
from inspection.errors import DocumentError, Fault, InspectionError, SettingError
from inspection.score.score_sheet import ScoreSheetFacts
from inspection.unranked import require_unranked_facts
from tasks.page_template import IMAGE, page_environment

Facts = (
    WarningFacts
    | CommendationFacts
    | HearingLetterFacts
    | SpecialNoticeFacts
    | VisitNoticeFacts
    | DossierFacts
    | QualityReportFacts
    | ScoreSheetFacts
    | DrawRecordSheetFacts
    | QualityAnalysisFacts
    | TeachingProcessFacts
)

ROOT = Path(__file__).resolve().parent.parent / "report_templates"
TEMPLATES: Mapping[str, type[Facts]] = {
    "warning_notice": WarningFacts,
    "commendation_notice": CommendationFacts,
    "hearing_letter": HearingLetterFacts,
    "special_notice": SpecialNoticeFacts,
    "visit_notice": VisitNoticeFacts,
    "dossier": DossierFacts,
    "quality_report": QualityReportFacts,
    "score_sheet": ScoreSheetFacts,
    "draw_record_sheet": DrawRecordSheetFacts,
    "quality_analysis": QualityAnalysisFacts,
    "teaching_process": TeachingProcessFacts,
}
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
_MISSING_GLYPH = re.compile(r"\.notdef glyph .* \(U\+([0-9A-F]{4,6})\)", re.DOTALL)
_SLOWER = "Using fontTools instead of HarfBuzz-Subset"  # `check_rendering` says so, once and in time
_rendering = threading.Lock()


@dataclass(frozen=True)
class Request:
    """A document to render: the template's folder name and its facts."""

    template: str
    facts: Facts


def check_rendering(libraries: Mapping[str, str] = LIBRARIES) -> None:
    """Make sure that the libraries no wheel carries are installed (library file to Debian package).

    Without HarfBuzz's subsetter a page takes many times as long; without Pango there is none.

    Raises:
        SettingError: libraries are missing; the message holds the command that installs them all.
    """
    missing = {package: library for library, package in libraries.items() if not _is_installed(library)}
    if not missing:
        return
    command = f"apt-get install -y {' '.join(missing)}"
    faults = [
        Fault(
            place="document rendering",
            code="PDF-004",
            wanted=f"library {library} (Debian package {package})",
            got="not installed",
            remedy=f"Run: {command}",
        )
        for package, library in missing.items()
    ]
    raise SettingError(f"Documents cannot be rendered as they should: {command}", faults)


def _is_installed(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def render_pdf(template: str, facts: Facts, *, as_of: date, root: Path = ROOT) -> bytes:
    """Render one document; the same facts, template and day give the same bytes.

    `root` holds the template folders, the shared parts and the fonts; nothing outside it is opened.

    Raises:
        DocumentError: a character that no font has, or a template that is wrong or reaches outside `root`.
        SettingError: Pango is not installed.
        ProtocolError: the facts rank somebody by examination result.
    """
    require_unranked_facts(facts, place=facts.title)
    html = _html(template, facts, root)
    with _rendering, _environment(SOURCE_DATE_EPOCH=_epoch(as_of)), _listening() as records:
        weasyprint = _weasyprint()
        fonts, styles, messages = _styles(template, root)
        document = weasyprint.HTML(string=html, base_url=f"{root.as_uri()}/", url_fetcher=_door(root))
        try:
            content: bytes = document.write_pdf(stylesheets=styles, font_config=fonts)
        except weasyprint.urls.FatalURLFetchingError as refusal:
            raise _refused(facts.title, str(refusal)) from None
    _judge(facts.title, records, messages)
    return content


def render_many(requests: Sequence[Request], *, as_of: date, root: Path = ROOT) -> list[bytes]:
    """Render documents in the order given; every document's faults are told at once.

    Raises:
        DocumentError: as `render_pdf`, for all documents that failed.
        SettingError: Pango is not installed.
    """
    from tasks.artifact import under_way

    contents: list[bytes] = []
    faults: list[Fault] = []
    for request in under_way(requests, key="documents", description="文书生成进度"):
        try:
            contents.append(render_pdf(request.template, request.facts, as_of=as_of, root=root))
        except DocumentError as error:
            faults.extend(error.faults)
    if faults:
        failed = len(requests) - len(contents)
        raise DocumentError(f"{len(requests)}份文书中有{failed}份无法生成", faults)
    return contents


def template_digest(template: str, *, root: Path = ROOT) -> str:
    """Return the digest of everything that shapes a document besides its facts and fonts."""
    own, shared = root / template, root / "partials"
    files = [
        root / "base.html",
        root / "base.css",
        *shared.iterdir(),
        *own.glob("*.html"),
        *own.glob("*.css"),
    ]
    return digest({file.relative_to(root).as_posix(): digest_bytes(file.read_bytes()) for file in files})


def sample(template: str, *, root: Path = ROOT) -> Facts:
    """Return the openly synthetic facts of a template's `sample.yaml`."""
    text = (root / template / "sample.yaml").read_text(encoding="utf-8")
    facts: Facts = TypeAdapter(TEMPLATES[template]).validate_python(yaml.safe_load(text))
    return facts


def preview(folder: Path) -> list[Path]:
    """Render every template's sample into a folder, as of its own date, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for template in TEMPLATES:
        facts = sample(template)
        file = folder / f"{template}.pdf"
        file.write_bytes(render_pdf(template, facts, as_of=facts.issued_on))
        files.append(file)
    return files


def _html(template: str, facts: Facts, root: Path) -> str:
    try:
        return page_environment(root).get_template(f"{template}/{template}.html").render(facts=facts)
    except TemplateError as error:
        raise _wrong(facts.title, [f"{type(error).__name__}: {error}"]) from error


@cache
def _styles(template: str, root: Path) -> tuple[Any, list[Any], list[str]]:
    """Return the fonts and style sheets of a template, parsed once a process, and what is wrong with them."""
    fonts, base, wrong = _base(root)
    with _listening() as records:
        own = _weasyprint().CSS(
            root / template / f"{template}.css", font_config=fonts, url_fetcher=_door(root)
        )
    return fonts, [base, own], [*wrong, *(record.getMessage() for record in records)]


@cache
def _base(root: Path) -> tuple[Any, Any, list[str]]:
    weasyprint = _weasyprint()
    with _environment(FONTCONFIG_FILE=str(root / "fonts" / "fonts.conf")), _listening() as records:
        fonts = weasyprint.text.fonts.FontConfiguration()
        base = weasyprint.CSS(root / "base.css", font_config=fonts, url_fetcher=_door(root))
    return fonts, base, [record.getMessage() for record in records]


@cache
def _weasyprint() -> Any:
    """Import WeasyPrint when it is needed: it takes a second, and most runs render nothing.

    Raises:
        SettingError: Pango is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it misses fonts of the machine; ours come with us
        try:
            import weasyprint
            import weasyprint.text.fonts
            import weasyprint.urls
        except OSError:
            check_rendering()
            raise
    return weasyprint


def _door(root: Path) -> Any:
    """Return what WeasyPrint asks for files: it opens regular files below the root and nothing else."""
    urls = _weasyprint().urls

    def fetch(url: str) -> Any:
        if url.startswith(IMAGE):
            return urls.URLFetcherResponse(
                url, b64decode(url[len(IMAGE) :]), {"Content-Type": "image/svg+xml"}
            )
        parts = urlsplit(url)
        file = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not file.is_relative_to(root) or not file.is_file():
            raise urls.FatalURLFetchingError(url)
        kinds = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
        kind = kinds.get(file.suffix, "application/octet-stream")
        return urls.URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

    return fetch


def _epoch(as_of: date) -> str:
    return str(int(datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC).timestamp()))


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set variables that C libraries and fontTools read, and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class _Keep(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _listening() -> Iterator[list[logging.LogRecord]]:
    """Collect what WeasyPrint warns of, whatever the process's logging is set to."""
    logger, keep = logging.getLogger("weasyprint"), _Keep()
    before = (logger.level, logger.disabled, logger.propagate)
    silenced = logging.root.manager.disable
    logging.disable(logging.NOTSET)
    logger.setLevel(logging.WARNING)
    logger.disabled, logger.propagate = False, False
    logger.addHandler(keep)
    try:
        yield keep.records
    finally:
        logger.removeHandler(keep)
        logger.level, logger.disabled, logger.propagate = before
        logging.disable(silenced)


def _judge(title: str, records: Sequence[logging.LogRecord], messages: Sequence[str]) -> None:
    """Fail on what was warned of: a glyph that is missing, or anything wrong with a template or its style."""
    told = [text for record in records if not (text := record.getMessage()).startswith(_SLOWER)]
    missing = sorted({int(found[1], 16) for text in told if (found := _MISSING_GLYPH.fullmatch(text))})
    if missing:
        raise _unknown_characters(title, [chr(point) for point in missing])
    if told or messages:
        raise _wrong(title, [*messages, *told])


def _unknown_characters(title: str, characters: Sequence[str]) -> DocumentError:
    named = "、".join(f"“{character}”（U+{ord(character):04X}）" for character in characters)
    fault = Fault(
        place=title,
        code="PDF-001",
        wanted="字库中有字形的汉字和符号",
        got=f"字库缺字：{named}",
        remedy="请核对名称用字；确为该字的，请在生成文书的计算机上安装含该字的字体 SimSun-ExtB 后重新生成。",
    )
    return DocumentError(f"文书无法生成：字库缺少{len(characters)}个字", [fault])


def _refused(title: str, url: str) -> DocumentError:
    fault = Fault(
        place=title,
        code="PDF-002",
        wanted="只引用文书模板文件夹内的文件",
        got=f"引用了 {url}",
        remedy="请把所需文件放入 report_templates，并改为相对路径引用。",
    )
    return DocumentError("文书无法生成：模板引用了文件夹以外的内容", [fault])


def _wrong(title: str, messages: Sequence[str]) -> DocumentError:
    faults = [
        Fault(
            place=title,
            code="PDF-003",
            wanted="模板和样式没有错误",
            got=message,
            remedy="请改正该文书的 html 或 css 文件。",
        )
        for message in dict.fromkeys(messages)
    ]
    return DocumentError("文书无法生成：模板有误", faults)


if __name__ == "__main__":
    try:
        check_rendering()
    except InspectionError as problem:
        sys.stderr.write(f"{problem}\n")
    for made in preview(Path(sys.argv[1])):
        sys.stdout.write(f"{made}\n")
