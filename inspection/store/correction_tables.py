"""The tables of what is owed and mended: correction workbooks, extensions, how every unit stands.

Codes, counts and digests; why an extension was asked for stands here and in no artifact.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Digest, Key, Table


class CorrectionWorkbook(Table):
    """The correction workbook 更正表 of a submission, by digest."""

    __tablename__ = "correction_workbook"
    submission_id: Mapped[Key]
    correction_id: Mapped[Code]
    term_id: Mapped[Code]
    data_set: Mapped[Code]
    content_digest: Mapped[Digest]
    fault_count: Mapped[int]
    row_count: Mapped[int]
    recorded_at: Mapped[datetime]


class Standing(Table):
    """How a unit stands with a data set that it owes in a term 上报进度."""

    __tablename__ = "standing"
    term_id: Mapped[Key]
    data_set: Mapped[Key]
    unit: Mapped[Key]
    status: Mapped[Code]
    due_on: Mapped[date]


class Extension(Table):
    """A request to hand in later 延期申请: who, what, until when, why. Append-only."""

    __tablename__ = "extension"
    extension_id: Mapped[Key]
    term_id: Mapped[Code]
    data_set: Mapped[Code]
    unit: Mapped[Code]
    until_on: Mapped[date]
    reason: Mapped[str]
    account_id: Mapped[Code]
    recorded_at: Mapped[datetime]


class ExtensionDecision(Table):
    """What the office decided on a request. Append-only."""

    __tablename__ = "extension_decision"
    extension_id: Mapped[str] = mapped_column(ForeignKey("extension.extension_id"), primary_key=True)
    decision: Mapped[Code]
    reason: Mapped[str]
    account_id: Mapped[Code]
    recorded_at: Mapped[datetime]
