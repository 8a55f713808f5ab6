"""What the public may see, what waits, and what stays visible although it is gone."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import Plan
from inspection.draw.record import committed
from inspection.ledger import check_chain, entry, read
from inspection.publish.open_data import data_files
from inspection.publish.publication import (
    BandCount,
    DataDue,
    DrawFacts,
    DrawnSchool,
    NoticeFacts,
    PersonCount,
    PlanFacts,
    PublicDocument,
    ResultFacts,
    SchoolFacts,
    SiteFacts,
    mode_title,
    plan_facts,
    publishable,
    withdrawn_draw,
)
from inspection.publish.site import band_tables, result_counts, steps
from tests.rules.verify.test_unstaffed import unstaffed

AS_OF = date(2026, 4, 20)
CODES = ("2137110001", "2137110002", "3137110003")


def result(code: str = CODES[0], **changes: object) -> ResultFacts:
    made = ResultFacts(
        school_code=code,
        school_name=f"第{code[-1]}小学",
        district_name="东港区",
        matter="规范办学行为",
        category="corrected",
        category_title="发现问题已责令改正",
        inspected_on=date(2026, 4, 8),
        disposal="责令限期整改",
        published_on=date(2026, 4, 15),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def notice(code: str = CODES[0], **changes: object) -> NoticeFacts:
    made = NoticeFacts(
        number="示教督字〔2026〕1号",
        title="关于限期整改的通知",
        school_code=code,
        school_name="第1小学",
        district_name="东港区",
        kind="warning",
        issued_on=date(2026, 4, 18),
        sentence="责令限期改正提前结课问题。",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def draw(**changes: object) -> DrawFacts:
    made = DrawFacts(
        kind="open",
        is_opened=True,
        status="已抽取",
        commitment_digest="a" * 64,
        ledger_head="b" * 64,
        schools=tuple(
            DrawnSchool(school_code=code, school_name=code, district_name="东港区", team_code="t01")
            for code in reversed(CODES)
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def facts(**changes: object) -> SiteFacts:
    made = SiteFacts(
        bureau_name="示例市教育局",
        office_name="示例市教育督导室",
        contact="",
        is_synthetic=True,
        as_of=AS_OF,
        term_title="2025—2026学年第二学期",
        campaign_id="2025-2026-2-basic",
        campaign_title="双随机抽查",
        mode_title="双随机抽查",
        phase="rollout",
        state=CampaignState.FOUND,
        plan=PlanFacts(
            matters=(),
            data=(DataDue(title="学期指标报表", due_on=date(2026, 3, 9), is_required=True),),
            pool_count=3,
            ratio="0.5",
        ),
        draw=draw(),
        schools=tuple(
            SchoolFacts(school_code=code, school_name=code, district_name="东港区") for code in CODES
        ),
        results=(),
        band_counts=(),
        person_counts=(),
        small_cell_count=10,
        notices=(),
        ledger_head="b" * 64,
        ledger=(),
        verifier_source="",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_an_open_case_shows_that_it_is_pending_and_nothing_of_the_case() -> None:
    shown = publishable(facts(results=(result(status="open-case", category="falsified", disposal="拟约谈"),)))
    assert [(r.category, r.category_title, r.disposal) for r in shown.results] == [
        ("pending", "发现问题待后续处理", "后续处理中")
    ]


def test_a_withdrawn_result_stays_visible_as_withdrawn() -> None:
    shown = publishable(facts(results=(result(status="withdrawn"),)))
    assert [(r.school_code, r.category, r.category_title, r.disposal) for r in shown.results] == [
        (CODES[0], "withdrawn", "已撤回", "经复核或申诉，原结果已撤回")
    ]


@pytest.mark.parametrize("published_on", [None, AS_OF + timedelta(days=1)])
def test_a_result_that_is_not_due_waits(published_on: date | None) -> None:
    assert publishable(facts(results=(result(published_on=published_on),))).results == ()


def test_a_result_due_today_is_published() -> None:
    assert len(publishable(facts(results=(result(published_on=AS_OF),))).results) == 1


def test_a_closed_sealed_draw_names_no_school_anywhere() -> None:
    sealed = draw(kind="sealed", is_opened=False, status="已密封抽取")
    shown = publishable(facts(draw=sealed, results=(result(),), notices=(notice(),)))
    assert shown.draw is not None
    assert shown.draw.schools == ()
    assert shown.results == ()
    assert shown.notices == ()


def test_an_opened_sealed_draw_names_its_schools() -> None:
    shown = publishable(facts(draw=draw(kind="sealed"), results=(result(),)))
    assert shown.draw is not None
    assert len(shown.draw.schools) == 3
    assert len(shown.results) == 1


def test_a_withdrawn_notice_stays_listed_without_its_text() -> None:
    document = PublicDocument(file_name="1.pdf", content=b"%PDF", text="全文")
    shown = publishable(facts(notices=(notice(document=document, is_withdrawn=True),))).notices
    assert [(n.sentence, n.document) for n in shown] == [("经复核或申诉，该文书已撤销。", None)]


def test_a_notice_of_tomorrow_waits() -> None:
    assert publishable(facts(notices=(notice(issued_on=AS_OF + timedelta(days=1)),))).notices == ()


@given(st.permutations(CODES))
def test_lists_stand_in_the_order_of_school_codes_whatever_order_they_came_in(codes: list[str]) -> None:
    shown = publishable(
        facts(results=tuple(result(code) for code in codes), notices=tuple(notice(code) for code in codes))
    )
    assert shown.draw is not None
    for rows in (shown.results, shown.notices, shown.draw.schools, shown.schools):
        assert [row.school_code for row in rows] == sorted(CODES)


def test_publishing_what_is_publishable_changes_nothing() -> None:
    once = publishable(
        facts(
            results=(result(status="open-case"), result(CODES[1], status="withdrawn")),
            notices=(notice(is_withdrawn=True),),
        )
    )
    assert publishable(once) == once


def test_the_plan_is_shown_as_it_stands_in_the_plan_document() -> None:
    plan = Plan.model_validate(PLAN)
    shown = plan_facts(plan, pool_count=61)
    assert (shown.planned_count, shown.ratio_text, shown.strata_titles) == (13, "20%", ("区县", "学段"))
    assert [due.title for due in shown.data] == ["学期指标报表", "own_set"]
    assert shown.sources[0].name == "双色球第2026030期"
    assert mode_title(plan) == "双随机抽查"


def test_a_number_of_schools_is_never_more_than_the_pool() -> None:
    assert PlanFacts(matters=(), data=(), pool_count=5, size=8).planned_count == 5


def test_band_tables_count_schools_by_district_and_leave_empty_stages_out() -> None:
    counts = [("371103", "岚山区", "junior", "good", 2), ("371102", "东港区", "junior", "excellent", 1)]
    counts += [("371102", "东港区", "junior", "good", 1), ("371102", "东港区", "primary", "good", 0)]
    cells = [
        BandCount(district_code=code, district_name=name, stage=stage, band=band, school_count=count)
        for code, name, stage, band, count in counts
    ]
    (table,) = band_tables(cells)
    assert table.title == "初中"
    assert [(row.name, row.counts) for row in table.rows] == [
        ("东港区", (1, 1, 0, 0, 0)),
        ("岚山区", (0, 2, 0, 0, 0)),
    ]
    assert [(bar.title, bar.left, bar.width) for bar in table.bars] == [("优秀", 0, 250), ("良好", 250, 750)]
    assert table.spoken == "优秀1所，良好3所"


@pytest.mark.parametrize(
    ("state", "now"),
    [("PLANNED", "核查数据"), ("COMMITTED", "公开抽取"), ("FOUND", "公示结果"), ("CLOSED", "")],
)
def test_the_public_follows_the_campaign_step_by_step(state: str, now: str) -> None:
    assert "".join(step.title for step in steps(CampaignState(state)) if step.progress == "now") == now


def test_results_are_counted_per_category() -> None:
    rows = [result(), result(CODES[1]), result(CODES[2], category_title="未发现问题")]
    assert result_counts(rows) == (("发现问题已责令改正", 2), ("未发现问题", 1))


def test_small_counts_of_persons_are_withheld_in_the_data_file() -> None:
    cells = [("371102", "东港区", "primary", 300), ("371102", "东港区", "junior", 200)]
    cells += [("371103", "岚山区", "primary", 250), ("371103", "岚山区", "junior", 4)]
    people = tuple(
        PersonCount(
            subject="家长问卷答卷人数",
            district_code=code,
            district_name=name,
            stage=stage,
            person_count=count,
        )
        for code, name, stage, count in cells
    )
    text = data_files(publishable(facts(person_counts=people)))["data/person-counts.csv"]
    assert text.splitlines()[:4] == [
        "\ufeff项目,区县名称,学段,人数",
        "家长问卷答卷人数,东港区,小学,不公开",
        "家长问卷答卷人数,东港区,初中,不公开",
        "家长问卷答卷人数,东港区,合计,500",
    ]
    assert ",4\r" not in text


def test_csv_holds_no_live_formula() -> None:
    text = data_files(facts(results=(result(disposal='=HYPERLINK("x")'),)))["data/results.csv"]
    assert "'=HYPERLINK" in text


def test_the_ledger_file_can_be_recomputed_by_anyone() -> None:
    first = entry("plan", {"subject": "2025-2026-2-basic"}, after=None)
    second = entry("commit", {"subject": "2025-2026-2-basic"}, after=first)
    text = data_files(publishable(facts(ledger=(second, first))))["data/ledger.json"]
    assert check_chain(read(text, place="ledger.json"), published_head=second.entry_hash) == ()


PLAN = {
    "campaign": "2025-2026-2-basic",
    "title": "义务教育学校办学基本要求双随机抽查",
    "cycle": "2024-2027",
    "term": {
        "id": "2025-2026-2",
        "title": "2025—2026学年第二学期",
        "starts_on": date(2026, 2, 23),
        "ends_on": date(2026, 7, 10),
    },
    "rubric": "basic",
    "data": [
        {"data_set": "indicators", "due_on": date(2026, 3, 9)},
        {"data_set": "own_set", "is_required": False, "due_on": date(2026, 3, 9)},
    ],
    "matters": [{"code": "conduct", "name": "规范办学行为", "basis": "《教育督导条例》"}],
    "draw": {
        "ratio": "0.2",
        "strata_by": ["district", "stage"],
        "sources": [
            {
                "id": "ssq",
                "kind": "lottery-ssq",
                "name": "双色球第2026030期",
                "announced_at": datetime(2026, 3, 19, 21, 15, tzinfo=timezone(timedelta(hours=8))),
            }
        ],
    },
    "visits": {"starts_on": date(2026, 4, 7), "ends_on": date(2026, 4, 24)},
}


def test_a_promise_that_could_not_be_kept_shows_no_school_of_a_sealed_draw() -> None:
    record = unstaffed("sealed")
    shown = withdrawn_draw(record, is_sealed=True)
    assert shown.record == committed(record["commitment"])
    assert [name for name, _ in shown.values] == ["现场公开掷骰48次", "双色球第2026031期开奖号码"]
    assert withdrawn_draw(record, is_sealed=False).record == record
