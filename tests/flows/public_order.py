"""An outsider who tries to rebuild the order of schools by examination result from a publication site.

Everything that is said of a school anywhere counts: where it stands in a file, how often, each number, date and
word beside its code. Each is held against the truth by itself and all of it together.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inspection.publish.page_text import page_content

FEWEST_SCHOOLS = 8
SHUFFLES = 999
Floats = npt.NDArray[np.float64]
Traits = dict[str, dict[str, float]]


def traits(folder: Path, codes: frozenset[str]) -> Traits:
    """Return what a site tells of each school as numbers, by the name of the trait."""
    found: Traits = defaultdict(dict)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.suffix not in {".csv", ".json", ".html", ".txt"}:
            continue
        name, text = file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8-sig")
        met = [code for code in re.findall(r"(?<!\d)\d{10}(?!\d)", text) if code in codes]
        for code in met:
            found[f"{name} first met"].setdefault(code, float(len(found[f"{name} first met"])))
            found[f"{name} times met"][code] = float(met.count(code))
        for place, code, cells in _rows(file, text, codes):
            for heading, cell in cells.items():
                _tell(found, f"{name} {place} {heading}", code, cell)
    return {name: values for name, values in found.items() if _is_telling(values)}


def _tell(found: Traits, name: str, code: str, cell: str) -> None:
    number = _number(cell)
    if number is not None:
        found[name][code] = number
    else:
        found[f"{name} = {cell}"][code] = 1.0


def _rows(file: Path, text: str, codes: frozenset[str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    if file.suffix == ".csv":
        yield from _table("table", list(csv.reader(io.StringIO(text))), codes)
    elif file.suffix == ".json":
        yield from _objects("", json.loads(text), codes)
    elif file.suffix == ".html":
        for table in page_content(text).tables:
            yield from _table(table.caption, [table.headings, *table.rows], codes)


def _table(
    place: str, rows: Sequence[Sequence[str]], codes: frozenset[str]
) -> Iterator[tuple[str, str, dict[str, str]]]:
    for at, row in enumerate(rows[1:]):
        for code in codes.intersection(row):
            cells = dict(zip(map(str, rows[0]), row, strict=False))
            yield place, code, {**cells, "row": str(at)}


def _objects(place: str, value: Any, codes: frozenset[str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    if isinstance(value, list):
        for at, item in enumerate(value):
            if isinstance(item, dict):
                cells = {key: str(cell) for key, cell in item.items() if not isinstance(cell, (list, dict))}
                for code in codes.intersection(cells.values()):
                    yield place, code, {**cells, "row": str(at)}
            yield from _objects(place, item, codes)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _objects(f"{place}/{key}", item, codes)


def _number(cell: str) -> float | None:
    try:
        return float(cell.rstrip("%"))
    except ValueError:
        pass
    try:
        return float(date.fromisoformat(cell).toordinal())
    except ValueError:
        return None


def _is_telling(values: Mapping[str, float]) -> bool:
    return len(values) >= FEWEST_SCHOOLS


def matrix(found: Traits, codes: Sequence[str]) -> tuple[list[str], Floats]:
    """Return the traits that differ between schools as columns of ranks; one that is not told counts as 0."""
    names, columns = [], []
    for name, values in sorted(found.items()):
        column = np.array([values.get(code, np.nan) for code in codes])
        for shown, told in ((name, column), (f"{name} told", (~np.isnan(column)).astype(float))):
            known = ~np.isnan(told)
            if known.sum() >= FEWEST_SCHOOLS and len(set(told[known])) > 1:
                names.append(shown)
                columns.append(np.where(known, ranks(np.where(known, told, np.inf)), np.nan))
    return names, np.array(columns).T


def ranks(values: Floats) -> Floats:
    """Return ranks, ties sharing their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    shared: Floats = (ends - (counts - 1) / 2)[place]
    return shared


def strongest(traits_of: Floats, goals: Floats) -> Floats:
    """Return, for each column of goals, the largest correlation in size of any trait among schools it tells of."""
    is_told = (~np.isnan(traits_of)).astype(float)
    told = is_told.sum(axis=0)[:, None]
    wide = np.nan_to_num(traits_of - np.nanmean(traits_of, axis=0))
    spread = is_told.T @ goals**2 - (is_told.T @ goals) ** 2 / told
    size = np.sqrt((wide**2).sum(axis=0)[:, None] * np.maximum(spread, 1e-9))
    # Few schools agree by chance: what they show is shrunk to what as many as all would have to show.
    found: Floats = (np.abs(wide.T @ goals) / size * np.sqrt((told - 1) / (len(goals) - 1))).max(axis=0)
    return found


def together(traits_of: Floats, goals: Floats) -> Floats:
    """Return how well all traits foretell each column of goals: each school from all others (ridge)."""
    wide = np.nan_to_num((traits_of - np.nanmean(traits_of, axis=0)) / np.nanstd(traits_of, axis=0))
    kernel = wide @ wide.T
    smoother = kernel @ np.linalg.inv(kernel + np.trace(kernel) / len(goals) * np.eye(len(goals)))
    leverage = np.diag(smoother)[:, None]
    foretold = (smoother @ goals - leverage * goals) / (1 - leverage)
    return np.array(
        [np.corrcoef(ranks(one), goal)[0, 1] for one, goal in zip(foretold.T, goals.T, strict=True)]
    )


def chance(traits_of: Floats, truth: Floats) -> tuple[float, float]:
    """Return the share of shuffled truths met as well as the real one: by the best trait, and by all together."""
    draw = np.random.default_rng(20260520)
    goal = ranks(truth) - (len(truth) + 1) / 2
    goals = np.array([goal, *(draw.permutation(goal) for _ in range(SHUFFLES))]).T
    by_one, by_all = strongest(traits_of, goals), together(traits_of, goals)
    return float(np.mean(by_one >= by_one[0])), float(np.mean(by_all >= by_all[0]))
