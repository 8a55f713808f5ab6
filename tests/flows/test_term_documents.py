"""What the term sends out: notices, letters and dossiers that an official can sign and a team can use."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest

from inspection.analyse.quality_analysis import load_rule
from inspection.store.engine import reading
from inspection.store.upload import submissions
from inspection.verify.record import verify
from tasks.plan import plan_of
from tasks.quality_analysis import TermFigures
from tasks.score_sheet import score_sheets
from tasks.settings import profile
from tests.flows.city_term import Finished, office

# One city's term serves these and their neighbours.
pytestmark = pytest.mark.xdist_group("city")

Record = dict[str, Any]


def text_of(path: Path) -> str:
    """Return a PDF's text without line breaks."""
    return "".join(page.extract_text() for page in pypdf.PdfReader(path).pages).replace("\n", "")


def fonts_of(path: Path) -> dict[str, bool]:
    """Return the fonts of a PDF, and whether each is embedded."""
    found = {}
    for page in pypdf.PdfReader(path).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            embedded = any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
            found[str(inner["/BaseFont"])] = embedded
    return found


def outbox(finished: Finished, pattern: str) -> list[Path]:
    """Return the files of a kind that were sent out."""
    paths = sorted((finished.workspace / "outbox" / finished.campaign_id).glob(pattern))
    assert paths
    return paths


@pytest.mark.parametrize("pattern", ["notices/*.pdf", "cases/*/*.pdf", "teams/*/dossier.pdf"])
def test_every_font_is_embedded_and_headings_are_really_bold(finished: Finished, pattern: str) -> None:
    for path in outbox(finished, pattern):
        fonts = fonts_of(path)
        assert all(fonts.values()), fonts
        assert any("Bold" in name for name in fonts), fonts


def test_notices_name_school_band_and_clause(finished: Finished) -> None:
    for path in outbox(finished, "notices/*.pdf"):
        text = text_of(path)
        assert "示例市" in text
        assert any(band in text for band in ("优秀", "良好", "合格", "不合格"))
        assert "基本要求第" in text
        assert "演示数据" in text


def test_warnings_tell_how_the_school_was_heard_and_how_it_may_appeal(finished: Finished) -> None:
    warnings = [text for path in outbox(finished, "notices/*.pdf") if "责令" in (text := text_of(path))]
    assert warnings
    for text in warnings:
        assert "陈述、申辩" in text
        assert "申请复核" in text
        assert "RZ-04" not in text


def test_dossiers_carry_no_band_and_no_score(finished: Finished) -> None:
    for path in outbox(finished, "teams/*/dossier.pdf"):
        text = text_of(path)
        assert "回避声明" in text
        assert not any(word in text for word in ("优秀", "不合格", "风险等级", "总分"))


def _set(*path: str | int, to: object) -> Callable[[Record], None]:
    def change(record: Record) -> None:
        place: Any = record
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = to

    return change


def _swap(name: str) -> Callable[[Record], None]:
    def change(record: Record) -> None:
        record[name][0], record[name][1] = record[name][1], record[name][0]

    return change


def _drop(*path: str) -> Callable[[Record], None]:
    def change(record: Record) -> None:
        place: Any = record
        for part in path:
            place = place[part]
        del place[0]

    return change


@pytest.mark.parametrize(
    "tamper",
    [
        _set("commitment", "sizing", "total", to=99),
        _set("commitment", "pool", 0, "stratum", to="s02"),
        _drop("commitment", "pool"),
        _drop("commitment", "not_assignable"),
        _set("values", 0, "value", to="1" * 100),
        _set("seed", to="another seed"),
        _set("tickets", 0, "ticket", to="0." + "1" * 64),
        _swap("selection"),
        _drop("selection"),
        _set("teams", 0, "members", 0, "inspector", to="i-000000000000"),
        _set("result_digest", to="0" * 64),
    ],
    ids=[
        "more schools than promised",
        "a school moved to another stratum",
        "a school taken from the pool",
        "a recusal dropped",
        "another public value",
        "another seed",
        "another ticket",
        "the order of selection",
        "a drawn school dropped",
        "another inspector",
        "another result",
    ],
)
def test_a_tampered_record_of_the_term_is_refused(
    finished: Finished, tamper: Callable[[Record], None]
) -> None:
    path = finished.workspace / "public" / finished.campaign_id / "data" / "draw-record.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    tamper(record)
    assert "fail" in {step.outcome for step in verify(record)}


def test_every_score_line_can_be_traced_to_a_receipt_or_a_visit(finished: Finished) -> None:
    with office(finished.folder), reading(finished.database_url) as session:
        sheets = score_sheets(session, plan_of(finished.campaign_id), as_of=date(2026, 5, 20))
        receipts = {line.submission_id for line in submissions(session)}
    keys = [(sheet.school_code, sheet.stage) for sheet in sheets]
    assert len(keys) == len(set(keys)) >= 60
    assert keys == sorted(keys)
    for line in (line for sheet in sheets for line in sheet.lines):
        named = set(re.findall(r"[0-9a-f]{16}", line.source))
        assert named <= receipts
        assert named or "入校检查记录" in line.source or line.outcome == "not-established"
        assert line.clause in line.explanation


def test_analyses_of_schools_add_up_to_those_of_their_districts(finished: Finished) -> None:
    with office(finished.folder):
        rule = load_rule(profile().folders.rubrics)
        figures = TermFigures(plan_of(finished.campaign_id), rule, date(2026, 5, 20))
        units, classes = list(figures.units()), list(figures.classes())
    sat: dict[str, Counter[tuple[str, str, int]]] = {"school": Counter(), "district": Counter()}
    for unit in units:
        for stage in unit.stages:
            for grade in stage.grades:
                for line in grade.lines:
                    sat[unit.unit_level][stage.stage, line.subject, line.grade] += line.sat_count
    assert sat["school"] == sat["district"]
    schools = [unit.unit_code for unit in units if unit.unit_level == "school"]
    assert schools == sorted(schools)
    assert len(schools) >= 40
    assert any(line.change_pp is not None for unit in units for stage in unit.stages for line in stage.lines)
    assert any(subject.courses for unit in units for stage in unit.stages for subject in stage.subjects)
    assert any(item.minutes for school in classes for item in school.classes)
