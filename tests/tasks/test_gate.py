"""The gate at its steps: a flow is refused where it breaks a rule, and an override is kept, entered and published."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from examples.demo_city.run import DAYS, public_values
from inspection.canonical import digest_bytes
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import Plan
from inspection.errors import ProtocolError
from inspection.request import Override
from inspection.store import account, ledger, value_evidence
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import gate as gates
from inspection.store import publication as publications
from inspection.store.engine import reading, writing
from inspection.store.tables import Draw, Recusal, School, Visit, VisitResult
from inspection.store.value_evidence import EvidenceLine
from inspection.store.writing import put
from tasks import draw as draw_tasks
from tasks import publication as publication_tasks
from tasks import visit as visit_tasks
from tasks.clock import CLOSE_OF_DAY, OFFICE_TIME, working_time
from tasks.draw import commit_draw, draw_schools, enter_public_values
from tasks.evaluation import evaluate
from tasks.plan import plan_of
from tasks.publication import publish
from tasks.record_sheet import write_record_sheet
from tasks.visit import dispatch_teams
from tasks.workspace import public
from tests.migrated_store import sqlite_store
from tests.tasks.special_office import CAMPAIGN, DIRECTOR, SCHOOLS, apart, bureau, school

COMMITTED = datetime(2026, 5, 6, 1, tzinfo=UTC)
DRAWN = datetime.combine(DAYS["drawn"], time(18), tzinfo=UTC)
REASON = "检查事项由上级部署，清单正在修订公布"


@contextmanager
def scored(folder: Path, url: str) -> Iterator[str]:
    """Give a bureau whose schools are scored, so that a draw can be promised."""
    with bureau(folder, url):
        with writing(url) as session:
            put(session, School, [school(f"21379901{place:02d}", place) for place in range(8, 20)])
            campaigns.advance(session, CAMPAIGN, CampaignState.SCORED)
        yield url


@pytest.fixture
def either_office(tmp_path: Path, store_url: str) -> Iterator[str]:
    with scored(tmp_path, store_url) as url:
        yield url


@pytest.fixture
def office(tmp_path: Path) -> Iterator[str]:
    url = sqlite_store(tmp_path)
    with scored(tmp_path, url):
        yield url


def planned(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    plan: Plan = plan_of(CAMPAIGN).model_copy(update=changes)
    for module in (draw_tasks, publication_tasks, visit_tasks):
        monkeypatch.setattr(module, "plan_of", lambda _: plan)


def unlisted(monkeypatch: pytest.MonkeyPatch) -> None:
    matters = plan_of(CAMPAIGN).matters
    planned(monkeypatch, matters=(*matters, matters[0].model_copy(update={"code": "canteen"})))


def override(rule: str, reason: str = REASON) -> Override:
    return Override.model_validate({"rule": rule, "person_id": DIRECTOR, "reason": reason})


def codes(error: pytest.ExceptionInfo[ProtocolError]) -> set[str]:
    return {fault.code for fault in error.value.faults}


def entries(url: str, kind: str) -> list[dict[str, Any]]:
    with reading(url) as session:
        return [dict(entry.payload) for entry in ledger.entries(session) if entry.kind == kind]


def draw() -> None:
    commit_draw.fn(CAMPAIGN, as_of=COMMITTED)
    enter_public_values.fn(CAMPAIGN, public_values(plan_of(CAMPAIGN)), as_of=DRAWN)
    draw_schools.fn(CAMPAIGN, as_of=DRAWN)


def test_a_matter_that_is_not_on_the_list_is_not_promised(
    office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlisted(monkeypatch)
    with pytest.raises(ProtocolError) as error:
        commit_draw.fn(CAMPAIGN, as_of=COMMITTED)
    assert codes(error) == {"GAT-004"}
    with reading(office) as session:
        assert not draws.is_committed(session, CAMPAIGN)


def test_an_override_is_kept_entered_in_the_ledger_and_published(
    either_office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlisted(monkeypatch)
    given = [override("matter-list")]
    first = commit_draw.fn(CAMPAIGN, as_of=COMMITTED, overrides=given)
    assert commit_draw.fn(CAMPAIGN, as_of=COMMITTED, overrides=given) == first
    (entry,) = entries(either_office, "override")
    assert (entry["rule"], entry["clause"], entry["person"]) == ("matter-list", "GBF-58-QD", DIRECTOR)
    assert not {"canteen", REASON} & set(entry.values())
    publish.fn(CAMPAIGN, as_of=date(2026, 5, 8))
    page = (public(CAMPAIGN) / "plan.html").read_text(encoding="utf-8")
    assert "例外办理决定（1项）" in page
    assert REASON in page
    (said,) = json.loads((public(CAMPAIGN) / "data/plan.json").read_text(encoding="utf-8"))["overrides"]
    assert said == {
        "rule": "抽查事项列入清单",
        "clause": "《国务院办公厅关于推广随机抽查规范事中事后监管的通知》（国办发〔2015〕58号）"
        "关于制定随机抽查事项清单的规定",
        "step": "公布抽取方案",
        "decided_on": "2026-05-06",
        "decided_by": DIRECTOR,
        "reason": REASON,
    }


def test_three_people_are_needed_where_the_mode_asks_for_three(
    office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(monkeypatch, mode="thematic")
    with pytest.raises(ProtocolError, match="GAT-001"):
        commit_draw.fn(CAMPAIGN, as_of=COMMITTED)


def test_teams_are_not_sent_where_a_recusal_became_known(office: str) -> None:
    draw()
    dispatched = DAYS["drawn"]
    with writing(office) as session:
        visit_tasks._enter_visits(session, plan_of(CAMPAIGN))
        visit = draws.visits(session, CAMPAIGN)[0]
        member = next(
            row for row in draws.members(session, CAMPAIGN) if row["team_code"] == visit["team_code"]
        )
        put(session, Recusal, [apart(member["inspector_id"], visit["school_code"])])
    with pytest.raises(ProtocolError) as error:
        dispatch_teams.fn(CAMPAIGN, as_of=dispatched)
    assert codes(error) == {"GAT-002"}
    assert member["inspector_id"] not in error.value.full_text
    with reading(office) as session:
        assert campaigns.get(session, CAMPAIGN).state == CampaignState.DRAWN


def test_teams_are_not_sent_to_a_school_that_was_inspected_since(office: str) -> None:
    draw()
    with reading(office) as session:
        drawn = draws.record_of(session, CAMPAIGN)["selection"][0]["school"]
    result = {"campaign_id": "other", "school_code": drawn, "team_code": "t01", "result": "no-problem"}
    rest = {"visited_on": date(2026, 5, 11), "present": "", "is_urgent": False, "submission_id": "s1"}
    other = {"campaign_id": "other", "state": "drawn", "commitment": '{"matters":["curriculum"]}'}
    kept = {"commitment_digest": "other", "annex": "", "record": "", "record_digest": ""}
    with writing(office) as session:
        put(session, VisitResult, [result | rest])
        put(session, Draw, [other | kept])
    with pytest.raises(ProtocolError) as error:
        dispatch_teams.fn(CAMPAIGN, as_of=DAYS["drawn"])
    assert [(fault.code, fault.place) for fault in error.value.faults] == [("GAT-003", f"学校 {drawn}")]


def test_the_record_sheet_of_an_open_draw_is_on_the_site(office: str) -> None:
    draw()
    made = write_record_sheet.fn(CAMPAIGN, as_of=DAYS["drawn"])
    assert write_record_sheet.fn(CAMPAIGN, as_of=DAYS["drawn"]) == made
    publish.fn(CAMPAIGN, as_of=DAYS["drawn"])
    published = public(CAMPAIGN) / "draw-record-sheet.pdf"
    assert digest_bytes(published.read_bytes()) == made.content_digest
    assert "draw-record-sheet.pdf" in (public(CAMPAIGN) / "draw.html").read_text(encoding="utf-8")
    assert write_record_sheet.fn(CAMPAIGN, as_of=DAYS["found"], is_opening=True).counts == {"份数": 0}


def test_results_that_come_late_need_a_reason_and_it_is_published(office: str) -> None:
    draw()
    returned(office, SCHOOLS[0], date(2026, 5, 18))
    late = date(2026, 6, 16)
    for step in (evaluate, publish):
        with pytest.raises(ProtocolError) as error:
            step.fn(CAMPAIGN, as_of=late)
        assert codes(error) == {"GAT-006"}
    publish.fn(CAMPAIGN, as_of=late, overrides=[override("publication", "因汛情道路中断，有关检查推迟完成")])
    assert "因汛情道路中断，有关检查推迟完成" in (public(CAMPAIGN) / "plan.html").read_text(encoding="utf-8")
    publish.fn(CAMPAIGN, as_of=late)
    evaluate.fn(CAMPAIGN, as_of=late)
    with reading(office) as session:
        assert gates.overridden(session, CAMPAIGN) == {"publication": {SCHOOLS[0]}}


def test_each_school_is_published_on_its_own_day(either_office: str) -> None:
    draw()
    early, late = date(2026, 6, 1), date(2026, 8, 31)
    returned(either_office, SCHOOLS[0], date(2026, 5, 18))
    publish.fn(CAMPAIGN, as_of=early)
    returned(either_office, SCHOOLS[1], date(2026, 5, 20))
    with pytest.raises(ProtocolError) as error:
        publish.fn(CAMPAIGN, as_of=late)
    (fault,) = error.value.faults
    assert (fault.code, fault.got) == ("GAT-006", "2026-08-31公示")
    assert SCHOOLS[1] in fault.place
    publish.fn(CAMPAIGN, as_of=late, overrides=[override("publication", "因汛情道路中断，有关检查推迟完成")])
    publish.fn(CAMPAIGN, as_of=date(2026, 9, 1))
    with reading(either_office) as session:
        assert publications.results_first_on(session, CAMPAIGN, {}) == {SCHOOLS[0]: early, SCHOOLS[1]: late}
        assert gates.overridden(session, CAMPAIGN) == {"publication": {SCHOOLS[1]}}
    page = (public(CAMPAIGN) / "results.html").read_text(encoding="utf-8")
    assert (page.count("2026-06-01"), page.count("2026-08-31")) == (1, 1)


def test_a_visit_without_a_result_is_overdue(either_office: str) -> None:
    draw()
    row = {"campaign_id": CAMPAIGN, "school_code": SCHOOLS[0], "team_code": "t01"}
    with writing(either_office) as session:
        put(session, Visit, [row | {"visit_on": date(2026, 5, 18)}])
    publish.fn(CAMPAIGN, as_of=date(2026, 6, 15))
    with pytest.raises(ProtocolError) as error:
        evaluate.fn(CAMPAIGN, as_of=date(2026, 6, 16))
    assert [fault.got for fault in error.value.faults] == ["截至2026-06-16检查结果尚未交回"]


def test_a_site_from_before_schools_were_listed_counts_for_all_visited_by_then(either_office: str) -> None:
    with writing(either_office) as session:
        on = date(2026, 6, 1)
        publications.enter(session, CAMPAIGN, digest="ab" * 32, file_count=1, has_results=True, on=on)
        publications.enter_results(session, CAMPAIGN, [SCHOOLS[1]], on=date(2026, 8, 30))
        visited = {SCHOOLS[0]: date(2026, 5, 18), SCHOOLS[2]: date(2026, 6, 2)}
        found = publications.results_first_on(session, CAMPAIGN, visited)
    assert found == {SCHOOLS[0]: on, SCHOOLS[1]: date(2026, 8, 30)}


def returned(url: str, school: str, visited_on: date) -> None:
    visited = {"campaign_id": CAMPAIGN, "school_code": school, "team_code": "t01", "result": "no-problem"}
    rest = {"visited_on": visited_on, "present": "", "is_urgent": False, "submission_id": "s1"}
    with writing(url) as session:
        put(session, VisitResult, [visited | rest])


def test_a_real_bureau_cannot_promise_as_of_a_day_before_the_values_were_known(
    office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = draw_tasks.profile().model_copy(update={"is_synthetic": False})
    monkeypatch.setattr(draw_tasks, "profile", lambda: real)
    monkeypatch.setenv("INSPECTION_DRAW_SECRET", "5c" * 32)
    with pytest.raises(ProtocolError) as error:
        commit_draw.fn(CAMPAIGN, as_of=COMMITTED)
    assert codes(error) == {"POOL-008"}


def test_in_a_real_bureau_values_are_typed_from_accounts_that_may(
    either_office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_draw.fn(CAMPAIGN, as_of=COMMITTED)
    plan = plan_of(CAMPAIGN)
    roles = {"clerk-01": "office", "clerk-02": "engineer", "jijian-01": "discipline"}
    with writing(either_office) as session:
        for name, role in roles.items():
            account.add(session, account_id=name, role=role, scope="", password_hash="x", at=COMMITTED)
    enter_public_values.fn(CAMPAIGN, public_values(plan), as_of=DRAWN)
    real = draw_tasks.profile().model_copy(update={"is_synthetic": False})
    monkeypatch.setattr(draw_tasks, "profile", lambda: real)
    with pytest.raises(ProtocolError) as error:
        enter_public_values.fn(CAMPAIGN, public_values(plan), as_of=DRAWN)
    assert [(fault.code, fault.place) for fault in error.value.faults] == [("SEED-010", "录入人 clerk-02")]


def test_a_value_needs_the_evidence_that_it_names(office: str) -> None:
    commit_draw.fn(CAMPAIGN, as_of=COMMITTED)
    plan = plan_of(CAMPAIGN)
    typed = [entry.model_copy(update={"evidence": "a1" * 32}) for entry in public_values(plan)]
    with pytest.raises(ProtocolError) as error:
        enter_public_values.fn(CAMPAIGN, typed, as_of=DRAWN)
    assert codes(error) == {"SEED-012"}
    line = EvidenceLine(
        content_digest="a1" * 32, kind="pdf", byte_count=9, account_id="office-01", recorded_at=DRAWN
    )
    with writing(office) as session:
        value_evidence.enter(session, CAMPAIGN, line)
    enter_public_values.fn(CAMPAIGN, typed, as_of=DRAWN)


def test_naming_today_does_not_make_it_evening() -> None:
    before = datetime.now(OFFICE_TIME)
    assert before <= working_time.fn(before.date()) <= datetime.now(OFFICE_TIME)
    assert working_time.fn(date(2026, 5, 12)).time() == CLOSE_OF_DAY
