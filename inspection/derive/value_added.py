"""Value added 以进口看出口: what a school added to where its pupils started, with its interval; no rank.

Here: a mixed model over cells (school, grade, subject) made of sums of pairs, never of single pupils. Not here:
pairing pupils (`result_students`). Entry and exit are taken in standard deviations of all pupils of the bureau
in that grade and subject, so that papers of unlike difficulty stand side by side. The model is
exit = a + b × entry + school + rest, with the school as random effect: a school with few cells is drawn
towards nothing added. It comes from examinations and stays inside the bureau and the school.
"""

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from statsmodels.regression.mixed_linear_model import MixedLM

from inspection.derive.result_students import standardised_pairs
from inspection.school_stage import KEY

Floats = npt.NDArray[np.float64]
PLACES = 6
COLUMNS = [*KEY, "cell_count", "pair_count", "added", "low", "high", "place"]
_CELL = [*KEY, "grade", "subject"]
_Z = 1.959964  # two-sided 95 %
_NO_SPREAD = 1e-9
_MOST_SPREAD = 100.0


def value_added(pairs: pd.DataFrame, *, minimum_pairs: int = 10, minimum_schools: int = 10) -> pd.DataFrame:
    """Return what each school-stage added, in standard deviations, rounded to six decimals, sorted.

    `pairs` has `_CELL` and `PAIR_COUNTS`. Cells of fewer than `minimum_pairs` pupils are left out. `place` is
    above or below where the 95 % interval does not hold 0, else within; not-established in a stage of fewer
    than `minimum_schools` schools.
    """
    whole = standardised_pairs(pairs)
    cells = whole[whole["pair_count"] >= minimum_pairs].sort_values(_CELL).reset_index(drop=True)
    frames = [_of_stage(rows, minimum_schools) for _, rows in cells.groupby("stage", sort=True)]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(frames)[COLUMNS].sort_values(KEY, ignore_index=True)


def _of_stage(cells: pd.DataFrame, minimum_schools: int) -> pd.DataFrame:
    by = cells.groupby("school_code", sort=True)
    found = by.agg(
        stage=("stage", "first"), cell_count=("pair_count", "size"), pair_count=("pair_count", "sum")
    ).reset_index()
    if len(found) < minimum_schools:
        return found.assign(added=np.nan, low=np.nan, high=np.nan, place="not-established")
    added, spread = _effects(cells)
    low, high = np.round(added - _Z * spread, PLACES), np.round(added + _Z * spread, PLACES)
    place = np.select([low > 0, high < 0], ["above", "below"], "within")
    return found.assign(added=np.round(added, PLACES), low=low, high=high, place=place)


def _effects(cells: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the random effect of each school, in order of its code, and its standard error."""
    leaving = cells["exit"].to_numpy(float)
    entry = np.column_stack([np.ones(len(cells)), cells["entry"].to_numpy(float)])
    if np.ptp(leaving) < _NO_SPREAD or np.ptp(entry[:, 1]) < _NO_SPREAD:
        return np.zeros(cells["school_code"].nunique()), np.zeros(cells["school_code"].nunique())
    model = MixedLM(leaving, entry, groups=cells["school_code"].to_numpy(object))
    with warnings.catch_warnings():
        # Where schools do not differ the best variance is 0, at the edge of what there can be.
        warnings.simplefilter("ignore")
        model.fit(reml=True, method="nm")
    # The fit stops at four digits. Its one variance is searched for again, as the root of its ratio to that
    # within schools, to the last digit, so that six decimals are the same on every machine.
    found = minimize_scalar(
        lambda root: -model.loglike(np.array([root])),
        bounds=(0.0, _MOST_SPREAD),
        method="bounded",
        options={"xatol": 1e-12, "maxiter": 1_000},
    )
    ratio, none = np.array([[found.x**2]]), np.array([])
    fixed, _ = model.get_fe_params(ratio, none)
    within = float(model.get_scale(fixed, ratio, none))
    between = within * float(ratio[0, 0])
    rest = leaving - entry @ fixed
    by = pd.Series(rest).groupby(cells["school_code"].to_numpy(object), sort=True)
    count = by.size().to_numpy(float)
    share = between * count / (between * count + within) if between + within > 0 else 0 * count
    return share * by.mean().to_numpy(float), np.sqrt(between * (1 - share))
