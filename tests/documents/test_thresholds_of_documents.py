"""Every number that a document demands stands in its rubric as the document has it.

The table is copied from the documents' sentences, not from the rubrics: id, what the figure must be, number by
stage where it differs. Requirements without a number of their own (to be done by all, to exist, to be rated)
are held by the worked examples of `docs/scores/`.
"""

from typing import Any

import pytest

from inspection.score.rubric import Criterion, Rubric
from inspection.score.target import Target
from tests.spec import coverage

DEMANDED: dict[str, tuple[str, Any]] = {
    "RZ-03": ("at_least", 80),
    "RZ-06a": ("at_least", 90),
    "RZ-06b": ("above", 0),
    "RZ-06c": ("at_most", -1),
    "RZ-07a": ("at_least", 60),
    "RZ-08": ("at_least", {"primary": 10, "junior": 9}),
    "RZ-12": ("at_least", 90),
    "RZ-13": ("at_least", 10),
    "RZ-15": ("at_least", 1),
    "RZ-19": ("at_least", 1),
    "RZ-20": ("at_least", 1),
    "RZ-26a": ("at_most", 0),
    "BJ-01": ("at_least", 500),
    "BJ-02": ("at_least", 20),
    "BJ-03": ("at_least", 2),
    "BJ-04": ("at_least", 60),
    "BJ-05": ("at_least", 1),
    "BX-09": ("at_most", 0),
    "BX-19": ("at_most", 0),
    "BX-25": ("at_least", 1),
    "BX-26": ("at_least", 1),
    "BX-28": ("at_least", 4),
    "BX-29": ("at_least", 1),
    "BX-32b": ("at_least", 1),
    "XX-01": ("at_least", 98),
    "XX-02": ("at_least", 85),
    "XX-04a": ("at_least", 35),
    "XX-04b": ("at_least", 10),
    "XX-05": ("at_least", 90),
    "XX-07a": ("at_least", 80),
    "XX-07b": ("at_least", 1),
    "XX-08": ("at_least", 90),
    "XX-09a": ("at_least", 20),
    "XX-09b": ("at_least", 15),
    "XX-10": ("at_least", 40),
    "XX-11a": ("at_least", 90),
    "XX-11b": ("at_least", 90),
    "XX-13": ("at_least", 1),
    "XX-14": ("at_least", 2000),
    "XX-15": ("at_least", 15),
    "XX-16": ("at_most", 20),
    "XX-17": ("at_least", 4),
    "XX-18": ("at_most", 20),
    "XX-23": ("at_least", 1),
    "XX-30b": ("at_least", 1),
    "XX-31a": ("at_least", 1),
    "XX-31b": ("at_least", 2),
    "XX-32a": ("at_least", 1),
    "XX-33": ("at_least", 4),
    "XX-34": ("at_least", 2),
    "XX-35": ("at_least", 2),
    "XX-36": ("at_least", 5),
    "XX-37": ("at_least", 10),
    "XQ-01": ("at_least", 90),
    "XQ-02": ("at_least", 85),
}
"""XX-34 names two kinds of event, each once a term; XX-17 has an upper bound besides."""
# The whole, every one, each: nothing less than all counts as met.
DONE_BY_ALL = (
    *("RZ-02", "RZ-14", "RZ-16", "RZ-17", "RZ-18", "RZ-25", "BJ-06", "BJ-15", "BJ-16", "BJ-19a"),
    *("BX-01", "BX-02", "BX-05", "BX-08", "BX-11b", "BX-13a", "BX-15", "BX-20", "BX-23", "BX-24", "BX-27"),
    *("BX-30", "BX-31", "XX-03", "XX-06", "XX-12", "XX-20", "XX-21", "XX-25", "XX-26", "XX-27", "XX-28"),
    *("XX-29", "XX-30a", "XQ-03", "XQ-04a", "XQ-04b", "XQ-05", "XQ-07"),
)
NEVER = ("RZ-11", "RZ-28a", "BX-03", "BX-21", "BJ-19b")
RANGES = {"XX-17": (4, 6), "BX-26": (1, 1), "XX-31a": (1, 1), "XX-31b": (2, 2)}


def rules() -> dict[str, Any]:
    found: dict[str, Any] = {}
    rubrics: list[Rubric] = list(coverage.rubrics())
    for rubric in rubrics:
        items: list[Criterion | Target] = [*rubric.criteria, *rubric.targets]
        found |= {item.id: item.rule for item in items}
    return found


@pytest.fixture(scope="module")
def by_id() -> dict[str, Any]:
    return rules()


@pytest.mark.parametrize("criterion_id", DEMANDED)
def test_the_number_is_the_document_s(by_id: dict[str, Any], criterion_id: str) -> None:
    name, number = DEMANDED[criterion_id]
    found = getattr(by_id[criterion_id], name)
    assert (found if isinstance(found, dict) else {"": found}) == (
        number if isinstance(number, dict) else {"": number}
    )


@pytest.mark.parametrize("criterion_id", DONE_BY_ALL)
def test_what_is_due_to_all_is_met_by_all_alone(by_id: dict[str, Any], criterion_id: str) -> None:
    assert by_id[criterion_id].kind == "done-to-required"


@pytest.mark.parametrize("criterion_id", NEVER)
def test_what_must_never_be_is_tolerated_not_once(by_id: dict[str, Any], criterion_id: str) -> None:
    assert by_id[criterion_id].kind == "zero-tolerance"


@pytest.mark.parametrize("criterion_id", RANGES)
def test_what_has_two_bounds_keeps_both(by_id: dict[str, Any], criterion_id: str) -> None:
    rule = by_id[criterion_id]
    lowest, highest = RANGES[criterion_id]
    assert (rule.at_least, rule.at_most) == ({"": lowest}, {"": highest})
