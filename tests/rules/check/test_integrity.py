"""The integrity screen: what each statistic tells, what it leaves alone, and that it never accuses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inspection.check.integrity import Check, Figures, Screen, load_screen, screen
from inspection.check.integrity_statistic import (
    binomial_lower_tail,
    coincidence,
    grim_failures,
    heaping,
    robust_jumps,
    scale_slips,
)
from inspection.derive.indicator import load_catalogue
from inspection.ingest.source_map import load_source_maps

ROOT = Path(__file__).resolve().parents[3]
NAMES = [f"f{number}_count" for number in range(8)]


def check(kind: str, **changes: object) -> Check:
    told = {
        "id": kind,
        "kind": kind,
        "title": "事项",
        "figures": NAMES,
        "statistic": "统计量",
        "threshold": 0.6,
        "false_alarm_rate": 0,
        "question": "请说明。",
    }
    return Check.model_validate(told | changes)


def asked(figures: Figures, one: Check) -> list[str]:
    signals, _ = screen(figures, Screen(title="筛查", owner="督导室", checks=(one,)))
    return signals["school_code"].tolist()


def term(seed: int, schools: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.integers(101, 999, schools).astype(float) for name in NAMES})
    return frame.assign(school_code=[f"{number:03d}" for number in range(schools)], stage="primary")


def test_a_copied_term_is_asked_about() -> None:
    now, before = term(1), term(2)
    now.loc[4, NAMES[:6]] = before.loc[4, NAMES[:6]]
    now.loc[5, NAMES[:3]] = before.loc[5, NAMES[:3]]
    assert asked(Figures(now, before), check("copied-term", least_count=5, least_value=20)) == ["004"]


def test_small_figures_that_stay_the_same_are_no_copy() -> None:
    now = term(1).assign(**dict.fromkeys(NAMES, 3.0))
    assert asked(Figures(now, now), check("copied-term", least_value=20)) == []


def test_figures_that_echo_one_another_count_once() -> None:
    now = np.array([[300.0, 300, 300, 200, 90]])
    share, count = coincidence(now, np.array([[300.0, 300, 300, 201, 91]]), least_value=20)
    assert (share.round(3).tolist(), count.tolist()) == ([0.333], [3])


def test_without_an_earlier_term_nothing_is_compared() -> None:
    assert asked(Figures(term(1)), check("copied-term")) == []
    assert asked(Figures(term(1)), check("implausible-jump")) == []


def test_two_schools_with_one_vector_are_both_asked_about() -> None:
    now = term(1)
    now.loc[7, NAMES[1:]] = now.loc[3, NAMES[1:]]
    assert asked(Figures(now), check("identical-vectors", least_count=5)) == ["003", "007"]


def test_one_school_in_two_stages_is_not_compared_with_itself() -> None:
    now = pd.concat([term(1), term(1)], ignore_index=True)
    assert asked(Figures(now), check("identical-vectors", least_count=5)) == []


def test_figures_that_end_in_0_or_5_throughout_are_asked_about() -> None:
    now = term(1)
    now.loc[2, NAMES] = np.round(now.loc[2, NAMES].astype(float) / 5) * 5
    assert asked(Figures(now), check("heaped-digits", threshold=4, least_count=6, least_value=20)) == ["002"]


def test_a_rate_that_no_whole_number_gives_is_asked_about() -> None:
    now = pd.DataFrame(
        {"school_code": ["1", "2"], "stage": "primary", "a_rate": [33.3, 33.4], "n_count": [3.0, 3.0]}
    )
    one = check("impossible-precision", figures=["a_rate=n_count"], threshold=1)
    assert asked(Figures(now), one) == ["2"]


def test_a_jump_is_measured_by_what_like_schools_did() -> None:
    rng = np.random.default_rng(3)
    before = term(1)
    now = before.assign(**{name: before[name] * np.exp(rng.normal(0.1, 0.05, 30)) for name in NAMES})
    now.loc[9, "f3_count"] = before.loc[9, "f3_count"] * 3
    assert asked(Figures(now, before), check("implausible-jump", threshold=8)) == ["009"]


def test_a_jump_of_a_small_school_may_be_chance_and_is_measured_by_its_own_size() -> None:
    rng = np.random.default_rng(4)
    before = pd.DataFrame({"school_code": [f"{n:03d}" for n in range(40)], "stage": "primary"})
    before["a_rate"], before["a_rate:count"] = 80 + rng.normal(0, 1, 40), 900.0
    now = before.assign(a_rate=before["a_rate"] + rng.normal(0, 1, 40))
    now.loc[[3, 7], "a_rate"] = 96.0
    now.loc[3, "a_rate:count"] = before.loc[3, "a_rate:count"] = 25.0
    alike = check("implausible-jump", figures=["a_rate"], threshold=6)
    assert asked(Figures(now, before), alike) == ["003", "007"]
    widened = alike.model_copy(update={"widens_with_noise": True})
    assert asked(Figures(now, before), widened) == ["007"]
    assert asked(Figures(now.drop(columns="a_rate:count"), before), widened) == ["003", "007"]


def test_a_rate_above_what_was_found_on_site_is_asked_about() -> None:
    now = pd.DataFrame(
        {
            "school_code": ["1", "2", "3"],
            "stage": "primary",
            "a_rate": [95.0, 95.0, 95.0],
            "spot_rate:count": [40, 40, np.nan],
            "spot_rate:number": [37, 24, np.nan],
        }
    )
    one = check("above-spot-check", figures=["a_rate=spot_rate", "b_rate=other_rate"], threshold=3.5)
    signals, looked_at = screen(Figures(now), Screen(title="筛查", owner="督导室", checks=(one,)))
    assert signals[["school_code", "figures"]].to_numpy().tolist() == [["2", "a_rate、spot_rate"]]
    assert looked_at == {"above-spot-check": 2}


@pytest.mark.parametrize("scale", [1e4, 1e-4, 60])
def test_a_slip_of_the_unit_is_asked_about(scale: float) -> None:
    before = term(1)
    now = before.assign(f0_count=before["f0_count"] * 1.1)
    now.loc[6, "f0_count"] *= scale
    assert asked(Figures(now, before), check("unit-slip", figures=["f0_count"], threshold=0.8)) == ["006"]


PEOPLE = [
    ("1", "primary", 500),
    ("2", "primary,junior", 900),
    ("3", "primary,junior", 800),
    ("4", "junior", None),
]
REPORTED = [("1", "primary", 430.0), ("2", "primary", 500.0), ("3", "primary", 400.0), ("3", "junior", 390.0)]


def rosters() -> Figures:
    schools = pd.DataFrame(PEOPLE, columns=["school_code", "stages", "student_count"])
    now = pd.DataFrame([*REPORTED, ("4", "junior", 300.0)], columns=["school_code", "stage", "student_count"])
    return Figures(now, schools=schools)


def test_people_of_one_roster_who_are_not_on_the_other_are_asked_about() -> None:
    one = check("ghost-people", figures=["schools.student_count=student_count"], threshold=6, least_value=15)
    signals, looked_at = screen(rosters(), Screen(title="筛查", owner="督导室", checks=(one,)))
    assert signals[["school_code", "statistic", "figures"]].to_numpy().tolist() == [
        ["1", 14.0, "schools.student_count、student_count"]
    ]
    # A stage of 2 is not reported, and of 4 the roster tells no count.
    assert looked_at == {"ghost-people": 2}


def test_a_few_people_more_are_no_question() -> None:
    one = check("ghost-people", figures=["schools.student_count=student_count"], threshold=6, least_value=71)
    assert asked(rosters(), one) == []


def test_people_that_only_one_roster_counts_are_not_compared() -> None:
    one = check("ghost-people", figures=["schools.teacher_count=key_teacher:count"], threshold=6)
    assert asked(rosters(), one) == []


@pytest.mark.parametrize(
    ("kind", "figures"), [("copied-term", ["a=b"]), ("ghost-people", ["a"]), ("above-spot-check", ["a"])]
)
def test_checks_that_compare_two_figures_name_both(kind: str, figures: list[str]) -> None:
    with pytest.raises(ValidationError, match="成对比对，每对写作 甲=乙"):
        check(kind, figures=figures)


def test_every_figure_that_the_bureau_screens_is_an_indicator_or_stands_on_the_roster() -> None:
    policy = load_screen(ROOT / "expectations")
    assert policy
    listed = load_catalogue(ROOT / "rubrics/indicators.yaml", ROOT / "sources/catalogue/figures.yaml").by_id
    assert {name.partition(":")[0] for name in policy.names} <= set(listed)
    of_roster = {
        half for one in policy.checks for name in one.figures for half in name.split("=")
    } - policy.names
    columns = load_source_maps(ROOT / "sources")["schools"].columns
    assert {name.removeprefix("schools.") for name in of_roster} == {"student_count", "teacher_count"}
    assert {"student_count", "teacher_count"} <= set(columns)


def test_the_order_of_rows_changes_nothing() -> None:
    policy = load_screen(ROOT / "expectations")
    assert policy
    alone = {"copied-term", "identical-vectors", "heaped-digits", "implausible-jump", "unit-slip"}
    checks = [c.model_copy(update={"figures": tuple(NAMES)}) for c in policy.checks if c.kind in alone]
    policy = policy.model_copy(update={"checks": tuple(checks)})
    now, before = term(1), term(2)
    now.loc[4, NAMES] = before.loc[4, NAMES]
    one, _ = screen(Figures(now, before), policy)
    two, _ = screen(
        Figures(now.sample(frac=1, random_state=1), before.sample(frac=1, random_state=2)), policy
    )
    assert one.equals(two)
    assert len(one) >= 1


@given(st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_tail_of_a_binomial_grows_to_one(count: int, share: float) -> None:
    passed = np.arange(count + 1, dtype=float)
    tail = binomial_lower_tail(passed, np.full(count + 1, float(count)), np.full(count + 1, share))
    assert np.all(np.diff(tail) >= -1e-12)
    assert tail[-1] == pytest.approx(1)
    assert tail[0] == pytest.approx((1 - share) ** count)


@given(st.integers(1, 999), st.data())
def test_a_rate_made_of_whole_pupils_is_always_possible(count: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, count))
    rates = np.array([round(100 * number / count, places) for places in (0, 1, 2)])
    assert not np.nansum(grim_failures(rates, np.full(3, float(count))))


def test_statistics_by_hand() -> None:
    share, count = coincidence(np.array([[30.0, 40, 5]]), np.array([[30.0, 41, 5]]), least_value=20)
    assert (share.tolist(), count.tolist()) == ([0.5], [2])
    assert heaping(np.array([6]), np.array([6])).round(3).tolist() == [4.194]
    assert np.isnan(robust_jumps(np.ones(9), np.ones(9), is_rate=False)).all()
    assert scale_slips(np.array([1e6, 110.0, 0.0]), np.full(3, 100.0)).tolist()[:2] == [1.0, 0.0]


def test_the_bureaus_questions_ask_and_do_not_accuse() -> None:
    policy = load_screen(ROOT / "expectations")
    assert policy
    assert {c.kind for c in policy.checks} == {
        "copied-term",
        "identical-vectors",
        "heaped-digits",
        "impossible-precision",
        "implausible-jump",
        "above-spot-check",
        "unit-slip",
        "ghost-people",
    }
    for one in policy.checks:
        assert one.question.endswith("。")
        assert not {"造假", "虚报", "伪造", "作弊", "违规", "责任"} & {
            word for word in ("造假", "虚报", "伪造", "作弊", "违规", "责任") if word in one.question
        }


def test_a_bureau_without_a_screen_has_none(tmp_path: Path) -> None:
    assert load_screen(tmp_path) is None
