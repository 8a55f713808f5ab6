"""Decisions on a case: approved, or returned, studied again and decided again; every turn stays on record."""

import json
from datetime import date
from pathlib import Path

import pytest

from inspection.decide.case import CaseState
from inspection.errors import ProtocolError
from inspection.request import Decision, RestudyEntry
from inspection.store import case as cases
from inspection.store import ledger
from inspection.store.case_tables import Case
from inspection.store.engine import reading
from tasks.case import decide_cases, restudy_cases
from tests.desk_names import CAMPAIGN, ROOT, WARNED_B, Bureau
from tests.desk_office import build
from tests.desk_person import signed_in

DAY = date(2026, 6, 1)
RETURN = Decision(
    case_id=WARNED_B, decision="return", approver_id="director-01", reason="请补充现场照片的说明"
)
APPROVE = Decision(case_id=WARNED_B, decision="approve", approver_id="director-02")
AGAIN = RestudyEntry(
    case_id=WARNED_B, action="resubmit", person_id="office-01", reason="已补充现场照片的拍摄时间和地点"
)
WITHDRAW = AGAIN.model_copy(update={"action": "withdraw"})


@pytest.fixture
def bureau(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The small bureau, with a case that waits for a decision."""
    monkeypatch.setenv("INSPECTION_DATABASE_URL", store_url)
    monkeypatch.setenv("INSPECTION_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("INSPECTION_PROFILE", str(ROOT / "examples" / "demo_city" / "profile.yaml"))
    return build(store_url, tmp_path / "workspace")


@pytest.fixture
def url(bureau: Bureau) -> str:
    return bureau.office.database_url


def decide(*decisions: Decision, on: date = DAY) -> dict[str, int]:
    return dict(decide_cases.fn(CAMPAIGN, decisions, as_of=on).counts)


def restudy(*entries: RestudyEntry, on: date = DAY) -> dict[str, int]:
    return dict(restudy_cases.fn(CAMPAIGN, entries, as_of=on).counts)


def state(url: str) -> str:
    with reading(url) as session:
        found = session.get(Case, WARNED_B)
        assert found is not None
        return found.state


def entered(url: str) -> list[tuple[str, str]]:
    with reading(url) as session:
        told = [(entry.kind, entry.payload) for entry in ledger.entries(session)]
    return [(kind, facts.get("decision") or facts.get("action", "")) for kind, facts in told]


def test_a_returned_case_is_submitted_again_and_then_approved(url: str) -> None:
    decide(RETURN)
    assert state(url) == CaseState.RETURNED
    assert restudy(AGAIN) == {"再次送审": 1, "撤销": 0}
    assert state(url) == CaseState.HEARD
    decide(APPROVE)
    assert state(url) == CaseState.APPROVED
    assert entered(url) == [("decision", "return"), ("restudy", "resubmit"), ("decision", "approve")]
    with reading(url) as session:
        assert [item.decision for item in cases.decisions_on(session, WARNED_B)] == ["approve", "return"]
        assert cases.decision_entry(session, WARNED_B) == ledger.entries(session)[-1].entry_hash


def test_a_case_may_be_returned_more_than_once(url: str) -> None:
    for turn in (1, 2, 3):
        decide(RETURN.model_copy(update={"reason": f"第{turn}次退回：证据不足"}))
        restudy(AGAIN.model_copy(update={"reason": f"第{turn}次研究：已补充现场证据"}))
    decide(APPROVE)
    assert [kind for kind, _ in entered(url)] == ["decision", "restudy"] * 3 + ["decision"]


def test_a_withdrawn_case_is_closed(url: str) -> None:
    decide(RETURN)
    assert restudy(WITHDRAW) == {"再次送审": 0, "撤销": 1}
    assert state(url) == CaseState.CLOSED


def test_entering_the_same_again_changes_nothing(url: str) -> None:
    for _ in range(2):
        decide(RETURN)
        restudy(AGAIN)
    for _ in range(2):
        decide(RETURN)
        restudy(AGAIN)
        decide(APPROVE)
    assert len(entered(url)) == 3
    assert state(url) == CaseState.APPROVED


def test_who_submitted_a_case_again_does_not_decide_on_it(url: str) -> None:
    decide(RETURN)
    restudy(AGAIN.model_copy(update={"person_id": "director-02"}))
    with pytest.raises(ProtocolError) as caught:
        decide(APPROVE)
    (found,) = caught.value.faults
    assert (found.code, found.wanted, found.got) == ("CAS-003", "未经办本案的负责人", "本案的再次送审人")
    assert found.remedy == "请由未经办本案的负责人审批。"
    assert state(url) == CaseState.HEARD


def test_only_a_returned_case_is_studied_again_and_one_wrong_entry_stops_all(url: str) -> None:
    unknown = AGAIN.model_copy(update={"case_id": "no-such-case"})
    with pytest.raises(ProtocolError) as caught:
        restudy(AGAIN, unknown)
    told = [(fault.place, fault.wanted, fault.got, fault.remedy) for fault in caught.value.faults]
    assert told == [
        (
            f"案 {WARNED_B}",
            "状态为“已退回，需重新研究”",
            "“已听取意见，待审批”",
            "只有被退回的案才需要填写，请删去这一条。",
        ),
        ("案 no-such-case", "本批次的案号", "没有这个案号", "请在案件进度中核对案号。"),
    ]
    assert entered(url) == []


def test_the_ledger_tells_neither_who_nor_why(url: str) -> None:
    decide(RETURN)
    restudy(AGAIN)
    with reading(url) as session:
        told = json.dumps([entry.payload for entry in ledger.entries(session)], ensure_ascii=False)
    for secret in (RETURN.reason, AGAIN.reason, "director-01", "office-01"):
        assert secret not in told


def test_the_desk_lists_every_turn_and_says_how_to_go_on(bureau: Bureau) -> None:
    office = signed_in(bureau, "office-01")
    decide(RETURN)
    page = office.get(f"/cases/{WARNED_B}").text
    assert "退回（2026年6月1日）" in page
    assert RETURN.reason in page
    assert "resubmit（再次送审）或 withdraw（撤销处理建议）" in page
    restudy(AGAIN)
    page = office.get(f"/cases/{WARNED_B}").text
    assert "再次送审（2026年6月1日）" in page
    assert AGAIN.reason in page
    assert "withdraw" not in page
