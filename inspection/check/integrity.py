"""The integrity screen against 弄虚作假: figures that ask for evidence, by statistics alone.

Here: the model of `expectations/integrity.yaml` and one pure function for each kind of check. A signal is a
question to a school and an item for a team. It is no finding: no document may accuse on it. Where figures come
from is a matter of `tasks.integrity`; what a signal means for the choice of schools is in `risk`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from inspection import policy_file
from inspection.check.expectation import SCREEN_FILE
from inspection.check.integrity_statistic import (
    SIGNAL_COLUMNS,
    binomial_lower_tail,
    coincidence,
    grim_failures,
    heaping,
    robust_jumps,
    sampling_noise,
    scale_slips,
)
from inspection.policy_file import PolicyModel
from inspection.school_stage import KEY

Kind = Literal[
    "copied-term",
    "identical-vectors",
    "heaped-digits",
    "impossible-precision",
    "implausible-jump",
    "above-spot-check",
    "unit-slip",
    "ghost-people",
]
_IN_PAIRS = frozenset({"impossible-precision", "above-spot-check", "ghost-people"})
_ROSTER = "schools."


class Check(PolicyModel):
    """One check: what it looks at, from which value of its statistic on it asks, and what it asks."""

    id: str = Field(pattern=r"^[a-z][a-z-]*$")
    kind: Kind
    title: str
    figures: tuple[str, ...] = Field(
        default=(), description="比对的栏目；成对比对的写作 甲=乙，以 schools. 开头的取自学校名录"
    )
    statistic: str = Field(description="统计量的含义")
    threshold: float = Field(description="达到该值即提示")
    least_count: int = Field(default=1, ge=1, description="至少有这么多可比的数才作判断")
    least_value: float = Field(default=0, description="小于此数的值不参与比对")
    widens_with_noise: bool = Field(default=False, description="分母小的学校按抽样误差放宽阈值（变化幅度）")
    false_alarm_rate: float = Field(ge=0, le=100, description="在没有造假的模拟数据上误提示的学校百分比")
    question: str = Field(description="请学校说明、补充的材料；不得含有指责")

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The figures that are held against each other, two by two."""
        halves = (name.partition("=") for name in self.figures)
        return tuple((one, other) for one, _, other in halves)

    @property
    def names(self) -> tuple[str, ...]:
        """Every figure this looks at, each by itself, without those of the roster."""
        told = (name for figure in self.figures for name in figure.split("="))
        return tuple(name for name in told if not name.startswith(_ROSTER))

    @model_validator(mode="after")
    def _paired(self) -> "Check":
        if any(("=" in name) != (self.kind in _IN_PAIRS) for name in self.figures):
            kinds = "、".join(sorted(_IN_PAIRS))
            raise ValueError(f"只有 {kinds} 成对比对，每对写作 甲=乙（{self.id}）")
        return self


class Screen(PolicyModel):
    """All checks of a bureau."""

    title: str
    owner: str
    data_set: str = "indicators"
    checks: tuple[Check, ...] = Field(min_length=1)

    @property
    def names(self) -> frozenset[str]:
        """Every figure that a check looks at, without those of the roster."""
        return frozenset(name for check in self.checks for name in check.names)


@dataclass(frozen=True)
class Figures:
    """What a screen looks at, all keyed by school.

    `now` and `before` have one row for each school and stage (`school_code`, `stage`, figures; of an indicator
    `x` also its parts `x:number` and `x:count`). `schools` is the roster: `school_code`, `stages` (joined by
    commas) and counts of people.
    """

    now: pd.DataFrame
    before: pd.DataFrame = field(default_factory=pd.DataFrame)
    schools: pd.DataFrame = field(default_factory=pd.DataFrame)


def load_screen(folder: Path) -> Screen | None:
    """Return the screen of a folder of expectations, None where a bureau has none.

    Raises:
        DocumentError: the file is wrong.
    """
    path = folder / SCREEN_FILE
    return policy_file.load(Screen, path) if path.is_file() else None


def screen(figures: Figures, policy: Screen) -> tuple[pd.DataFrame, dict[str, int]]:
    """Run every check.

    Returns:
        The signals (`SIGNAL_COLUMNS`, one row for each check and school, by check and school), and how many
        schools each check could look at.
    """
    signals, looked_at = [], {}
    for check in policy.checks:
        found = _FUNCTIONS[check.kind](figures, check)
        found = found.sort_values(["statistic", "figures"], ascending=[False, True], kind="stable")
        found = found.drop_duplicates("school_code")
        looked_at[check.id] = len(found)
        raised = found[found["statistic"] >= check.threshold - 1e-9]
        signals.append(raised.assign(check_id=check.id)[SIGNAL_COLUMNS])
    joined = pd.concat(signals, ignore_index=True) if signals else pd.DataFrame(columns=SIGNAL_COLUMNS)
    joined["statistic"] = joined["statistic"].astype(float).round(6)
    return joined.sort_values(["check_id", "school_code"], ignore_index=True), looked_at


