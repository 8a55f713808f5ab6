"""Data quality in the store: expectations per school and term, the last term's figures, signals, risk classes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from inspection.canonical import canonical
from inspection.check.integrity import wide_figures
from inspection.draw.risk import Risk, SchoolRecord
from inspection.store import roster
from inspection.store.case_tables import Case, Rectification
from inspection.store.frames import frame_of, rows_of
from inspection.store.quality_tables import CheckSchool, IntegritySignal, SchoolRisk
from inspection.store.tables import Campaign, CheckResult, School, Score
from inspection.store.writing import replace_slice

SCREEN = "integrity"
"""Stands for the integrity screen where results of expectations are kept by data set."""
_BANDS = ("fail", "not-established", "pass", "good", "excellent")


@dataclass(frozen=True)
class SchoolTotal:
    """A school under its newest name and district, and how many of its rows broke a rule, by term."""

    school_code: str
    school_name: str
    district_code: str
    counts: Mapping[str, int]


def enter_by_school(session: Session, term_id: str, data_set: str, counts: pd.DataFrame) -> bool:
    """Make `counts` (rule, school, rows that break it) all there is of a data set; return whether it changed."""
    rows = rows_of(counts, term_id=term_id, data_set=data_set)
    return replace_slice(session, CheckSchool, rows, term_id=term_id, data_set=data_set)


def history(session: Session, school_code: str) -> pd.DataFrame:
    """Return what each expectation found at one school, term by term; a term it was clean in counts 0."""
    found = {
        (row.term_id, row.data_set, row.rule_id): row.unexpected_count
        for row in session.execute(select(CheckSchool).filter_by(school_code=school_code)).scalars()
    }
    listed = select(School.term_id).where(School.school_code == school_code)
    checks = (
        select(CheckResult.term_id, CheckResult.data_set, CheckResult.rule_id)
        .where(CheckResult.term_id.in_(listed), CheckResult.data_set != SCREEN)
        .order_by(CheckResult.data_set, CheckResult.rule_id, CheckResult.term_id)
    )
    rows = [
        (term_id, data_set, rule_id, found.get((term_id, data_set, rule_id), 0))
        for term_id, data_set, rule_id in session.execute(checks)
    ]
    return pd.DataFrame(rows, columns=["term_id", "data_set", "rule_id", "unexpected_count"])


def school_totals(session: Session) -> list[SchoolTotal]:
    """Return for each school of any term's roster how many rows broke a rule in each term whose data were checked."""
    checked = set(
        session.execute(select(CheckResult.term_id).where(CheckResult.data_set != SCREEN)).scalars()
    )
    broken: dict[tuple[str, str], int] = {}
    for row in session.execute(select(CheckSchool)).scalars():
        place = (row.school_code, row.term_id)
        broken[place] = broken.get(place, 0) + row.unexpected_count
    listed: dict[str, SchoolTotal] = {}
    statement = select(School).where(School.term_id.in_(checked)).order_by(School.school_code, School.term_id)
    for school in session.execute(statement).scalars():
        earlier = listed.get(school.school_code)
        counts = dict(earlier.counts) if earlier else {}
        counts[school.term_id] = broken.get((school.school_code, school.term_id), 0)
        listed[school.school_code] = SchoolTotal(
            school.school_code, school.school_name, school.district_code, counts
        )
    return list(listed.values())


def reasons(session: Session) -> dict[tuple[str, str], str]:
    """Return the newest reason of each rule, by data set and rule."""
    statement = select(CheckResult).where(CheckResult.data_set != SCREEN).order_by(CheckResult.term_id)
    return {(row.data_set, row.rule_id): row.reason for row in session.execute(statement).scalars()}


def by_school(session: Session, term_id: str) -> pd.DataFrame:
    """Return how many rows of each school break each expectation, with the school's district where it is known."""
    counts = frame_of(session, CheckSchool, term_id=term_id)
    districts = roster.schools(session, term_id).set_index("school_code")["district_code"]
    return counts.assign(district_code=counts["school_code"].map(districts).fillna(""))


def results(session: Session, term_id: str) -> pd.DataFrame:
    """Return what each expectation found in a term's data, by data set and rule."""
    found = frame_of(session, CheckResult, term_id=term_id)
    return found[found["data_set"] != SCREEN].reset_index(drop=True)


