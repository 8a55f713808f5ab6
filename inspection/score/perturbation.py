"""Perturbations: the agreed changes under which a band is tried, the same on every machine and every day.

Here: what is agreed (part of the measures document) and the design points. Not here: what becomes of bands
(`fragility`). A design point changes every weight, takes one policy for missing data, and moves every rate
that rests on a sample, and every estimate of a model, within its interval. Points are stratified: over all of
them each weight and each figure takes every level equally often, in an order given by the SHA-3 of the
criterion's id.
"""

import hashlib
from typing import Literal

import numpy as np
from pydantic import Field

from inspection.policy_file import PolicyModel
from inspection.score.bound import Ints

MILLE = 1000
# Middles of five parts of equal weight under the normal curve, as shares of half a 95 % interval.
SAMPLE_LEVELS = (-0.653856, -0.267553, 0.0, 0.267553, 0.653856)
MissingPolicy = Literal["leave-out", "average", "lower-quarter", "nothing", "full"]


class Perturbations(PolicyModel):
    """What is agreed to be varied, and over how many points."""

    weights_percent: int = Field(default=20, ge=0, le=50, description="各项分值上下浮动百分之几")
    missing: tuple[MissingPolicy, ...] = Field(
        default=("leave-out", "average", "lower-quarter"),
        min_length=1,
        description="未评定的项：leave-out 不计入，average 按同学段平均得分，lower-quarter 按同学段下四分位得分，"
        "nothing 按不得分，full 按得满分",
    )
    samples: bool = Field(default=True, description="抽样得来的比率和模型估计的数值在误差范围内变动")
    count: int = Field(default=300, ge=3, le=10_000, description="变动多少种情形")


def weight_factors(agreed: Perturbations, criterion_ids: list[str]) -> Ints:
    """Return what each weight is multiplied with, in thousandths: a row a design point, a column a criterion."""
    ranks = np.column_stack([_order("weight", name, agreed.count) for name in criterion_ids])
    offset = 2 * ranks + 1 - agreed.count
    spread = 2 * 10 * agreed.weights_percent * offset + agreed.count
    factors: Ints = MILLE + spread // (2 * agreed.count)
    return factors


def sample_levels(agreed: Perturbations, criterion_id: str) -> Ints:
    """Return which of `SAMPLE_LEVELS` a rate takes at each design point."""
    order = _order("sample", criterion_id, agreed.count)
    levels: Ints = order * len(SAMPLE_LEVELS) // agreed.count
    return levels


def missing_policies(agreed: Perturbations) -> Ints:
    """Return which of the agreed policies holds at each design point."""
    policies: Ints = np.arange(agreed.count, dtype=np.int64) % len(agreed.missing)
    return policies


def _order(what: str, criterion_id: str, count: int) -> Ints:
    """Return a permutation of 0..count-1 that depends on the names alone."""
    tickets = hashlib.shake_256(f"{what}:{criterion_id}".encode()).digest(8 * count)
    order = np.empty(count, np.int64)
    order[np.argsort(np.frombuffer(tickets, ">u8"), kind="stable")] = np.arange(count)
    return order
