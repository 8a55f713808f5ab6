"""The statistics of the integrity screen: numbers in, numbers out.

Here: arithmetic over arrays. What is compared with what, and from which value on it is asked about, is in
`integrity`. NumPy only.
"""

from math import lgamma

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SIGNAL_COLUMNS = ["check_id", "school_code", "statistic", "figures"]
HEAPED_SHARE = 0.2
"""Of ten final digits two, 0 and 5, are those that people invent first."""
SCALES = (60.0, 100.0, 1_000.0, 10_000.0)
"""Hours and minutes, per cent and shares, 千元, 万元."""


def coincidence(now: Floats, before: Floats, *, least_value: float) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return, row by row, the share of figures that are exactly those of before, and how many were compared.

    Figures below `least_value` in either term are left out: small numbers repeat by chance. A figure that in
    both terms is the same as another of its row (all pupils were tested) says nothing of its own.
    """
    with np.errstate(invalid="ignore"):
        is_told = (now >= least_value) & (before >= least_value)
    for place in range(1, now.shape[1]):
        is_echo = (now[:, :place] == now[:, [place]]) & (before[:, :place] == before[:, [place]])
        is_told[:, place] &= ~is_echo.any(axis=1)
    count = is_told.sum(axis=1)
    same = ((now == before) & is_told).sum(axis=1)
    share: Floats = same / np.maximum(count, 1)
    return share, count


def heaping(heaped: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> Floats:
    """Return −log10 of the chance that at least `heaped` of `count` final digits are 0 or 5."""
    chances = [
        1 - _binomial_below(int(k) - 1, int(n), HEAPED_SHARE) for k, n in zip(heaped, count, strict=True)
    ]
    return np.asarray(-np.log10(np.maximum(np.array(chances, float), 1e-300)))


def binomial_lower_tail(
    passed: npt.NDArray[np.float64], count: npt.NDArray[np.float64], share: npt.NDArray[np.float64]
) -> Floats:
    """Return the chance of at most `passed` of `count`, had each passed with probability `share`."""
    return np.array(
        [
            _binomial_below(int(k), int(n), float(p))
            for k, n, p in zip(passed, count, np.clip(share, 0, 1), strict=True)
        ]
    )


def grim_failures(rate: Floats, count: Floats) -> Floats:
    """Say which rates no whole number out of `count` can give at the decimals shown: 1 impossible, 0 possible.

    A rate with d decimals out of so many people that every such rate is possible tells nothing (NaN), nor
    does one of 0 or 100.
    """
    with np.errstate(invalid="ignore"):
        decimals = np.where(np.abs(rate * 10 - np.round(rate * 10)) < 1e-7, 1, 2)
        decimals = np.where(np.abs(rate - np.round(rate)) < 1e-9, 0, decimals)
        step = 10.0**-decimals
        is_told = (count >= 1) & (count < 100 / step) & (rate > 0) & (rate < 100)
        nearest = np.round(rate * count / 100)
        is_off = np.ones(len(rate), bool)
        for shift in (-1.0, 0.0, 1.0):
            made = 100 * (nearest + shift) / np.maximum(count, 1)
            is_off &= np.abs(made - rate) > step / 2 + 1e-9
    return np.where(is_told, is_off.astype(float), np.nan)


def robust_jumps(now: Floats, before: Floats, *, is_rate: bool, noise: Floats | None = None) -> Floats:
    """Return how far each change lies from the usual one, in robust standard deviations of like schools' changes.

    Rates are compared as log-odds, so that 97 to 99 is no small step; counts as log-ratios. Fewer than ten
    pairs tell nothing (NaN). Where a change has more sampling noise (`sampling_noise`) than that of the usual
    school, the standard deviation is the wider for it.
    """
    change = _log_odds(now) - _log_odds(before) if is_rate else _log(now) - _log(before)
    is_told = np.isfinite(change)
    if is_told.sum() < 10:
        return np.full(len(now), np.nan)
    centre = np.median(change[is_told])
    spread = 1.4826 * np.median(np.abs(change[is_told] - centre))
    usual = max(float(spread), 0.05)
    deviation = (
        np.full(len(now), usual) if noise is None else np.sqrt(usual**2 + _beyond_usual(noise, is_told))
    )
    jumps: Floats = np.abs(change - centre) / deviation
    return np.where(is_told, jumps, np.nan)


def sampling_noise(rates: Floats, counts: Floats) -> Floats:
    """Return the variance that the log-odds of rates have because so few were counted; NaN where nobody says."""
    passed = counts * np.clip(rates, 0, 100) / 100
    with np.errstate(divide="ignore", invalid="ignore"):
        noise: Floats = 1 / (passed + 0.5) + 1 / (counts - passed + 0.5)
    return np.where(counts > 0, noise, np.nan)


def _beyond_usual(noise: Floats, is_told: np.ndarray) -> Floats:
    """Return by how much each noise is more than the usual one; nothing where it is not known."""
    known = noise[is_told & np.isfinite(noise)]
    usual = float(np.median(known)) if len(known) else 0.0
    return np.where(np.isfinite(noise), np.maximum(noise - usual, 0.0), 0.0)


def scale_slips(now: Floats, usual: Floats) -> Floats:
    """Return how near each figure is to a plain multiple (60, 100, 1,000, 10,000) of the usual one: 1 on it, 0 far.

    The measure is 1 − the distance on the log10 scale, up or down; a figure within half an order of the usual
    one is 0.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(np.log10(now / usual))
    near = np.max([1 - np.abs(off - np.log10(scale)) for scale in SCALES], axis=0)
    found = np.where(off < 0.5 * np.log10(SCALES[0]) + 0.5, 0.0, np.clip(near, 0, 1))
    is_told = (now > 0) & (usual > 0) & np.isfinite(off)
    return np.where(is_told, found, np.nan)


def _binomial_below(most: int, count: int, share: float) -> float:
    """Return P(X ≤ most) of a binomial, summed in the log domain."""
    if most < 0:
        return 0.0
    if share <= 0 or most >= count:
        return 1.0
    if share >= 1:
        return 0.0
    k = np.arange(most + 1)
    logs = np.array([lgamma(count + 1) - lgamma(i + 1) - lgamma(count - i + 1) for i in k])
    logs += k * np.log(share) + (count - k) * np.log1p(-share)
    return float(min(1.0, np.exp(logs).sum()))


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(np.where(values > 0, values, np.nan))


def _log_odds(rates: Floats) -> Floats:
    shares = np.clip(rates, 0.5, 99.5) / 100
    return np.asarray(np.log(shares / (1 - shares)))
