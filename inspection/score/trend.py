"""Own trend 自身变化: how a school's figures moved over its own terms, in four words.

Here: the words. Not here: last year's figure in a criterion (`rule`), other schools (`peers`). A change of a
rate that chance alone would give among so few persons counts as none.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from inspection.derive.formula import Floats
from inspection.derive.indicator import PLACES, IndicatorCatalogue
from inspection.school_stage import KEY
from inspection.score.bound import Texts

TREND_WORDS = {"rising": "持续上升", "falling": "持续下降", "steady": "基本持平", "uneven": "有升有降"}
COLUMNS = [
    *KEY,
    *("indicator_id", "exam_result", "trend", "term_count", "first_value", "last_value", "change"),
]
_Z = 1.959964  # two-sided 95 %


def own_trends(catalogue: IndicatorCatalogue, terms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the trend of every figure known in this term and in at least one before, sorted.

    `terms` holds the long indicators of each term by its id; the greatest id is this term. Columns: `COLUMNS`;
    `change` is last minus first. Rising or falling may pause but does not turn.
    """
    if not terms:
        return pd.DataFrame(columns=COLUMNS)
    now = max(terms)
    on = [*KEY, "indicator_id"]
    keys = terms[now].loc[terms[now]["value"].notna(), on].sort_values(on).reset_index(drop=True)
    keys = keys[keys["indicator_id"].isin(list(catalogue.by_id))].reset_index(drop=True)
    values, counts = (
        np.column_stack([_aligned(keys, terms[term], name) for term in sorted(terms)])
        for name in ("value", "denominator")
    )
    is_rate = keys["indicator_id"].map({i.id: i.unit == "%" for i in catalogue.indicators})
    is_exam = keys["indicator_id"].map({i.id: i.exam_result for i in catalogue.indicators})
    found = keys.assign(
        exam_result=is_exam.astype(bool),
        trend=_trend(values, np.where(is_rate.to_numpy(bool)[:, None], counts, np.nan)),
        term_count=(~np.isnan(values)).sum(axis=1),
        first_value=_first(values),
        last_value=values[:, -1],
    )
    found["change"] = np.round(found["last_value"] - found["first_value"], PLACES)
    return found.loc[found["term_count"] > 1, COLUMNS].reset_index(drop=True)


def _aligned(keys: pd.DataFrame, rows: pd.DataFrame, column: str) -> Floats:
    on = [*KEY, "indicator_id"]
    told = keys.merge(rows[[*on, column]], on=on, how="left", sort=False, validate="one_to_one")
    values: Floats = pd.to_numeric(told[column]).to_numpy(float, na_value=np.nan)
    return values


def _first(values: Floats) -> Floats:
    first: Floats = values[np.arange(len(values)), np.argmax(~np.isnan(values), axis=1)]
    return first


def _trend(values: Floats, counts: Floats) -> Texts:
    """Walk from term to term; gaps are stepped over."""
    ups, downs = np.zeros(len(values), bool), np.zeros(len(values), bool)
    last, size = values[:, 0].copy(), counts[:, 0].copy()
    for place in range(1, values.shape[1]):
        sign = _sign(last, values[:, place], size, counts[:, place])
        ups, downs = ups | (sign > 0), downs | (sign < 0)
        is_known = ~np.isnan(values[:, place])
        last, size = np.where(is_known, values[:, place], last), np.where(is_known, counts[:, place], size)
    # Many small steps in one direction are a change too.
    places = np.argmax(~np.isnan(values), axis=1), values.shape[1] - 1
    rows = np.arange(len(values))
    whole = _sign(values[rows, places[0]], values[:, -1], counts[rows, places[0]], counts[:, -1])
    is_still = ~ups & ~downs
    ups, downs = ups | (is_still & (whole > 0)), downs | (is_still & (whole < 0))
    words = np.select([ups & downs, ups, downs], ["uneven", "rising", "falling"], "steady")
    return words.astype(object)


def _sign(before: Floats, after: Floats, size_before: Floats, size_after: Floats) -> Floats:
    """Return 1 or −1 for a change beyond chance, 0 for none; figures without a denominator know no chance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = size_before + size_after
        rate = (before * size_before + after * size_after) / whole / 100
        noise = 100 * _Z * np.sqrt(rate * (1 - rate) * (1 / size_before + 1 / size_after))
    change = np.nan_to_num(np.round(after - before, PLACES))
    sign: Floats = np.where(np.abs(change) > np.nan_to_num(noise, nan=0.0, posinf=0.0), np.sign(change), 0.0)
    return sign
