"""Scores: indicators derived from what was staged, and every school-stage scored under the plan's rubric."""

from pathlib import Path

import pandas as pd
from sqlalchemy.orm import Session

from inspection import policy_file
from inspection.canonical import digest, digest_rows
from inspection.check.integrity import load_screen
from inspection.decide.measure import Measures, load_measures
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import Plan
from inspection.derive.indicator import BEFORE, IndicatorCatalogue, derive, load_catalogue
from inspection.ingest.figure import load_figures
from inspection.ingest.source_map import FIGURE_CATALOGUE
from inspection.receipt import Receipt
from inspection.school_stage import STAGE_TITLES
from inspection.score.evidence import Evidence
from inspection.score.fragility import fragility
from inspection.score.peers import places
from inspection.score.rubric import BAND_TITLES, Rubric, check_unchanged, load_rubric
from inspection.score.scoring import score
from inspection.score.target import check_targets
from inspection.score.trend import own_trends
from inspection.store import campaign as campaigns
from inspection.store import finding as findings
from inspection.store import roster
from inspection.store import score as scores
from inspection.store.engine import reading, writing
from tasks.artifact import run_name, table
from tasks.border import task
from tasks.ingest import staged_data_set
from tasks.plan import plan_of
from tasks.settings import profile, settings
from tasks.workspace import read_frame, staged, write_frame

INDICATORS = "indicators.derived.parquet"


@task(task_run_name="计算指标")
def derive_indicators(campaign_id: str) -> Receipt:
    """Derive every indicator of every school-stage from the staged data sets, into the staging folder.

    Raises:
        DocumentError: the catalogue reads a column that no data set has.
    """
    plan = plan_of(campaign_id)
    derived = derived_for(plan)
    write_frame(staged(plan.term.id, INDICATORS), derived)
    counts = {"指标值": len(derived), "缺项": int((derived.missing_reason != "").sum())}
    return Receipt("计算指标", counts, digest_rows(derived.itertuples(index=False)))


def derived_for(plan: Plan) -> pd.DataFrame:
    """Return the indicators of a plan's term in the long form, those that other rubrics compare with included."""
    names = [owed.data_set for owed in plan.data]
    found = {name: staged_data_set(plan.term.id, name) for name in names}
    frames = {name: item.rows for name, item in found.items()}
    for name, item in found.items():
        frames |= {f"{name}_{part}": frame for part, frame in item.beside.items()}
    rubrics = [rubric_of(plan)[0], *(rubric_of(plan, name)[0] for name in plan.also_for)]
    screened = load_screen(profile().folders.expectations)
    asked = {name.partition(":")[0] for name in (screened.names if screened else ())}
    known = catalogue().used({name for rubric in rubrics for name in rubric.indicators} | asked)
    for name in sorted(known.compared_data_sets & set(names)):
        if plan.term.compared_with and staged(plan.term.compared_with, f"{name}.rows.parquet").exists():
            frames[f"{name}{BEFORE}"] = staged_data_set(plan.term.compared_with, name).rows
    set_aside = {name: item.quarantined for name, item in found.items()}
    return derive(known, frames, {name: item.missing for name, item in found.items()}, set_aside)


@task(task_run_name=run_name("{basis}"))
def score_schools(campaign_id: str, *, basis: str) -> Receipt:
    """Score every school-stage: `reported` on the schools' figures, `verified` with the findings on site.

    Raises:
        DocumentError: the rubric is absent or wrong, or was edited after it had been used.
        ProtocolError: the campaign is not on record.
    """
    plan = plan_of(campaign_id)
    rubric, path = rubric_of(plan)
    with writing(settings().database_url) as session:
        check_unchanged(path, scores.used_rubrics(session, path.stem))
        evidence = evidence_of(session, plan, basis)
        scored = score(rubric, evidence, minimum_coverage_rate=profile().minimum_coverage_rate)
        firm = fragility(rubric, evidence, scored, _measures().fragile.perturbations)
        campaigns.keep_policy(session, kind="rubric", path=path)
        scores.enter(session, campaign_id, basis, scored, rubric_digest=policy_file.file_digest(path))
        scores.enter_fragility(session, campaign_id, basis, firm)
        beside = _beside(session, plan, rubric, evidence)
        scores.enter_beside(session, campaign_id, places=beside[0], trends=beside[1])
        if basis == "reported":
            campaigns.advance(session, campaign_id, CampaignState.SCORED)
    established = int((scored.totals.public_band != "not-established").sum())
    counts = {"校段": len(scored.totals), "得分明细": len(scored.lines), "已评定等级": established}
    found = digest([scored.digest(), digest_rows(firm.itertuples(index=False))])
    return Receipt("评分" if basis == "reported" else "复评", counts, found)


