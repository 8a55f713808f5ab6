"""A ratio for each risk class: opaque strata with a ratio and size of their own, and no class in public."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inspection.canonical import canonical, digest
from inspection.deploy.plan import TargetPool
from inspection.draw.substitution import substitute
from inspection.errors import ProtocolError
from inspection.verify.record import verify
from tests.rules.draw.example_draw import INSPECTORS, committed, drawn, school

CLASSES = "AAABCDBCDDAB"
RATIOS = {"A": "0.2", "B": "0.5", "C": "0.5", "D": "1"}
PEOPLE = tuple(replace(person, expertise=("primary",), load=9) for person in INSPECTORS)
GIVEN: dict[str, Any] = {
    "schools": tuple(
        school(number, "371102" if number < 7 else "371103", risk_class=CLASSES[number - 1])
        for number in range(1, 13)
    ),
    "inspectors": PEOPLE,
    "relations": (),
    "ratio": "",
    "ratios": RATIOS,
}


def failures(made: dict[str, Any]) -> list[str]:
    return [step.code for step in verify(made) if step.outcome == "fail"]


def test_every_stratum_is_sized_by_the_ratio_of_its_class() -> None:
    made = committed(**GIVEN)
    keys = {line["stratum"]: line["keys"][0] for line in made.annex["strata"]}
    assert made.record["sizing"] == {"ratio": "", "number": 0, "minimum": 1, "total": 9}
    lines = made.record["strata"]
    assert sorted((*keys[s["stratum"]], s["ratio"], s["pool"], s["size"]) for s in lines) == [
        ("371102", "primary", "A", "0.2", 3, 1),
        ("371102", "primary", "B", "0.5", 1, 1),
        ("371102", "primary", "C", "0.5", 1, 1),
        ("371102", "primary", "D", "1", 1, 1),
        ("371103", "primary", "A", "0.2", 1, 1),
        ("371103", "primary", "B", "0.5", 2, 1),
        ("371103", "primary", "C", "0.5", 1, 1),
        ("371103", "primary", "D", "1", 2, 2),
    ]


def test_the_draw_verifies_and_chances_are_published_by_stratum() -> None:
    made = drawn(**GIVEN)
    assert failures(made) == []
    assert sorted(line["probability"] for line in made["inclusion"]) == [
        "1/1", "1/1", "1/1", "1/1", "1/1", "1/2", "1/3", "2/2",
    ]  # fmt: skip
    drawn_codes = {line["school"] for line in made["selection"]}
    assert drawn_codes >= {s.code for s in GIVEN["schools"] if s.risk_class == "D"}


def test_no_class_is_in_the_public_record() -> None:
    text = canonical(drawn(**GIVEN))
    assert '"risk"' not in text
    assert not any(f'"{name}"' in text for name in "ABCD")


def test_classes_are_merged_with_their_own_kind_only() -> None:
    made = committed(**GIVEN, merge_below=3)
    keys = [{key[-1] for key in line["keys"]} for line in made.annex["strata"]]
    assert sorted(map(sorted, keys)) == [["A"], ["B"], ["C"], ["D"]]


def test_a_substitute_comes_from_the_same_class() -> None:
    made = drawn(**GIVEN)
    wide = {line["stratum"] for line in made["commitment"]["strata"] if line["size"] < line["pool"]}
    first = next(line for line in made["selection"] if line["stratum"] in wide)
    replaced = substitute(made, first["school"], reason="停课")
    assert failures(replaced) == []


def test_a_school_without_a_class_is_named() -> None:
    schools = (*GIVEN["schools"][:-1], replace(GIVEN["schools"][-1], risk_class=""))
    with pytest.raises(ProtocolError, match="学校 3711020012：应为风险等级A、B、C、D之一，实为“”。"):
        committed(**GIVEN | {"schools": schools})


def change_ratio(commitment: dict[str, Any]) -> None:
    commitment["strata"][0]["ratio"] = "0.9"


def change_size(commitment: dict[str, Any]) -> None:
    commitment["strata"][0]["size"] = 2


def drop_ratio(commitment: dict[str, Any]) -> None:
    del commitment["strata"][0]["ratio"]


def add_total_ratio(commitment: dict[str, Any]) -> None:
    commitment["sizing"]["ratio"] = "0.5"


def change_total(commitment: dict[str, Any]) -> None:
    commitment["sizing"]["total"] = 10


TAMPERS: list[Callable[[dict[str, Any]], None]] = [
    change_ratio,
    change_size,
    drop_ratio,
    add_total_ratio,
    change_total,
]


@pytest.mark.parametrize("tamper", TAMPERS)
def test_sizes_that_do_not_follow_from_the_ratios_are_found(
    tamper: Callable[[dict[str, Any]], None],
) -> None:
    made = copy.deepcopy(drawn(**GIVEN))
    tamper(made["commitment"])
    made["commitment_digest"] = digest(made["commitment"])
    assert failures(made)[0] == "sizes"


def test_a_targeted_pool_holds_what_fits_every_filter_given() -> None:
    place: dict[str, Any] = {
        "school_type": "primary-school",
        "stages": ["primary"],
        "district_code": "371102",
    }
    assert TargetPool().holds(**place)
    assert not TargetPool().is_targeted
    assert TargetPool(types=("nine-year-school",)).is_targeted
    assert TargetPool(stages=("primary", "junior"), districts=("371102",)).holds(**place)
    assert not TargetPool(types=("nine-year-school",)).holds(**place)
    assert not TargetPool(stages=("primary",), districts=("371103",)).holds(**place)