def wide_figures(long: pd.DataFrame) -> pd.DataFrame:
    """Return derived indicators as a screen looks at them: a row for each school and stage, parts by suffix."""
    parts = [
        long[KEY].assign(name=long["indicator_id"] + suffix, value=long[column])
        for suffix, column in (("", "value"), (":number", "numerator"), (":count", "denominator"))
    ]
    told = pd.concat(parts).dropna(subset=["value"])
    told = told.assign(value=told["value"].astype(float))
    wide = told.pivot_table(index=KEY, columns="name", values="value", aggfunc="first")
    return wide.reset_index().rename_axis(columns=None)


def _copied_term(figures: Figures, check: Check) -> pd.DataFrame:
    both = _side_by_side(figures)
    if both.empty:
        return _nothing()
    names = [name for name in check.figures if name in figures.now and name in figures.before]
    now, before = both[names].to_numpy(float), both[[f"{name}:before" for name in names]].to_numpy(float)
    return _by_school(both, coincidence(now, before, least_value=check.least_value), names, check)


def _identical_vectors(figures: Figures, check: Check) -> pd.DataFrame:
    """Compare each row with the rows of the same stage that share three neighbouring figures with it."""
    frame = figures.now.reset_index(drop=True)
    names = [name for name in check.figures if name in frame]
    values = frame[names].to_numpy(float)
    values = np.where(values < check.least_value, np.nan, values)
    share, count = np.zeros(len(frame)), (~np.isnan(values)).sum(axis=1)
    for start in range(len(names) - 2):
        part = frame.assign(**{f"_{k}": values[:, start + k] for k in range(3)}).dropna(
            subset=["_0", "_1", "_2"]
        )
        for rows in part.groupby(["stage", "_0", "_1", "_2"]).groups.values():
            places = rows.to_numpy()
            if not 2 <= len(places) <= 50:
                continue
            for place in places:
                for other in places:
                    if frame["school_code"][place] == frame["school_code"][other]:
                        continue
                    one, two = values[place], values[other]
                    is_both = ~(np.isnan(one) | np.isnan(two))
                    if is_both.sum() >= check.least_count:
                        share[place] = max(share[place], (one == two)[is_both].mean())
    table = pd.DataFrame({"school_code": frame["school_code"], "statistic": share, "count": count})
    return _enough(table.assign(figures="、".join(names)), check)


def _heaped_digits(figures: Figures, check: Check) -> pd.DataFrame:
    names = [name for name in check.figures if name in figures.now]
    long = figures.now.melt(id_vars=["school_code"], value_vars=names, value_name="value").dropna()
    long = long[long["value"] >= check.least_value]
    digits = (long["value"].astype("int64") % 10).isin([0, 5])
    counts = digits.groupby(long["school_code"]).agg(["sum", "count"])
    table = pd.DataFrame(
        {
            "school_code": counts.index.astype(str),
            "statistic": heaping(counts["sum"].to_numpy(), counts["count"].to_numpy()),
            "count": counts["count"].to_numpy(),
        }
    )
    return _enough(table.assign(figures="各项人数、课时数的末位数字"), check)


def _impossible_precision(figures: Figures, check: Check) -> pd.DataFrame:
    """Count the rates that no whole number out of their counts can give."""
    now = figures.now
    pairs = [(one, other) for one, other in check.pairs if one in now and other in now]
    told = np.full((len(now), len(pairs)), np.nan)
    for place, (rate, count) in enumerate(pairs):
        told[:, place] = grim_failures(now[rate].to_numpy(float), now[count].to_numpy(float))
    names = [
        "、".join(rate for (rate, _), is_off in zip(pairs, row, strict=True) if is_off == 1) for row in told
    ]
    table = pd.DataFrame(
        {
            "school_code": now["school_code"],
            "statistic": np.nansum(told, axis=1),
            "count": (~np.isnan(told)).sum(axis=1),
            "figures": names,
        }
    )
    return _enough(table, check)


def _implausible_jump(figures: Figures, check: Check) -> pd.DataFrame:
    both = _side_by_side(figures)
    if both.empty:
        return _nothing()
    names = [name for name in check.figures if name in figures.now and name in figures.before]
    jumps = np.full((len(both), len(names)), np.nan)
    for rows in both.groupby("stage").indices.values():
        part = both.iloc[rows]
        for place, name in enumerate(names):
            now, before = part[name].to_numpy(float), part[f"{name}:before"].to_numpy(float)
            is_small = (now < check.least_value) & (before < check.least_value)
            if not name.endswith("_rate"):
                now = np.where(is_small, np.nan, now)
            noise = _noise(part, name) if check.widens_with_noise else None
            jumps[rows, place] = robust_jumps(now, before, is_rate=name.endswith("_rate"), noise=noise)
    return _largest(both, jumps, names, check)


