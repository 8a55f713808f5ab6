"""The people of the demo: clerks who type public values, inspectors who fill in forms, schools that reply."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from examples.demo_city.chance import CLERKS, public_values
from examples.demo_city.city import HOME, Sizes, build_city, quality
from examples.demo_city.people import fill_all, fill_hearings, weak_schools
from inspection.deploy.plan import Plan, load_plan
from inspection.dispatch.dossier import DossierFacts, VisitItem, VisitSchool
from inspection.dispatch.workbook import (
    CONCLUSIONS,
    DISPOSALS,
    HearingRow,
    findings_workbook,
    hearing_workbook,
)
from inspection.draw import seed
from tasks.workbook import write_workbook

SEED = "demo-city"
STAGES = {"primary": "小学", "junior": "初中"}
MEMBERS = {f"t{number:02d}": ("dx-0001", f"dx-{number + 1:04d}") for number in range(1, 7)}


def plan(campaign: str = "2025-2026-2-basic") -> Plan:
    return load_plan(HOME / "plans", campaign)


def dossier(team_code: str, schools: tuple[VisitSchool, ...]) -> DossierFacts:
    words = dict.fromkeys(
        ("bureau_name", "office_name", "campaign_title", "term_title", "mode_title"), "示例"
    ) | dict.fromkeys(("urgent_contact", "workbook_name", "contact", "ledger_head", "record_digest"), "示例")
    return DossierFacts(
        **words,
        team_code=team_code,
        members=(),
        matters=(),
        schools=schools,
        to_bring=(),
        safety_notes=(),
        return_by=date(2026, 6, 10),
        issued_on=date(2026, 5, 13),
        is_synthetic=True,
    )


def outbox(folder: Path) -> Path:
    """Two schools for each of six teams, with every item of the plan for each stage."""
    city = build_city(SEED, Sizes(12))
    items = [criterion for matter in plan().matters for criterion in matter.criteria]
    for number in range(6):
        schools = tuple(
            VisitSchool(
                school_code=school.code,
                school_name=school.name,
                district_name=school.district.name,
                school_type_title="学校",
                location_title="城区",
                stage_titles=tuple(STAGES[stage.stage] for stage in school.stages),
                student_count=1,
                class_count=1,
                teacher_count=1,
                visit_on=None,
                items=tuple(
                    VisitItem(
                        criterion_id=item,
                        stage_title=STAGES[stage.stage],
                        matter_name="事项",
                        content="内容",
                        clause="条款",
                        method="查阅资料",
                        is_rated=item == "RZ-10",
                    )
                    for stage in school.stages
                    for item in items
                ),
            )
            for school in city.schools[2 * number : 2 * number + 2]
        )
        team_code = f"t{number + 1:02d}"
        place = folder / team_code
        place.mkdir(parents=True)
        content = write_workbook(findings_workbook(dossier(team_code, schools)), as_of=date(2026, 5, 13))
        (place / f"检查记录-{team_code}.xlsx").write_bytes(content)
    return folder


def rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    values = list(openpyxl.load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True))
    return [dict(zip(map(str, values[0]), row, strict=True)) for row in values[1:]]


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Path, ...]:
    return fill_all(outbox(tmp_path / "outbox"), tmp_path / "inbox", seed=SEED, members=MEMBERS)


@pytest.mark.parametrize("campaign", ["2025-2026-2-basic", "2025-2026-2-small"])
def test_each_source_is_typed_by_two_clerks_in_a_form_the_draw_accepts(campaign: str) -> None:
    draw = plan(campaign).draw
    assert draw
    entries = public_values(plan(campaign))
    assert [entry.entered_by for entry in entries] == list(CLERKS) * len(draw.sources)
    sources = [
        seed.PublicSource(
            source_id=s.id, kind=s.kind, name=s.name, announced_at=s.announced_at, throws=s.throws
        )
        for s in draw.sources
    ]
    typed = [seed.ValueEntry(source_id=e.source_id, actor_id=e.entered_by, text=e.value) for e in entries]
    as_of = draw.sources[0].announced_at + timedelta(minutes=10)
    assert [value.source_id for value in seed.public_values(sources, typed, as_of=as_of)] == ["dice", "ssq"]
    assert sum(map(seed.source_bits, sources)) >= seed.CEILING_BITS


def test_public_values_hang_on_the_campaign_and_differ_between_campaigns() -> None:
    assert public_values(plan()) == public_values(plan())
    assert public_values(plan())[0].value != public_values(plan("2025-2026-2-small"))[0].value
    with pytest.raises(ValueError, match="2024-2025-2-basic draws nothing"):
        public_values(plan("2024-2025-2-basic"))


@pytest.mark.parametrize("school_count", [2, 3, 10, 12, 120])
def test_of_two_schools_or_more_some_are_weak_and_some_are_not(school_count: int) -> None:
    codes = [f"21379{number:05d}" for number in range(school_count)]
    weak = weak_schools(reversed(codes), seed=SEED)
    assert weak == weak_schools(codes, seed=SEED)
    assert 0 < len(weak) <= (school_count + 1) // 2 < school_count
    assert max(quality(SEED, code) for code in weak) < min(quality(SEED, c) for c in set(codes) - set(weak))


def test_every_item_of_every_form_is_filled_in_with_what_its_list_offers(filled: tuple[Path, ...]) -> None:
    assert [path.name for path in filled] == [f"检查记录-t{number:02d}.xlsx" for number in range(1, 7)]
    for path in filled:
        for row in rows(path, "检查记录"):
            wanted = (1, 2, 3, 4, 5) if row["指标编号"] == "RZ-10" else CONCLUSIONS
            assert row["检查结论"] in wanted
            is_wrong = row["检查结论"] == "不符合"
            assert [bool(row[heading]) for heading in ("问题描述", "佐证编号", "处置")] == [is_wrong] * 3
            assert row["处置"] in (None, *DISPOSALS)


def test_results_follow_from_the_records_and_some_schools_violate_and_most_are_clean(
    filled: tuple[Path, ...],
) -> None:
    found: dict[str, set[str]] = {}
    results: dict[str, str] = {}
    for path in filled:
        for row in rows(path, "检查记录"):
            wrong = {row["指标编号"]} if row["检查结论"] == "不符合" else set()
            found.setdefault(row["学校标识码"], set()).update(wrong)
        results |= {row["学校标识码"]: row["检查结果"] for row in rows(path, "检查结果")}
    grave = {code for code, items in found.items() if items & {"RZ-02", "RZ-11"}}
    slight = {code for code, items in found.items() if items} - grave
    assert len(results) == 12
    assert (len(grave), len(slight)) == (2, 1)
    assert {code for code, result in results.items() if result == "发现问题待后续处理"} == grave
    assert {code for code, result in results.items() if result == "发现问题已责令改正"} == slight
    assert {result for code, result in results.items() if not found[code]} == {"未发现问题"}


def test_a_result_names_who_was_there_and_when(filled: tuple[Path, ...]) -> None:
    for number, path in enumerate(filled, start=1):
        first, second = rows(path, "检查结果")
        assert first["检查人员"] == second["检查人员"] == f"dx-0001、dx-{number + 1:04d}"
        assert (first["检查日期"].date(), second["检查日期"].date()) == (date(2026, 5, 18), date(2026, 5, 19))
        assert first["紧急情况"] == "否"


def test_the_day_of_a_visit_is_the_one_it_was_planned_for(tmp_path: Path) -> None:
    days = {school.code: date(2026, 5, 27) for school in build_city(SEED, Sizes(12)).schools}
    for path in fill_all(outbox(tmp_path / "outbox"), tmp_path / "inbox", seed=SEED, days=days):
        assert {row["检查日期"].date() for row in rows(path, "检查结果")} == {date(2026, 5, 27)}


def test_inspectors_fill_in_the_same_each_time(tmp_path: Path) -> None:
    box = outbox(tmp_path / "outbox")
    first, second = (fill_all(box, tmp_path / name, seed=SEED) for name in ("first", "second"))
    for one, other in zip(first, second, strict=True):
        for sheet in ("检查记录", "检查结果"):
            assert rows(one, sheet) == rows(other, sheet)


@pytest.mark.parametrize(
    ("told_on", "replied_on"), [(date(2026, 6, 8), date(2026, 6, 13)), (None, date(2026, 6, 24))]
)
def test_every_case_gets_a_written_reply_that_is_answered_with_reasons(
    tmp_path: Path, told_on: date | None, replied_on: date
) -> None:
    cases = tuple(
        HearingRow(case_id=f"c-{n}", school_code="2137990001", school_name="示例市学校", told_on=told_on)
        for n in range(3)
    )
    book = hearing_workbook(cases, campaign_title="示例", bureau_name="示例市教育局", is_synthetic=True)
    register, out = tmp_path / "register.xlsx", tmp_path / "告知答复登记表.xlsx"
    register.write_bytes(write_workbook(book, as_of=date(2026, 6, 8)))
    fill_hearings(register, out, seed=SEED)
    replies = rows(out, "告知答复登记表")
    assert [row["案号"] for row in replies] == ["c-0", "c-1", "c-2"]
    for row in replies:
        assert (row["答复方式"], row["采纳情况"]) == ("书面答复", "不采纳")
        assert row["答复日期"].date() == replied_on
        assert row["答复要点"]
        assert row["理由"].startswith("有关事实由两名检查人员现场核实")
