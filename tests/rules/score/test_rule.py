"""Rules: laws that hold for every kind, and exactness where floats would fail."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from inspection.derive.interval import wilson
from inspection.score.bound import MICRO
from inspection.score.rule import Given, Judged, Rule
from inspection.score.scoring import half_up

RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
KINDS = [
    {"kind": "threshold", "indicator": "x", "at_least": 80},
    {"kind": "threshold", "indicator": "x", "at_least": 80, "graded_from": 60},
    {"kind": "threshold", "indicator": "x", "at_most": 5, "graded_from": 25},
    {"kind": "threshold", "indicator": "x", "below": 5},
    {"kind": "change", "indicator": "x", "measured": "pp", "at_most": -1, "graded_from": 0},
    {"kind": "change", "indicator": "x", "measured": "relative", "at_least": 20},
    {"kind": "level-or-trend", "indicator": "x", "level": {"at_least": 60}, "trend": {"above": 0}},
    {"kind": "range", "indicator": "x", "at_least": 25, "at_most": 35, "graded_within": 10},
    {"kind": "count", "indicator": "x", "at_least": 4, "per": "term"},
    {"kind": "done-to-required", "indicator": "x", "graded_from": 90},
    {"kind": "zero-tolerance", "indicator": "x"},
    {"kind": "checklist"},
    {"kind": "rating"},
]
FIGURES = st.lists(
    st.tuples(
        st.decimals(0, 200, places=4),
        st.decimals(0, 200, places=4),
        st.booleans(),
        st.sampled_from(["", "met", "not-met", "not-applicable"]),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=20,
)


def given_for(rows: list[tuple[Decimal, Decimal, bool, str, int]]) -> Given:
    values, before, known, conclusions, ratings = zip(*rows, strict=True)
    return Given(
        stage=np.full(len(rows), "primary", object),
        value=np.array([int(value * MICRO) for value in values], np.int64),
        is_known=np.array(known, bool),
        previous=np.array([int(value * MICRO) for value in before], np.int64),
        is_previous_known=np.array(known, bool),
        conclusion=np.array(conclusions, object),
        rating=np.array(ratings, np.int64),
    )


def judged(rule: dict[str, object], rows: list[tuple[Decimal, Decimal, bool, str, int]]) -> Judged:
    return RULE.validate_python(rule).judge(given_for(rows))


@pytest.mark.parametrize("rule", KINDS, ids=lambda rule: rule["kind"])
@settings(max_examples=25, deadline=None)
@given(rows=FIGURES)
def test_a_share_is_never_less_than_nothing_or_more_than_all(
    rule: dict[str, object], rows: list[tuple[Decimal, Decimal, bool, str, int]]
) -> None:
    found = judged(rule, rows)
    assert ((found.part >= 0) & (found.part <= found.whole) & (found.whole > 0)).all()


@pytest.mark.parametrize("rule", KINDS, ids=lambda rule: rule["kind"])
@settings(max_examples=25, deadline=None)
@given(rows=FIGURES)
def test_a_school_is_judged_alone(
    rule: dict[str, object], rows: list[tuple[Decimal, Decimal, bool, str, int]]
) -> None:
    together = judged(rule, rows)
    for place, row in enumerate(rows):
        alone = judged(rule, [row])
        for name in ("is_known", "is_met", "part", "whole"):
            assert getattr(together, name)[place] == getattr(alone, name)[0]


@given(st.decimals(0, 100, places=3), st.decimals(0, 100, places=3))
def test_a_better_figure_never_earns_less(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    rows = [(value, Decimal(0), True, "", 0) for value in (low, high)]
    shares = judged(KINDS[1], rows).part
    assert shares[0] <= shares[1]


@given(st.integers(0, 2000).map(lambda tenths: Decimal(tenths) / 10))
def test_a_fall_of_exactly_one_point_is_enough(before: Decimal) -> None:
    """In floats 36.4 − 35.4 is not 1; in millionths it is."""
    rule = {"kind": "change", "indicator": "x", "measured": "pp", "at_most": -1}
    assert judged(rule, [(before, before + 1, True, "", 0)]).is_met.all()


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_rounding_is_half_up(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    wanted = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert half_up(np.array([numerator]), np.array([denominator])).tolist() == [wanted]


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_rate_and_narrows_with_the_population(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    ends = [
        wilson(*(np.array([float(number)]) for number in (part, whole, population)))
        for population in (whole, 2 * whole + 1, 100 * whole + 1)
    ]
    rate = 100 * part / whole
    assert all(low[0] <= rate + 1e-6 and high[0] >= rate - 1e-6 for low, high in ends)
    widths = [high[0] - low[0] for low, high in ends]
    assert widths[0] == 0
    assert widths == sorted(widths)


def test_the_wilson_interval_is_the_published_one() -> None:
    """81 of 263 without correction: 25.53 % to 36.62 % (Newcombe 1998, method 3)."""
    low, high = wilson(np.array([81.0]), np.array([263.0]), np.array([1e15]))
    assert (round(low[0], 2), round(high[0], 2)) == (25.53, 36.62)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"kind": "threshold", "indicator": "x"}, "中的一项，且只填一项"),
        ({"kind": "threshold", "indicator": "x", "at_least": 8, "above": 8}, "中的一项，且只填一项"),
        (
            {"kind": "threshold", "indicator": "x", "at_least": 80, "graded_from": 90},
            "在规定值 80 未达标一侧的 graded_from（现为 90）",
        ),
        (
            {"kind": "threshold", "indicator": "x", "above": 80, "graded_from": 60},
            "与 at_least 或 at_most 同用的 graded_from",
        ),
        ({"kind": "threshold", "indicator": "x", "at_least": "八十"}, "数字"),
        ({"kind": "threshold", "indicator": "x", "at_least": "0.1234567"}, "至多六位小数的数字"),
        ({"kind": "threshold", "indicator": "x", "at_least": True}, "数字"),
        (
            {"kind": "threshold", "indicator": "x", "at_least": {"primary": 9}, "graded_from": {"junior": 8}},
            "与 graded_from 按相同学段分列的规定值",
        ),
        (
            {"kind": "range", "indicator": "x", "at_least": 9, "at_most": 8},
            "不高于上限 at_most 的下限 at_least",
        ),
        ({"kind": "rating", "shares": [0, 50, 40, 80, 100]}, "从低到高排列的五档得分比例 shares"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(rule: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RULE.validate_python(rule)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (KINDS[0], "不低于80%"),
        (KINDS[1], "不低于80%（高于60%但未达到的，按比例计分）"),
        (KINDS[2], "不高于5%（低于25%但未达到的，按比例计分）"),
        (KINDS[4], "比上年降低1个百分点以上（有降低但不足的，按比例计分）"),
        (KINDS[5], "比上年提高20%以上"),
        (KINDS[6], "不低于60%，或比上年提高"),
        (KINDS[7], "在25%至35%之间（超出的按偏离幅度扣分，偏离10%及以上不得分）"),
        (KINDS[8], "每学期不少于4%（不足的，按比例计分）"),
        (KINDS[9], "全部完成（高于90%但未达到100%的，按比例计分）"),
        (KINDS[10], "为0%（零容忍）"),
        (KINDS[11], "入校核查符合"),
        (KINDS[12], "入校评分3分及以上（1至5分）"),
        (
            {"kind": "change", "indicator": "x", "measured": "pp", "at_least": -5, "graded_from": -15},
            "比上年降低不超过5个百分点（未达到的按比例计分，降低15个百分点及以上不得分）",
        ),
        ({"kind": "change", "indicator": "x", "measured": "pp", "at_most": 0}, "不高于上年"),
    ],
)
def test_a_rule_is_told_in_words(rule: dict[str, object], words: str) -> None:
    assert RULE.validate_python(rule).requirement("primary", "%") == words
