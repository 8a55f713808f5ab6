"""Score sheets: for every school-stage a PDF and the same facts as JSON, and one Parquet file of all lines.

They lie in the outbox and are read at the office desk, by the bureau and by the school itself.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from math import isnan
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from inspection.canonical import digest
from inspection.deploy.plan import Plan
from inspection.derive.indicator import IndicatorCatalogue
from inspection.ingest.figure import FIGURE_DATA_SET
from inspection.publish.publication import DATA_SET_TITLES
from inspection.receipt import Receipt
from inspection.school_stage import KEY
from inspection.score.explanation import REASONS, measured
from inspection.score.rubric import Criterion, Rubric
from inspection.score.score_sheet import ScoreSheetFacts, SheetLine
from inspection.store import access, roster, upload
from inspection.store import score as scores
from inspection.store.engine import reading
from tasks.border import task
from tasks.document import Request, render_many
from tasks.plan import plan_of
from tasks.score import catalogue, rubric_of
from tasks.settings import profile, settings
from tasks.workspace import outbox, write_frame, write_whole

FOLDER, ALL_LINES = "scores", "score-lines.parquet"
ON_SITE = "入校检查记录"


@task(task_run_name="生成评价得分明细表")
def make_score_sheets(campaign_id: str, *, as_of: date) -> Receipt:
    """Write the score sheet of every school-stage, on the verified scores once there are any.

    Raises:
        DocumentError: the rubric is wrong, or a sheet cannot be rendered.
        ProtocolError: the campaign is not on record.
    """
    plan = plan_of(campaign_id)
    with reading(settings().database_url) as session:
        facts = score_sheets(session, plan, as_of=as_of)
    folder = outbox(campaign_id) / FOLDER
    pages = render_many([Request("score_sheet", item) for item in facts], as_of=as_of)
    for item, content in zip(facts, pages, strict=True):
        name = f"{item.school_code}-{item.stage}"
        write_whole(folder / f"{name}.pdf", content)
        written = json.dumps(item.document, ensure_ascii=False, indent=1) + "\n"
        write_whole(folder / f"{name}.json", written.encode())
    write_frame(folder / ALL_LINES, _frame(facts))
    counts = {"明细表": len(facts), "得分明细": sum(len(item.lines) for item in facts)}
    return Receipt("得分明细表", counts, digest([item.content_digest for item in facts]))


def score_sheets(session: Session, plan: Plan, *, as_of: date) -> list[ScoreSheetFacts]:
    """Return the facts of every school-stage's sheet, by school code and stage."""
    basis = scores.latest_basis(session, plan.campaign)
    lines, totals = scores.lines(session, plan.campaign, basis), scores.totals(session, plan.campaign, basis)
    beside = scores.places(session, plan.campaign)
    # Words on examination results stay inside the bureau: a school is not told its place by them.
    beside = beside[~beside["exam_result"].astype(bool)][[*_PLACE_KEY, "place"]]
    lines = lines.merge(beside, on=list(_PLACE_KEY), how="left").fillna({"place": ""})
    schools = roster.schools(session, plan.term.id).set_index("school_code")
    rubric, _ = rubric_of(plan)
    sources = _Sources(session, plan.term.id)
    known = catalogue()
    handed_in = _handed_in(roster.indicators(session, plan.term.id), known)
    of_stage = dict(iter(lines.groupby(KEY)))
    made = []
    for total in totals.sort_values(KEY).to_dict("records"):
        code, stage = str(total["school_code"]), str(total["stage"])
        receipts = sources.of(code, str(schools.loc[code, "district_code"]))
        rows = of_stage[(code, stage)].to_dict("records")
        made.append(
            ScoreSheetFacts(
                bureau_name=profile().bureau.name,
                office_name=profile().bureau.office,
                contact=profile().bureau.contact,
                is_synthetic=profile().is_synthetic,
                campaign_id=plan.campaign,
                term_title=plan.term.title,
                issued_on=as_of,
                rubric_title=rubric.title,
                basis="verified" if basis == "verified" else "reported",
                school_name=str(schools.loc[code, "school_name"]),
                lines=_lines(rows, rubric, known, receipts, handed_in.get((code, stage), set())),
                **{name: total[name] for name in _TOTALS},
            )
        )
    return made


