"""How every unit stands with what it owes in a term 上报进度: from what came in, what is due and what was put off.

Here: statuses and the rule. Not here: where files, extensions and standings are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

AWAITED, OVERDUE, SUPERSEDED = "awaited", "overdue", "superseded"
STATUS_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "received": "已收到",
        "refused": "已退回",
        "partly-accepted": "部分接受",
        "accepted": "已接受",
        SUPERSEDED: "已替换",
        OVERDUE: "逾期未报",
        AWAITED: "待报",
    }
)
_GRAVEST_FIRST = ("refused", "partly-accepted", "received", "accepted")
WHOLE_BUREAU = "全市"


@dataclass(frozen=True)
class Due:
    """A data set that a unit owes, and until when; the unit is a district code, or empty for the bureau."""

    data_set: str
    unit: str
    due_on: date


@dataclass(frozen=True)
class CameIn:
    """A file that came in; `district_code` is empty for one that speaks for the whole bureau."""

    data_set: str
    district_code: str
    status: str


@dataclass(frozen=True, order=True)
class UnitStanding:
    """How one unit stands with one data set."""

    data_set: str
    unit: str
    status: str
    due_on: date


def standings(dues: Sequence[Due], files: Sequence[CameIn], *, as_of: date) -> list[UnitStanding]:
    """Return how each unit stands; of several files of one unit the one that needs most attention speaks."""
    current = [item for item in files if item.status != SUPERSEDED]
    return sorted(
        UnitStanding(due.data_set, due.unit, _status(due, current, as_of), due.due_on) for due in dues
    )


def status_table(
    files: Sequence[CameIn], found: Sequence[UnitStanding], names: Mapping[str, str]
) -> list[dict[str, str | int]]:
    """Return, for each district and the bureau itself, how many files have each status and what is missing."""
    rows: list[dict[str, str | int]] = []
    for code, name in {**names, "": WHOLE_BUREAU}.items():
        statuses = [item.status for item in files if item.district_code == code]
        statuses += [item.status for item in found if item.unit == code and item.status in {OVERDUE, AWAITED}]
        counts = {title: statuses.count(key) for key, title in STATUS_TITLES.items()}
        rows.append({"区县": name, **counts})
    return rows


def _status(due: Due, current: Sequence[CameIn], as_of: date) -> str:
    found = {
        item.status
        for item in current
        if item.data_set == due.data_set and item.district_code in {due.unit, ""}
    }
    missing = OVERDUE if as_of > due.due_on else AWAITED
    return next((status for status in _GRAVEST_FIRST if status in found), missing)
