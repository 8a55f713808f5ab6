"""Who is to be told of a visit, and the last day on which a notice is in time."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inspection.dispatch.visit_notice import to_tell
from inspection.profile import Calendar
from inspection.workdays import add_workdays, is_workday, workdays_before

CALENDAR = Calendar()
DAYS = st.dates(date(2025, 1, 20), date(2026, 12, 20))


@given(day=DAYS, count=st.integers(0, 6))
def test_a_notice_of_the_last_day_is_in_time_and_one_of_the_next_day_is_not(day: date, count: int) -> None:
    last = workdays_before(day, count, CALENDAR)
    assert is_workday(last, CALENDAR)
    assert add_workdays(last, count, CALENDAR) <= day
    later = last + timedelta(days=1)
    while later <= day:
        assert not is_workday(later, CALENDAR) or add_workdays(later, count, CALENDAR) > day
        later += timedelta(days=1)


def test_the_shifted_holidays_of_may_count_as_they_are_worked() -> None:
    # 5 May 2026 is a holiday, 9 May a worked Saturday.
    assert workdays_before(date(2026, 5, 12), 3, CALENDAR) == date(2026, 5, 8)
    assert workdays_before(date(2026, 5, 6), 1, CALENDAR) == date(2026, 4, 30)


def test_whom_nobody_told_of_the_day_that_stands_is_told() -> None:
    day, other = date(2026, 5, 20), date(2026, 5, 21)
    visits = {"b": day, "a": day, "c": day, "d": date(2026, 5, 1)}
    assert to_tell(visits, {"b": day, "c": other}, as_of=date(2026, 5, 13)) == ("a", "c")
    assert to_tell(visits, visits, as_of=date(2026, 5, 13)) == ()
    assert to_tell(visits, {}, as_of=other) == ()
