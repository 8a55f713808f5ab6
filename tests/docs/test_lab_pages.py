"""The pages of the lab say what the committed rules say."""

import re
from pathlib import Path

from inspection.integrity import load_screen

ROOT = Path(__file__).resolve().parents[2]


def test_the_integrity_page_has_every_check_with_its_threshold_and_measured_rate() -> None:
    page = (ROOT / "docs" / "lab" / "integrity.md").read_text(encoding="utf-8")
    policy = load_screen(ROOT / "expectations")
    assert policy
    found = {
        row[0]: (float(row[1]), float(row[2]))
        for row in re.findall(
            r"^\| `([a-z-]+)` .*?\| ([\d.]+) \| \d+ of .* \| ([\d.]+) \|$", page, re.MULTILINE
        )
    }
    assert found == {check.id: (check.threshold, check.false_alarm_rate) for check in policy.checks}


def test_the_page_on_expectations_keeps_both_goals() -> None:
    page = (ROOT / "docs" / "lab" / "expectations.md").read_text(encoding="utf-8")
    rows = re.findall(r"\| ([\d.]+) \| ≤ ([\d.]+) \|$", page, re.MULTILINE)
    assert len(rows) == 2
    assert all(float(ratio) <= float(goal) for ratio, goal in rows)
