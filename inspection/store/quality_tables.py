"""The tables of data quality: which schools break which rule, what the integrity screen asks about, risk classes.

Counts for whole data sets lie in `tables.CheckResult`. No cell of any file is kept here.
"""

from sqlalchemy.orm import Mapped

from inspection.store.tables import Code, Key, Sentence, Table


class CheckSchool(Table):
    """How many rows of one school break one expectation in one term; a school without any has no row."""

    __tablename__ = "check_school"
    term_id: Mapped[Key]
    data_set: Mapped[Key]
    rule_id: Mapped[Key]
    school_code: Mapped[Key]
    unexpected_count: Mapped[int]


class IntegritySignal(Table):
    """One school's figures that need evidence; a question, not a finding."""

    __tablename__ = "integrity_signal"
    term_id: Mapped[Key]
    check_id: Mapped[Key]
    school_code: Mapped[Key]
    statistic: Mapped[float]
    threshold: Mapped[float]
    figures: Mapped[Sentence]
    question: Mapped[Sentence]


class SchoolRisk(Table):
    """The risk class of a school; for the annex of a draw and for nobody else outside the bureau."""

    __tablename__ = "school_risk"
    term_id: Mapped[Key]
    school_code: Mapped[Key]
    risk_class: Mapped[Code]
    points: Mapped[int]
    reasons: Mapped[Sentence]
