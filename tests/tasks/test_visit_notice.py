"""Drawn schools are told in writing where the mode asks for it: whom, of which day, by when, and who may read it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from examples.demo_city.run import DAYS, public_values
from inspection.canonical import digest_bytes
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import Plan, TeamPlan
from inspection.errors import ProtocolError
from inspection.request import Override, SubstituteRequest
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import ledger, visit_notice
from inspection.store.engine import reading, writing
from inspection.store.tables import School, Visit
from inspection.store.visit_notice_tables import VisitNotice
from inspection.store.writing import put, replace_slice
from inspection.workdays import add_workdays
from tasks import draw as draw_tasks
from tasks import substitution as substitution_tasks
from tasks import visit as visit_tasks
from tasks import visit_notice as notice_tasks
from tasks.draw import commit_draw, draw_schools, enter_public_values
from tasks.gate import Asked, pass_dispatch
from tasks.plan import plan_of
from tasks.settings import profile
from tasks.substitution import substitute_drawn
from tasks.visit_notice import notify_drawn_schools
from tasks.workspace import outbox
from tests.migrated_store import sqlite_store
from tests.tasks.special_office import CAMPAIGN, DIRECTOR, OFFICE, bureau, school

DRAWN_ON = DAYS["drawn"]
DRAWN = datetime.combine(DRAWN_ON, time(18), tzinfo=UTC)


def planned(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Plan:
    """Let the campaign draw four schools in place of ten, and differ as told."""
    kept: Plan = plan_of(CAMPAIGN)
    assert kept.draw is not None
    plan: Plan = kept.model_copy(update={"draw": kept.draw.model_copy(update={"size": 4}), **changes})
    for module in (draw_tasks, visit_tasks, notice_tasks, substitution_tasks):
        monkeypatch.setattr(module, "plan_of", lambda _: plan)
    return plan


def drawn(url: str) -> None:
    with writing(url) as session:
        put(session, School, [school(f"21379901{place:02d}", place) for place in range(8, 20)])
        campaigns.advance(session, CAMPAIGN, CampaignState.SCORED)
    commit_draw.fn(CAMPAIGN, as_of=datetime(2026, 5, 6, 1, tzinfo=UTC))
    enter_public_values.fn(CAMPAIGN, public_values(draw_tasks.plan_of(CAMPAIGN)), as_of=DRAWN)
    draw_schools.fn(CAMPAIGN, as_of=DRAWN)
    sent(url, DRAWN_ON)
    with writing(url) as session:
        campaigns.advance(session, CAMPAIGN, CampaignState.VISITING)


def sent(url: str, as_of: date, *overrides: Override) -> None:
    """Set the days and ask the gate, as the dispatch does before it writes the teams' papers."""
    plan = visit_tasks.plan_of(CAMPAIGN)
    with writing(url) as session:
        visit_tasks._enter_visits(session, plan)
        way = Asked(plan=plan, step="dispatch", as_of=as_of, overrides=overrides, key="5c" * 32)
        pass_dispatch(session, way, visit_tasks._sending(session, plan, as_of))


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bureau that has drawn schools for a thematic supervision, which asks for three workdays' notice."""
    url = sqlite_store(tmp_path)
    with bureau(tmp_path, url):
        planned(monkeypatch, mode="thematic", team=TeamPlan(size=3, load=6))
        drawn(url)
        yield url


def days(url: str) -> dict[str, date]:
    with reading(url) as session:
        return {row["school_code"]: row["visit_on"] for row in draws.visits(session, CAMPAIGN)}


def notices(url: str) -> dict[str, VisitNotice]:
    with reading(url) as session:
        return visit_notice.newest(session, CAMPAIGN)


def asked(school_code: str) -> SubstituteRequest:
    return SubstituteRequest(
        campaign_id=CAMPAIGN, asked_by=OFFICE, reason="校舍维修，暂停办学", school_code=school_code
    )


