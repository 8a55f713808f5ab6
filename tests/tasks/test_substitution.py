"""A drawn school or an inspector drops out: the store, the ledger, the visits and the record follow, or nothing does."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from examples.demo_city.run import DAYS, public_values
from flows.substitute_draw import substitute_draw
from inspection.deploy.campaign import CampaignState
from inspection.draw.commitment import pseudonym
from inspection.errors import ProtocolError
from inspection.request import SubstituteRequest
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import ledger
from inspection.store.engine import reading, writing
from inspection.store.tables import PolicyVersion, School, VisitResult
from inspection.store.writing import put
from inspection.verify.record import verify
from tasks.draw import commit_draw, derived_key, draw_schools, enter_public_values
from tasks.plan import plan_of
from tasks.substitution import substitute_drawn
from tasks.visit import _enter_visits
from tasks.workspace import outbox
from tests.tasks.special_office import CAMPAIGN, OFFICE, PEOPLE, bureau, school

ON = date(2026, 5, 20)
DRAWN = datetime.combine(DAYS["drawn"], time(18), tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path, store_url: str) -> Iterator[str]:
    """A bureau whose teams are on their way."""
    with bureau(tmp_path, store_url):
        with writing(store_url) as session:
            # The plan draws ten schools: the bureau needs more than its eight.
            put(session, School, [school(f"21379901{place:02d}", place) for place in range(8, 20)])
            campaigns.advance(session, CAMPAIGN, CampaignState.SCORED)
        commit_draw.fn(CAMPAIGN, as_of=datetime(2026, 5, 6, 1, tzinfo=UTC))
        enter_public_values.fn(CAMPAIGN, public_values(plan_of(CAMPAIGN)), as_of=DRAWN)
        draw_schools.fn(CAMPAIGN, as_of=DRAWN)
        with writing(store_url) as session:
            _enter_visits(session, plan_of(CAMPAIGN))
            campaigns.advance(session, CAMPAIGN, CampaignState.VISITING)
        yield store_url


def asked(**changes: Any) -> SubstituteRequest:
    given = {"campaign_id": CAMPAIGN, "asked_by": OFFICE, "reason": "校舍维修，暂停办学"}
    return SubstituteRequest.model_validate(given | changes)


def visits(url: str) -> dict[str, tuple[str, date]]:
    with reading(url) as session:
        rows = draws.visits(session, CAMPAIGN)
    return {row["school_code"]: (row["team_code"], row["visit_on"]) for row in rows}


def members(url: str) -> dict[str, set[str]]:
    teams: dict[str, set[str]] = {}
    with reading(url) as session:
        for row in draws.members(session, CAMPAIGN):
            teams.setdefault(row["team_code"], set()).add(row["inspector_id"])
    return teams


def record(url: str) -> dict[str, Any]:
    with reading(url) as session:
        return draws.record_of(session, CAMPAIGN)


def public_ledger(url: str) -> dict[str, Any]:
    with reading(url) as session:
        return {"entries": [vars(entry) for entry in ledger.entries(session)]}


def assert_verified(url: str) -> None:
    steps = verify(record(url), ledger=public_ledger(url))
    assert [(step.title, step.message) for step in steps if step.outcome == "fail"] == []


def test_a_school_is_replaced_and_only_its_own_visit_moves(office: str) -> None:
    before = visits(office)
    gone = record(office)["selection"][0]["school"]
    receipt = substitute_drawn.fn(asked(school_code=gone), as_of=ON)
    assert receipt.counts == {"递补学校": 1, "更换检查人员": 0}
    (item,) = record(office)["substitutions"]
    after = visits(office)
    assert {code: after[code] for code in after if code != item["substitute"]} == {
        code: before[code] for code in before if code != gone
    }
    assert after[item["substitute"]][1] >= ON
    assert_verified(office)


def test_the_ledger_holds_the_digest_of_who_asked_for_what(office: str) -> None:
    gone = record(office)["selection"][0]["school"]
    substitute_drawn.fn(asked(school_code=gone), as_of=ON)
    entry = public_ledger(office)["entries"][-1]
    with reading(office) as session:
        kept = session.execute(
            select(PolicyVersion).where(PolicyVersion.name == f"{CAMPAIGN}-1")
        ).scalar_one()
    assert (entry["kind"], entry["payload"]["request"]) == ("substitute", kept.digest)
    assert OFFICE in kept.content
    assert OFFICE not in str(public_ledger(office)) + str(record(office))


def test_the_same_request_again_changes_nothing(office: str) -> None:
    gone = record(office)["selection"][0]["school"]
    first = substitute_drawn.fn(asked(school_code=gone), as_of=ON)
    known = visits(office), record(office), public_ledger(office)
    assert substitute_drawn.fn(asked(school_code=gone), as_of=ON) == first
    draw_schools.fn(CAMPAIGN, as_of=DRAWN)
    assert (visits(office), record(office), public_ledger(office)) == known


def test_an_inspector_is_replaced_at_every_school_still_to_come(office: str) -> None:
    before, teams = visits(office), members(office)
    person = sorted({name for team in teams.values() for name in team})[0]
    own = {code for code, (team, _) in before.items() if person in teams[team]}
    substitute_drawn.fn(asked(inspector_id=person, reason="因病不能参加检查"), as_of=DAYS["drawn"])
    after, now = visits(office), members(office)
    assert after.keys() == before.keys()
    assert all(person not in now[after[code][0]] for code in own)
    assert {c: after[c] for c in after.keys() - own} == {c: before[c] for c in before.keys() - own}
    (item,) = record(office)["substitutions"]
    assert item["inspector"] == pseudonym(derived_key("annex", CAMPAIGN), person)
    days = [(who, day) for team, day in after.values() for who in now[team]]
    assert len(days) == len(set(days))
    assert_verified(office)


def test_a_school_already_inspected_is_not_replaced_and_nothing_changes(office: str) -> None:
    gone = record(office)["selection"][0]["school"]
    done = {"campaign_id": CAMPAIGN, "school_code": gone, "team_code": "t01", "result": "no-problem"}
    rest = {"visited_on": ON, "present": "", "is_urgent": False, "submission_id": "s1"}
    with writing(office) as session:
        put(session, VisitResult, [done | rest])
    known = visits(office), record(office), public_ledger(office)
    with pytest.raises(ProtocolError) as caught:
        substitute_drawn.fn(asked(school_code=gone), as_of=ON)
    assert f"应为尚未检查的学校，实为学校 {gone} 的检查记录已存档。" in caught.value.full_text
    assert (visits(office), record(office), public_ledger(office)) == known


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "应为写明学校或者检查人员，以及理由，实为学校和检查人员均未填写。"),
        ({"school_code": "2137990001", "reason": " "}, "实为没有写明理由。"),
        ({"school_code": "2137990001", "request_file": "a01.yaml"}, "应为表中填写与申请文件二者只用一种"),
        ({"inspector_id": PEOPLE[0] + "9"}, "应为现由该检查人员承担的学校，并写明理由"),
    ],
)
def test_a_request_that_is_not_whole_is_refused(office: str, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        substitute_drawn.fn(asked(**changes), as_of=ON)
    assert sentence in caught.value.full_text


def test_a_request_may_come_as_a_file(office: str, tmp_path: Path) -> None:
    gone = record(office)["selection"][0]["school"]
    path = outbox(CAMPAIGN).parents[1] / "inbox" / CAMPAIGN / "substitutions" / "a01.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(f'school_code: "{gone}"\nreason: 暂停办学\n', encoding="utf-8")
    substitute_drawn.fn(asked(reason="", request_file="a01.yaml"), as_of=ON)
    assert record(office)["substitutions"][0]["school"] == gone


def test_the_flow_sends_the_new_team_its_dossier_and_workbook(office: str) -> None:
    gone = record(office)["selection"][0]["school"]
    substitute_draw(asked(school_code=gone, as_of=ON))
    (item,) = record(office)["substitutions"]
    team, _ = visits(office)[item["substitute"]]
    sent = outbox(CAMPAIGN) / "teams" / team
    assert {path.name for path in sent.iterdir()} == {"dossier.pdf", f"检查记录-{team}.xlsx"}
