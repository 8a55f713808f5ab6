"""The tables of a case 案: what was proposed, heard, decided and issued, and what the school owes after it."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Digest, Key, Sentence, Table


class Case(Table):
    """A proposed measure on its way to a decision."""

    __tablename__ = "case"
    case_id: Mapped[Key]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.campaign_id"))
    school_code: Mapped[Code]
    measure: Mapped[Code]
    direction: Mapped[Code]
    state: Mapped[Code]
    reasons: Mapped[Sentence]
    reasons_digest: Mapped[Digest]
    proposed_on: Mapped[date]


class Hearing(Table):
    """What the school was told, what it answered, what became of the answer."""

    __tablename__ = "hearing"
    case_id: Mapped[str] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    notified_on: Mapped[date]
    expires_on: Mapped[date]
    reply_kind: Mapped[Code]
    replied_on: Mapped[date | None]
    reply_text: Mapped[str]
    outcome: Mapped[Code]
    reason_text: Mapped[str]


class Approval(Table):
    """A responsible official's decision on a case; after a return and a restudy there is a next one."""

    __tablename__ = "approval"
    case_id: Mapped[str] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    decision_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision: Mapped[Code]
    approver_id: Mapped[Code]
    reason_text: Mapped[str]
    decided_on: Mapped[date]


class Restudy(Table):
    """What the office did about a returned case: submitted it again or withdrew the proposal."""

    __tablename__ = "restudy"
    __table_args__ = (
        ForeignKeyConstraint(
            ["case_id", "decision_number"], ["approval.case_id", "approval.decision_number"]
        ),
    )
    case_id: Mapped[Key]
    decision_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[Code]
    person_id: Mapped[Code]
    reason_text: Mapped[str]
    studied_on: Mapped[date]


class Notice(Table):
    """An official document: its number is taken once, its facts never change."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("year", "number"), UniqueConstraint("case_id", "kind"))
    notice_id: Mapped[Key]
    case_id: Mapped[str] = mapped_column(ForeignKey("case.case_id"))
    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[Code]
    facts: Mapped[Sentence]
    facts_digest: Mapped[Digest]
    template_digest: Mapped[Digest]
    issued_on: Mapped[date]
    ledger_head: Mapped[Digest]


class NoticeFile(Table):
    """The rendered PDF of a notice, by digest."""

    __tablename__ = "notice_file"
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.notice_id"), primary_key=True)
    file_name: Mapped[str]
    content_digest: Mapped[Digest]


class Rectification(Table):
    """What a school owes after a notice, and until when."""

    __tablename__ = "rectification"
    case_id: Mapped[str] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    served_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[Code]
