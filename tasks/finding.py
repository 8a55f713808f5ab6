"""Findings: the teams' workbooks taken back, checked like any submission, and appended to the record."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.decide.case import veiled
from inspection.decide.measure import RESULT_TITLES
from inspection.deploy.campaign import CampaignState, require
from inspection.errors import Fault, SourceError
from inspection.ingest.data_set import DataSet, combine
from inspection.ingest.reading import parse, refused
from inspection.ingest.source_map import SourceMap, load_source_maps
from inspection.ingest.table import Bureau
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import finding as findings
from inspection.store import submission
from inspection.store.engine import reading, writing
from inspection.store.frames import rows_of
from inspection.store.writing import Row
from tasks.artifact import table
from tasks.border import task
from tasks.clock import now
from tasks.draw import derived_key
from tasks.ingest import content_digest, keep, staged_data_set
from tasks.reading import read_file, unread
from tasks.settings import profile, settings
from tasks.workspace import returned

_ITEMS = (
    "school_code",
    "stage",
    "item_code",
    "team_code",
    "conclusion",
    "problem_text",
    "evidence_id",
    "disposal",
)
_TEXTS = ("problem_text", "evidence_id", "disposal")


@task(task_run_name="收回检查记录表")
def take_back_workbooks(campaign_id: str) -> Receipt:
    """Read every returned workbook into the staging folder; all of them or, while one is wrong, none.

    Raises:
        SourceError: no workbook is there, one holds faults, or one speaks of a school its team was not sent to.
    """
    items, results = _read(campaign_id)
    keep(campaign_id, items)
    keep(campaign_id, results)
    counts = {"工作簿": len(results.files), "检查项": len(items.rows), "学校": len(results.rows)}
    return Receipt("收回检查记录", counts, _untold(campaign_id, content_digest(items)))


@task(task_run_name="检查记录存档")
def enter_findings(campaign_id: str) -> Receipt:
    """Append the findings and results; the same again adds nothing, others are refused.

    Raises:
        ProtocolError: other findings stand on record for the same item.
    """
    items, results = staged_data_set(campaign_id, "findings"), staged_data_set(campaign_id, "visit_results")
    received = (*items.received(campaign_id, {}), *results.received(campaign_id, {}))
    numbers = {(item.data_set, item.file_name): item.submission_id for item in received}
    found = [_item(row, numbers, campaign_id) for row in rows_of(items.rows)]
    told = [_result(row, numbers, campaign_id) for row in rows_of(results.rows)]
    with writing(settings().database_url) as session:
        require(campaign_id, campaigns.get(session, campaign_id).state, CampaignState.VISITING)
        submission.enter(session, campaign_id, received, at=now())
        key = derived_key("case", campaign_id)
        added = findings.enter(session, campaign_id, found, told, key=key, at=now())
        waiting = len(_outstanding(session, campaign_id))
        if not waiting:
            campaigns.advance(session, campaign_id, CampaignState.FOUND)
    counts = {"新存档": added, "检查项": len(found), "待交学校": waiting}
    return Receipt("存档", counts, _untold(campaign_id, _digest(found)))


@task(task_run_name="展示检查结果")
def show_results(campaign_id: str) -> None:
    """Show how many schools have which result; no school by name."""
    with reading(settings().database_url) as session:
        results = findings.results(session, campaign_id)
    counts = results["result"].value_counts()
    rows = [{"检查结果": title, "学校数": int(counts.get(code, 0))} for code, title in RESULT_TITLES.items()]
    table(f"{campaign_id}-results", rows, description="检查结果")


def _read(campaign_id: str) -> tuple[DataSet, DataSet]:
    folder = returned(campaign_id, "findings")
    paths = sorted(folder.glob("*.xlsx")) if folder.is_dir() else []
    if not paths:
        raise SourceError("没有收到检查记录表", [_empty(str(folder))])
    known = load_source_maps(profile().folders.sources)
    maps = known["findings"], known["visit_results"]
    items, results = _both(paths, maps, folder)
    faults = [
        *items.faults,
        *results.faults,
        *_wrong_schools(campaign_id, results),
        *_strangers(campaign_id, results, maps[1]),
        *_unsaid(items, maps[0]),
    ]
    if faults:
        raise SourceError(f"检查记录表有 {len(faults)} 处需要改正", faults)
    return items, results


def _both(paths: Sequence[Path], maps: Sequence[SourceMap], folder: Path) -> tuple[DataSet, DataSet]:
    """Open every workbook once and read both of its sheets."""
    parts: tuple[list[DataSet], list[DataSet]] = ([], [])
    for path in paths:
        try:
            raw = read_file(path, maps[0], inbox=folder)
        except SourceError as error:
            for source_map, found in zip(maps, parts, strict=True):
                found.append(refused(unread(path), source_map, error.faults))
        else:
            for source_map, found in zip(maps, parts, strict=True):
                found.append(parse(raw, source_map, Bureau(profile())))
    return combine(parts[0], maps[0]), combine(parts[1], maps[1])


def _wrong_schools(campaign_id: str, results: DataSet) -> list[Fault]:
    with reading(settings().database_url) as session:
        teams = {row["school_code"]: row["team_code"] for row in draws.visits(session, campaign_id)}
    return [
        Fault(
            place=row.source_file,
            sheet=row.source_sheet,
            row=row.source_row,
            column="学校标识码",
            code="FND-001",
            wanted="本检查组负责的学校",
            got=str(row.school_code),
            remedy="请使用派发的检查记录表填写，不要改动学校和检查组编号。",
        )
        for row in results.rows.itertuples()
        if teams.get(row.school_code) != row.team_code
    ]


def _strangers(campaign_id: str, results: DataSet, source_map: SourceMap) -> list[Fault]:
    """Whoever was present was sent: who was drawn cannot be replaced by hand."""
    with reading(settings().database_url) as session:
        sent = {(row["team_code"], row["inspector_id"]) for row in draws.members(session, campaign_id)}
    return [
        Fault(
            place=row.source_file,
            sheet=row.source_sheet,
            row=row.source_row,
            column=source_map.columns["present"].title,
            code="FND-004",
            wanted="本检查组成员的编号",
            got=person,
            remedy="请填写到场检查人员的编号；人员有变动的，先按程序办理替换。",
        )
        for row in results.rows.itertuples()
        for person in persons(row.present)
        if (row.team_code, person) not in sent
    ]


def persons(text: str) -> list[str]:
    """Return the ids in a cell of persons, sorted, each once."""
    return sorted({part.strip() for part in re.split("[、，,;；\\s]+", text) if part.strip()})


def _unsaid(items: DataSet, source_map: SourceMap) -> list[Fault]:
    """An item that is not met says what was wrong: a notice rests on these words."""
    rows = items.rows
    unsaid = rows[(rows.conclusion == "not-met") & (rows.problem_text.fillna("") == "")]
    return [
        Fault(
            place=row.source_file,
            sheet=row.source_sheet,
            row=row.source_row,
            column=source_map.columns["problem_text"].title,
            code="FND-002",
            wanted="不符合项的事实描述",
            got="未填写",
            remedy="请写明时间、地点、人数等事实，不写个人姓名。",
        )
        for row in unsaid.itertuples()
    ]


def _digest(found: Sequence[Row]) -> str:
    return digest_rows([value for name, value in row.items() if name != "submission_id"] for row in found)


def _untold(campaign_id: str, digest: str) -> str:
    """Return a digest that nobody can test a guess against: while a draw is sealed, it would tell who was visited."""
    return veiled(derived_key("case", campaign_id), digest)


def _outstanding(session: Session, campaign_id: str) -> set[str]:
    """Return the schools whose result is not in yet."""
    visited = {row["school_code"] for row in draws.visits(session, campaign_id)}
    return visited - set(findings.results(session, campaign_id).school_code)


def _item(row: dict[str, Any], numbers: dict[tuple[str, str], str], campaign_id: str) -> dict[str, Any]:
    rated = row["conclusion"] in {"1", "2", "3", "4", "5"}
    return (
        {"campaign_id": campaign_id}
        | {name: row[name] for name in _ITEMS}
        | {name: row[name] or "" for name in _TEXTS}
        | {
            "conclusion": "rated" if rated else row["conclusion"],
            "rating": int(row["conclusion"]) if rated else None,
            "submission_id": numbers["findings", row["source_file"]],
        }
    )


def _result(row: dict[str, Any], numbers: dict[tuple[str, str], str], campaign_id: str) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id,
        "school_code": row["school_code"],
        "team_code": row["team_code"],
        "result": row["result"],
        "visited_on": date.fromisoformat(str(row["visited_on"])[:10]),
        "present": "、".join(persons(row["present"])),
        "is_urgent": bool(pd.notna(row["is_urgent"]) and row["is_urgent"]),
        "submission_id": numbers["visit_results", row["source_file"]],
    }


def _empty(place: str) -> Fault:
    return Fault(
        place=place,
        code="FND-003",
        wanted="检查组交回的检查记录表（检查记录-*.xlsx）",
        got="没有文件",
        remedy="请把检查组交回的工作簿放入该文件夹后重新运行。",
    )
