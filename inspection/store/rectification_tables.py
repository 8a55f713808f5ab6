"""Re-checks and closures of cases, as tables that are never changed."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inspection.store.tables import Code, Key, Sentence, Table


class Recheck(Table):
    """One look at what a school has rectified, and what it showed; persons by id, joined by commas."""

    __tablename__ = "recheck"
    case_id: Mapped[str] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    recheck_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rechecked_on: Mapped[date]
    outcome: Mapped[Code]
    person_ids: Mapped[Sentence]
    note_text: Mapped[Sentence]


class Closure(Table):
    """A responsible official has struck a case off 销号."""

    __tablename__ = "closure"
    case_id: Mapped[Key] = mapped_column(ForeignKey("case.case_id"), primary_key=True)
    approver_id: Mapped[Code]
    closed_on: Mapped[date]
