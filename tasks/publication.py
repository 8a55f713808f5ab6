"""Publishes: gathers from the store what the public may see, and has the site written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from inspection.decide.case import CaseState
from inspection.decide.measure import RESULT_TITLES, Measure, Measures
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch.notice import chinese_date, date_range
from inspection.draw.opening import open_by, opening_status
from inspection.draw.record import COMMITTED, UNOPENED, sealed
from inspection.publish.publication import (
    BandCount,
    DrawFacts,
    DrawnSchool,
    NoticeFacts,
    PersonCount,
    ResultFacts,
    SchoolFacts,
    SiteFacts,
    plan_facts,
    publishable,
    withdrawn_draw,
)
from inspection.receipt import Receipt
from inspection.request import Override
from inspection.store import campaign as campaigns
from inspection.store import case as cases
from inspection.store import draw as draws
from inspection.store import finding as findings
from inspection.store import ledger, roster
from inspection.store import notice as notices
from inspection.store import publication as publications
from inspection.store import score as scores
from inspection.store.case_tables import Case, Notice
from inspection.store.engine import reading, writing
from inspection.verify.one_file import one_file
from tasks.border import task
from tasks.case import measures
from tasks.draw import derived_key
from tasks.gate import Asked, override_facts, pass_results
from tasks.notice import HEARING, facts_of
from tasks.plan import plan_of
from tasks.record_sheet import public_sheet
from tasks.relaxation import replaced_records
from tasks.settings import profile, settings
from tasks.site import write_site
from tasks.workspace import public

_OPEN = (CaseState.PROPOSED, CaseState.HEARD, CaseState.APPROVED)


@task(task_run_name="生成公示网站")
def publish(campaign_id: str, *, as_of: date, overrides: Sequence[Override] = ()) -> Receipt:
    """Write the publication site of a campaign; the same store gives the same bytes.

    A site never goes back: one that was published for a later day stays.

    Raises:
        ProtocolError: something in it must not be public, or results come too late and nobody overrides the
            deadline; the site that was there stays.
    """
    plan = plan_of(campaign_id)
    with reading(settings().database_url) as session:
        standing = publications.latest(session, campaign_id)
        if standing is not None and standing.published_on > as_of:
            return Receipt("公示（已有较新的网站）", {"文件": standing.file_count}, standing.content_digest)
    with writing(settings().database_url) as session:
        if not _is_sealed(session, plan):
            key = derived_key("gate", campaign_id)
            pass_results(session, Asked(plan=plan, step="publish", as_of=as_of, overrides=overrides, key=key))
    with reading(settings().database_url) as session:
        facts = publishable(_site_facts(session, plan, as_of))
    written = write_site(facts, public(campaign_id))
    with writing(settings().database_url) as session:
        publications.enter(
            session,
            campaign_id,
            digest=written.content_digest,
            file_count=written.file_count,
            has_results=bool(facts.results),
            on=as_of,
        )
        shown = [result.school_code for result in facts.results]
        publications.enter_results(session, campaign_id, shown, on=as_of)
    counts = {"文件": written.file_count, "检查结果": len(facts.results), "文书": len(facts.notices)}
    return Receipt("公示", counts, written.content_digest)


@dataclass(frozen=True)
class _Names:
    """The public names of a term's schools and districts."""

    schools: dict[str, dict[str, Any]]

    def of(self, school_code: str) -> dict[str, str]:
        school = self.schools[school_code]
        return {
            "school_code": school_code,
            "school_name": school["school_name"],
            "district_name": profile().district_name(school["district_code"]),
        }


def _site_facts(session: Session, plan: Plan, as_of: date) -> SiteFacts:
    roster_rows = roster.schools(session, plan.term.id).to_dict(orient="records")
    names = _Names({row["school_code"]: row for row in roster_rows})
    entries = ledger.entries(session)
    bureau = profile().bureau
    return SiteFacts(
        bureau_name=bureau.name,
        office_name=bureau.office,
        contact=bureau.contact,
        is_synthetic=profile().is_synthetic,
        as_of=as_of,
        term_title=plan.term.title,
        campaign_id=plan.campaign,
        campaign_title=plan.title,
        mode_title=MODE_TITLES[plan.mode],
        phase=plan.phase,
        state=CampaignState(campaigns.get(session, plan.campaign).state),
        plan=plan_facts(plan, pool_count=len(names.schools)),
        draw=_draw(session, plan, names, as_of),
        schools=tuple(SchoolFacts(**names.of(code)) for code in sorted(names.schools)),
        results=_results(session, plan, names, as_of),
        band_counts=_band_counts(session, plan),
        person_counts=_person_counts(session, plan),
        small_cell_count=profile().small_cell_count,
        notices=_notices(session, plan, names),
        ledger_head=ledger.head(session),
        ledger=tuple(entries),
        verifier_source=one_file(),
        overrides=override_facts(session, plan),
    )


def _draw(session: Session, plan: Plan, names: _Names, as_of: date) -> DrawFacts | None:
    if plan.draw is None or not draws.is_committed(session, plan.campaign):
        return None
    record = draws.record_of(session, plan.campaign)
    visits = draws.visits(session, plan.campaign)
    return DrawFacts(
        kind=plan.draw.kind,
        is_opened=not _is_sealed(session, plan),
        status=_draw_status(session, plan, as_of),
        commitment_digest=record["commitment_digest"],
        ledger_head=ledger.entry_hash(session, kind="commit", subject=draws.subject(session, plan.campaign)),
        record=sealed(record) if record["state"] == UNOPENED else record,
        sheet=public_sheet(session, plan),
        schools=tuple(DrawnSchool(**names.of(v["school_code"]), team_code=v["team_code"]) for v in visits),
        withdrawn=tuple(
            withdrawn_draw(one, is_sealed=_is_sealed(session, plan))
            for one in replaced_records(session, plan.campaign)
        ),
    )


