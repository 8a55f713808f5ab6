"""The page about a draw says what the record says, at every hour of the draw."""

import hashlib

from inspection.draw import record
from inspection.draw.substitution import substitute
from inspection.publish.draw_page import DRAWN, NOT_DRAWN, REPLACED, SUBSTITUTE, DrawPage, draw_page
from inspection.publish.publication import SchoolFacts
from tests.rules.draw.example_draw import DICE, LOTTERY, SCHOOLS, committed, drawn
from tests.rules.draw.test_risk_ratios import GIVEN

NAMES = [
    SchoolFacts(school_code=school.code, school_name=f"{school.code[-1]}校", district_name="东港区")
    for school in SCHOOLS
]


def outcomes(page: DrawPage) -> dict[str, str]:
    return {school.school_code: school.outcome for stratum in page.strata for school in stratum.schools}


def test_before_the_draw_the_page_promises_and_tells_nothing_else() -> None:
    page = draw_page(record.committed(committed().record), NAMES)
    assert (page.is_drawn, page.pool_count, page.total, page.seed) == (False, 8, 4, "")
    assert [source.value for source in page.sources] == ["", ""]
    assert set(outcomes(page).values()) == {""}
    assert [(line.school_name, line.reason) for line in page.exclusions] == [
        ("9校", "本年度已就同一事项抽查")
    ]


def test_the_page_knows_whether_ratios_differ() -> None:
    assert not draw_page(record.committed(committed().record), NAMES).has_own_ratios
    assert draw_page(record.committed(committed(**GIVEN).record), NAMES).has_own_ratios


def test_after_the_draw_every_school_of_the_pool_has_ticket_and_outcome() -> None:
    made = drawn()
    page = draw_page(made, NAMES)
    chosen = {line["school"] for line in made["selection"]}
    assert {code for code, outcome in outcomes(page).items() if outcome == DRAWN} == chosen
    assert {code for code, outcome in outcomes(page).items() if outcome == NOT_DRAWN} == {
        line["school"] for line in made["tickets"]
    } - chosen
    assert [source.value for source in page.sources] == [DICE, LOTTERY]
    assert page.sources[0].announced_at.isoformat() == "2026-03-20T10:00:00+08:00"


def test_a_substitution_shows_who_left_and_who_came() -> None:
    made = drawn()
    gone = made["selection"][0]["school"]
    page = draw_page(substitute(made, gone, reason="暂停办学"), NAMES)
    assert outcomes(page)[gone] == REPLACED
    (came,) = (code for code, outcome in outcomes(page).items() if outcome == SUBSTITUTE)
    assert [(line.school_name, line.substitute_name, line.reason) for line in page.substitutions] == [
        (f"{gone[-1]}校", f"{came[-1]}校", "暂停办学")
    ]


def test_a_sealed_record_gives_nobody_away() -> None:
    page = draw_page(record.sealed(drawn("sealed")), NAMES)
    assert not page.is_drawn
    assert page.example is None
    assert set(outcomes(page).values()) == {""}
    assert len(page.result_hash) == 64


def test_the_worked_example_is_a_drawn_school_worked_out_from_the_seed() -> None:
    made = drawn()
    example = draw_page(made, NAMES).example
    assert example is not None
    seed_digest = hashlib.sha256(made["seed"].encode()).hexdigest()
    assert example.seed_digest == seed_digest
    assert example.id_digest == hashlib.sha256((seed_digest + example.school_id).encode()).hexdigest()
    tickets = {line["school"]: line["ticket"] for line in made["tickets"]}
    assert example.ticket == tickets[example.school_id.rsplit(":", 1)[1]]


def test_a_school_nobody_named_goes_by_its_code() -> None:
    page = draw_page(record.committed(committed().record), [])
    assert page.strata[0].schools[0].school_name == "3711020001"
