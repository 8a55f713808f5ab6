"""A bad file of every kind ends in rows or in a list of faults, within its limits, and leaves nothing half done."""

from pathlib import Path

from tests.lab.fuzz import endings, jobs
from tests.lab.fuzz_files import KINDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "fuzz.md"


def test_a_bad_file_of_every_kind_is_taken_or_sent_back() -> None:
    found = endings(jobs(len(KINDS), seed="suite"), files_per_process=len(KINDS))
    assert [f"{item.kind}: {item.trouble}" for item in found if item.trouble] == []
    assert {item.status for item in found} == {"accepted", "partly-accepted", "refused"}


def test_the_page_of_the_lab_has_every_kind_and_no_trouble() -> None:
    rows = [
        line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    assert {*KINDS, "**all**"} <= {row[0] for row in rows}
    assert {row[-1] for row in rows if row[0] in {*KINDS, "**all**"}} == {"0"}
