"""Every fault planted in the demo city is caught where it was planted, and nothing else is called a fault."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from examples.demo_city.city import Sizes
from examples.demo_city.faults import AnswerKey
from examples.demo_city.term import CURRENT_TERM, PREVIOUS_TERM, write_term
from inspection.check.integrity import load_screen
from inspection.errors import Fault
from inspection.ingest.data_set import DataSet
from tests.lab.answer_key import MAPS, ingested, places

# Read once, in one process.
pytestmark = pytest.mark.xdist_group("demo-city-reading")
SIZES = Sizes(school_count=12, students_per_school=20, answers_per_school=20)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "answer-key.md"


@dataclass(frozen=True)
class Read:
    """A term as it was written and as it was read."""

    key: AnswerKey
    faults: list[Fault]
    sets: dict[str, DataSet]


@pytest.fixture(scope="module")
def current(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("inbox")
    key = write_term(folder, seed="another", sizes=SIZES, term=CURRENT_TERM)
    return Read(key, *ingested(folder))


def test_every_planted_fault_is_caught_and_none_invented(current: Read) -> None:
    assert places(current.faults) == sorted((item.file, item.row, item.column) for item in current.key.faults)
    assert set(current.sets) == set(MAPS) - {"entry_results", "findings", "hearings", "visit_results"}


def test_nothing_of_a_complainant_or_a_student_is_staged(current: Read) -> None:
    assert not {name for name in current.sets["complaints"].rows if "complainant" in name}
    rows = current.sets["fitness"].rows
    assert not {"student_id", "student_name", "identity_number", "total_score"} & set(rows)


def test_files_without_faults_are_read_without_complaint(tmp_path: Path) -> None:
    write_term(tmp_path, seed="demo-city", sizes=SIZES, term=PREVIOUS_TERM)
    faults, sets = ingested(tmp_path)
    assert faults == []
    assert len(sets["schools"].rows) == SIZES.school_count
    assert all(found.quarantined.empty for found in sets.values())


def test_the_lab_over_twenty_seeds_caught_all_and_invented_none() -> None:
    rows = [line.split("|")[1:-1] for line in PAGE.read_text(encoding="utf-8").splitlines()]
    seeds = [
        [cell.strip() for cell in row] for row in rows if len(row) == 4 and row[0].strip().startswith("city-")
    ]
    assert len(seeds) == 20
    assert all(planted == caught and invented == "0" for _, planted, caught, invented in seeds)


def test_the_lab_asked_about_every_sign_it_planted() -> None:
    policy = load_screen(Path(__file__).resolve().parents[2] / "expectations")
    assert policy
    page = PAGE.read_text(encoding="utf-8").split("## 完整性提示")[1]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if "`" in line]
    assert [row[0].strip("`") for row in rows] == sorted(check.id for check in policy.checks)
    assert all(planted == asked for _, planted, asked in rows)
