"""The tables of special inspections 专项督导: what was asked for, what was arranged, decided and told.

A special inspection that is dispatched is a campaign of its own, so its visits, teams and documents lie in
`tables`. Here is what goes before: the request, the arrangement that is to be approved, every answer that was
given, and the written notices to schools.
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Digest, Key, Sentence, Table, Visit

# The database itself refuses a second visit at one school on one day, whichever inspection sends it.
Index("uq_visit_school_code_visit_on", Visit.school_code, Visit.visit_on, unique=True)


class Special(Table):
    """A request and how far it has come; dispatched, it is the campaign of the same id."""

    __tablename__ = "special"
    special_id: Mapped[Key]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.campaign_id"))
    request: Mapped[Sentence]
    request_digest: Mapped[Digest]
    mode: Mapped[Code]
    state: Mapped[Code]
    is_urgent: Mapped[bool]
    requester_id: Mapped[Code]
    requested_on: Mapped[date]
    dispatched_on: Mapped[date | None]
    approval_due_on: Mapped[date | None]


class SpecialVisit(Table):
    """A visit as it was arranged for approval; it keeps the day free for its school and its team."""

    __tablename__ = "special_visit"
    special_id: Mapped[str] = mapped_column(ForeignKey("special.special_id"), primary_key=True)
    school_code: Mapped[Key]
    team_code: Mapped[Code]
    visit_on: Mapped[date]


class SpecialMember(Table):
    """A person's place in a team as it was arranged for approval."""

    __tablename__ = "special_member"
    special_id: Mapped[str] = mapped_column(ForeignKey("special.special_id"), primary_key=True)
    team_code: Mapped[Key]
    inspector_id: Mapped[Key]
    role: Mapped[Code]


class SpecialDecision(Table):
    """An answer as it was given; `refusal` says why it does not count, or is empty. Append-only."""

    __tablename__ = "special_decision"
    special_id: Mapped[str] = mapped_column(ForeignKey("special.special_id"), primary_key=True)
    answer_id: Mapped[Key]
    decision: Mapped[Code]
    approver_id: Mapped[Code]
    reason_text: Mapped[str]
    decided_on: Mapped[date]
    refusal: Mapped[str]


class SpecialNotice(Table):
    """A written notice 督导通知 to one school: its number is taken once, its facts never change. Append-only."""

    __tablename__ = "special_notice"
    __table_args__ = (UniqueConstraint("year", "number"),)
    special_id: Mapped[str] = mapped_column(ForeignKey("special.special_id"), primary_key=True)
    school_code: Mapped[Key]
    year: Mapped[int]
    number: Mapped[int]
    facts: Mapped[Sentence]
    facts_digest: Mapped[Digest]
    template_digest: Mapped[Digest]
    issued_on: Mapped[date]


class SpecialNoticeFile(Table):
    """The rendered PDF of a written notice, by digest."""

    __tablename__ = "special_notice_file"
    special_id: Mapped[Key]
    school_code: Mapped[Key]
    file_name: Mapped[str]
    content_digest: Mapped[Digest]
