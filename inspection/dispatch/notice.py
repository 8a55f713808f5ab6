"""The facts of every official document to a school, and how they are put into words.

Here: one frozen dataclass per document, dates and numbers as official Chinese writes them, document numbers,
the digest of a document's facts. Not here: what a team takes along (`dossier`), layout (`report_templates`),
rendering (`tasks.document`), the states of a case (`case`), what the public site shows (`publication`).

No notice holds an examination-derived score, total, rank or percentile: a finding says whether its criterion
is exam-derived, and one that is cannot be put into a notice.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from inspection.canonical import digest

Verb = Literal["予以", "责令"]
TITLE_WIDTH = 19  # characters of a title line at 2号, one short of the full width of 156 mm
OUTCOME_TITLES = {"accepted": "予以采纳", "partly": "予以部分采纳", "rejected": "不予采纳"}
_DIGITS = "〇一二三四五六七八九"
_STOPS = "。；;，, "


def chinese_date(day: date) -> str:
    """Return a date as GB/T 9704 has it: Arabic digits, no zero padding.

    >>> chinese_date(date(2026, 9, 9))
    '2026年9月9日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def date_range(start: date, end: date) -> str:
    """Return a span of days without repeating the year or the month.

    >>> date_range(date(2026, 5, 18), date(2026, 5, 22))
    '2026年5月18日至22日'
    """
    if start == end:
        return chinese_date(start)
    if start.year != end.year:
        return f"{chinese_date(start)}至{chinese_date(end)}"
    month = "" if start.month == end.month else f"{end.month}月"
    return f"{chinese_date(start)}至{month}{end.day}日"


def chinese_numeral(number: int) -> str:
    """Return 1 to 99 as a heading's numeral.

    >>> [chinese_numeral(n) for n in (1, 10, 12, 25)]
    ['一', '十', '十二', '二十五']
    """
    if not 1 <= number <= 99:
        raise ValueError(f"no heading has the number {number}")
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def number_text(value: float | Decimal, *, decimals: int = 2) -> str:
    """Return a number rounded half up, without trailing zeros.

    >>> number_text(92.50), number_text(0.125), number_text(90)
    ('92.5', '0.13', '90')
    """
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP) + 0  # no negative zero
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rate_text(rate: float | Decimal) -> str:
    """Return a rate (0 to 100 percent) with its sign, such as `85.2%`."""
    return f"{number_text(rate)}%"


def change_text(change_pp: float | Decimal) -> str:
    """Return a change in percentage points in words, such as 上升0.6个百分点."""
    size = number_text(-change_pp if change_pp < 0 else change_pp)
    if size == "0":
        return "持平"
    return f"{'上升' if change_pp > 0 else '下降'}{size}个百分点"


def decision_text(verb: Verb, measure_title: str) -> str:
    """Return a measure against the school that is addressed.

    >>> decision_text("责令", "限期整改"), decision_text("予以", "通报批评")
    ('责令你校限期整改', '对你校予以通报批评')
    """
    return f"责令你校{measure_title}" if verb == "责令" else f"对你校予以{measure_title}"


def title_lines(parts: tuple[str, ...], *, width: int = TITLE_WIDTH) -> tuple[str, ...]:
    """Return a title's lines: parts are joined while they fit, and divided only where one is too long.

    >>> title_lines(("某市教育局", "关于对某小学", "予以警示的通知"), width=12)
    ('某市教育局关于对某小学', '予以警示的通知')
    """
    lines = [""]
    for piece in (piece for part in parts for piece in _pieces(part, width)):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return tuple(lines)


