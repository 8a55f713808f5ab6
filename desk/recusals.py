"""Questions about recusal 回避核实: what the rosters leave open, and the office's answers.

Here: the page and its form. Which near-matches are questions is `inspection.draw.recusal`.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from desk.page import Call, page
from inspection.access import Kind, Role
from inspection.draw.recusal import ANSWERS, KIND_TITLES, NOT_RELATED, Answer, Correction, Question
from inspection.store import draw as draws
from inspection.store import recusal, roster, waiting
from inspection.store.engine import reading, writing
from inspection.store.recusal import AnswerLine


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with the names it is about, and every answer to it, the latest last."""

    question: Question
    inspector_name: str
    school_name: str
    answers: tuple[AnswerLine, ...]

    @property
    def kind_title(self) -> str:
        """What is alike, in words."""
        return KIND_TITLES[self.question.kind]

    @property
    def answer(self) -> AnswerLine | None:
        """The answer that counts."""
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True, kw_only=True)
class TermQuestions:
    """The questions of a term; its answers can be corrected while no draw is promised on them."""

    title: str
    asked: list[Asked]
    is_correctable: bool


@page
def recusal_list(call: Call) -> Response:
    """Show the questions of every term, those that are open first."""
    call.require_any(Kind.RECUSAL)
    with reading(call.office.database_url) as session:
        titles = {line.term_id: line.term_title for line in waiting.campaigns(session)}
        terms = [_term(session, term_id, title) for term_id, title in titles.items()]
    facts = {
        "terms": [term for term in terms if term.asked],
        "answers": ANSWERS,
        "not_related": NOT_RELATED,
        "may_answer": call.viewer.role is Role.OFFICE,
    }
    return call.render("recusals.html", facts)


def answer(call: Call, form: FormData) -> Response:
    """Enter the office's answer to a question."""
    given = Answer(**_given(call, form))
    # The ledger is public: without a secret in it, anybody could test a guess against the digest.
    salt = call.office.keyed("recusal-answer", given.question_id)
    with writing(call.office.database_url) as session:
        recusal.answer(session, call.part("term_id"), given, salt=salt, at=call.at)
    return RedirectResponse("/recusals", status_code=303)


def correct(call: Call, form: FormData) -> Response:
    """Enter another answer of the office in the place of a wrong one."""
    given = Correction(**_given(call, form), cause=str(form.get("cause", "")).strip())
    with writing(call.office.database_url) as session:
        number = len(recusal.all_answers(session, call.part("term_id")).get(given.question_id, []))
        salt = call.office.keyed("recusal-correction", f"{given.question_id}:{number}")
        recusal.correct(session, call.part("term_id"), given, salt=salt, at=call.at)
    return RedirectResponse("/recusals", status_code=303)


def _given(call: Call, form: FormData) -> dict[str, str]:
    if call.viewer.role is not Role.OFFICE:
        raise HTTPException(403, "回避问题由教育督导室核实答复。")
    return {
        "question_id": call.part("question_id"),
        "relation": str(form.get("relation", "")),
        "reason": str(form.get("reason", "")).strip(),
        "account_id": call.viewer.account_id,
    }


def _term(session: Session, term_id: str, title: str) -> TermQuestions:
    is_correctable = not draws.promised(session, term_id)
    return TermQuestions(title=title, asked=_asked(session, term_id), is_correctable=is_correctable)


def _asked(session: Session, term_id: str) -> list[Asked]:
    people = roster.inspectors(session, term_id).set_index("inspector_id").inspector_name.to_dict()
    places = roster.schools(session, term_id).set_index("school_code").school_name.to_dict()
    done = recusal.all_answers(session, term_id)
    found = [
        Asked(
            question=item,
            inspector_name=str(people[item.inspector_id]),
            school_name=str(places[item.school_code]),
            answers=tuple(done.get(item.question_id, ())),
        )
        for item in recusal.asked(session, term_id)
    ]
    return sorted(found, key=lambda item: (item.answer is not None, item.question))
