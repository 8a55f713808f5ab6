"""The sentence of a score line: figure, rule, arithmetic and clause, so that anyone can check it by hand.

Here: Chinese words for what `scoring` found, one sentence for each row of a criterion. Not here: anything
that decides. A figure is written with at most four decimals.
"""

from collections.abc import Mapping
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt

from inspection.derive.formula import Floats
from inspection.derive.indicator import MISSING_REASONS, PLACES, Indicator, IndicatorCatalogue
from inspection.ingest.figure import YES_NO
from inspection.score.bound import MICRO
from inspection.score.rubric import CENTI, Criterion
from inspection.score.rule import Change, LevelOrTrend, change_unit

Rows = Mapping[str, npt.NDArray[Any]]
"""The columns of some rows, by name."""
OUTCOMES = {
    "met": "达到要求",
    "partly": "部分达到要求",
    "not-met": "未达到要求",
    "not-established": "未评定",
    "not-applicable": "不适用",
    "awaiting-visit": "待入校检查",
}
REASONS = MISSING_REASONS | {
    "no-previous": "缺少上年同期数据，无法比较",
    "thin-previous": "上年数据覆盖面未达到规定，无法比较",
    "zero-previous": "上年为0，增减幅度无法计算",
    "astride": "抽样误差范围跨越规定值，达标与否不能确定",
    "thin": "数据覆盖面未达到规定",
    "coverage-unknown": "覆盖面不明，缺少计算覆盖率的数据",
    "unverified-full": "自报接近100%，未经入校核实，不作为加分依据",
    "population-unknown": "总体人数或者作答人数不明，抽样误差无法计算",
}
_UNSCORED = {
    "not-established": "，{reason}，本项未评定，不计入总分，也不按零分处理",
    "not-applicable": "，本项不适用，不计入总分",
    "awaiting-visit": "，须入校检查，尚无检查记录，暂不计入总分",
}
CONCLUSIONS = {"met": "符合", "not-met": "不符合", "not-applicable": "不适用"}


def figure_text(value: float) -> str:
    """Return a figure with at most four decimals and no trailing zeros: 91.6667, 80, −1.3."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def measured(value: float, unit: str) -> str:
    """Return a figure with its unit, or yes or no.

    >>> measured(91.5, "%"), measured(1, YES_NO)
    ('91.5%', '是')
    """
    if unit == YES_NO and value in (0, 1):
        return "是" if value else "否"
    return f"{figure_text(value)}{unit}"


def explained(criterion: Criterion, catalogue: IndicatorCatalogue, rows: Rows) -> list[str]:
    """Return one sentence for each row.

    `rows` holds, for one criterion: outcome, threshold, is_on_site, conclusion, rating, value, previous_value,
    numerator, denominator, low, high, red_line, reason, part, whole, points_centi.
    """
    heads = _on_site(criterion, rows) if criterion.is_on_site else _figures(criterion, catalogue, rows)
    if criterion.red_line:
        heads = _with_red_line(heads, catalogue.by_id[criterion.red_line.indicator], rows)
    tails = _tails(criterion, rows)
    return [f"{head}{tail}（{criterion.clause}）。" for head, tail in zip(heads, tails, strict=True)]


def _figures(criterion: Criterion, catalogue: IndicatorCatalogue, rows: Rows) -> list[str]:
    indicator = catalogue.by_id[criterion.rule.indicator]
    title, unit = indicator.title, indicator.unit
    parts = _quotients(rows)
    if criterion.rule.needs_previous:
        parts = _side_by_side(parts, _changes(criterion, unit, rows))
    if criterion.sampled or criterion.estimated:
        parts = _side_by_side(parts, _intervals(unit, rows))
    told = zip(_texts(rows["value"], unit), parts, rows["is_on_site"], rows["conclusion"], strict=True)
    mark = "：" if unit == YES_NO else ""
    return [
        (f"{title}{mark}{value}{part}" if value else title)
        + (f"；入校核查结论为{CONCLUSIONS[conclusion]}" if is_on_site else "")
        for value, part, is_on_site, conclusion in told
    ]


def _texts(values: Floats, unit: str = "") -> list[str]:
    """Return the figures as text with their unit, "" for none; each distinct figure is written once."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = np.array(["" if isnan(value) else measured(value, unit) for value in distinct.tolist()], object)
    told: list[str] = texts[place].tolist()
    return told