def _pieces(part: str, width: int) -> list[str]:
    """Return a part in as few pieces of even length as fit."""
    count = -(-len(part) // width)
    size = -(-len(part) // max(count, 1))
    return [part[start : start + size] for start in range(0, len(part), size)] if part else []


@dataclass(frozen=True, kw_only=True)
class DocumentNumber:
    """The number of a document 发文字号; `code` is the bureau's 发文机关代字."""

    code: str
    year: int
    sequence: int

    @property
    def text(self) -> str:
        """The number as printed: 日教督字〔2026〕1号, without 第 and leading zeros."""
        return f"{self.code}〔{self.year}〕{self.sequence}号"


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """A finding in a notice.

    `sentence` says what was found against what is asked; `clause` is where that is asked, such as
    《…基本要求（试行）》第6条.
    """

    topic: str
    sentence: str
    clause: str
    criterion_id: str
    is_exam_result: bool
    is_verified_on_site: bool

    def __post_init__(self) -> None:
        """Refuse an examination-derived finding: no notice may hold one."""
        if self.is_exam_result:
            raise ValueError(f"{self.criterion_id} is derived from examinations and enters no notice")

    @property
    def text(self) -> str:
        """The finding, its grounds, and how it is known."""
        known = "经检查组入校现场核实" if self.is_verified_on_site else "依据学校上报数据"
        return f"{_open(self.sentence)}。（依据：{self.clause}；指标编号：{self.criterion_id}；认定方式：{known}）"


@dataclass(frozen=True, kw_only=True)
class BandLine:
    """The public band of one stage of a school, computed without examination results."""

    stage_title: str
    band_title: str


@dataclass(frozen=True, kw_only=True)
class RectificationItem:
    """What the school has to put right, and by when."""

    requirement: str
    due_on: date

    @property
    def text(self) -> str:
        """The requirement with its date in words."""
        return f"{_open(self.requirement)}，于{chinese_date(self.due_on)}前完成。"


@dataclass(frozen=True, kw_only=True)
class HearingSummary:
    """How the school was told and heard before the decision (行政处罚法第四十四条、第四十五条)."""

    told_on: date
    letter_number: str
    expires_on: date
    reply_kind: Literal["written", "waived", "expired"]
    replied_on: date | None = None
    reply_text: str = ""
    outcome: Literal["", "accepted", "partly", "rejected"] = ""
    reason_text: str = ""

    @property
    def text(self) -> str:
        """The whole course in one paragraph."""
        told = (
            f"我局于{chinese_date(self.told_on)}向你校送达《拟作出处理措施告知书》（{self.letter_number}），"
            "告知拟作出的处理措施及其事实、依据，以及你校依法享有的陈述、申辩权利。"
        )
        if self.reply_kind == "expired":
            return f"{told}截至{chinese_date(self.expires_on)}，你校未提出陈述、申辩意见。"
        assert self.replied_on is not None, "a reply has a date"
        on = chinese_date(self.replied_on)
        if self.reply_kind == "waived":
            return f"{told}你校于{on}书面表示放弃陈述、申辩。"
        assert self.outcome, "a written reply is answered"
        return (
            f"{told}你校于{on}提交书面意见，主要内容为：{_open(self.reply_text)}。"
            f"经研究，对上述意见{OUTCOME_TITLES[self.outcome]}，理由是：{_open(self.reason_text)}。"
        )


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What every document addressed to a school has: who writes, to whom, when, and where it is on record.

    `ledger_head` is the head of the ledger 台账 at approval and `record_digest` the digest of the record the
    document rests on, both as 64 hexadecimal digits; `printer_name` is the 印发机关.
    """

    bureau_name: str
    office_name: str
    printer_name: str
    number: DocumentNumber
    addressee: str
    school_code: str
    school_name: str
    term_title: str
    campaign_title: str
    mode_title: str
    issued_on: date
    ledger_head: str
    record_digest: str
    is_synthetic: bool
    contact: str = ""
    copies: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title without line breaks."""
        return "".join(self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """The title in lines that end where the sense does."""
        raise NotImplementedError

    @property
    def short_ledger_head(self) -> str:
        """As much of the ledger head as a person compares by eye."""
        return self.ledger_head[:16]


@dataclass(frozen=True, kw_only=True)
class WarningFacts(Letter):
    """A warning notice to one school: findings, decision, rectification and remedies.

    `review_days` 复核 and `appeal_days` 申诉 come from the bureau's profile.
    """

    visited_from: date
    visited_to: date
    quorum_count: int
    findings: tuple[FindingLine, ...]
    bands: tuple[BandLine, ...]
    hearing: HearingSummary
    measure_title: str
    legal_basis: tuple[str, ...]
    approver_title: str
    rectification: tuple[RectificationItem, ...]
    report_due_on: date
    review_days: int
    appeal_days: int
    appeal_organ: str
    measure_verb: Verb = "予以"

    @property
    def lines(self) -> tuple[str, ...]:
        """Such as 某市教育局 / 关于对某小学予以警示的通知, or / 关于责令某小学限期整改的通知."""
        if self.measure_verb == "责令":
            parts = (f"关于责令{self.school_name}", f"{self.measure_title}的通知")
        else:
            parts = (f"关于对{self.school_name}", f"予以{self.measure_title}的通知")
        return title_lines((self.bureau_name, *parts))

    @property
    def decision(self) -> str:
        """What is decided, as the sentence goes on after 决定."""
        return decision_text(self.measure_verb, self.measure_title)


@dataclass(frozen=True, kw_only=True)
class CommendationFacts(Letter):
    """A commendation notice: what was done well, the public notice before it, and the decision."""

    visited_from: date
    visited_to: date
    achievements: tuple[FindingLine, ...]
    bands: tuple[BandLine, ...]
    measure_title: str
    legal_basis: tuple[str, ...]
    approver_title: str
    shown_from: date
    shown_to: date
    objection_text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Such as 某市教育局 / 关于对某小学予以表扬的通报."""
        return title_lines((self.bureau_name, f"关于对{self.school_name}", f"予以{self.measure_title}的通报"))


@dataclass(frozen=True, kw_only=True)
class HearingLetterFacts(Letter):
    """The letter before a decision: the measure in view, its grounds, and the right to be heard until when.

    `reply_workdays` counts from service; the last day itself is `expires_on`.
    """

    visited_from: date
    visited_to: date
    quorum_count: int
    findings: tuple[FindingLine, ...]
    measure_title: str
    legal_basis: tuple[str, ...]
    reply_workdays: int
    expires_on: date
    reply_to: str
    reply_address: str
    measure_verb: Verb = "予以"

    @property
    def decision(self) -> str:
        """What is in view, as the sentence goes on after 拟."""
        return decision_text(self.measure_verb, self.measure_title)

    @property
    def lines(self) -> tuple[str, ...]:
        """The name of the letter under the bureau's."""
        return title_lines((self.bureau_name, "拟作出处理措施告知书"))


def facts_digest(facts: Any) -> str:
    """Return the content digest of a document's facts (a dataclass), as 64 hexadecimal digits."""
    return digest({"document": type(facts).__name__, "facts": _plain(facts)})


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _open(text: str) -> str:
    """Return a sentence without its final stop, so that it can go on."""
    return text.rstrip(_STOPS)
