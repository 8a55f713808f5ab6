"""The page of the lab with real files: every kind was planted, at least 95 % were caught, nothing true refused."""

import re
from pathlib import Path

import pytest

from tests.lab.surrey_faults import DATA, checked, clean, faults_of, outcome
from tests.lab.surrey_mutator import MUTATIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "surrey-faults.md"


def test_the_page_has_every_kind_and_enough_are_caught() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"
    ]
    planted = {row[0]: int(row[1]) for row in rows if row[0] in {*MUTATIONS, "**all**"}}
    assert set(planted) == {*MUTATIONS, "**all**"}
    caught = re.search(r"\*\*all\*\* \| (\d+) \| (\d+)", page)
    assert caught is not None
    assert int(caught[2]) >= 0.95 * int(caught[1])
    assert [row[1] for row in rows if row[0] in {"2016", "2017", "2018"}] == ["0", "0", "0"]


@pytest.mark.skipif(
    not DATA.is_dir(), reason=f"England's school tables are not at {DATA}; set INSPECTION_TEST_DATA"
)
def test_a_total_altered_and_a_school_under_two_numbers_are_told_and_the_published_file_is_not_blamed() -> (
    None
):
    assert faults_of(checked(clean(2018))) == frozenset()
    for kind in ("total altered", "one school under two URNs"):
        assert outcome((kind, 2018, "suite")).is_caught
