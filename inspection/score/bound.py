"""Bounds: the edge a figure must keep, and how much of the points is earned on the way to it.

Here: numbers of policy documents, read exactly, and comparisons on whole columns of integers in millionths.
Not here: the kinds of rule that use them (`rule`).
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from inspection.ingest.figure import YES_NO
from inspection.policy_file import PolicyModel

MICRO = 1_000_000
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]


def figure(number: object) -> Decimal:
    """Return a number of a policy document, exact.

    Raises:
        ValueError: it is no number, or has more than six decimals.
    """
    try:
        decimal = Decimal(str(number))
    except InvalidOperation:
        raise ValueError("数字") from None
    if isinstance(number, bool) or not decimal.is_finite() or decimal * MICRO % 1:
        raise ValueError("至多六位小数的数字")
    return decimal


def _level(value: object) -> dict[str, Decimal]:
    if isinstance(value, dict):
        return {str(stage): figure(number) for stage, number in value.items()}
    return {"": figure(value)}


Figure = Annotated[Decimal, BeforeValidator(figure)]
_BY_STAGE = {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 1}
Level = Annotated[
    dict[str, Decimal],
    BeforeValidator(_level),
    WithJsonSchema({"anyOf": [{"type": "number"}, _BY_STAGE], "description": "各学段不同的，按学段分列"}),
]


def at_stage(level: dict[str, Decimal], stage: str) -> Decimal:
    """Return a level as it stands for one stage."""
    return level[""] if "" in level else level[stage]


def at_stages(level: dict[str, Decimal], stages: Texts) -> Ints:
    """Return a level in millionths for each position."""
    levels = np.full(len(stages), int(level.get("", Decimal(0)) * MICRO), np.int64)
    for stage, number in level.items():
        if stage:
            levels[stages == stage] = int(number * MICRO)
    return levels


class Bound(PolicyModel):
    """One edge a figure must keep: exactly one of the four, the same or one for each stage."""

    at_least: Level | None = None
    at_most: Level | None = None
    above: Level | None = None
    below: Level | None = None

    @model_validator(mode="after")
    def _one_edge(self) -> "Bound":
        if sum(getattr(self, name) is not None for name in EDGE_WORDS) != 1:
            raise ValueError(
                "写明方向的规定值：at_least（不低于）、at_most（不高于）、above（高于）、below（低于）中的一项，且只填一项"
            )
        return self

    @property
    def edge(self) -> tuple[str, dict[str, Decimal]]:
        """The name of the edge and its level."""
        return next((name, getattr(self, name)) for name in EDGE_WORDS if getattr(self, name) is not None)

    def is_kept(self, values: Ints, stages: Texts) -> Bools:
        """Say where the figure keeps the edge."""
        name, level = self.edge
        kept: Bools = _COMPARISONS[name](values, at_stages(level, stages))
        return kept

    def words(self, stage: str, unit: str) -> str:
        """The edge in words, as 不低于80%."""
        name, level = self.edge
        if unit == YES_NO:
            return f"为“{'是' if name in {'at_least', 'above'} else '否'}”"
        return f"{EDGE_WORDS[name]}{plain(at_stage(level, stage))}{unit}"


EDGE_WORDS = {"at_least": "不低于", "at_most": "不高于", "above": "高于", "below": "低于"}
_COMPARISONS = {
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "above": np.greater,
    "below": np.less,
}


class Graded(Bound):
    """An edge with points in proportion from `graded_from` on; without it, all or nothing."""

    graded_from: Level | None = Field(default=None, description="按比例计分的起点，该点及以下（以上）不得分")

    @model_validator(mode="after")
    def _on_the_losing_side(self) -> "Graded":
        if self.graded_from is None:
            return self
        name, level = self.edge
        if name in {"above", "below"}:
            raise ValueError("与 at_least 或 at_most 同用的 graded_from")
        for stage in set(level) | set(self.graded_from):
            try:
                edge, start = at_stage(level, stage), at_stage(self.graded_from, stage)
            except KeyError:
                raise ValueError("与 graded_from 按相同学段分列的规定值") from None
            if (start < edge) != (name == "at_least") or start == edge:
                raise ValueError(f"在规定值 {plain(edge)} 未达标一侧的 graded_from（现为 {plain(start)}）")
        return self

    def share(self, values: Ints, stages: Texts) -> tuple[Bools, Ints, Ints]:
        """Return where the edge is kept, and the share part/whole that is earned."""
        is_kept = self.is_kept(values, stages)
        if self.graded_from is None:
            return is_kept, *all_or_nothing(is_kept)
        edge, start = at_stages(self.edge[1], stages), at_stages(self.graded_from, stages)
        whole = np.abs(edge - start)
        gained = np.where(edge > start, values - start, start - values)
        return is_kept, np.clip(gained, 0, whole), np.where(whole == 0, 1, whole)

    def graded_words(self, stage: str, unit: str) -> str:
        """How part of the points is earned, or nothing."""
        if self.graded_from is None:
            return ""
        side = "高于" if self.edge[0] == "at_least" else "低于"
        return f"（{side}{plain(at_stage(self.graded_from, stage))}{unit}但未达到的，按比例计分）"


def all_or_nothing(is_met: Bools) -> tuple[Ints, Ints]:
    """Return the share part/whole of a rule that gives everything or nothing."""
    return is_met * np.int64(MICRO), np.full(len(is_met), MICRO, np.int64)


def plain(number: Decimal) -> str:
    """Return a number as people write it: no trailing zeros, no exponent, a real minus sign."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
