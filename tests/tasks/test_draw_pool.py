"""Whom a draw can reach: not twice a year for one matter, and only the pool that the plan is about."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import Plan, TargetPool
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store.engine import reading, writing
from inspection.store.tables import Campaign, Cycle, Draw, School, TeamMember, Term, VisitResult
from inspection.store.writing import put
from tasks import draw as draw_tasks
from tasks.draw import commit_draw, inspected_stages
from tasks.plan import plan_of
from tests.tasks.special_office import CAMPAIGN, PEOPLE, SCHOOLS, bureau, school

AS_OF = datetime(2026, 5, 6, 1, tzinfo=UTC)
OTHER = "2025-2026-1-other"


@pytest.fixture
def office(tmp_path: Path, store_url: str) -> Iterator[str]:
    with bureau(tmp_path, store_url):
        with writing(store_url) as session:
            put(session, School, [school(f"21379901{place:02d}", place) for place in range(8, 20)])
            campaigns.advance(session, CAMPAIGN, CampaignState.SCORED)
        yield store_url


def inspect(
    url: str, code: str, *, on: date, matter: str, campaign_id: str = OTHER, drawn: bool = True
) -> None:
    result = {"campaign_id": campaign_id, "school_code": code, "team_code": "t01", "result": "no-problem"}
    rest = {"visited_on": on, "present": "", "is_urgent": False, "submission_id": "s1"}
    draw = {"campaign_id": campaign_id, "state": "drawn", "commitment": f'{{"matters":["{matter}"]}}'}
    kept = {"commitment_digest": campaign_id, "annex": "", "record": "", "record_digest": ""}
    with writing(url) as session:
        put(session, VisitResult, [result | rest])
        if drawn:
            put(session, Draw, [draw | kept])


def excluded(url: str) -> dict[str, str]:
    commit_draw.fn(CAMPAIGN, as_of=AS_OF)
    with reading(url) as session:
        lines = draws.record_of(session, CAMPAIGN)["commitment"]["excluded"]
    return {line["school"]: line["reason"] for line in lines}


def test_a_school_inspected_this_year_for_the_same_matter_is_not_drawn(office: str) -> None:
    inspect(office, SCHOOLS[2], on=date(2026, 3, 2), matter="curriculum")
    assert excluded(office) == {SCHOOLS[2]: "本年度已就同一事项抽查"}


@pytest.mark.parametrize(
    ("on", "matter", "drawn"),
    [
        (date(2025, 11, 3), "curriculum", True),
        (date(2026, 3, 2), "canteen", True),
        (date(2026, 3, 2), "curriculum", False),
    ],
    ids=["last year", "another matter", "a special inspection"],
)
def test_other_inspections_do_not_keep_a_school_out(office: str, on: date, matter: str, drawn: bool) -> None:
    inspect(office, SCHOOLS[2], on=on, matter=matter, drawn=drawn)
    assert excluded(office) == {}


def test_what_is_found_after_the_commitment_does_not_change_it(office: str) -> None:
    first = excluded(office)
    inspect(office, SCHOOLS[2], on=date(2026, 5, 7), matter="curriculum")
    assert excluded(office) == first


def test_a_targeted_draw_excludes_the_others_and_says_so(
    office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(CAMPAIGN)
    assert plan.draw is not None
    aim = {"target": TargetPool(stages=("primary",)), "size": 4, "minimum_per_stratum": 1}
    targeted: Plan = plan.model_copy(update={"draw": plan.draw.model_copy(update=aim)})
    monkeypatch.setattr(draw_tasks, "plan_of", lambda _: targeted)
    found = excluded(office)
    assert set(found.values()) == {"不属于本次定向抽查的范围"}
    junior = {SCHOOLS[3], SCHOOLS[7], "2137990111", "2137990115", "2137990119"}
    assert found.keys() == junior


def test_a_school_of_which_the_rubric_does_not_speak_is_not_drawn(office: str) -> None:
    senior = school("3437990099", 20) | {"school_type": "senior-school", "stages": "senior"}
    with writing(office) as session:
        put(session, School, [senior])
    assert excluded(office) == {"3437990099": "评价细则不涉及该校的学段"}


def test_only_the_stages_of_the_rubric_are_inspected() -> None:
    assert inspected_stages("junior,senior", ("primary", "junior")) == ["junior"]
    assert inspected_stages("senior", ("primary", "junior")) == []


def registered(url: str, *, cycle_id: str) -> None:
    """Register the other campaign: a term earlier, in some cycle, with one person on its team."""
    term = {"term_id": "2025-2026-1", "title": "第一学期", "starts_on": date(2025, 9, 1)}
    rest = {"title": "上学期抽查", "mode": "double-random", "plan_digest": "b" * 64, "state": "CLOSED"}
    with writing(url) as session:
        put(session, Term, [term | {"ends_on": date(2026, 1, 31)}])
        put(session, Cycle, [{"cycle_id": cycle_id, "phase": "rollout"}])
        put(
            session,
            Campaign,
            [{"campaign_id": OTHER, "term_id": "2025-2026-1", "cycle_id": cycle_id} | rest],
        )
        seat = {"campaign_id": OTHER, "team_code": "t01", "role": "leader", "inspector_id": PEOPLE[1]}
        put(session, TeamMember, [seat])


def test_nobody_goes_to_a_school_two_terms_running(office: str) -> None:
    registered(office, cycle_id="2025")
    inspect(office, SCHOOLS[2], on=date(2025, 11, 3), matter="canteen")
    excluded(office)
    with reading(office) as session:
        made = draws.commitment(session, CAMPAIGN)
    reasons = {(line["id"], line["school"]): line["reasons"] for line in made.annex["reasons"]}
    assert reasons[PEOPLE[1], SCHOOLS[2]] == ["last_term"]
    assert sum("last_term" in codes for codes in reasons.values()) == 1
    # What is entered afterwards does not change the promise.
    inspect(office, SCHOOLS[4], on=date(2025, 11, 4), matter="canteen")
    excluded(office)


def test_in_the_last_term_of_a_cycle_every_school_not_reached_is_drawn(
    office: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(CAMPAIGN)
    assert plan.draw is not None
    last = {"cycle_terms_left": 1, "ratio": "0.2", "size": 0, "minimum_per_stratum": 1}
    changed = {"draw": plan.draw.model_copy(update=last)}
    monkeypatch.setattr(draw_tasks, "plan_of", lambda _: plan.model_copy(update=changed))
    registered(office, cycle_id=plan.cycle)
    everywhere = [*SCHOOLS, *(f"21379901{place:02d}" for place in range(8, 20))]
    for code in everywhere[4:]:
        inspect(office, code, on=date(2025, 11, 3), matter="curriculum")
    excluded(office)
    with reading(office) as session:
        commitment = draws.record_of(session, CAMPAIGN)["commitment"]
    whole = {line["stratum"] for line in commitment["strata"] if line["size"] == line["pool"]}
    assert {line["school"] for line in commitment["pool"] if line["stratum"] in whole} == set(everywhere[:4])
    assert commitment["sizing"]["total"] == 4 + 2 + 2
    inspect(office, everywhere[0], on=date(2025, 11, 5), matter="curriculum")
    excluded(office)