@task(task_run_name="试评试点学校")
def rehearse_pilot(campaign_id: str) -> Receipt:
    """Score the pilot schools from the staging folder alone; nothing is entered in the store."""
    plan = plan_of(campaign_id)
    rubric, _ = rubric_of(plan)
    schools = staged_data_set(plan.term.id, "schools").rows
    chosen = schools[schools.school_code.isin(plan.pilot_schools)] if plan.pilot_schools else schools
    evidence = Evidence(catalogue(), chosen, read_frame(staged(plan.term.id, INDICATORS)))
    scored = score(rubric, evidence, minimum_coverage_rate=profile().minimum_coverage_rate)
    counts = {"试点学校": chosen.school_code.nunique(), "得分明细": len(scored.lines)}
    return Receipt("试评", counts, scored.digest())


@task(task_run_name="展示等级分布")
def show_bands(campaign_id: str, *, basis: str) -> None:
    """Show how many school-stages hold which public band, by stage; no school by name."""
    with reading(settings().database_url) as session:
        totals = scores.totals(session, campaign_id, basis)
    counts = totals.groupby(["stage", "public_band"]).size().unstack(fill_value=0)
    rows = [
        {"学段": STAGE_TITLES[str(stage)]}
        | {title: int(counts.loc[stage].get(band, 0)) for band, title in BAND_TITLES.items()}
        for stage in counts.index
    ]
    table(f"{campaign_id}-bands", rows, description="各学段等级分布（不含考试成绩类指标）")


def catalogue() -> IndicatorCatalogue:
    """Return the bureau's catalogue of indicators, with every school figure beside it."""
    folders = profile().folders
    return load_catalogue(folders.rubrics / "indicators.yaml", folders.sources / FIGURE_CATALOGUE)


def rubric_of(plan: Plan, name: str = "") -> tuple[Rubric, Path]:
    """Return the plan's rubric, or the one named, and where it lies.

    Raises:
        DocumentError: it is absent or wrong.
    """
    folders = profile().folders
    path = folders.rubrics / f"{name or plan.rubric}.yaml"
    known = catalogue()
    rubric = load_rubric(path, known)
    if rubric.targets:
        figures = load_figures(folders.sources / FIGURE_CATALOGUE)
        check_targets(rubric.targets, figures, set(known.by_id), place=path.name)
    return rubric, path


def evidence_of(session: Session, plan: Plan, basis: str) -> Evidence:
    """Return what a plan's schools are scored on; `verified` with what teams of the quorum found."""
    quorum = _measures().quorum[plan.mode]
    is_verified = basis == "verified"
    found = findings.verified_items(session, plan.campaign, quorum=quorum) if is_verified else pd.DataFrame()
    return Evidence(
        catalogue(),
        roster.schools(session, plan.term.id),
        roster.indicators(session, plan.term.id),
        roster.indicators(session, plan.term.compared_with),
        **({"findings": found} if len(found) else {}),
    )


def _beside(
    session: Session, plan: Plan, rubric: Rubric, evidence: Evidence
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return where the rubric's figures stand among like schools, and how they moved over the school's terms."""
    asked = {criterion.rule.indicator for criterion in rubric.criteria}
    # A special inspection may score a term that has no figures yet.
    terms = sorted({*roster.terms_of_season(session, plan.term.id), plan.term.id})
    frames = {term: roster.indicators(session, term) for term in terms}
    history = {term: frame[frame.indicator_id.isin(asked)] for term, frame in frames.items()}
    before = set(evidence.previous["school_code"])
    found = places(evidence.catalogue, evidence.schools, history[plan.term.id], before)
    return found, own_trends(evidence.catalogue, history)


def _measures() -> Measures:
    return load_measures(profile().folders.rubrics / "measures.yaml")
