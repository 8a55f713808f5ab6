"""A promise under which no teams can be made: cancelled on record, and made anew with a rule given up."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from examples.demo_city.run import DAYS, public_values
from inspection.deploy.campaign import CampaignState
from inspection.errors import ProtocolError
from inspection.request import DrawRequest, PublicValueEntry, Relaxation
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import ledger
from inspection.store.engine import reading, writing
from inspection.store.tables import Inspector, Recusal, School
from inspection.store.writing import put
from inspection.verify.record import verify
from tasks.draw import commit_draw, draw_schools, enter_public_values
from tasks.plan import plan_of
from tasks.relaxation import relax_draw, replaced_records
from tests.tasks.special_office import CAMPAIGN, PEOPLE, TERM, bureau, inspector, school

COMMITTED_AT = datetime(2026, 5, 6, 1, tzinfo=UTC)
DRAWN_AT = datetime.combine(DAYS["drawn"], time(18), tzinfo=UTC)
NEW = {
    "id": "dice-anew",
    "kind": "dice",
    "name": "第二次现场公开掷骰",
    "announced_at": "2027-01-05T02:00:00Z",
    "throws": 80,
}
AFTER = datetime(2027, 1, 5, 3, tzinfo=UTC)
ALL = [f"21379900{number:02d}" for number in range(1, 9)] + [f"21379901{place:02d}" for place in range(8, 20)]


@pytest.fixture
def stuck(tmp_path: Path, store_url: str) -> Iterator[str]:
    """A bureau that has promised a draw; of its three leaders one may go to a single school."""
    with bureau(tmp_path, store_url):
        loads = {0: 4, 2: 4, 4: 2}
        people = [
            inspector(code, place) | {"is_leader": place in loads, "load_count": loads.get(place, 4)}
            for place, code in enumerate(PEOPLE)
        ]
        kept = {"term_id": TERM, "inspector_id": PEOPLE[0], "relation": "declared_interest"}
        with writing(store_url) as session:
            put(session, School, [school(f"21379901{place:02d}", place) for place in range(8, 20)])
            put(session, Inspector, people)
            put(session, Recusal, [{**kept, "school_code": code} for code in ALL[1:]])
            campaigns.advance(session, CAMPAIGN, CampaignState.SCORED)
        commit_draw.fn(CAMPAIGN, as_of=COMMITTED_AT)
        enter_public_values.fn(CAMPAIGN, public_values(plan_of(CAMPAIGN)), as_of=DRAWN_AT)
        yield store_url


def decided(**changes: Any) -> Relaxation:
    given = {"rules": ["declared_interest"], "decided_by": "director-01", "reason": "组长人数不足"}
    return Relaxation.model_validate(given | {"sources": [NEW]} | changes)


def public_ledger(url: str) -> dict[str, Any]:
    with reading(url) as session:
        return {"entries": [vars(entry) for entry in ledger.entries(session)]}


def record(url: str) -> dict[str, Any]:
    with reading(url) as session:
        return draws.record_of(session, CAMPAIGN)


def failed(url: str) -> list[tuple[str, str]]:
    steps = verify(record(url), ledger=public_ledger(url))
    return [(step.code, step.message) for step in steps if step.outcome == "fail"]


def test_what_would_have_to_give_is_said_and_decided_and_the_draw_begins_anew(stuck: str) -> None:
    with pytest.raises(ProtocolError, match="现有检查人员无法为全部学校组成检查组") as caught:
        draw_schools.fn(CAMPAIGN, as_of=DRAWN_AT)
    assert "放宽条件 declared_interest：应为由审批人员决定是否放宽" in caught.value.full_text
    old = record(stuck)
    with reading(stuck) as session:
        assert replaced_records(session, CAMPAIGN) == []
    receipt = relax_draw.fn(CAMPAIGN, decided(), as_of=DRAWN_AT)
    known = record(stuck), public_ledger(stuck)
    assert known[0]["commitment"]["relaxed"] == {
        "replaces": old["commitment_digest"],
        "rules": ["not-assignable"],
        "decided_by": "director-01",
        "reason": "组长人数不足",
    }
    (source,) = known[0]["commitment"]["sources"]
    assert source["announced_at"] == "2027-01-05T10:00:00+08:00"
    assert [entry["kind"] for entry in known[1]["entries"]][-2:] == ["cancel", "commit"]
    assert failed(stuck) == []
    # Neither the same decision nor the same promise again changes anything.
    assert relax_draw.fn(CAMPAIGN, decided(), as_of=DRAWN_AT) == receipt
    commit_draw.fn(CAMPAIGN, as_of=AFTER)
    assert (record(stuck), public_ledger(stuck)) == known
    # The values that everybody knows are no values of the new promise.
    with pytest.raises(ProtocolError, match="公开数值不能用于抽取"):
        draw_schools.fn(CAMPAIGN, as_of=AFTER)
    typed = [
        PublicValueEntry(source_id="dice-anew", value="613254" * 13 + "61", entered_by=actor)
        for actor in ("office-01", "office-02")
    ]
    enter_public_values.fn(CAMPAIGN, typed, as_of=AFTER)
    draw_schools.fn(CAMPAIGN, as_of=AFTER)
    assert record(stuck)["state"] == "drawn"
    assert failed(stuck) == []
    with pytest.raises(ProtocolError) as caught:
        relax_draw.fn(CAMPAIGN, decided(sources=[NEW | {"id": "dice-third"}]), as_of=AFTER)
    assert "可以组成" in caught.value.full_text
    with reading(stuck) as session:
        (kept,) = draws.withdrawn(session, CAMPAIGN)
        (proof,) = replaced_records(session, CAMPAIGN)
    said = {step.code: step for step in verify(proof, ledger=public_ledger(stuck))}
    assert {code for code, step in said.items() if step.outcome != "pass"} == {"result", "substitutions"}
    assert said["teams"].message.endswith("确实无法为全部学校组成检查组")
    assert proof["anew"] == record(stuck)["commitment"]
    assert kept["commitment"] == old["commitment"]
    assert len(kept["values"]) == 2 * len(old["commitment"]["sources"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rules": ["load"]}, "应为以下之一：declared_interest，实为load。"),
        ({"decided_by": "office-01"}, "应为机构配置中的审批人员，实为“office-01”。"),
        ({"sources": [NEW | {"announced_at": "2026-03-01T10:00:00+08:00"}]}, "应为承诺之后才公布"),
    ],
)
def test_a_decision_that_will_not_do_leaves_the_promise_as_it_was(
    stuck: str, changes: dict[str, Any], sentence: str
) -> None:
    known = record(stuck), public_ledger(stuck)
    with pytest.raises(ProtocolError) as caught:
        relax_draw.fn(CAMPAIGN, decided(**changes), as_of=DRAWN_AT)
    assert sentence in caught.value.full_text
    assert (record(stuck), public_ledger(stuck)) == known


def test_a_form_holds_values_or_a_decision() -> None:
    value = {"source_id": "dice", "value": "1", "entered_by": "office-01"}
    for given in ({}, {"values": [value]}, {"values": [value, value], "relaxation": decided().model_dump()}):
        with pytest.raises(ValidationError):
            DrawRequest.model_validate({"campaign_id": CAMPAIGN, **given})
