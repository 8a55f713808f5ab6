"""Recusal in the store: the names that are compared, the questions, their answers, and who is kept from where.

`relations` is the one answer to "who is kept from which school": the register and the confirmed questions.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import digest
from inspection.draw.pool import Relation
from inspection.draw.recusal import (
    NOT_RELATED,
    Answer,
    Correction,
    ListedInspector,
    ListedSchool,
    Question,
    check_answer,
    check_correction,
    listed,
    questions,
    require_correctable,
)
from inspection.errors import Fault, ProtocolError
from inspection.store import draw as draws
from inspection.store import ledger, roster
from inspection.store.account import utc
from inspection.store.recusal_tables import (
    FormerWorkplace,
    RecusalAnswer,
    RecusalCorrection,
    SchoolLeader,
)
from inspection.store.tables import Recusal
from inspection.store.writing import append, replace_slice

_LONGEST_NAME = 128


@dataclass(frozen=True, kw_only=True)
class AnswerLine(Answer):
    """An answer on record; `cause` says why it took the place of the one before, and is empty for the first."""

    inspector_id: str
    school_code: str
    cause: str
    recorded_at: datetime


def enter_names(session: Session, term_id: str, data_set: str, frame: pd.DataFrame) -> None:
    """Keep the names of a roster that questions are made of; rosters without them keep none."""
    if data_set == "schools":
        rows = _names(frame, "school_code", "leader_names", "leader_name")
        replace_slice(session, SchoolLeader, [{"term_id": term_id, **row} for row in rows], term_id=term_id)
    elif data_set == "inspectors":
        rows = _names(frame, "inspector_id", "former_workplaces", "workplace")
        replace_slice(
            session, FormerWorkplace, [{"term_id": term_id, **row} for row in rows], term_id=term_id
        )


def relations(session: Session, term_id: str) -> list[Relation]:
    """Return who is kept from which school in a term: as registered, and as last answered when asked."""
    statement = select(Recusal).where(Recusal.term_id == term_id)
    found = {
        Relation(row.inspector_id, row.school_code, row.relation)
        for row in session.execute(statement).scalars()
    }
    found |= {
        Relation(line.inspector_id, line.school_code, line.relation)
        for line in answers(session, term_id).values()
        if line.relation != NOT_RELATED
    }
    return sorted(found)


def asked(session: Session, term_id: str) -> list[Question]:
    """Return the questions that a term's rosters raise, answered or not, in order."""
    places, people = roster.schools(session, term_id), roster.inspectors(session, term_id)
    leaders: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(select(SchoolLeader).where(SchoolLeader.term_id == term_id)).scalars():
        leaders[row.school_code].append(row.leader_name)
    worked: dict[str, list[str]] = defaultdict(list)
    for place in session.execute(select(FormerWorkplace).where(FormerWorkplace.term_id == term_id)).scalars():
        worked[place.inspector_id].append(place.workplace)
    apart = session.execute(
        select(Recusal.inspector_id, Recusal.school_code).where(Recusal.term_id == term_id)
    )
    employed = zip(people.inspector_id, people.employer_code, strict=True)
    return list(
        questions(
            term_id,
            schools=[
                ListedSchool(
                    code=row.school_code, name=row.school_name, leaders=tuple(leaders[row.school_code])
                )
                for row in places.itertuples()
            ],
            inspectors=[
                ListedInspector(
                    inspector_id=row.inspector_id,
                    name=row.inspector_name,
                    workplaces=tuple(worked[row.inspector_id]),
                )
                for row in people.itertuples()
            ],
            apart={*((row.inspector_id, row.school_code) for row in apart), *employed},
        )
    )


def open_questions(session: Session, term_id: str) -> list[Question]:
    """Return the questions that nobody has answered yet."""
    done = answers(session, term_id)
    return [item for item in asked(session, term_id) if item.question_id not in done]


def answers(session: Session, term_id: str) -> dict[str, AnswerLine]:
    """Return the answers of a term that count, by question number."""
    return {number: lines[-1] for number, lines in all_answers(session, term_id).items()}


def all_answers(session: Session, term_id: str) -> dict[str, list[AnswerLine]]:
    """Return every answer of a term by question number, the first one first."""
    first = select(RecusalAnswer).where(RecusalAnswer.term_id == term_id)
    found = {row.question_id: [_line(row, cause="")] for row in session.execute(first).scalars()}
    later = select(RecusalCorrection).where(RecusalCorrection.term_id == term_id)
    for row in session.execute(later.order_by(RecusalCorrection.correction_number)).scalars():
        found[row.question_id].append(_line(row, cause=row.cause))
    return found


