"""A term with a sealed draw, run as a process of its own until just before the opening: what its search looks at.

`python -m tests.flows.sealed_term FOLDER` plants personal data in the files, has two runs fail on it, logs as
much as Prefect can log, and ends when Prefect's database has come to rest.
"""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from examples.demo_city.city import Sizes
from examples.demo_city.run import DAYS, Journal, environment, run_to_findings
from examples.demo_city.term import CURRENT_TERM, campaign_id, write_city

SEED = "sealed term"
SIZES = Sizes(school_count=14, students_per_school=20, answers_per_school=10, has_kept=False)
CAMPAIGN = campaign_id(SIZES, is_sealed=True)
PUPIL, PHONE, IDENTITY = "欧阳晓星", "13912345678", "379901201503124567"
ADDRESS = "东湖路88号3单元501室"
PASSWORD = "纸鸢-Quartz-7719-沿河"
PLANTED = (PUPIL, PHONE, IDENTITY, ADDRESS)
_PATIENCE_SECONDS = 120


def inbox(folder: Path) -> Path:
    return folder / "workspace" / "inbox" / CURRENT_TERM


def results_file(folder: Path) -> Path:
    return inbox(folder) / "学业质量监测成绩.csv"


def refused_workbook(folder: Path) -> Path:
    """The findings workbook that was refused, as it was."""
    return folder / "refused.xlsx"


def plant(folder: Path) -> None:
    """Put a pupil's name, number, phone and address where clerks put them by mistake: into figures."""
    path = results_file(folder)
    text = path.read_bytes().decode("gb18030")
    code = text.splitlines()[1].split(",")[2]
    rows = [
        f"{IDENTITY},{PUPIL},{code},小学,5,语文,{PHONE},100",
        f"X37990100012559998,{PUPIL},{code},小学,5,数学,{ADDRESS},100",
        f"X37990100012559997,{PUPIL},{IDENTITY},小学,5,数学,88,100",
    ]
    path.write_bytes((text + "".join(f"{row}\r\n" for row in rows)).encode("gb18030"))


def spoil_a_workbook(folder: Path) -> Path:
    """Write a pupil's name, phone and number into a returned workbook; return where it lies."""
    path = min((folder / "workspace" / "inbox" / CAMPAIGN / "findings").glob("*.xlsx"))
    book = openpyxl.load_workbook(path)
    typed = {"检查结果": ("检查人员", f"{PUPIL}、{PHONE}、{IDENTITY}"), "检查记录": ("检查结论", ADDRESS)}
    for title, (heading, text) in typed.items():
        sheet = book[title]
        places = {cell.value: cell.column for cell in sheet[2]}
        sheet.cell(3, places[heading]).value = text
    book.save(path)
    shutil.copyfile(path, refused_workbook(folder))
    return path


def must_fail(work: Callable[[], object]) -> None:
    from inspection.errors import InspectionError

    with pytest.raises(InspectionError) as caught:
        work()
    assert caught.value.faults


def run_until_sealed(folder: Path) -> None:
    """Run the term, failures and all, and publish while the names are closed."""
    from desk.password import hashed
    from flows.open_draw import open_draw
    from flows.publish_site import publish_site
    from flows.record_findings import record_findings
    from inspection.draw.opening import OpenRequest
    from inspection.request import GatedRequest
    from inspection.store import account
    from inspection.store.engine import writing

    found = GatedRequest(campaign_id=CAMPAIGN, as_of=DAYS["found"])
    run_to_findings(Journal(folder), folder / "workspace", CAMPAIGN, seed=SEED)
    kept = {path: path.read_bytes() for path in (folder / "workspace/inbox" / CAMPAIGN).rglob("*.xlsx")}
    spoilt = spoil_a_workbook(folder)
    must_fail(lambda: record_findings(found))
    spoilt.write_bytes(kept[spoilt])
    must_fail(lambda: open_draw(OpenRequest(campaign_id=CAMPAIGN, as_of=date(2026, 5, 20))))
    publish_site(found)
    with writing(os.environ["INSPECTION_DATABASE_URL"]) as session:
        given = {"account_id": "office-9", "role": "office", "scope": "", "at": datetime.now(UTC)}
        account.add(session, password_hash=hashed(PASSWORD), **given)


def wait_for_rest(database: Path) -> None:
    """Wait until Prefect has written what it has to write: it records task runs and logs behind the run."""
    before, deadline = (0, 0, 0), time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        time.sleep(4)
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            counts = tuple(
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("flow_run", "task_run", "log")
            )
        if counts == before and all(counts):
            return
        before = counts
    raise AssertionError(f"Prefect's database does not come to rest: {before}")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    talkative = {
        "PREFECT_LOGGING_LEVEL": "DEBUG",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "240",
    }
    os.environ.update(environment(folder) | talkative)
    write_city(folder / "workspace", seed=SEED, sizes=SIZES)
    plant(folder)
    run_until_sealed(folder)
    wait_for_rest(folder / "prefect" / "prefect.db")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