def _is_sealed(session: Session, plan: Plan) -> bool:
    """Say whether the names of a sealed draw must still be kept back."""
    is_sealed = plan.draw is not None and plan.draw.kind == "sealed"
    return is_sealed and not draws.is_open(session, plan.campaign)


def _draw_status(session: Session, plan: Plan, as_of: date) -> str:
    if draws.is_open(session, plan.campaign):
        reason = draws.opening_reason(session, plan.campaign)
        return f"已核验公开（提前公开的理由：{reason}）" if reason else "已核验公开"
    is_drawn = draws.record_of(session, plan.campaign)["state"] != COMMITTED
    due_on = open_by(plan, profile())
    if is_drawn and due_on is not None:
        return opening_status(due_on, as_of=as_of)
    return "已抽取" if is_drawn else "已公布方案，待抽取"


def _results(session: Session, plan: Plan, names: _Names, as_of: date) -> tuple[ResultFacts, ...]:
    known = {
        case.school_code: case for case in cases.cases(session, plan.campaign) if case.direction == "adverse"
    }
    matter = "、".join(matter.name for matter in plan.matters)
    rules = measures()
    found = findings.results(session, plan.campaign)
    visited = dict(zip(found.school_code, found.visited_on, strict=True))
    first_on = publications.results_first_on(session, plan.campaign, visited)
    return tuple(
        ResultFacts(
            **names.of(row.school_code),
            matter=matter,
            category=row.result,
            category_title=RESULT_TITLES[row.result],
            inspected_on=row.visited_on,
            disposal=_disposal(known.get(row.school_code), rules),
            published_on=first_on.get(row.school_code, as_of),
            status="open-case" if _is_open(known.get(row.school_code)) else "published",
        )
        for row in found.itertuples()
    )


def _is_open(case: Case | None) -> bool:
    return case is not None and case.state in _OPEN


def _disposal(case: Case | None, rules: Measures) -> str:
    if case is None or case.state in (*_OPEN, CaseState.RETURNED):
        return "无需处置" if case is None else "正在办理"
    return rules.by_code[case.measure].title


def _band_counts(session: Session, plan: Plan) -> tuple[BandCount, ...]:
    # While names are kept back so is what the visits changed: the difference would tell on the visited schools.
    is_sealed = _is_sealed(session, plan)
    basis = "reported" if is_sealed else scores.latest_basis(session, plan.campaign)
    totals = scores.totals(session, plan.campaign, basis)
    places = roster.schools(session, plan.term.id)[["school_code", "district_code"]]
    counts = totals.merge(places, on="school_code").groupby(["district_code", "stage", "public_band"]).size()
    return tuple(
        BandCount(
            district_code=str(district),
            district_name=profile().district_name(str(district)),
            stage=str(stage),
            band=str(band),
            school_count=int(count),
        )
        for (district, stage, band), count in counts.items()
    )


def _person_counts(session: Session, plan: Plan) -> tuple[PersonCount, ...]:
    figures = roster.indicators(session, plan.term.id)
    answers = figures[(figures.indicator_id == "survey_response_count") & figures.value.notna()]
    places = roster.schools(session, plan.term.id)[["school_code", "district_code"]]
    sums = answers.merge(places, on="school_code").groupby(["district_code", "stage"])["value"].sum()
    return tuple(
        PersonCount(
            subject="家长问卷答卷份数",
            district_code=str(district),
            district_name=profile().district_name(str(district)),
            stage=str(stage),
            person_count=int(count),
        )
        for (district, stage), count in pd.Series(sums).items()
    )


def _notices(session: Session, plan: Plan, names: _Names) -> tuple[NoticeFacts, ...]:
    rules = measures()
    issued = [
        _issued(notice, case, rules, names)
        for notice, case in notices.notices(session, plan.campaign)
        if notice.kind != HEARING
    ]
    waiting = cases.cases(session, plan.campaign, CaseState.PROPOSED, CaseState.HEARD)
    shown = [_shown(session, case, rules, names) for case in waiting if case.direction == "favourable"]
    return (*issued, *(item for item in shown if item))


def _issued(notice: Notice, case: Case, rules: Measures, names: _Names) -> NoticeFacts:
    facts = facts_of(notice)
    measure = rules.by_code[case.measure]
    return NoticeFacts(
        number=facts.number.text,
        title=facts.title,
        school_code=case.school_code,
        school_name=facts.school_name,
        district_name=names.of(case.school_code)["district_name"],
        kind="warning" if case.direction == "adverse" else "commendation",
        issued_on=notice.issued_on,
        sentence=f"{chinese_date(notice.issued_on)}，{facts.bureau_name}{_decided(measure, facts.school_name)}。",
    )


def _decided(measure: Measure, school_name: str) -> str:
    verb, title = measure.verb, measure.title
    return f"责令{school_name}{title}" if verb == "责令" else f"对{school_name}予以{title}"


def _shown(session: Session, case: Case, rules: Measures, names: _Names) -> NoticeFacts | None:
    """Return the public notice that comes before praise, so that anyone may object."""
    hearing = cases.hearing_of(session, case.case_id)
    if hearing is None:
        return None
    place, title = names.of(case.school_code), rules.by_code[case.measure].title
    span = date_range(hearing.notified_on, hearing.expires_on)
    return NoticeFacts(
        number="公示",
        title=f"拟对{place['school_name']}予以{title}的公示",
        school_code=case.school_code,
        school_name=place["school_name"],
        district_name=place["district_name"],
        kind="commendation",
        issued_on=hearing.notified_on,
        sentence=f"公示期为{span}；有异议的，请在公示期内向{profile().bureau.office}书面反映。",
    )