_PLACE_KEY = ("school_code", "stage", "indicator_id")
_TOTALS = (
    "school_code",
    "stage",
    "rubric_digest",
    "points_centi",
    "coverage_rate",
    "band",
    "public_points_centi",
    "public_coverage_rate",
    "public_band",
    "is_vetoed",
)


class _Sources:
    """The receipts of a term's current files, by data set and the unit they speak for."""

    def __init__(self, session: Session, term_id: str) -> None:
        self._by_unit: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for line in upload.submissions(session):
            if line.term_id == term_id and line.status != "superseded":
                self._by_unit[line.data_set][access.unit_of(line.file_name)].append(line.submission_id)

    def of(self, school_code: str, district_code: str) -> dict[str, list[str]]:
        """Return, by data set, the receipts of the files that a school's figures may stand in."""
        units = (school_code, district_code, profile().district_name(district_code), "")
        return {
            name: sorted(receipt for unit in units for receipt in by_unit.get(unit, ()))
            for name, by_unit in self._by_unit.items()
        }


def _handed_in(long: pd.DataFrame, indicators: IndicatorCatalogue) -> dict[tuple[str, str], set[str]]:
    """Return, by school and stage, the indicators that can be made of a log but were handed in as a figure."""
    either = [item.id for item in indicators.indicators if item.otherwise is not None]
    rows = long[long["indicator_id"].isin(either) & (long["data_set"] == FIGURE_DATA_SET)]
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for code, stage, name in rows[[*KEY, "indicator_id"]].itertuples(index=False, name=None):
        found[(code, stage)].add(name)
    return found


def _lines(
    rows: list[dict[Any, Any]],
    rubric: Rubric,
    indicators: IndicatorCatalogue,
    receipts: Mapping[str, list[str]],
    handed_in: Collection[str],
) -> tuple[SheetLine, ...]:
    by_id = {str(row["criterion_id"]): row for row in rows}
    return tuple(
        _line(criterion, by_id[criterion.id], indicators, receipts, handed_in)
        for criterion in rubric.criteria
        if criterion.id in by_id
    )


def _line(
    criterion: Criterion,
    row: Mapping[Any, Any],
    indicators: IndicatorCatalogue,
    receipts: Mapping[str, list[str]],
    handed_in: Collection[str],
) -> SheetLine:
    return SheetLine(
        criterion_id=criterion.id,
        title=criterion.title,
        clause=row["clause"],
        value_text=_value(criterion, row, indicators),
        source=source_text(
            data_sets_of(criterion, indicators, handed_in), receipts, is_on_site=bool(row["is_on_site"])
        ),
        rule=row["threshold"],
        outcome=row["outcome"],
        points_centi=int(row["points_centi"]),
        max_centi=int(row["max_centi"]),
        is_exam_result=bool(row["exam_result"]),
        explanation=row["explanation"],
        place=row["place"],
    )


def _value(criterion: Criterion, row: Mapping[Any, Any], indicators: IndicatorCatalogue) -> str:
    value = row["value"]
    if value is None or isnan(value):
        return REASONS.get(row["missing_reason"], "") or "—"
    return measured(value, indicators.by_id[criterion.rule.indicator].unit)


def data_sets_of(
    criterion: Criterion, indicators: IndicatorCatalogue, handed_in: Collection[str]
) -> list[str]:
    """Return the data sets that a school's figures of a criterion came from.

    `handed_in` holds the indicators that the school's logs do not tell and it handed in as figures.
    """
    by_id = indicators.by_id
    return sorted(
        {FIGURE_DATA_SET if name in handed_in else by_id[name].data_set for name in criterion.indicators}
    )


def source_text(data_sets: Sequence[str], receipts: Mapping[str, Sequence[str]], *, is_on_site: bool) -> str:
    """Return where a line comes from: data sets with the receipts of their files, and the visit."""
    told = []
    for name in data_sets:
        numbers = "、".join(receipts.get(name, ()))
        told.append(DATA_SET_TITLES.get(name, name) + (f"（回执{numbers}）" if numbers else "（未收到）"))
    if is_on_site or not told:
        told.append(ON_SITE)
    return "；".join(told)


def _frame(facts: list[ScoreSheetFacts]) -> pd.DataFrame:
    keys = ("campaign_id", "basis", "school_code", "stage", "rubric_digest")
    rows = [
        {**{key: getattr(item, key) for key in keys}, **vars(line)} for item in facts for line in item.lines
    ]
    return pd.DataFrame(rows)