def _side_by_side(left: list[str], right: list[str]) -> list[str]:
    return [one + other for one, other in zip(left, right, strict=True)]


def _quotients(rows: Rows) -> list[str]:
    pairs = zip(_texts(rows["numerator"]), _texts(rows["denominator"]), strict=True)
    return [f"（{part}÷{whole}）" if part and whole else "" for part, whole in pairs]


def _changes(criterion: Criterion, unit: str, rows: Rows) -> list[str]:
    assert isinstance(criterion.rule, (Change, LevelOrTrend))
    told = change_unit(unit, criterion.rule.measured)
    before = rows["previous_value"]
    change = np.round(rows["value"] - before, PLACES)
    if criterion.rule.measured == "relative":
        relative = 100 * change / np.where(before == 0, np.nan, np.abs(before))
        change = np.where(change == 0, 0.0, relative)
    columns = zip(_texts(before), change.tolist(), _texts(np.abs(change)), strict=True)
    return [
        f"，上年{previous}{unit}，"
        + (f"{'提高' if change > 0 else '降低'}{size}{told}" if change else "持平")
        if previous and size
        else ""
        for previous, change, size in columns
    ]


def _intervals(unit: str, rows: Rows) -> list[str]:
    ends = zip(_texts(rows["low"].round(2)), _texts(rows["high"].round(2)), strict=True)
    return [f"，95%置信区间{low}{unit}至{high}{unit}" if low else "" for low, high in ends]


def _on_site(criterion: Criterion, rows: Rows) -> list[str]:
    told = zip(rows["rating"].tolist(), rows["conclusion"], strict=True)
    return [f"{criterion.title}{_seen(criterion, rating, conclusion)}" for rating, conclusion in told]


def _seen(criterion: Criterion, rating: int, conclusion: str) -> str:
    if rating and criterion.rule.kind == "rating":
        return f"：入校评分{rating}分"
    return f"：入校核查结论为{CONCLUSIONS[conclusion]}" if conclusion else ""


def _with_red_line(heads: list[str], red_line: Indicator, rows: Rows) -> list[str]:
    cases = zip(heads, rows["red_line"].tolist(), strict=True)
    return [head if n < 0 else f"{head}，{red_line.title}{n}{red_line.unit}" for head, n in cases]


def _tails(criterion: Criterion, rows: Rows) -> list[str]:
    """Return the second half of each sentence; each distinct one is written once."""
    names = ("outcome", "threshold", "reason", "points_centi", "part", "whole")
    keys = list(zip(*(rows[name].tolist() for name in names), strict=True))
    written = {key: _tail(criterion.max_centi, *key) for key in set(keys)}
    return [written[key] for key in keys]


def _tail(max_centi: int, outcome: str, threshold: str, reason: str, *share: int) -> str:
    if outcome in _UNSCORED:
        return _UNSCORED[outcome].format(reason=REASONS.get(reason, reason))
    return f"，要求{threshold}，{OUTCOMES[outcome]}，{_arithmetic(max_centi, *share)}"


def _arithmetic(max_centi: int, points: int, part: int, whole: int) -> str:
    full = figure_text(max_centi / CENTI)
    if points == max_centi:
        return f"得满分{full}分"
    if points == 0:
        return f"得0分，满分{full}分"
    sign = "＝" if max_centi * part % whole == 0 else "≈"
    shares = f"{figure_text(part / MICRO)}÷{figure_text(whole / MICRO)}"
    return f"得分{full}×{shares}{sign}{figure_text(points / CENTI)}分"
