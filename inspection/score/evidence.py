"""Evidence: what a score rests on, laid out so that each criterion takes whole columns.

Here: bringing indicators and findings into the order of the roster. Not here: what they are worth
(`scoring`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from inspection.derive.formula import Floats
from inspection.derive.indicator import COLUMNS, IndicatorCatalogue, school_stages
from inspection.school_stage import KEY
from inspection.score.bound import Ints, Texts

FINDING_COLUMNS = ["school_code", "stage", "item_code", "conclusion", "rating"]
_WORST_FIRST = {"not-met": 0, "met": 1, "not-applicable": 2}


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})


@dataclass(frozen=True)
class Evidence:
    """What a score rests on.

    `schools` is the roster (school_code, stages, school_type); `indicators` and `previous` are long frames
    as `indicator.derive` makes them, of this term and of the term it is compared with; `findings` is what
    teams found on site (FINDING_COLUMNS: conclusion met, not-met or not-applicable, or a rating 1..5). A
    finding with an empty stage speaks for every stage of the school.
    """

    catalogue: IndicatorCatalogue
    schools: pd.DataFrame
    indicators: pd.DataFrame
    previous: pd.DataFrame = field(default_factory=lambda: _empty(COLUMNS))
    findings: pd.DataFrame = field(default_factory=lambda: _empty(FINDING_COLUMNS))


@dataclass(frozen=True)
class Spread:
    """Evidence spread over the roster: every answer has one position for each row of `keys`."""

    keys: pd.DataFrame
    now: Mapping[str, pd.DataFrame]
    before: Mapping[str, pd.DataFrame]
    site: Mapping[str, pd.DataFrame]

    def numbers(self, name: str, column: str = "value", *, before: bool = False) -> Floats:
        """Return one column of one indicator; NaN where there is none."""
        found = np.full(len(self.keys), np.nan)
        rows = (self.before if before else self.now).get(name)
        if rows is not None:
            found[rows["place"]] = pd.to_numeric(rows[column]).to_numpy(float, na_value=np.nan)
        return found

    def reasons(self, name: str) -> Texts:
        """Return why an indicator is missing; "" where it is not."""
        found = np.full(len(self.keys), "not-submitted", object)
        rows = self.now.get(name)
        if rows is not None:
            found[rows["place"]] = rows["missing_reason"].astype(object).fillna("").to_numpy(object)
        return found

    def findings(self, item_code: str) -> tuple[Texts, Ints]:
        """Return conclusion ("" for none) and rating (0 for none) of an item."""
        conclusion = np.full(len(self.keys), "", object)
        rating = np.zeros(len(self.keys), np.int64)
        rows = self.site.get(item_code)
        if rows is not None:
            conclusion[rows["place"]] = rows["conclusion"].fillna("").to_numpy(object)
            rating[rows["place"]] = rows["rating"].fillna(0).to_numpy(np.int64)
        return conclusion, rating


def spread(evidence: Evidence, stages: tuple[str, ...]) -> Spread:
    """Lay the evidence out over the school-stages of the roster that belong to `stages`, sorted."""
    keys = school_stages(evidence.schools)
    keys = keys[keys["stage"].isin(stages)].reset_index(drop=True)
    index = pd.Index(keys["school_code"] + "/" + keys["stage"])
    return Spread(
        keys=keys.astype(object),
        now=_by_indicator(evidence.indicators, index),
        before=_by_indicator(evidence.previous, index),
        site=_by_item(evidence.findings, keys, index),
    )


def _by_indicator(long: pd.DataFrame, index: pd.Index) -> dict[str, pd.DataFrame]:
    if long.empty:
        return {}
    placed = _placed(long, index)
    kept = placed[["place", "value", "numerator", "denominator"]].assign(
        missing_reason=placed["missing_reason"].astype("category")
    )
    names = placed["indicator_id"].astype("category")
    parts = {str(name): rows for name, rows in kept.groupby(names, observed=True)}
    for name, rows in parts.items():
        assert not rows["place"].duplicated().any(), f"indicator {name} stands twice for one school-stage"
    return parts


def _by_item(findings: pd.DataFrame, keys: pd.DataFrame, index: pd.Index) -> dict[str, pd.DataFrame]:
    """Keep one finding for each item and school-stage: of several, the least favourable."""
    if findings.empty:
        return {}
    is_whole = findings["stage"].fillna("") == ""
    over_stages = findings[is_whole].drop(columns="stage").merge(keys, on=KEY[0])
    told = _placed(pd.concat([findings[~is_whole], over_stages], ignore_index=True), index)
    told["rating"] = pd.to_numeric(told["rating"]).astype(float)
    told["rank"] = told["conclusion"].map(_WORST_FIRST).fillna(len(_WORST_FIRST))
    told = told.sort_values(["place", "item_code", "rank", "rating"], na_position="last")
    told = told.drop_duplicates(["place", "item_code"])
    return {str(name): rows for name, rows in told.groupby("item_code")}


def _placed(rows: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    places = index.get_indexer(rows["school_code"] + "/" + rows["stage"])
    return rows.assign(place=places)[places >= 0]