def _line(row: RecusalAnswer | RecusalCorrection, *, cause: str) -> AnswerLine:
    return AnswerLine(
        question_id=row.question_id,
        relation=row.relation,
        reason=row.reason,
        account_id=row.account_id,
        inspector_id=row.inspector_id,
        school_code=row.school_code,
        cause=cause,
        recorded_at=utc(row.recorded_at),
    )


def answer(session: Session, term_id: str, given: Answer, *, salt: str, at: datetime) -> str:
    """Keep an answer for good, with its digest in the ledger; return that entry's hash.

    Args:
        session: open for writing.
        term_id: whose rosters raised the question.
        given: the answer.
        salt: 64 secret hexadecimal digits, so that the ledger gives no guess away.
        at: the present instant.

    Raises:
        ProtocolError: there is no such question, it is answered already, or the answer decides nothing.
    """
    found = {item.question_id: item for item in asked(session, term_id)}
    question = found.get(given.question_id)
    if question is None or session.get(RecusalAnswer, given.question_id) is not None:
        raise ProtocolError(
            "回避问题的答复未登记", [_not_open(given.question_id, is_known=question is not None)]
        )
    check_answer(question, given)
    facts = _facts(question, given, salt=salt)
    append(session, RecusalAnswer, [{**facts, "recorded_at": at.astimezone(UTC)}])
    kept = digest(facts)
    return ledger.record(session, kind="recusal", subject=kept[:16], payload={"digest": kept}, at=at)


def correct(session: Session, term_id: str, given: Correction, *, salt: str, at: datetime) -> str:
    """Let another answer count in the place of the one on record; return the hash of its ledger entry.

    Earlier answers stay, here and in the ledger. Whoever may answer may correct, the person who answered too.

    Args:
        session: open for writing.
        term_id: whose rosters raised the question.
        given: the new answer and why the earlier one was wrong.
        salt: 64 secret hexadecimal digits, other than that of the earlier answers.
        at: the present instant.

    Raises:
        ProtocolError: there is no such question or no answer to it, a promise rests on the answer, or the
            correction decides or changes nothing.
    """
    ledger.serialise(session)
    question = {item.question_id: item for item in asked(session, term_id)}.get(given.question_id)
    lines = all_answers(session, term_id).get(given.question_id, [])
    if question is None or not lines:
        fault = _not_answered(given.question_id, is_known=question is not None)
        raise ProtocolError("回避问题的答复未更正", [fault])
    require_correctable(question.question_id, draws.promised(session, term_id))
    check_correction(question, given, standing=lines[-1])
    facts = _facts(question, given, salt=salt) | {"cause": given.cause}
    row = facts | {"correction_number": len(lines), "recorded_at": at.astimezone(UTC)}
    append(session, RecusalCorrection, [row])
    kept = digest(facts | {"correction_number": len(lines)})
    return ledger.record(session, kind="recusal", subject=kept[:16], payload={"digest": kept}, at=at)


def _facts(question: Question, given: Answer, *, salt: str) -> dict[str, str]:
    return {
        "question_id": question.question_id,
        "term_id": question.term_id,
        "inspector_id": question.inspector_id,
        "school_code": question.school_code,
        "kind": question.kind,
        "relation": given.relation,
        "reason": given.reason,
        "account_id": given.account_id,
        "salt": salt,
    }


def _names(frame: pd.DataFrame, key: str, column: str, name: str) -> list[dict[str, str]]:
    if column not in frame:
        return []
    return [
        {key: code, name: part[:_LONGEST_NAME]}
        for code, text in zip(frame[key], frame[column].fillna(""), strict=True)
        for part in listed(str(text))
    ]


def _not_open(question_id: str, *, is_known: bool) -> Fault:
    return Fault(
        place=f"回避问题 {question_id}",
        code="RCS-004",
        wanted="尚未答复的回避问题",
        got="已经答复" if is_known else "没有这个问题",
        remedy="答复有误的，在公布抽取方案之前，可在工作台“回避核实”页更正。",
    )


def _not_answered(question_id: str, *, is_known: bool) -> Fault:
    return Fault(
        place=f"回避问题 {question_id}",
        code="RCS-008",
        wanted="已经答复的回避问题",
        got="尚未答复" if is_known else "没有这个问题",
        remedy="请先在工作台“回避核实”页答复。",
    )
