"""How units stand with what they owe: the file that needs attention speaks, and a missing one after its day."""

from datetime import date

from inspection.collect.standing import CameIn, Due, UnitStanding, standings, status_table

DAY = date(2026, 4, 24)
DUES = [Due("indicators", "379901", DAY), Due("indicators", "379902", DAY), Due("schools", "", DAY)]


def statuses(files: list[CameIn], as_of: date) -> list[str]:
    return [item.status for item in standings(DUES, files, as_of=as_of)]


def test_what_has_not_come_is_awaited_until_its_day_and_overdue_after_it() -> None:
    assert statuses([], DAY) == ["awaited"] * 3
    assert statuses([], date(2026, 4, 25)) == ["overdue"] * 3


def test_of_several_files_the_one_that_needs_attention_speaks() -> None:
    files = [
        CameIn("indicators", "379901", "accepted"),
        CameIn("indicators", "379901", "partly-accepted"),
        CameIn("indicators", "379902", "superseded"),
        CameIn("schools", "", "accepted"),
    ]
    assert statuses(files, date(2026, 5, 1)) == ["partly-accepted", "overdue", "accepted"]


def test_the_table_counts_files_and_what_is_missing_per_district() -> None:
    files = [CameIn("indicators", "379901", "refused"), CameIn("schools", "", "accepted")]
    missing = [UnitStanding("indicators", "379902", "overdue", DAY)]
    rows = status_table(files, missing, {"379901": "东湖区", "379902": "西岭县"})
    nothing = dict.fromkeys(("已收到", "已退回", "部分接受", "已接受", "已替换", "逾期未报", "待报"), 0)
    assert rows == [
        {"区县": "东湖区", **nothing, "已退回": 1},
        {"区县": "西岭县", **nothing, "逾期未报": 1},
        {"区县": "全市", **nothing, "已接受": 1},
    ]
