"""The pages of the lab say what the committed rules say."""

import re
from pathlib import Path

from inspection.check.integrity import load_screen
from tests.lab.attack_kinds import KINDS
from tests.lab.attacks import ATTEMPTS
from tests.lab.estimates import CASES, verdict
from tests.spec.coverage import numbers

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


def test_the_page_on_attacks_has_every_kind_detected_by_what_binds_it_and_no_false_alarm() -> None:
    page = (ROOT / "docs" / "lab" / "attacks.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+) \| [^|]+ \| (\d+/\d+) \|$", page, re.MULTILINE))
    assert rows == {kind.title: f"{ATTEMPTS}/{ATTEMPTS}" for kind in KINDS}
    assert f"共改动 {ATTEMPTS * len(KINDS)} 次，发现 {ATTEMPTS * len(KINDS)} 次。" in page
    assert "共 1000 次，误报 0 次。" in page


def test_the_page_on_estimates_gives_a_verdict_on_every_coverage() -> None:
    page = (ROOT / "docs" / "lab" / "estimates.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| (\d+) \| (\d+) \| ([\d.]+) \| [\d.]+ \| (.*) \|$", page, re.MULTILINE)
    assert len(rows) == sum(1 + (len(case.pools) + 1) // 2 for case in CASES)
    assert [row[3] for row in rows] == [
        verdict(float(rate), pool=int(pool), drawn=int(drawn)) for pool, drawn, rate, _ in rows
    ]


def test_the_page_on_requirements_has_a_result_for_every_one() -> None:
    page = (ROOT / "docs" / "lab" / "requirements.md").read_text(encoding="utf-8")
    rows = {
        name: int(count)
        for name, count in re.findall(r"^\| (\w\w-\d\d) \| [^|]+ \| (\d+) \|", page, re.MULTILINE)
    }
    assert set(rows) >= set(numbers())
    assert [name for name, count in rows.items() if not count] == []
