"""Intervals: how far a rate from a sample may lie from the truth. Here only; nobody else computes one."""

import numpy as np

from inspection.derive.formula import Floats

PLACES = 6
_Z = 1.959964  # two-sided 95 %


def wilson(part: Floats, whole: Floats, population: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % Wilson interval of part/whole in percent, corrected for a finite population.

    The correction takes the sample for as large as it is worth: n(N−1)/(N−n). Where everybody answered the
    interval is the rate itself. Bounds are rounded to six decimals; NaN in, NaN out.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = part / whole
        is_census = population <= whole
        worth = whole * (population - 1) / np.where(is_census, 1, population - whole)
        spread = 1 + _Z**2 / worth
        centre = (rate + _Z**2 / (2 * worth)) / spread
        half = _Z * np.sqrt(rate * (1 - rate) / worth + _Z**2 / (4 * worth**2)) / spread
        low, high = np.where(is_census, rate, centre - half), np.where(is_census, rate, centre + half)
    return np.round(100 * low, PLACES), np.round(100 * high, PLACES)