def test_every_drawn_school_is_told_once_of_its_day_and_by_when(told: str) -> None:
    first = notify_drawn_schools.fn(CAMPAIGN, as_of=DRAWN_ON)
    visits, kept = days(told), notices(told)
    assert first.counts == {"份数": len(visits)}
    assert {code: row.visit_on for code, row in kept.items()} == visits
    assert sorted(row.number for row in kept.values()) == list(range(1, len(visits) + 1))
    calendar = profile().calendar
    assert all(add_workdays(row.due_on, 3, calendar) == row.visit_on for row in kept.values())
    assert all(row.due_on >= DRAWN_ON for row in kept.values())
    with reading(told) as session:
        chain = [item for item in ledger.entries(session) if item.kind == "visit-notice"]
        lines = visit_notice.lines(session, campaign_id=CAMPAIGN)
    assert [item.payload["count"] for item in chain] == [str(len(visits))]
    assert not [code for code in visits if code in json.dumps([dict(item.payload) for item in chain])]
    for line in lines:
        assert digest_bytes((outbox(CAMPAIGN) / line.file_name).read_bytes()) == line.content_digest
        assert line.school_code not in line.file_name
    assert notify_drawn_schools.fn(CAMPAIGN, as_of=date(2026, 5, 14)) == first
    sent(told, date(2026, 5, 20))
    with reading(told) as session:
        assert visit_notice.next_number(session, 2026) == len(visits) + 1


def test_a_substitute_has_the_days_of_notice_anew_and_a_notice_of_its_own(told: str) -> None:
    notify_drawn_schools.fn(CAMPAIGN, as_of=DRAWN_ON)
    before, on = notices(told), date(2026, 5, 18)
    gone = next(code for code, day in days(told).items() if day > on)
    substitute_drawn.fn(asked(gone), as_of=on)
    sent(told, on)
    (code,) = days(told).keys() - before.keys()
    assert days(told)[code] >= add_workdays(on, 3, profile().calendar)
    notify_drawn_schools.fn(CAMPAIGN, as_of=on)
    after = notices(told)
    assert {known: after[known].facts_digest for known in before} == {
        known: row.facts_digest for known, row in before.items()
    }
    facts = json.loads(after[code].facts)
    assert (after[code].edition, facts["is_substitute"], facts["replaces"]) == (1, True, "")
    assert after[code].number == len(before) + 1
    with reading(told) as session:
        standing = {line.school_code: line.is_standing for line in visit_notice.lines(session)}
    assert standing == {known: known != gone for known in after}


def test_a_substitute_that_cannot_have_them_is_sent_only_on_a_decision(told: str) -> None:
    notify_drawn_schools.fn(CAMPAIGN, as_of=DRAWN_ON)
    known, plan = days(told), visit_tasks.plan_of(CAMPAIGN)
    assert plan.visits is not None
    late = plan.visits.ends_on
    gone = max(known, key=lambda code: known[code])
    substitute_drawn.fn(asked(gone), as_of=late)
    (code,) = days(told).keys() - known.keys()
    with pytest.raises(ProtocolError) as error:
        sent(told, late)
    assert [(fault.code, fault.place) for fault in error.value.faults] == [("GAT-005", f"学校 {code}")]
    given = Override.model_validate(
        {"rule": "notice", "person_id": DIRECTOR, "reason": "入校时间仅余一个工作日，经与有关学校商定"}
    )
    sent(told, late, given)
    notify_drawn_schools.fn(CAMPAIGN, as_of=late)
    assert notices(told)[code].due_on < notices(told)[code].issued_on == late


def test_a_school_whose_day_moves_is_told_anew_and_the_earlier_notice_falls(told: str) -> None:
    notify_drawn_schools.fn(CAMPAIGN, as_of=DRAWN_ON)
    code, day = next(iter(days(told).items()))
    with writing(told) as session:
        rows = [{"campaign_id": CAMPAIGN, **row} for row in draws.visits(session, CAMPAIGN)]
        moved = add_workdays(max(row["visit_on"] for row in rows), 1, profile().calendar)
        changed = [row | {"visit_on": moved} if row["school_code"] == code else row for row in rows]
        replace_slice(session, Visit, changed, campaign_id=CAMPAIGN)
    notify_drawn_schools.fn(CAMPAIGN, as_of=DRAWN_ON)
    newest = notices(told)[code]
    assert (newest.edition, newest.visit_on) == (2, moved)
    assert json.loads(newest.facts)["replaces"].startswith("示教督通字〔2026〕")
    with reading(told) as session:
        (line,) = visit_notice.lines(session, campaign_id=CAMPAIGN, school_code=code)
        both = [row for row in visit_notice.notices(session, CAMPAIGN) if row.school_code == code]
    assert (line.edition, len(both), both[0].visit_on) == (2, 2, day)


def test_a_mode_that_comes_unannounced_tells_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = sqlite_store(tmp_path)
    with bureau(tmp_path, url):
        planned(monkeypatch)
        drawn(url)
        assert notify_drawn_schools.fn(CAMPAIGN, as_of=DRAWN_ON).counts == {"份数": 0}
        assert notices(url) == {}
        assert not (outbox(CAMPAIGN) / "visit-notices").exists()
