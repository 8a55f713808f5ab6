"""The tables of the written notices 督导通知 of drawn inspections: facts and number, and the rendered file."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Digest, Key, Sentence, Table


class VisitNotice(Table):
    """A written notice to a drawn school; another day of the visit is another edition. Append-only.

    Numbers are of one series with those of `special_notice`.
    """

    __tablename__ = "visit_notice"
    __table_args__ = (UniqueConstraint("year", "number"),)
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int]
    number: Mapped[int]
    visit_on: Mapped[date]
    due_on: Mapped[date]
    facts: Mapped[Sentence]
    facts_digest: Mapped[Digest]
    template_digest: Mapped[Digest]
    issued_on: Mapped[date]


class VisitNoticeFile(Table):
    """The rendered PDF of a written notice, by digest."""

    __tablename__ = "visit_notice_file"
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file_name: Mapped[Code]
    content_digest: Mapped[Digest]
