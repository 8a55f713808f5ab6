"""The machine-readable files of the publication site: the same facts as its pages, for programs to read.

Here: JSON and CSV. Not here: pages, the description of the fields (a template), checksums.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from inspection import ledger
from inspection.canonical import canonical
from inspection.draw.gate import OverrideFacts
from inspection.publish.publication import (
    NOTICE_TITLES,
    NoticeFacts,
    PlanFacts,
    ResultFacts,
    SiteFacts,
    person_tables,
)
from inspection.school_stage import STAGE_TITLES
from inspection.score.rubric import BAND_TITLES

BOM = "\ufeff"
RESULT_HEADINGS = (
    "学校标识码",
    "学校名称",
    "所属区县",
    "抽查事项",
    "检查结果",
    "检查日期",
    "后续处理",
    "公示日期",
)
BAND_HEADINGS = ("区县代码", "区县名称", "学段", "等级", "学校数")

PERSON_HEADINGS = ("项目", "区县名称", "学段", "人数")
WITHHELD = "不公开"


def data_files(facts: SiteFacts) -> dict[str, str]:
    """Return the text of each file by its path in the site; `facts` as `publishable` returned them."""
    files = {
        "data/plan.json": _json(_plan(facts)),
        "data/results.csv": _csv(RESULT_HEADINGS, map(_result_row, facts.results)),
        "data/results.json": _json({**_head(facts), "results": list(map(_result, facts.results))}),
        "data/band-counts.csv": _csv(BAND_HEADINGS, _band_rows(facts)),
        "data/notices.json": _json({**_head(facts), "notices": list(map(_notice, facts.notices))}),
        "data/ledger.json": _json(ledger.document(facts.ledger)),
    }
    if facts.person_counts:
        files["data/person-counts.csv"] = _csv(PERSON_HEADINGS, _person_rows(facts))
    if facts.draw and facts.draw.record is not None:
        # Byte for byte what was hashed: canonical, no line break at the end.
        files["data/draw-record.json"] = canonical(facts.draw.record)
        for number, item in enumerate(facts.draw.withdrawn, 1):
            files[f"data/draw-withdrawn-{number}.json"] = canonical(item.record)
    return files


def _head(facts: SiteFacts) -> dict[str, Any]:
    return {
        "bureau": facts.bureau_name,
        "office": facts.office_name,
        "campaign_id": facts.campaign_id,
        "campaign": facts.campaign_title,
        "term": facts.term_title,
        "mode": facts.mode_title,
        "as_of": facts.as_of.isoformat(),
        "is_synthetic": facts.is_synthetic,
    }


def _plan(facts: SiteFacts) -> dict[str, Any]:
    plan: PlanFacts = facts.plan
    return {
        **_head(facts),
        "phase": facts.phase,
        "state": str(facts.state),
        "overrides": list(map(_override, facts.overrides)),
        "matters": [{"code": m.code, "name": m.name, "basis": m.basis} for m in plan.matters],
        "pool_count": plan.pool_count,
        "ratio": plan.ratio,
        "size": plan.size,
        "planned_count": plan.planned_count,
        "strata_by": list(plan.strata_titles),
        "team_size": plan.team_size,
        "public_sources": [
            {"name": source.name, "announced_at": source.announced_at.isoformat()} for source in plan.sources
        ],
        "visits_start_on": _day(plan.visits_start_on),
        "visits_end_on": _day(plan.visits_end_on),
        "data_due": [
            {"title": due.title, "due_on": due.due_on.isoformat(), "is_required": due.is_required}
            for due in plan.data
        ],
    }


def _result(result: ResultFacts) -> dict[str, str]:
    return {
        "school_code": result.school_code,
        "school_name": result.school_name,
        "district_name": result.district_name,
        "matter": result.matter,
        "category": result.category,
        "category_title": result.category_title,
        "inspected_on": result.inspected_on.isoformat(),
        "disposal": result.disposal,
        "published_on": _day(result.published_on),
        "status": result.status,
    }


def _result_row(result: ResultFacts) -> Sequence[str]:
    return (
        result.school_code,
        result.school_name,
        result.district_name,
        result.matter,
        result.category_title,
        result.inspected_on.isoformat(),
        result.disposal,
        _day(result.published_on),
    )


def _band_rows(facts: SiteFacts) -> Iterable[Sequence[str]]:
    for cell in facts.band_counts:
        stage, band = STAGE_TITLES[cell.stage], BAND_TITLES[cell.band]
        yield cell.district_code, cell.district_name, stage, band, str(cell.school_count)


def _person_rows(facts: SiteFacts) -> Iterable[Sequence[str]]:
    for subject, table in person_tables(facts).items():
        for row in table.rows:
            for column in table.columns:
                count = table.count(row, column)
                yield subject, row, column, WITHHELD if count is None else str(count)


def _override(override: OverrideFacts) -> dict[str, Any]:
    return {
        "rule": override.rule_title,
        "clause": override.clause_title,
        "step": override.step_title,
        "decided_on": override.decided_on.isoformat(),
        "decided_by": override.decided_by,
        "reason": override.reason,
    }


def _notice(notice: NoticeFacts) -> dict[str, Any]:
    return {
        "school_code": notice.school_code,
        "school_name": notice.school_name,
        "district_name": notice.district_name,
        "number": notice.number,
        "title": notice.title,
        "kind": NOTICE_TITLES[notice.kind],
        "issued_on": notice.issued_on.isoformat(),
        "sentence": notice.sentence,
        "document": f"notices/{notice.document.file_name}" if notice.document else "",
        "is_withdrawn": notice.is_withdrawn,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table as spreadsheets in Chinese offices open it: UTF-8 with BOM, CRLF, no live formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return BOM + text.getvalue()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
