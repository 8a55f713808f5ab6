"""Working days of the Chinese calendar, with the bureau's own changes.

The national calendar is that of the chinesecalendar package; beyond its last year the bureau must list
the days itself, since nobody knows them before the State Council's notice.
"""

from datetime import date, timedelta

import chinese_calendar

from inspection.errors import DocumentError, Fault
from inspection.profile import Calendar


def is_workday(day: date, calendar: Calendar) -> bool:
    """Say whether offices work on `day`.

    Raises:
        DocumentError: the national calendar does not reach that year and the profile is silent.
    """
    if day in calendar.extra_workdays:
        return True
    if day in calendar.extra_holidays:
        return False
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        fault = Fault(
            place="机构配置 calendar",
            code="CAL-001",
            wanted=f"{day.year} 年的节假日安排",
            got="未收录",
            remedy="请在 extra_workdays 与 extra_holidays 中列出，或更新 chinesecalendar。",
        )
        raise DocumentError(f"无法判断 {day} 是否为工作日", [fault]) from error


def add_workdays(start: date, count: int, calendar: Calendar) -> date:
    """Return the `count`-th working day after `start`; the day of the event itself does not count."""
    day, left = start, count
    while left:
        day += timedelta(days=1)
        left -= is_workday(day, calendar)
    return day


def workdays_before(day: date, count: int, calendar: Calendar) -> date:
    """Return the last working day whose `count`-th working day after it is no later than `day`."""
    found = day
    while not is_workday(found, calendar) or add_workdays(found, count, calendar) > day:
        found -= timedelta(days=1)
    return found


def workdays_between(start: date, end: date, calendar: Calendar) -> list[date]:
    """Return the working days from `start` to `end`, both included."""
    span = (start + timedelta(days=offset) for offset in range((end - start).days + 1))
    return [day for day in span if is_workday(day, calendar)]
