"""Data Docs: rules and counts, nothing that was handed in, nothing from elsewhere, the same bytes again."""

import re
from datetime import date
from pathlib import Path

import pandas as pd

from inspection.check.expectation import Suite, load_suites
from tasks.data_docs import write_data_docs

SUITES = load_suites(Path(__file__).resolve().parents[2] / "expectations")
TERM, DAY = "2025-2026-2", date(2026, 5, 8)


def results(suites: dict[str, Suite], unexpected: int = 2) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "data_set": name,
                "rule_id": rule.id,
                "severity": rule.severity,
                "reason": rule.reason,
                "checked_count": 60,
                "unexpected_count": unexpected,
            }
            for name, suite in suites.items()
            for rule in suite.rules
        ]
    )


def pages(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}


def test_every_rule_has_its_line_and_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    write_data_docs(tmp_path, SUITES, results(SUITES), term_id=TERM, issued_on=DAY)
    made = pages(tmp_path)
    assert set(made) == {"index.html", *(f"{name}.html" for name in SUITES)}
    for name, text in made.items():
        assert not re.search(r"https?:|<script|<link|<img|@import|url\(", text, re.IGNORECASE), name
    for name, suite in SUITES.items():
        assert f'href="{name}.html"' in made["index.html"]
        assert made[f"{name}.html"].count("核查60，不符2") == len(suite.rules)


def test_the_same_results_are_the_same_bytes_and_are_left_alone(tmp_path: Path) -> None:
    few = {"schools": SUITES["schools"]}
    one = write_data_docs(tmp_path / "a", few, results(few), term_id=TERM, issued_on=DAY)
    two = write_data_docs(tmp_path / "b", few, results(few), term_id=TERM, issued_on=DAY)
    assert one == two
    assert pages(tmp_path / "a") == pages(tmp_path / "b")
    written = (tmp_path / "a" / "schools.html").stat().st_mtime_ns
    write_data_docs(tmp_path / "a", few, results(few), term_id=TERM, issued_on=date(2026, 5, 9))
    assert (tmp_path / "a" / "schools.html").stat().st_mtime_ns == written


def test_other_results_make_other_pages_and_old_ones_go(tmp_path: Path) -> None:
    two = {name: SUITES[name] for name in ("schools", "recusals")}
    one = {"schools": SUITES["schools"]}
    write_data_docs(tmp_path, two, results(two), term_id=TERM, issued_on=DAY)
    write_data_docs(tmp_path, one, results(one, unexpected=3), term_id=TERM, issued_on=DAY)
    assert set(pages(tmp_path)) == {"index.html", "schools.html"}
    assert "核查60，不符3" in pages(tmp_path)["schools.html"]
