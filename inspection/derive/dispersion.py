"""Dispersion 差异系数: how unequally a district's schools are provided for, weighted by their pupils.

Here: the formula of the assessment of balanced development (县域义务教育优质均衡发展督导评估), the coefficient of
variation of the provision per pupil, in which each school counts by its share of the pupils. Not here: which
figures it is taken of and what it must not exceed (`target`, the rubrics).
"""

import numpy as np

from inspection.derive.formula import Floats

PLACES = 6


def weighted_dispersion(per_pupil: Floats, pupils: Floats) -> float:
    """Return sqrt(Σ pᵢ/P · (xᵢ − x̄)²) / x̄, where x̄ is the provision per pupil of all schools together.

    Args:
        per_pupil: the provision for each pupil, one position for each school; none is NaN.
        pupils: the pupils of each school, positive.

    Raises:
        ValueError: there is no school, a school has no pupils, or nothing at all is provided.
    """
    if not len(pupils) or not (pupils > 0).all():
        raise ValueError("a dispersion needs schools, each with pupils")
    share = pupils / pupils.sum()
    mean = float((share * per_pupil).sum())
    if not mean > 0:
        raise ValueError("a dispersion needs a mean above zero")
    return round(float(np.sqrt((share * (per_pupil - mean) ** 2).sum())) / mean, PLACES)