def earlier(session: Session, term_id: str, name: str) -> pd.DataFrame:
    """Return the last term's figures of a name as (`school_code`, `stage`, `value`); no stage for a roster.

    `schools.student_count` is a column of the roster, `indicator.myopia_rate` an indicator.
    """
    kind, figure = name.split(".", 1)
    if kind == "schools":
        frame = roster.schools(session, term_id)
        return frame[["school_code"]].assign(stage="", value=pd.to_numeric(frame[figure]))
    frame = roster.indicators(session, term_id)
    frame = frame[frame["indicator_id"] == figure]
    return frame[["school_code", "stage", "value"]].reset_index(drop=True)


def figures(session: Session, term_id: str) -> pd.DataFrame:
    """Return a term's figures, a row for each school and stage: `x`, its parts `x:number` and `x:count`."""
    return wide_figures(roster.indicators(session, term_id))


def enter_signals(session: Session, term_id: str, signals: pd.DataFrame, checks: pd.DataFrame) -> bool:
    """Make these all the signals of a term, and the counts of each check; return whether anything changed."""
    told = replace_slice(session, IntegritySignal, rows_of(signals, term_id=term_id), term_id=term_id)
    rows = rows_of(checks, term_id=term_id, data_set=SCREEN)
    counted = replace_slice(session, CheckResult, rows, term_id=term_id, data_set=SCREEN)
    return told or counted


def signals(session: Session, term_id: str) -> pd.DataFrame:
    """Return a term's signals by check and school."""
    return frame_of(session, IntegritySignal, term_id=term_id)


def figures_asked(session: Session, term_id: str) -> dict[str, tuple[str, ...]]:
    """Return for each school the titles of the figures it is asked about; not what about them."""
    found: dict[str, set[str]] = {}
    for row in session.execute(select(IntegritySignal).filter_by(term_id=term_id)).scalars():
        found.setdefault(row.school_code, set()).update(row.figures.split("、"))
    return {code: tuple(sorted(titles)) for code, titles in found.items()}


def school_records(session: Session, term_id: str) -> dict[str, SchoolRecord]:
    """Return what is on record of each school of a term, for its risk class.

    Bands are those of other terms' campaigns: a class must not rest on the term it helps to look into.
    """
    told = signals(session, term_id)
    bands = _last_bands(session, term_id)
    overdue = _overdue(session)
    return {
        code: SchoolRecord(
            last_band=bands.get(code, ""),
            is_overdue=code in overdue,
            signal_ids=tuple(sorted(told.loc[told["school_code"] == code, "check_id"])),
        )
        for code in roster.schools(session, term_id)["school_code"]
    }


def enter_risks(session: Session, term_id: str, risks: Mapping[str, Risk]) -> bool:
    """Make these the risk classes of a term's schools; return whether anything changed."""
    rows = [
        {
            "term_id": term_id,
            "school_code": code,
            "risk_class": risk.risk_class,
            "points": risk.total,
            "reasons": canonical(dict(risk.points)),
        }
        for code, risk in sorted(risks.items())
    ]
    return replace_slice(session, SchoolRisk, rows, term_id=term_id)


def risk_classes(session: Session, term_id: str) -> dict[str, str]:
    """Return the risk class of each school of a term that has one."""
    found = select(SchoolRisk).where(SchoolRisk.term_id == term_id)
    return {row.school_code: row.risk_class for row in session.execute(found).scalars()}


def risk_reasons(session: Session, term_id: str, school_code: str) -> dict[str, int]:
    """Return the points a school's class rests on, by reason."""
    row = session.get_one(SchoolRisk, (term_id, school_code))
    return {str(name): int(value) for name, value in json.loads(row.reasons).items()}


def _last_bands(session: Session, term_id: str) -> dict[str, str]:
    """Return the worst public band of each school in the newest earlier term it was scored in."""
    statement = (
        select(Campaign.term_id, Score.school_code, Score.public_band)
        .join(Campaign, Campaign.campaign_id == Score.campaign_id)
        .where(Campaign.term_id < term_id)
        .order_by(Campaign.term_id)
    )
    found: dict[str, tuple[str, str]] = {}
    for scored_term, code, band in session.execute(statement):
        known = found.get(code)
        is_newer = known is None or known[0] < scored_term
        is_worse = known is not None and _BANDS.index(band) < _BANDS.index(known[1])
        if is_newer or is_worse:
            found[code] = (scored_term, band)
    return {code: band for code, (_, band) in found.items()}


def _overdue(session: Session) -> set[str]:
    statement = (
        select(Case.school_code)
        .join(Rectification, Rectification.case_id == Case.case_id)
        .where(Rectification.state == "overdue")
    )
    return set(session.execute(statement).scalars())
