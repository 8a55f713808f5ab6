"""A special inspection on both databases: previewed, entered once, decided once, sent once."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from inspection.dispatch.special import Entered, SpecialState
from inspection.dispatch.special_request import SpecialAnswer, SpecialRequest
from inspection.errors import ProtocolError
from inspection.store import ledger
from inspection.store import special as specials
from inspection.store.engine import reading, writing
from inspection.store.special_tables import SpecialDecision, SpecialNotice
from inspection.store.tables import Campaign, Dispatch, Table, Visit
from inspection.store.writing import put
from tasks.special import (
    check_special,
    dispatch_urgent,
    enter_special,
    special_number,
    standing,
    write_special,
)
from tasks.special_answer import patience_seconds, question, take_answer
from tasks.special_notice import render_special_notices
from tasks.special_preview import preview_path
from tests.tasks.special_office import (
    ASKED,
    CAMPAIGN,
    DIRECTOR,
    OFFICE,
    PEOPLE,
    SCHOOLS,
    asked,
    bureau,
)

REASON = "与近期安排的综合督导重复，暂缓开展。"
SAFETY = {
    "trigger": "safety",
    "evidence_ids": ["aq-2026-0007"],
    "reason": "接报校门口有安全隐患，须立即核查。",
}


@pytest.fixture
def office(tmp_path: Path, store_url: str) -> Iterator[str]:
    with bureau(tmp_path, store_url):
        yield store_url


def counts(url: str) -> dict[str, int]:
    with reading(url) as session:
        tables = Table.metadata.tables.items()
        return {name: session.execute(select(func.count()).select_from(t)).scalar_one() for name, t in tables}


def enter(request: SpecialRequest) -> Entered:
    enter_special.fn(request, as_of=ASKED)
    return on_record(special_number(request))


def on_record(number: str) -> Entered:
    special = standing(number)
    assert special is not None
    return special


def answered(number: str, answer_id: str = "run-1", **changes: Any) -> str:
    content = {"decision": "approve", "approver_id": DIRECTOR, "decided_on": ASKED} | changes
    return take_answer.fn(number, SpecialAnswer.model_validate(content), answer_id=answer_id)


def places(special: Entered) -> list[tuple[str, date]]:
    found = [(visit.school_code, visit.visit_on) for visit in special.arrangement.visits]
    members = special.arrangement.members
    return found + [
        (person, visit.visit_on)
        for visit in special.arrangement.visits
        for person in members[visit.team_code]
    ]


def test_a_preview_enters_nothing_and_names_the_schools_in_its_paper_alone(office: str) -> None:
    before = counts(office)
    receipt = check_special.fn(asked(), as_of=ASKED)
    assert counts(office) == before
    assert receipt.counts == {"学校": 4, "检查组": 4}
    paper = preview_path(CAMPAIGN, special_number(asked())).read_text(encoding="utf-8")
    assert "示例市第1实验学校" in paper
    assert "预览，尚未登记" in paper
    assert check_special.fn(asked(), as_of=ASKED) == receipt


def test_a_wrong_request_is_refused_whole(office: str) -> None:
    before = counts(office)
    wrong = asked(matters=["sport"], team_size=2, schools={"school_codes": ["2199999999"]})
    with pytest.raises(ProtocolError, match="专项督导申请有 3 处需要改正") as caught:
        enter_special.fn(wrong, as_of=ASKED)
    assert {fault.code for fault in caught.value.faults} == {"SPE-001", "SPE-003", "SPE-007"}
    assert counts(office) == before


def test_what_cannot_be_staffed_is_told_in_numbers_and_shown_on_the_desk(office: str) -> None:
    crowd = asked(schools={"school_codes": SCHOOLS}, team_size=12)
    with pytest.raises(ProtocolError, match="（SPE-010）") as caught:
        check_special.fn(crowd, as_of=ASKED)
    assert not any(code in str(caught.value) for code in SCHOOLS + PEOPLE)
    paper = preview_path(CAMPAIGN, special_number(crowd)).read_text(encoding="utf-8")
    assert "不能安排" in paper
    assert PEOPLE[0] in paper


def test_entering_twice_changes_nothing(office: str) -> None:
    special = enter(asked())
    before = counts(office)
    assert enter(asked()) == special
    assert counts(office) == before
    assert special.state == SpecialState.REQUESTED


def test_no_school_and_no_person_is_at_two_places_on_a_day_across_all_inspections(office: str) -> None:
    first, second = enter(asked()), enter(asked(matters=["teacher-ethics"]))
    drawn = [(SCHOOLS[0], date(2026, 5, 25)), (PEOPLE[1], date(2026, 5, 25))]
    everywhere = places(first) + places(second) + drawn
    assert len(set(everywhere)) == len(everywhere)


def test_a_draw_sees_the_days_that_special_inspections_hold(office: str) -> None:
    special = enter(asked())
    with reading(office) as session:
        assert set(places(special)) <= specials.taken(session, besides=CAMPAIGN)
        assert set(places(special)).isdisjoint(specials.taken(session, besides=special.special_id))


def test_the_database_refuses_a_second_visit_at_a_school_on_a_day(office: str) -> None:
    row = {"campaign_id": "other", "school_code": SCHOOLS[0], "team_code": "t01"}
    with pytest.raises(IntegrityError), writing(office) as session:
        put(session, Visit, [{**row, "visit_on": date(2026, 5, 25)}])


def test_recused_people_are_never_sent(office: str) -> None:
    special = enter(asked())
    teams = {v.school_code: special.arrangement.members[v.team_code] for v in special.arrangement.visits}
    assert PEOPLE[0] not in teams[SCHOOLS[0]]
    assert PEOPLE[3] not in teams[SCHOOLS[1]]


def test_an_approval_sends_the_teams_in_the_same_step(office: str) -> None:
    number = enter(asked()).special_id
    assert answered(number) == ""
    special = on_record(number)
    assert (special.state, special.dispatched_on, special.is_waiting) == ("DISPATCHED", ASKED, False)
    with reading(office) as session:
        campaign = session.get_one(Campaign, number)
        visits = session.execute(select(Visit).where(Visit.campaign_id == number)).scalars().all()
        notices = specials.notices(session, number)
        kinds = [entry.kind for entry in ledger.entries(session)]
    assert (campaign.state, campaign.mode) == ("VISITING", "thematic")
    assert {(v.school_code, v.visit_on) for v in visits} == set(places(special)[:4])
    assert [notice.number for notice in notices] == [1, 2, 3, 4]
    assert kinds[-3:] == ["special-request", "special-approval", "special-dispatch"]


def test_an_answer_is_judged_once_and_a_decision_is_made_once(office: str) -> None:
    number = enter(asked()).special_id
    assert answered(number) == ""
    before = counts(office)
    assert answered(number) == ""
    assert counts(office) == before
    refusal = answered(number, "run-2", approver_id="director-02")
    assert refusal.startswith("专项督导审批：应为尚待决定的申请，实为已有决定（已派组）")
    assert on_record(number).decision == "approve"


def test_an_answer_that_does_not_count_is_kept_with_why_and_stays_so(office: str) -> None:
    number = enter(asked()).special_id
    refusal = answered(number, approver_id="nobody-1")
    assert refusal == (
        "专项督导审批：应为列入审批人员名单的负责人，实为nobody-1 不在名单中。"
        "请由符合条件的人员重新作出决定。（SPE-011）"
    )
    assert on_record(number).is_waiting
    assert answered(number, approver_id="nobody-1") == refusal
    assert refusal in question(on_record(number), refusal)
    assert answered(number, "run-2") == ""
    with reading(office) as session:
        kept = session.execute(select(SpecialDecision.refusal).order_by(SpecialDecision.answer_id)).scalars()
        assert list(kept) == [refusal, ""]


def test_a_decision_of_tomorrow_is_refused(office: str) -> None:
    number = enter(asked()).special_id
    assert "（CLK-001）" in answered(number, decided_on=date(2999, 1, 1))
    assert on_record(number).is_waiting


def test_who_asked_may_cancel_and_the_days_are_free_again(office: str) -> None:
    special = enter(asked())
    assert answered(special.special_id, decision="cancel", approver_id=OFFICE, reason=REASON) == ""
    assert on_record(special.special_id).state == SpecialState.CANCELLED
    with reading(office) as session:
        assert specials.taken(session, besides=special.special_id) == specials.taken(session, besides="none")
        assert ledger.entry_hash(session, kind="special-cancel", subject=special.special_id)
    assert "已有决定（申请人已撤回，未派组）" in answered(special.special_id, "run-2")


def test_a_request_that_is_returned_sends_nobody(office: str) -> None:
    number = enter(asked()).special_id
    assert answered(number, decision="return", reason=REASON) == ""
    assert on_record(number).state == SpecialState.RETURNED
    with reading(office) as session:
        assert session.get(Campaign, number) is None


def test_an_approval_that_comes_late_sends_the_same_teams_on_days_that_are_left(office: str) -> None:
    asked_for = enter(asked())
    assert answered(asked_for.special_id, decided_on=date(2026, 5, 22)) == ""
    sent = on_record(asked_for.special_id)
    assert sent.arrangement.seats == asked_for.arrangement.seats
    assert min(visit.visit_on for visit in sent.arrangement.visits) >= date(2026, 5, 27)


def test_an_approval_that_comes_too_late_sends_nobody_and_may_be_followed_by_a_return(office: str) -> None:
    number = enter(asked()).special_id
    before = counts(office)
    assert "（SPE-010）" in answered(number, decided_on=date(2026, 5, 29))
    assert on_record(number).state == SpecialState.REQUESTED
    assert counts(office) == before | {"special_decision": before["special_decision"] + 1}
    assert answered(number, "run-2", decision="return", reason=REASON, decided_on=date(2026, 5, 29)) == ""


def test_safety_sends_the_teams_at_once_and_is_approved_afterwards(office: str) -> None:
    number = enter(asked(cause=SAFETY)).special_id
    dispatch_urgent.fn(number, as_of=ASKED)
    sent = on_record(number)
    assert (sent.state, sent.approval_due_on) == (SpecialState.DISPATCHED, date(2026, 5, 19))
    assert sent.is_waiting
    assert "请于 2026-05-19 前补办审批。" in question(sent, "")
    before = counts(office)
    dispatch_urgent.fn(number, as_of=ASKED)
    assert counts(office) == before
    refusal = answered(number, decision="cancel", approver_id=OFFICE, reason=REASON)
    assert "在派组前撤回" in refusal
    assert answered(number, "run-2", decided_on=date(2026, 5, 19)) == ""
    assert on_record(number).decision == "approve"


def test_an_urgent_dispatch_that_is_disapproved_stops_the_visits_to_come(office: str) -> None:
    number = enter(asked(cause=SAFETY)).special_id
    dispatch_urgent.fn(number, as_of=ASKED)
    first = min(visit.visit_on for visit in on_record(number).arrangement.visits)
    assert answered(number, decision="return", reason=REASON, decided_on=first) == ""
    with reading(office) as session:
        left = session.execute(select(Visit.visit_on).where(Visit.campaign_id == number)).scalars().all()
    assert on_record(number).state == SpecialState.WITHDRAWN
    assert set(left) == {first}


def test_an_unannounced_inspection_writes_to_no_school(office: str) -> None:
    number = enter(asked(mode="key", announcement={"is_unannounced": True})).special_id
    assert answered(number) == ""
    with reading(office) as session:
        assert specials.notices(session, number) == []
    assert on_record(number).arrangement.visits[0].visit_on == date(2026, 5, 20)


def test_schools_whose_rectification_is_overdue_are_found_from_the_record(office: str) -> None:
    cause = {"trigger": "overdue-rectification", "evidence_ids": []}
    special = enter(asked(schools={"chosen_by": "trigger", "school_codes": []}, cause=cause))
    assert [visit.school_code for visit in special.arrangement.visits] == [SCHOOLS[6]]


def test_the_ledger_tells_neither_schools_nor_teams(office: str) -> None:
    number = enter(asked()).special_id
    answered(number)
    with reading(office) as session:
        told = str([entry.payload for entry in ledger.entries(session)])
    assert DIRECTOR in told
    assert not any(secret in told for secret in [*SCHOOLS, *PEOPLE, "实验学校", asked().digest])


@pytest.mark.parametrize("table", ["special_decision", "special_notice"])
def test_decisions_and_notices_cannot_be_changed(office: str, table: str) -> None:
    answered(enter(asked()).special_id)
    for statement in (f"UPDATE {table} SET special_id = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), writing(office) as session:
            session.execute(text(statement))


def test_numbers_of_notices_run_through_the_year(office: str) -> None:
    for matter in ("curriculum", "teacher-ethics"):
        answered(enter(asked(matters=[matter])).special_id)
    with reading(office) as session:
        numbers = session.execute(select(SpecialNotice.number).order_by(SpecialNotice.number)).scalars()
        assert list(numbers) == list(range(1, 9))


def test_a_run_waits_to_the_last_day_of_the_visits_and_thirty_days_at_least(office: str) -> None:
    assert patience_seconds(enter(asked())) == 30 * 86_400
    far = asked(window={"starts_on": "2026-06-01", "ends_on": "2026-07-07"})
    assert patience_seconds(enter(far)) == 51 * 86_400


def test_papers_are_written_from_the_record_and_again_with_the_same_bytes(
    office: str, tmp_path: Path
) -> None:
    request = asked(schools={"school_codes": SCHOOLS[:1]})
    number = enter(request).special_id
    assert write_special.fn(number).counts == {"检查组": 0}
    answered(number)
    first = (write_special.fn(number), render_special_notices.fn(number))
    assert (write_special.fn(number), render_special_notices.fn(number)) == first
    with reading(office) as session:
        files = session.execute(select(Dispatch.file_name).where(Dispatch.campaign_id == number)).scalars()
        assert sorted(files) == ["teams/t01/dossier.pdf", "teams/t01/检查记录-t01.xlsx"]
    folder = tmp_path / "workspace/outbox" / number
    assert [path.suffix for path in (folder / "notices").iterdir()] == [".pdf"]
    assert SCHOOLS[0] not in str(sorted(folder.rglob("*")))
    with reading(office) as session:
        told = specials.notice_file(session, number, SCHOOLS[0])
        assert specials.notice_file(session, number, SCHOOLS[1]) is None
    assert told is not None
    assert (folder / told.file_name).is_file()
    assert (told.school_code, told.district_code) == (SCHOOLS[0], "379902")
