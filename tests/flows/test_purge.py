"""A whole term, purged: no student's id is left in workspace, store or Prefect's database."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from examples.demo_city.pupils import RESULT_COLUMNS
from examples.demo_city.term import CURRENT_TERM
from inspection.errors import ProtocolError
from inspection.store.case_tables import Case
from inspection.store.engine import writing
from inspection.store.tables import Campaign
from tasks.purge import _prefect_database, find_traces, preview, purge
from tests.flows.city_term import Finished, office

# One city's term serves these and their neighbours.
pytestmark = pytest.mark.xdist_group("city")

AFTER = date(2027, 3, 1)


@pytest.fixture
def copied(finished: Finished, tmp_path: Path) -> Path:
    """The finished term's workspace and store, to be purged."""
    with writing(finished.database_url):
        shutil.copytree(finished.workspace, tmp_path / "workspace")
        for name in ("inspection.db", "inspection.db-wal"):
            if (finished.folder / name).exists():
                shutil.copy(finished.folder / name, tmp_path / name)
    return tmp_path


def students_of(folder: Path) -> list[str]:
    """Return the ids of all students in the term's results."""
    (path,) = (folder / "workspace" / "inbox" / CURRENT_TERM).glob("学业质量监测成绩*.csv")
    lines = path.read_bytes().decode("gb18030").splitlines()
    place = RESULT_COLUMNS.index("学籍号")
    return sorted(
        {cells[place] for line in lines if len(cells := line.split(",")) == len(RESULT_COLUMNS)} - {"学籍号"}
    )


def test_a_finished_term_is_purged_without_a_trace(copied: Path) -> None:
    with office(copied):
        students = students_of(copied)
        assert len(students) > 1000
        assert any(path.exists() for path in _prefect_database())
        assert {Path(trace).name for trace in find_traces(students[:10])} == {"学业质量监测成绩.csv"}
        with pytest.raises(ProtocolError, match=f"学期 {CURRENT_TERM} 的学生数据还不能清除"):
            preview(CURRENT_TERM, as_of=date(2026, 7, 3))
        with writing(f"sqlite:///{copied / 'inspection.db'}") as session:
            session.execute(update(Case).values(state="CLOSED"))
            session.execute(update(Campaign).values(state="DECIDED"))
        done = purge(CURRENT_TERM, as_of=AFTER)
        assert (done.counts["残留"], done.counts["抽查学籍号"]) == (0, 40)
        assert find_traces(students[::40]) == []
        assert (copied / "workspace" / "inbox" / CURRENT_TERM).is_dir()
