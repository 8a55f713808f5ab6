"""Deadlines run over the Chinese calendar, holidays and shifted working days included."""

from datetime import date

import pytest

from inspection.errors import DocumentError
from inspection.profile import Calendar
from inspection.workdays import add_workdays, is_workday, workdays_between

NATIONAL = Calendar()


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
