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
from inspection.errors import Fault, ProtocolError
from inspection.pool import Relation
from inspection.recusal import (
    NOT_RELATED,
    Answer,
    ListedInspector,
    ListedSchool,
    Question,
    check_answer,
    listed,
    questions,
)
from inspection.store import ledger, roster
from inspection.store.account import utc
from inspection.store.recusal_tables import FormerWorkplace, RecusalAnswer, SchoolLeader
from inspection.store.tables import Recusal
from inspection.store.writing import append, replace_slice

_LONGEST_NAME = 128


@dataclass(frozen=True, kw_only=True)
class AnswerLine(Answer):
    """An answer on record."""

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
    """Return who is kept from which school in a term: as registered, and as confirmed when asked."""
    statement = select(Recusal).where(Recusal.term_id == term_id)
    found = {
        Relation(row.inspector_id, row.school_code, row.relation)
        for row in session.execute(statement).scalars()
    }
    answered = select(RecusalAnswer).where(
        RecusalAnswer.term_id == term_id, RecusalAnswer.relation != NOT_RELATED
    )
    found |= {
        Relation(row.inspector_id, row.school_code, row.relation)
        for row in session.execute(answered).scalars()
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
    """Return the answers of a term by question number."""
    statement = select(RecusalAnswer).where(RecusalAnswer.term_id == term_id)
    return {
        row.question_id: AnswerLine(
            question_id=row.question_id,
            relation=row.relation,
            reason=row.reason,
            account_id=row.account_id,
            recorded_at=utc(row.recorded_at),
        )
        for row in session.execute(statement).scalars()
    }


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
    facts = {
        "question_id": question.question_id,
        "term_id": term_id,
        "inspector_id": question.inspector_id,
        "school_code": question.school_code,
        "kind": question.kind,
        "relation": given.relation,
        "reason": given.reason,
        "account_id": given.account_id,
        "salt": salt,
    }
    append(session, RecusalAnswer, [{**facts, "recorded_at": at.astimezone(UTC)}])
    kept = digest(facts)
    return ledger.record(session, kind="recusal", subject=kept[:16], payload={"digest": kept}, at=at)


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
        remedy="答复不得更改；不需回避的后来发现须回避，请填入回避登记表重新上报。",
    )
