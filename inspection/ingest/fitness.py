"""Physical fitness 体质健康: the national standard, and the total that a student's events make by its weights.

Here: the standard (a YAML document) and totals. How students become sums is in `fitness_sums`.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from inspection import policy_file
from inspection.policy_file import PolicyModel

_WHOLE = 100


class Weights(PolicyModel):
    """What each event counts in some grades, in percent."""

    grades: tuple[int, ...] = Field(min_length=1)
    events: dict[str, int] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> "Weights":
        if sum(self.events.values()) != _WHOLE:
            raise ValueError("合计为100的权重")
        return self


class FitnessStandard(PolicyModel):
    """Which events make a total, and from which total a student passes or is good."""

    standard: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    pass_score: float
    good_score: float
    most_score: float = Field(description="总分上限，含附加分")
    weights: tuple[Weights, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> "FitnessStandard":
        grades = [grade for item in self.weights for grade in item.grades]
        if len(grades) != len(set(grades)):
            raise ValueError("每个年级只列一次权重")
        return self


def load_fitness(path: Path) -> FitnessStandard:
    """Read a standard.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(FitnessStandard, path)


def event_totals(rows: pd.DataFrame, standard: FitnessStandard) -> npt.NDArray[np.float64]:
    """Return the total that each student's events make, bonus included; NaN where an event is not given."""
    totals = np.full(len(rows), np.nan)
    grades = rows["grade"].to_numpy(float)
    bonus = np.nan_to_num(rows["bonus_score"].to_numpy(float))
    for item in standard.weights:
        here = np.isin(grades, item.grades)
        weighted = sum(rows[name].to_numpy(float) * weight for name, weight in item.events.items())
        totals[here] = (np.asarray(weighted, float) / _WHOLE + bonus)[here]
    return totals