def _noise(both: pd.DataFrame, name: str) -> np.ndarray | None:
    """Return the sampling noise of a rate's change were there none, None where its denominators are not known."""
    columns = [f"{name}:before", f"{name}:count", f"{name}:count:before"]
    if not name.endswith("_rate") or not set(columns) <= set(both):
        return None
    before, *counts = (both[column].to_numpy(float) for column in columns)
    return sampling_noise(before, counts[0]) + sampling_noise(before, counts[1])


def _above_spot_check(figures: Figures, check: Check) -> pd.DataFrame:
    """Ask how likely so few had passed on site, were the reported rate true; the parts are those of the check."""
    frames = [_nothing()]
    for reported, found in check.pairs:
        columns = [reported, f"{found}:number", f"{found}:count"]
        if not set(columns) <= set(figures.now):
            continue
        frame = figures.now.dropna(subset=columns)
        rate, passed, checked = (frame[name].to_numpy(float) for name in columns)
        chances = binomial_lower_tail(passed, checked, rate / 100)
        statistic = -np.log10(np.maximum(chances, 1e-300))
        table = frame[["school_code"]].assign(
            statistic=statistic, count=checked, figures=f"{reported}、{found}"
        )
        frames.append(table)
    return _enough(_joined(frames), check)


def _unit_slip(figures: Figures, check: Check) -> pd.DataFrame:
    both = _side_by_side(figures)
    names = [name for name in check.figures if name in figures.now]
    frame = both if len(both) else figures.now.reset_index(drop=True)
    slips = np.full((len(frame), len(names)), np.nan)
    for place, name in enumerate(names):
        now = frame[name].to_numpy(float)
        usual = float(np.nanmedian(now)) if np.any(~np.isnan(now)) else np.nan
        before = (
            frame[f"{name}:before"].to_numpy(float)
            if f"{name}:before" in frame
            else np.full(len(now), np.nan)
        )
        slips[:, place] = scale_slips(now, np.where(np.isnan(before), usual, before))
    return _largest(frame, slips, names, check)


def _ghost_people(figures: Figures, check: Check) -> pd.DataFrame:
    """Compare the people of the roster with those that all of a school's stages report.

    A school of which a stage is not reported cannot be compared.
    """
    frames = [_nothing()]
    for listed, told in check.pairs:
        column = listed.removeprefix(_ROSTER)
        if column not in figures.schools or told not in figures.now:
            continue
        reported = figures.now.dropna(subset=[told]).groupby("school_code")[told].agg(["sum", "count"])
        both = figures.schools.merge(reported, left_on="school_code", right_index=True)
        is_whole = both["stages"].str.split(",").str.len() == both["count"]
        both = both[is_whole & both[column].notna()]
        claimed, found = both[column].to_numpy(float), both["sum"].to_numpy(float)
        more = claimed - found
        share = np.where(more >= check.least_value, 100 * more / np.maximum(claimed, 1), 0)
        frames.append(both[["school_code"]].assign(statistic=share, count=found, figures=f"{listed}、{told}"))
    return _enough(_joined(frames), check)


_FUNCTIONS: Mapping[str, Callable[[Figures, Check], pd.DataFrame]] = {
    "copied-term": _copied_term,
    "identical-vectors": _identical_vectors,
    "heaped-digits": _heaped_digits,
    "impossible-precision": _impossible_precision,
    "implausible-jump": _implausible_jump,
    "above-spot-check": _above_spot_check,
    "unit-slip": _unit_slip,
    "ghost-people": _ghost_people,
}


def _side_by_side(figures: Figures) -> pd.DataFrame:
    """Return this term's rows beside the last term's of the same school and stage, suffixed `:before`."""
    if figures.before.empty:
        return pd.DataFrame()
    before = figures.before.rename(
        columns={name: f"{name}:before" for name in figures.before if name not in KEY}
    )
    return figures.now.merge(before, on=KEY, how="inner").reset_index(drop=True)


def _by_school(
    rows: pd.DataFrame, found: tuple[np.ndarray, np.ndarray], names: list[str], check: Check
) -> pd.DataFrame:
    share, count = found
    table = pd.DataFrame({"school_code": rows["school_code"], "statistic": share, "count": count})
    return _enough(table.assign(figures="、".join(names)), check)


def _largest(rows: pd.DataFrame, values: np.ndarray, names: list[str], check: Check) -> pd.DataFrame:
    """Return for each row its largest value and the figure that has it."""
    count = (~np.isnan(values)).sum(axis=1)
    filled = np.where(np.isnan(values), -1.0, values)
    if not names:
        return _nothing()
    table = pd.DataFrame(
        {
            "school_code": rows["school_code"],
            "statistic": filled.max(axis=1),
            "count": count,
            "figures": [names[place] for place in filled.argmax(axis=1)],
        }
    )
    return _enough(table, check)


def _enough(table: pd.DataFrame, check: Check) -> pd.DataFrame:
    return table[table["count"] >= check.least_count].reset_index(drop=True)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else _nothing()


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"school_code": [], "statistic": [], "count": [], "figures": []})
