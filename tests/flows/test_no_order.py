"""No order of schools by examination result can be rebuilt from all that a term publishes together."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from inspection.store import score as scores
from inspection.store.engine import reading
from tests.flows.city_term import Finished
from tests.flows.public_order import Floats, chance, matrix, traits

# One city's term serves these and their neighbours.
pytestmark = pytest.mark.xdist_group("city")


def truth_of(database_url: str, campaign_id: str) -> dict[str, float]:
    """Return what examinations say of each school: the mean of its figures."""
    with reading(database_url) as session:
        lines = scores.lines(session, campaign_id, "reported")
    exam = lines[lines["exam_result"] & lines["value"].notna()]
    means = exam.groupby("school_code")["value"].mean()
    return {str(code): float(mean) for code, mean in means.items()}


def told(folder: Path, truth: dict[str, float]) -> tuple[list[str], Floats, Floats]:
    codes = sorted(truth)
    names, columns = matrix(traits(folder, frozenset(codes)), codes)
    return names, columns, np.array([truth[code] for code in codes])


def test_outsiders_foretell_no_examination_result(finished: Finished) -> None:
    truth = truth_of(finished.database_url, finished.campaign_id)
    names, columns, figures = told(finished.workspace / "public" / finished.campaign_id, truth)
    assert len(truth) >= 40
    assert len(names) >= 10, "the attacker reads what is there"
    by_one, by_all = chance(columns, figures)
    assert by_one > 0.01
    assert by_all > 0.01


def test_the_attacker_finds_an_order_that_is_there(finished: Finished, tmp_path: Path) -> None:
    truth = truth_of(finished.database_url, finished.campaign_id)
    site = shutil.copytree(finished.workspace / "public" / finished.campaign_id, tmp_path / "site")
    with (site / "data" / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(code, "已检查") for code in sorted(truth, key=truth.__getitem__)]
        csv.writer(file).writerows([("学校标识码", "情况"), *rows])
    _, columns, figures = told(site, truth)
    by_one, by_all = chance(columns, figures)
    assert by_one <= 0.001
    assert by_all <= 0.001
