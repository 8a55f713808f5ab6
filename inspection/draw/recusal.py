"""Questions about recusal 回避核实: near-matches of names that a person must judge before a draw is promised.

Ids alone decide who is kept from which school; a name decides nothing, since two people may share one. Where an
inspector is called like a school's leader, or has worked at a place that is called like a school, a person
answers: they are related (and how), or they are not (and why that is known). A wrong answer is corrected by another
until the draw is promised: the latest counts, all are kept. Pairs that the register of recusals keeps apart already
raise no question. Standard library only.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from inspection.canonical import digest
from inspection.draw.pool import LAST_TERM, OTHER_DISTRICT, OWN_DISTRICT, RELATIONS
from inspection.errors import Fault, ProtocolError

SAME_NAME = "same-name"
FORMER_WORKPLACE = "former-workplace"
KIND_TITLES = {
    SAME_NAME: "检查人员与学校负责人同名",
    FORMER_WORKPLACE: "检查人员曾任职单位与学校名称相同或者相近",
}
ANSWERS = {
    code: title for code, title in RELATIONS.items() if code not in {OWN_DISTRICT, OTHER_DISTRICT, LAST_TERM}
}
"""The relations that a person may confirm: those between people and schools."""
NOT_RELATED = "not-related"
LONGEST_REASON = 200
# A place called 实验小学 is short for many schools; 小学 alone is none.
_SHORTEST_PLACE = 4

_LISTED = re.compile(r"[、,，;；/\n]+")
_BLANKS = re.compile(r"\s+")
_MIDDLE_DOTS = re.compile("[•・‧∙．]")


@dataclass(frozen=True, kw_only=True)
class ListedSchool:
    """A school on a term's roster, with the names of its leaders."""

    code: str
    name: str
    leaders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ListedInspector:
    """A person on a term's roster, with the places that he or she has worked at."""

    inspector_id: str
    name: str
    workplaces: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Question:
    """A near-match: of whom, with which school, of which kind, and the words that matched (a name, a place)."""

    term_id: str
    inspector_id: str
    school_code: str
    kind: str
    words: str

    @property
    def question_id(self) -> str:
        """Its number: another name is another question."""
        return digest([self.term_id, self.inspector_id, self.school_code, self.kind, self.words])[:16]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person answered: `relation` is a key of `ANSWERS`, or `NOT_RELATED` with a reason."""

    question_id: str
    relation: str
    reason: str
    account_id: str


@dataclass(frozen=True, kw_only=True)
class Correction(Answer):
    """Another answer in the place of one on record; `cause` says what was wrong with the earlier one."""

    cause: str


def listed(text: str) -> tuple[str, ...]:
    """Return the names in a cell that lists several, in the spelling in which they are compared."""
    names = (plain(part) for part in _LISTED.split(unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(name for name in names if name))


def plain(name: str) -> str:
    """Return a name as it is compared: full-width forms, blanks and the kinds of middle dot made one."""
    return _MIDDLE_DOTS.sub("·", _BLANKS.sub("", unicodedata.normalize("NFKC", name)))


def questions(
    term_id: str,
    *,
    schools: Iterable[ListedSchool],
    inspectors: Iterable[ListedInspector],
    apart: Collection[tuple[str, str]],
) -> tuple[Question, ...]:
    """Return what a person must judge, in order.

    Args:
        term_id: whose rosters these are.
        schools: the roster of schools.
        inspectors: the roster of inspectors.
        apart: pairs (inspector id, school code) that are kept apart by id already.
    """
    places, people = list(schools), list(inspectors)
    found = {*_same_names(places, people), *_workplaces(places, people)}
    return tuple(sorted(Question(term_id, *item) for item in found if item[:2] not in apart))


_Match = tuple[str, str, str, str]


def _same_names(schools: Sequence[ListedSchool], people: Sequence[ListedInspector]) -> Iterator[_Match]:
    led: dict[str, list[str]] = {}
    for school in schools:
        for leader in school.leaders:
            led.setdefault(plain(leader), []).append(school.code)
    for person in people:
        name = plain(person.name)
        for code in led.get(name, []) if name else []:
            yield person.inspector_id, code, SAME_NAME, name


def _workplaces(schools: Sequence[ListedSchool], people: Sequence[ListedInspector]) -> Iterator[_Match]:
    """Match whole names, and either within the other: 岚港区第一小学 is called 第一小学 by those who worked there."""
    named: dict[str, list[str]] = {}
    worked: dict[str, list[str]] = {}
    for school in schools:
        named.setdefault(plain(school.name), []).append(school.code)
    for person in people:
        for place in person.workplaces:
            worked.setdefault(plain(place), []).append(person.inspector_id)
    near = {(place, name) for place in worked for name in _parts(place) if name in named}
    near |= {(place, name) for name in named for place in _parts(name) if place in worked}
    for place, name in near:
        for inspector_id in worked[place]:
            for code in named[name]:
                yield inspector_id, code, FORMER_WORKPLACE, place


def _parts(text: str) -> Iterator[str]:
    """Yield every stretch of a name that is long enough to stand for a place."""
    for start in range(len(text)):
        for end in range(start + _SHORTEST_PLACE, len(text) + 1):
            yield text[start:end]


def check_answer(question: Question, answer: Answer) -> None:
    """Refuse an answer that decides nothing.

    Raises:
        ProtocolError: no known relation, no reason where none is found, or a reason too long.
    """
    faults = _answer_faults(question, answer)
    if faults:
        raise ProtocolError("回避问题的答复未登记", faults)


def check_correction(question: Question, correction: Correction, *, standing: Answer) -> None:
    """Refuse a correction that decides nothing, changes nothing, or does not say why.

    Args:
        question: what was asked.
        correction: the new answer.
        standing: the answer that counts until now.

    Raises:
        ProtocolError: all that is wrong with it.
    """
    place, faults = f"回避问题 {question.question_id}", _answer_faults(question, correction)
    if not correction.cause:
        faults.append(_fault(place, "RCS-005", "写明更正的理由", "未填写"))
    elif len(correction.cause) > LONGEST_REASON:
        wanted = f"{LONGEST_REASON}字以内的更正理由"
        faults.append(_fault(place, "RCS-005", wanted, f"{len(correction.cause)}字"))
    if (correction.relation, correction.reason) == (standing.relation, standing.reason):
        faults.append(_fault(place, "RCS-006", "与现有答复不同的答复", "与现有答复相同"))
    if faults:
        raise ProtocolError("回避问题的答复未更正", faults)


def require_correctable(question_id: str, promised: Collection[str]) -> None:
    """Refuse to correct an answer on which a published promise rests.

    `promised` are the campaigns of the term whose draw is promised and whose visits are not all over.

    Raises:
        ProtocolError: there are such campaigns; it says what to do instead.
    """
    if not promised:
        return
    remedy = (
        "已公布的方案不得改动。检查人员应当回避的，请补入回避登记表重新上报，抽取后按规则递补（substitute-draw）；"
        "实际不需回避的，本次仍按回避安排；名单须整体更改的，请另立批次，更正后重新公布方案。"
    )
    got = f"检查批次 {'、'.join(sorted(promised))} 的抽取方案已经公布"
    fault = _fault(f"回避问题 {question_id}", "RCS-007", "在公布抽取方案之前更正", got, remedy)
    raise ProtocolError("回避问题的答复未更正", [fault])


def _answer_faults(question: Question, answer: Answer) -> list[Fault]:
    place, faults = f"回避问题 {question.question_id}", []
    if answer.relation != NOT_RELATED and answer.relation not in ANSWERS:
        wanted = f"“不需回避”，或者以下之一：{'、'.join(ANSWERS.values())}"
        faults.append(
            _fault(place, "RCS-002", wanted, f"“{answer.relation}”" if answer.relation else "未选择")
        )
    if len(answer.reason) > LONGEST_REASON:
        faults.append(_fault(place, "RCS-003", f"{LONGEST_REASON}字以内的依据", f"{len(answer.reason)}字"))
    if answer.relation == NOT_RELATED and not answer.reason:
        faults.append(_fault(place, "RCS-003", "写明不需回避的依据", "未填写"))
    return faults


def require_answered(open_questions: Sequence[Question]) -> None:
    """Refuse to promise a draw while questions are open; they are named by number alone.

    Raises:
        ProtocolError: one fault for each open question.
    """
    if not open_questions:
        return
    remedy = "请在工作台“回避核实”页逐项答复，再公布抽取方案。"
    faults = [
        _fault(f"回避问题 {item.question_id}", "RCS-001", "教育督导室已经答复", "尚未答复", remedy)
        for item in open_questions
    ]
    raise ProtocolError(f"有{len(faults)}个回避问题尚未答复，不能公布抽取方案", faults)


def _fault(place: str, code: str, wanted: str, got: str, remedy: str = "请补正后重新提交。") -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
