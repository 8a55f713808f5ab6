"""Re-checks and closures: two people look, an official strikes off, and a case can wait for neither twice."""

from datetime import date
from pathlib import Path

import pytest

from inspection.decide.case import CaseState
from inspection.decide.rectification import RectificationState
from inspection.errors import ProtocolError
from inspection.request import ClosureEntry, RecheckEntry
from inspection.store import ledger
from inspection.store.case_tables import Case, Rectification
from inspection.store.engine import reading
from tasks.rectification import close_cases, follow_rectifications, recheck_schools
from tests.desk_names import CAMPAIGN, ROOT, WARNED_A, Bureau
from tests.desk_office import build
from tests.desk_person import signed_in

DAY = date(2026, 6, 10)
MET = RecheckEntry(
    case_id=WARNED_A,
    rechecked_on=date(2026, 6, 9),
    outcome="met",
    person_ids=("i-03", "i-04"),
    note="劳动课已按课表开设，查看了三周的记录",
)
NOT_MET = MET.model_copy(update={"outcome": "not-met", "note": "劳动课仍有一周被占用，须继续整改"})
CLOSE = ClosureEntry(case_id=WARNED_A, approver_id="director-01")


@pytest.fixture
def bureau(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The small bureau, with a case that is being rectified."""
    monkeypatch.setenv("INSPECTION_DATABASE_URL", store_url)
    monkeypatch.setenv("INSPECTION_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("INSPECTION_PROFILE", str(ROOT / "examples" / "demo_city" / "profile.yaml"))
    return build(store_url, tmp_path / "workspace")


@pytest.fixture
def url(bureau: Bureau) -> str:
    return bureau.office.database_url


def recheck(*entries: RecheckEntry) -> int:
    return recheck_schools.fn(CAMPAIGN, entries, as_of=DAY).counts["新登记"]


def close(*entries: ClosureEntry) -> int:
    return close_cases.fn(CAMPAIGN, entries, as_of=DAY).counts["已销号"]


def stands(url: str) -> tuple[str, str, date]:
    with reading(url) as session:
        item = session.get_one(Rectification, WARNED_A)
        return session.get_one(Case, WARNED_A).state, item.state, item.due_on


def entered(url: str) -> list[str]:
    with reading(url) as session:
        return [entry.kind for entry in ledger.entries(session)]


def test_a_rectified_case_is_rechecked_and_struck_off(url: str) -> None:
    due_on = stands(url)[2]
    assert recheck(MET) == 1
    assert stands(url) == (CaseState.RECHECKED, RectificationState.RECHECKED, due_on)
    assert close(CLOSE) == 1
    assert stands(url) == (CaseState.CLOSED, RectificationState.CLOSED, due_on)
    assert entered(url) == ["recheck", "closure"]


def test_a_case_that_is_not_rectified_is_owed_anew_from_the_day_of_the_recheck(url: str) -> None:
    assert recheck(NOT_MET) == 1
    # Thirty working days after Tuesday 9 June; Friday 19 June 2026 is 端午节.
    assert stands(url) == (CaseState.RECTIFYING, RectificationState.DUE, date(2026, 7, 22))
    assert recheck(MET) == 1
    assert entered(url) == ["recheck", "recheck"]


def test_entering_the_same_again_changes_nothing(url: str) -> None:
    assert [recheck(MET), recheck(MET)] == [1, 0]
    assert [close(CLOSE), close(CLOSE), recheck(MET)] == [1, 0, 0]
    assert entered(url) == ["recheck", "closure"]


def test_what_was_rechecked_or_struck_off_is_never_overdue(url: str) -> None:
    late = date(2027, 1, 4)
    assert follow_rectifications.fn(CAMPAIGN, as_of=late).counts["已逾期"] == 1
    recheck(MET)
    counts = follow_rectifications.fn(CAMPAIGN, as_of=late).counts
    assert (counts["已逾期"], counts["复查通过，待销号"]) == (0, 1)
    close(CLOSE)
    assert follow_rectifications.fn(CAMPAIGN, as_of=late).counts["已销号"] == 1


def test_everything_wrong_with_a_recheck_is_said_at_once_and_nothing_is_entered(url: str) -> None:
    alone = MET.model_copy(update={"person_ids": ("i-99",), "rechecked_on": date(2026, 6, 11)})
    with pytest.raises(ProtocolError) as caught:
        recheck(alone)
    assert {fault.code for fault in caught.value.faults} == {"CAS-004"}
    served_on = date(2026, 5, 14)
    told = [(fault.wanted, fault.got) for fault in caught.value.faults]
    assert told == [
        ("2 名以上复查人员", "1 人"),
        (f"{served_on} 至 {DAY} 之间的日期", "2026-06-11"),
        ("本学期检查人员名录内的人员", "i-99 不在名录中"),
    ]
    assert entered(url) == []


def test_a_case_is_struck_off_only_after_its_recheck_and_by_another_person(url: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        close(CLOSE)
    (found,) = caught.value.faults
    assert (found.code, found.wanted, found.got) == ("CAS-005", "“复查通过，待销号”的案", "“整改中”")
    recheck(MET)
    with pytest.raises(ProtocolError) as caught:
        close(CLOSE.model_copy(update={"approver_id": "i-03"}))
    assert [fault.code for fault in caught.value.faults] == ["CAS-001", "CAS-001"]
    assert entered(url) == ["recheck"]


def test_a_case_that_owes_nothing_cannot_be_rechecked(url: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        recheck(MET.model_copy(update={"case_id": "no-such-case"}))
    assert [(fault.code, fault.got) for fault in caught.value.faults] == [("CAS-005", "没有这个案")]


def test_the_desk_shows_rechecks_and_the_closure(bureau: Bureau) -> None:
    recheck(NOT_MET)
    recheck(MET)
    close(CLOSE)
    page = signed_in(bureau, "office-01").get(f"/cases/{WARNED_A}").text
    for told in (
        "未整改到位（2026年6月9日）",
        "已整改到位（2026年6月9日）",
        "i-03、i-04",
        "已于2026年6月10日销号",
    ):
        assert told in page
