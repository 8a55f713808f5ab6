"""The plain script: NumPy scores a matrix of figures and perturbs the weights; no rules, no policies, no words.

`python -m benchmarks.plain.scoring ROWS CRITERIA PERTURBATIONS` prints how often bands stay, in percent, and the
seconds of the arithmetic.
"""

import sys
import time

import numpy as np

from benchmarks.scoring_inputs import BAND_EDGES, SEED, figures, rules, weights_centi

ROWS_AT_ONCE = 2048

row_count, criterion_count, count = map(int, sys.argv[1:])
values = figures(row_count, criterion_count)
full, start = rules(criterion_count)
weights = weights_centi(criterion_count) / 100
began = time.perf_counter()
share = np.clip((values - start) / (full - start), 0, 1)
known = (~np.isnan(values)).astype(float)
share = np.nan_to_num(share)
perturbed = weights[:, None] * np.random.default_rng(SEED).uniform(0.8, 1.2, (criterion_count, count))
edges = np.array(BAND_EDGES)
band = np.digitize(100 * (share @ weights) / (known @ weights), edges)
stays = np.zeros(row_count)
for first in range(0, row_count, ROWS_AT_ONCE):
    rows = slice(first, first + ROWS_AT_ONCE)
    total = 100 * (share[rows] @ perturbed) / (known[rows] @ perturbed)
    stays[rows] = (np.digitize(total, edges) == band[rows, None]).mean(axis=1)
print(f"{100 * stays.mean():.1f}")
print(f"{time.perf_counter() - began:.3f}")
