"""The tables of the store, one class a noun. Column types only; what the rows mean is in the glossary.

Points are integers (hundredths of a point), dates are dates, JSON stands as canonical text. `recorded_at`
is when a row was first written; it is never part of a content digest.
"""

from datetime import date, datetime
from typing import Annotated

from sqlalchemy import (
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Code = Annotated[str, mapped_column(String(128))]
Key = Annotated[str, mapped_column(String(128), primary_key=True)]
Digest = Annotated[str, mapped_column(String(64))]
Sentence = Annotated[str, mapped_column(Text)]


class Table(DeclarativeBase):
    """What every table shares: named constraints, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {date: Date(), datetime: DateTime(timezone=True), float: Float(53), str: Text()}  # noqa: RUF012


class Cycle(Table):
    """A working cycle 工作周期 and the phase it has reached."""

    __tablename__ = "cycle"
    cycle_id: Mapped[Key]
    phase: Mapped[Code]


class Term(Table):
    """A school term 学期."""

    __tablename__ = "term"
    term_id: Mapped[Key]
    title: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class PolicyVersion(Table):
    """A document as it stood when something was done under it; never edited once used."""

    __tablename__ = "policy_version"
    digest: Mapped[Key]
    kind: Mapped[Code]
    name: Mapped[Code]
    content: Mapped[Sentence]


class Campaign(Table):
    """One inspection, one term, one mode, and the state it is in."""

    __tablename__ = "campaign"
    campaign_id: Mapped[Key]
    term_id: Mapped[str] = mapped_column(ForeignKey("term.term_id"))
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycle.cycle_id"))
    title: Mapped[str]
    mode: Mapped[Code]
    plan_digest: Mapped[Digest]
    state: Mapped[Code]


class Submission(Table):
    """A file that arrived: kept by digest, superseded but never lost."""

    __tablename__ = "submission"
    submission_id: Mapped[Key]
    term_id: Mapped[Code]
    data_set: Mapped[Code]
    file_name: Mapped[str]
    content_digest: Mapped[Digest]
    status: Mapped[Code]
    read_count: Mapped[int]
    accepted_count: Mapped[int]
    excluded_count: Mapped[int]
    fault_count: Mapped[int]
    recorded_at: Mapped[datetime]


class SubmissionFault(Table):
    """One thing wrong with a submission, where the clerk sees it."""

    __tablename__ = "submission_fault"
    submission_id: Mapped[Key]
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[Code]
    severity: Mapped[Code]
    sheet: Mapped[str]
    row: Mapped[int]
    column: Mapped[str]
    wanted: Mapped[str]
    got: Mapped[str]
    remedy: Mapped[str]


class StagedDataSet(Table):
    """A data set as accepted for a term: how many rows, with which content."""

    __tablename__ = "staged_data_set"
    term_id: Mapped[Key]
    data_set: Mapped[Key]
    row_count: Mapped[int]
    content_digest: Mapped[Digest]


class CheckResult(Table):
    """What one expectation found in one data set."""

    __tablename__ = "check_result"
    term_id: Mapped[Key]
    data_set: Mapped[Key]
    rule_id: Mapped[Key]
    severity: Mapped[Code]
    reason: Mapped[str]
    checked_count: Mapped[int]
    unexpected_count: Mapped[int]


class School(Table):
    """A school on a term's roster."""

    __tablename__ = "school"
    term_id: Mapped[Key]
    school_code: Mapped[Key]
    school_name: Mapped[str]
    district_code: Mapped[Code]
    school_type: Mapped[Code]
    location: Mapped[Code]
    stages: Mapped[Code]
    student_count: Mapped[int | None]
    class_count: Mapped[int | None]
    teacher_count: Mapped[int | None]


class Inspector(Table):
    """A person on a term's roster of inspectors. Names lie here and nowhere else."""

    __tablename__ = "inspector"
    term_id: Mapped[Key]
    inspector_id: Mapped[Key]
    inspector_name: Mapped[str]
    district_code: Mapped[Code]
    employer_code: Mapped[Code]
    is_leader: Mapped[bool]
    expertise: Mapped[Code]
    load_count: Mapped[int]


class Recusal(Table):
    """A relation between an inspector and a school that keeps the one from the other."""

    __tablename__ = "recusal"
    term_id: Mapped[Key]
    inspector_id: Mapped[Key]
    school_code: Mapped[Key]
    relation: Mapped[Key]


class Indicator(Table):
    """One figure of one school-stage in one term."""

    __tablename__ = "indicator"
    term_id: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    indicator_id: Mapped[Key]
    value: Mapped[float | None]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    missing_reason: Mapped[Code]
    data_set: Mapped[Code]


class ScoreLine(Table):
    """The points of one criterion for one school-stage, with the arithmetic in words."""

    __tablename__ = "score_line"
    campaign_id: Mapped[Key]
    basis: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    criterion_id: Mapped[Key]
    clause: Mapped[str]
    exam_result: Mapped[bool]
    is_zero_tolerance: Mapped[bool]
    outcome: Mapped[Code]
    is_on_site: Mapped[bool]
    is_veto: Mapped[bool]
    value: Mapped[float | None]
    previous_value: Mapped[float | None]
    threshold: Mapped[str]
    points_centi: Mapped[int]
    max_centi: Mapped[int]
    indicator_id: Mapped[Code]
    missing_reason: Mapped[Code]
    explanation: Mapped[str]


class Score(Table):
    """The band of one school-stage: within the bureau, and the one that measures and labels may read."""

    __tablename__ = "score"
    campaign_id: Mapped[Key]
    basis: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    school_type: Mapped[Code]
    rubric_digest: Mapped[Digest]
    points_centi: Mapped[int]
    coverage_rate: Mapped[float]
    band: Mapped[Code]
    public_points_centi: Mapped[int]
    public_coverage_rate: Mapped[float]
    public_band: Mapped[Code]
    public_margin_centi: Mapped[int]
    is_vetoed: Mapped[bool]


class Draw(Table):
    """One draw: what was promised, what came of it. The annex is for the discipline office only."""

    __tablename__ = "draw"
    campaign_id: Mapped[Key]
    state: Mapped[Code]
    commitment: Mapped[Sentence]
    commitment_digest: Mapped[Digest]
    annex: Mapped[Sentence]
    record: Mapped[Sentence]
    record_digest: Mapped[Digest]


class PublicValue(Table):
    """A public value as one person typed it; two people must agree before a seed is made."""

    __tablename__ = "public_value"
    campaign_id: Mapped[Key]
    source_id: Mapped[Key]
    entered_by: Mapped[Key]
    value: Mapped[str]
    evidence: Mapped[str]


class Visit(Table):
    """One school to be visited by one team."""

    __tablename__ = "visit"
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    team_code: Mapped[Code]
    visit_on: Mapped[date]


class TeamMember(Table):
    """One person's place in one team."""

    __tablename__ = "team_member"
    campaign_id: Mapped[Key]
    team_code: Mapped[Key]
    inspector_id: Mapped[Key]
    role: Mapped[Code]


class Dispatch(Table):
    """A document made for a team: its facts, its template and its bytes by digest."""

    __tablename__ = "dispatch"
    campaign_id: Mapped[Key]
    team_code: Mapped[Key]
    kind: Mapped[Key]
    file_name: Mapped[str]
    content_digest: Mapped[Digest]


class Finding(Table):
    """What a team found on one item at one school. Append-only."""

    __tablename__ = "finding"
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    stage: Mapped[Key]
    item_code: Mapped[Key]
    team_code: Mapped[Code]
    conclusion: Mapped[Code]
    rating: Mapped[int | None]
    problem_text: Mapped[str]
    evidence_id: Mapped[str]
    disposal: Mapped[str]
    submission_id: Mapped[Code]


class VisitResult(Table):
    """The overall result of a visit, in the categories that are published. Append-only."""

    __tablename__ = "visit_result"
    campaign_id: Mapped[Key]
    school_code: Mapped[Key]
    team_code: Mapped[Code]
    result: Mapped[Code]
    visited_on: Mapped[date]
    present: Mapped[str]
    is_urgent: Mapped[bool]
    submission_id: Mapped[Code]


class Publication(Table):
    """The publication site as it stood after a run."""

    __tablename__ = "publication"
    campaign_id: Mapped[Key]
    content_digest: Mapped[Key]
    file_count: Mapped[int]
    has_results: Mapped[bool]
    published_on: Mapped[date]


class LedgerEntry(Table):
    """One link of the append-only chain. `recorded_at` stands outside the hash."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("kind", "subject"),)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    subject: Mapped[Code]
    payload: Mapped[Sentence]
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    entry_hash: Mapped[str] = mapped_column(String(64), unique=True)
    recorded_at: Mapped[datetime]
