"""The tables of what stands beside a draw: rules set aside, evidence of public values, the sheet for witnesses.

Rules set aside and evidence are append-only; a sheet can be rendered anew.
"""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from inspection.store.tables import Code, Digest, Key, Sentence, Table


class GateOverride(Table):
    """A rule of procedure set aside 例外办理: for which subjects, at which step, by whom, why."""

    __tablename__ = "gate_override"
    campaign_id: Mapped[Key]
    rule: Mapped[Key]
    subjects_digest: Mapped[Key]
    subjects: Mapped[Sentence]
    step: Mapped[Code]
    clause_id: Mapped[Code]
    person_id: Mapped[Code]
    reason: Mapped[str]
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime]


class DrawSheet(Table):
    """The record sheet of a draw by what it may tell: its PDF by digest, and the day it was made for."""

    __tablename__ = "draw_sheet"
    campaign_id: Mapped[Key]
    state: Mapped[Key]
    file_name: Mapped[str]
    content_digest: Mapped[Digest]
    issued_on: Mapped[date]


class ValueEvidence(Table):
    """A photograph or page that shows a public value 公开数值凭证, as it was handed in; the file lies by its digest."""

    __tablename__ = "value_evidence"
    campaign_id: Mapped[Key]
    content_digest: Mapped[Key]
    kind: Mapped[Code]
    byte_count: Mapped[int]
    account_id: Mapped[Code]
    recorded_at: Mapped[datetime]
