"""Deadlines run over the Chinese calendar, holidays and shifted working days included."""

import csv
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from inspection.errors import DocumentError
from inspection.profile import Calendar
from inspection.workdays import add_workdays, is_workday, workdays_between

NATIONAL = Calendar()
ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "calendar"


@pytest.mark.skipif(not TABLE.is_dir(), reason=f"no calendar at {TABLE}; set INSPECTION_TEST_DATA")
def test_every_day_of_twenty_three_years_agrees_with_the_published_holidays() -> None:
    kinds: dict[str, set[date]] = {"holiday": set(), "in_lieu": set(), "workday": set()}
    with next(TABLE.glob("*.csv")).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds[row["kind"]].add(date.fromisoformat(row["date"]))
    off = kinds["holiday"] | kinds["in_lieu"]
    span = (date(2004, 1, 1) + timedelta(days=offset) for offset in range(23 * 365 + 6))
    wrong = [
        day
        for day in span
        if is_workday(day, NATIONAL) != (day in kinds["workday"] or (day.weekday() < 5 and day not in off))
    ]
    assert wrong == []


def test_the_day_of_the_event_does_not_count() -> None:
    assert add_workdays(date(2026, 6, 8), 1, NATIONAL) == date(2026, 6, 9)


def test_a_deadline_skips_the_dragon_boat_festival() -> None:
    assert add_workdays(date(2026, 6, 18), 1, NATIONAL) == date(2026, 6, 22)


def test_the_bureau_may_add_a_holiday_and_a_working_day() -> None:
    calendar = Calendar(extra_holidays=(date(2026, 6, 9),), extra_workdays=(date(2026, 6, 13),))
    assert not is_workday(date(2026, 6, 9), calendar)
    assert is_workday(date(2026, 6, 13), calendar)


def test_a_span_holds_its_first_and_last_working_day() -> None:
    assert workdays_between(date(2026, 6, 5), date(2026, 6, 8), NATIONAL) == [
        date(2026, 6, 5),
        date(2026, 6, 8),
    ]


def test_a_year_nobody_knows_yet_is_asked_of_the_bureau() -> None:
    with pytest.raises(DocumentError, match="无法判断 2031-01-06 是否为工作日"):
        is_workday(date(2031, 1, 6), NATIONAL)
