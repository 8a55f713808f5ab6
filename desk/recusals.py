"""Questions about recusal 回避核实: what the rosters leave open, and the office's answers.

Here: the page and its form. Which near-matches are questions is `inspection.recusal`.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from desk.page import Call, page
from inspection.access import Kind, Role
from inspection.recusal import ANSWERS, KIND_TITLES, NOT_RELATED, Answer, Question
from inspection.store import recusal, roster, waiting
from inspection.store.engine import reading, writing
from inspection.store.recusal import AnswerLine


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with the names it is about, and what was answered, if anything."""

    question: Question
    inspector_name: str
    school_name: str
    answer: AnswerLine | None

    @property
    def kind_title(self) -> str:
        """What is alike, in words."""
        return KIND_TITLES[self.question.kind]

    @property
    def answer_title(self) -> str:
        """The answer in words."""
        if self.answer is None:
            return ""
        return ANSWERS.get(self.answer.relation, "不需回避")


@page
def recusal_list(call: Call) -> Response:
    """Show the questions of every term, those that are open first."""
    call.require_any(Kind.RECUSAL)
    with reading(call.office.database_url) as session:
        titles = {line.term_id: line.term_title for line in waiting.campaigns(session)}
        terms = [(title, _asked(session, term_id)) for term_id, title in titles.items()]
    facts = {
        "terms": [(title, asked) for title, asked in terms if asked],
        "answers": ANSWERS,
        "not_related": NOT_RELATED,
        "may_answer": call.viewer.role is Role.OFFICE,
    }
    return call.render("recusals.html", facts)


def answer(call: Call, form: FormData) -> Response:
    """Enter the office's answer to a question."""
    if call.viewer.role is not Role.OFFICE:
        raise HTTPException(403, "回避问题由教育督导室核实答复。")
    given = Answer(
        question_id=call.part("question_id"),
        relation=str(form.get("relation", "")),
        reason=str(form.get("reason", "")).strip(),
        account_id=call.viewer.account_id,
    )
    # The ledger is public: without a secret in it, anybody could test a guess against the digest.
    salt = call.office.keyed("recusal-answer", given.question_id)
    with writing(call.office.database_url) as session:
        recusal.answer(session, call.part("term_id"), given, salt=salt, at=call.at)
    return RedirectResponse("/recusals", status_code=303)


def _asked(session: Session, term_id: str) -> list[Asked]:
    people = roster.inspectors(session, term_id).set_index("inspector_id").inspector_name.to_dict()
    places = roster.schools(session, term_id).set_index("school_code").school_name.to_dict()
    done = recusal.answers(session, term_id)
    found = [
        Asked(
            question=item,
            inspector_name=str(people[item.inspector_id]),
            school_name=str(places[item.school_code]),
            answer=done.get(item.question_id),
        )
        for item in recusal.asked(session, term_id)
    ]
    return sorted(found, key=lambda item: (item.answer is not None, item.question))
