"""Names on the rosters become questions on the desk; the draw waits for their answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from inspection.deploy.campaign import CampaignState
from inspection.draw.pool import Relation
from inspection.draw.recusal import NOT_RELATED, Answer, Correction
from inspection.errors import ProtocolError
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import ledger, recusal
from inspection.store.engine import reading, writing
from inspection.store.tables import School
from inspection.store.writing import put
from tasks.draw import commit_draw
from tests.desk_names import SCHOOL_A, Bureau
from tests.desk_names import TERM as DESK_TERM
from tests.desk_office import build
from tests.desk_person import signed_in
from tests.migrated_store import sqlite_store
from tests.tasks.special_office import CAMPAIGN, PEOPLE, SCHOOLS, TERM, bureau, school

AS_OF = datetime(2026, 5, 6, 1, tzinfo=UTC)
SALT = "5" * 64


@pytest.fixture
def office(tmp_path: Path, store_url: str) -> Iterator[str]:
    """A bureau before its promise, in which an inspector is called like a head teacher."""
    with bureau(tmp_path, store_url):
        with writing(store_url) as session:
            put(session, School, [school(f"21379901{place:02d}", place) for place in range(8, 20)])
            campaigns.advance(session, CAMPAIGN, CampaignState.SCORED)
            enter(session, leaders={SCHOOLS[2]: "王芳、示督学05"}, worked={PEOPLE[4]: "示例市第3实验学校"})
        yield store_url


def enter(session, *, leaders: dict[str, str], worked: dict[str, str], term: str = TERM) -> None:
    schools = pd.DataFrame({"school_code": list(leaders), "leader_names": list(leaders.values())})
    people = pd.DataFrame({"inspector_id": list(worked), "former_workplaces": list(worked.values())})
    recusal.enter_names(session, term, "schools", schools)
    recusal.enter_names(session, term, "inspectors", people)


def answer(url: str, question_id: str, relation: str, reason: str = "") -> str:
    given = Answer(question_id=question_id, relation=relation, reason=reason, account_id="office-01")
    with writing(url) as session:
        return recusal.answer(session, TERM, given, salt=SALT, at=AS_OF)


def correct(
    url: str, question_id: str, relation: str, reason: str = "", cause: str = "答复时看错了人"
) -> str:
    given = Correction(
        question_id=question_id, relation=relation, reason=reason, account_id="office-02", cause=cause
    )
    with writing(url) as session:
        return recusal.correct(session, TERM, given, salt="6" * 64, at=AS_OF)


def barred(url: str) -> int:
    with reading(url) as session:
        commitment = draws.record_of(session, CAMPAIGN)["commitment"]
    return sum(line["schools"].count(SCHOOLS[2]) for line in commitment["not_assignable"])


def test_the_promise_waits_for_every_answer_and_then_keeps_the_confirmed_apart(office: str) -> None:
    with pytest.raises(ProtocolError, match="有2个回避问题尚未答复，不能公布抽取方案"):
        commit_draw.fn(CAMPAIGN, as_of=AS_OF)
    with reading(office) as session:
        first, second = recusal.open_questions(session, TERM)
    answer(office, first.question_id, "former_school")
    with pytest.raises(ProtocolError, match="有1个回避问题尚未答复"):
        commit_draw.fn(CAMPAIGN, as_of=AS_OF)
    entry = answer(office, second.question_id, NOT_RELATED, "经核对身份信息，并非同一人")
    first_promise = commit_draw.fn(CAMPAIGN, as_of=AS_OF)
    assert barred(office) == 1
    with reading(office) as session:
        assert Relation(PEOPLE[4], SCHOOLS[2], "former_school") in recusal.relations(session, TERM)
        (kept,) = [item for item in ledger.entries(session) if item.entry_hash == entry]
    assert kept.kind == "recusal"
    assert kept.payload == {"subject": kept.payload["digest"][:16], "digest": kept.payload["digest"]}
    # What a later roster asks does not unsettle a promise that stands.
    with writing(office) as session:
        enter(session, leaders={SCHOOLS[0]: "示督学09"}, worked={})
    assert commit_draw.fn(CAMPAIGN, as_of=AS_OF) == first_promise


def test_an_answer_stands_and_an_unknown_question_has_none(office: str) -> None:
    with reading(office) as session:
        question = recusal.open_questions(session, TERM)[0]
    answer(office, question.question_id, "declared_interest")
    for number, got in ((question.question_id, "实为已经答复。"), ("0" * 16, "实为没有这个问题。")):
        with pytest.raises(ProtocolError) as caught:
            answer(office, number, NOT_RELATED, "经核对")
        assert got in caught.value.full_text


def test_a_wrong_answer_is_corrected_until_the_promise_and_every_answer_stays(office: str) -> None:
    with reading(office) as session:
        first, second = recusal.open_questions(session, TERM)
    with pytest.raises(ProtocolError, match="回避问题的答复未更正") as caught:
        correct(office, first.question_id, "declared_interest")
    assert "实为尚未答复。" in caught.value.full_text
    answer(office, first.question_id, NOT_RELATED, "并非同一人")
    answer(office, second.question_id, "former_school")
    correct(office, first.question_id, "declared_interest")
    entry = correct(office, first.question_id, "relative_enrolled", cause="本人补充说明")
    correct(office, second.question_id, NOT_RELATED, "经核对，从未在该校任职")
    with reading(office) as session:
        lines = recusal.all_answers(session, TERM)[first.question_id]
        kept = [(line.relation, line.account_id, line.cause) for line in lines]
        assert kept == [
            (NOT_RELATED, "office-01", ""),
            ("declared_interest", "office-02", "答复时看错了人"),
            ("relative_enrolled", "office-02", "本人补充说明"),
        ]
        assert recusal.answers(session, TERM)[first.question_id] == lines[-1]
        assert Relation(first.inspector_id, first.school_code, "relative_enrolled") in recusal.relations(
            session, TERM
        )
        assert not recusal.open_questions(session, TERM)
        chain = [item for item in ledger.entries(session) if item.kind == "recusal"]
        assert len(chain) == 5
        assert any(item.entry_hash == entry for item in chain)
    commit_draw.fn(CAMPAIGN, as_of=AS_OF)
    assert barred(office) == 1
    with pytest.raises(ProtocolError) as refused:
        correct(office, first.question_id, NOT_RELATED, "经再次核对")
    assert refused.value.full_text == (
        "回避问题的答复未更正\n"
        f"- 回避问题 {first.question_id}：应为在公布抽取方案之前更正，实为检查批次 {CAMPAIGN} 的抽取方案已经公布。"
        "已公布的方案不得改动。检查人员应当回避的，请补入回避登记表重新上报，抽取后按规则递补（substitute-draw）；"
        "实际不需回避的，本次仍按回避安排；名单须整体更改的，请另立批次，更正后重新公布方案。（RCS-007）"
    )
    with writing(office) as session:
        campaigns.advance(session, CAMPAIGN, CampaignState.FOUND)
    correct(office, first.question_id, NOT_RELATED, "经再次核对")


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    url = sqlite_store(tmp_path)
    made = build(url, tmp_path / "workspace")
    with writing(url) as session:
        enter(session, leaders={SCHOOL_A: "赵敏"}, worked={"i-02": SCHOOL_A}, term=DESK_TERM)
        names = recusal.roster.inspectors(session, DESK_TERM).set_index("inspector_id").inspector_name
        enter(session, leaders={SCHOOL_A: names["i-02"]}, worked={}, term=DESK_TERM)
    return made


def test_the_office_answers_on_the_desk_once_and_others_only_read(small: Bureau) -> None:
    office, discipline = signed_in(small, "office-01"), signed_in(small, "discipline-01")
    with reading(small.office.database_url) as session:
        (question,) = recusal.open_questions(session, DESK_TERM)
    address = f"/recusals/{DESK_TERM}/{question.question_id}"
    page = office.get("/recusals").text
    assert "检查人员与学校负责人同名" in page
    assert "待核实" in page
    assert address in page
    assert "<form" not in discipline.get("/recusals").text.partition("<main")[2]
    assert discipline.submit(address, page="/account", relation=NOT_RELATED, reason="同名").status_code == 403
    refused = office.submit(address, page="/recusals", relation=NOT_RELATED, reason=" ")
    assert (refused.status_code, "写明不需回避的依据" in refused.text) == (409, True)
    given = {"relation": NOT_RELATED, "reason": "经核对身份信息，并非同一人"}
    assert office.submit(address, page="/recusals", **given).status_code == 303
    done = office.get("/recusals").text
    assert "不需回避</span> 经核对身份信息，并非同一人" in done
    assert "office-01，2026年5月20日 10:00" in done
    assert office.submit(address, page="/account", **given).status_code == 409
    correction = {"relation": "former_school", "reason": "", "cause": "查档发现曾任职"}
    again = f"{address}/correction"
    assert discipline.submit(again, page="/account", **correction).status_code == 403
    assert "<form" not in discipline.get("/recusals").text.partition("<main")[2]
    refused = office.submit(again, page="/recusals", **correction)
    assert (refused.status_code, "抽取方案已经公布" in refused.text) == (409, True)
    assert "登记更正" not in office.get("/recusals").text
    with writing(small.office.database_url) as session:
        for campaign_id in draws.promised(session, DESK_TERM):
            campaigns.advance(session, campaign_id, CampaignState.FOUND)
    assert "登记更正" in office.get("/recusals").text
    assert office.submit(again, page="/recusals", **given, cause="").status_code == 409
    assert office.submit(again, page="/recusals", **correction).status_code == 303
    corrected = office.get("/recusals").text
    assert "更正理由：查档发现曾任职" in corrected
    assert "原答复（已更正）：" in corrected
    assert "不需回避</span> 经核对身份信息，并非同一人" in corrected
