"""Visits: who goes where when, and the dossier and findings workbook of every team."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isnan
from typing import Any

from sqlalchemy.orm import Session

from inspection.canonical import digest_rows
from inspection.deploy.campaign import CampaignState
from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch.dossier import (
    DossierFacts,
    TeamMember,
    VisitItem,
    VisitMatter,
    VisitSchool,
    visit_item_faults,
)
from inspection.dispatch.visit import kept_days, schedule, team_codes
from inspection.dispatch.visit_notice import to_tell
from inspection.dispatch.workbook import findings_workbook
from inspection.draw.commitment import pseudonym
from inspection.draw.substitution import team_history
from inspection.draw.team import role_title
from inspection.errors import ProtocolError
from inspection.receipt import Receipt
from inspection.request import Override
from inspection.school_stage import STAGE_TITLES
from inspection.score.rubric import Rubric
from inspection.store import campaign as campaigns
from inspection.store import draw as draws
from inspection.store import ledger, quality, roster, special, visit_notice
from inspection.store.engine import writing
from inspection.store.tables import Dispatch
from inspection.store.writing import put
from inspection.workdays import add_workdays, workdays_between
from tasks.border import task
from tasks.document import Request, render_many
from tasks.draw import derived_key
from tasks.gate import Asked, Sending, notice_workdays, pass_dispatch
from tasks.plan import plan_of
from tasks.score import rubric_of
from tasks.settings import profile, settings
from tasks.workbook import write_workbook
from tasks.workspace import outbox, write_whole

SCHOOL_TYPES = {
    "primary-school": "小学",
    "junior-school": "初级中学",
    "nine-year-school": "九年一贯制学校",
    "teaching-point": "教学点",
    "senior-school": "高级中学",
    "complete-secondary-school": "完全中学",
    "twelve-year-school": "十二年一贯制学校",
}
LOCATIONS = {"urban": "城区", "town": "镇区", "rural": "乡村"}
TO_BRING = ("督导证件与本手册", "检查记录表（电子版和纸质版）", "相机或具备拍照功能的设备", "回避声明")
SAFETY_NOTES = (
    "发现师生人身安全危险、学生受到伤害或重大安全隐患的，立即报告，不等检查结束。",
    "访谈学生须有校方人员以外的成年人在场，不询问家庭隐私，不拍摄学生正面影像。",
    "不接受宴请和礼品，不提与检查无关的要求。",
)
_RETURN_WORKDAYS = 3


@task(task_run_name="派发工作手册与检查记录表")
def dispatch_teams(campaign_id: str, *, as_of: date, overrides: Sequence[Override] = ()) -> Receipt:
    """Set the days of the visits and write each team's dossier and workbook; again gives the same bytes.

    Raises:
        ProtocolError: the days do not suffice, a visit has too many items, or a rule of procedure is broken
            and not overridden.
        DocumentError: a document holds a character no font has.
    """
    plan = plan_of(campaign_id)
    with writing(settings().database_url) as session:
        _enter_visits(session, plan)
        key = derived_key("gate", campaign_id)
        asked = Asked(plan=plan, step="dispatch", as_of=as_of, overrides=overrides, key=key)
        pass_dispatch(session, asked, _sending(session, plan, as_of))
        facts = dossiers(session, plan, _drawn(session, campaign_id), as_of=as_of)
    receipt = write_materials(campaign_id, facts, as_of=as_of)
    with writing(settings().database_url) as session:
        campaigns.advance(session, campaign_id, CampaignState.VISITING)
    return receipt


def write_materials(campaign_id: str, facts: Sequence[DossierFacts], *, as_of: date) -> Receipt:
    """Write each team's dossier and findings workbook and enter their digests; again gives the same bytes.

    Raises:
        DocumentError: a document holds a character no font has.
    """
    pdfs = render_many([Request("dossier", dossier) for dossier in facts], as_of=as_of)
    rows = [row for pair in zip(facts, pdfs, strict=True) for row in _write(campaign_id, *pair)]
    with writing(settings().database_url) as session:
        put(session, Dispatch, rows)
    counts = {"检查组": len(facts), "学校": sum(len(dossier.schools) for dossier in facts), "文件": len(rows)}
    return Receipt(
        "派发材料", counts, digest_rows((r["team_code"], r["kind"], r["content_digest"]) for r in rows)
    )


@dataclass(frozen=True)
class Grounds:
    """What a dossier is checked by: an entry of the ledger, and the digest of the record behind it."""

    ledger_head: str
    record_digest: str
    is_drawn: bool = True


def _drawn(session: Session, campaign_id: str) -> Grounds:
    head = ledger.entry_hash(session, kind="draw", subject=draws.subject(session, campaign_id))
    return Grounds(head, draws.record_of(session, campaign_id)["result_digest"])


def _enter_visits(session: Session, plan: Plan) -> None:
    seating = _seating(session, plan)
    # Days once set stay while the teams do: a special inspection may since have come or gone.
    if _is_entered(session, plan.campaign, seating):
        return
    ledger.serialise(session)
    dates = schedule(seating.teams, _days(plan), taken=_taken(session, plan))
    _write_visits(session, plan.campaign, seating, dates)


def _sending(session: Session, plan: Plan, as_of: date) -> Sending:
    """Return the visits to come, and which of their schools are still to be told of the day."""
    visits = [row for row in draws.visits(session, plan.campaign) if row["visit_on"] >= as_of]
    days = {row["school_code"]: row["visit_on"] for row in visits}
    members: dict[str, set[str]] = defaultdict(set)
    for row in draws.members(session, plan.campaign):
        members[row["team_code"]].add(row["inspector_id"])
    teams = {row["school_code"]: members[row["team_code"]] for row in visits}
    known = {code: row.visit_on for code, row in visit_notice.newest(session, plan.campaign).items()}
    return Sending(teams, days, to_tell(days, known, as_of=as_of))


def move_visits(session: Session, plan: Plan, *, as_of: date) -> None:
    """Set the days of the visits that a substitution changed; all others stay.

    Days that leave the working days of notice come first, for the school is told anew; where none is free, an
    earlier one is taken and the gate asks for a decision.

    Raises:
        ProtocolError: the working days left are not enough.
    """
    seating, visits = _seating(session, plan), draws.visits(session, plan.campaign)
    ledger.serialise(session)
    taken = _taken(session, plan)
    before = {row["school_code"]: row["visit_on"] for row in visits}
    kept = kept_days(seating.teams, seating.history[-2], before, taken=taken)
    noticed_on = add_workdays(as_of, notice_workdays(plan.mode), profile().calendar)
    left = [day for day in _days(plan) if day >= as_of]
    days = sorted(left, key=lambda day: (day < noticed_on, day))
    _write_visits(session, plan.campaign, seating, schedule(seating.teams, days, taken=taken, kept=kept))


@dataclass(frozen=True)
class _Seating:
    """Who goes where: the inspector ids of each school's team now and earlier, codes, and everybody's role."""

    history: list[dict[str, tuple[str, ...]]]
    codes: dict[str, str]
    members: list[dict[str, str]]

    @property
    def teams(self) -> dict[str, tuple[str, ...]]:
        return self.history[-1]


def _seating(session: Session, plan: Plan) -> _Seating:
    record = draws.record_of(session, plan.campaign)
    people = {
        pseudonym(derived_key("annex", plan.campaign), code): code
        for code in roster.inspectors(session, plan.term.id).inspector_id
    }
    past = team_history(record)
    history = [
        {school: tuple(people[m["inspector"]] for m in team["members"]) for school, team in teams.items()}
        for teams in past
    ]
    codes = team_codes(history)
    roles = {
        (codes[school], people[member["inspector"]]): member["role"]
        for school, team in reversed(past[-1].items())
        for member in team["members"]
    }
    members = [
        {"campaign_id": plan.campaign, "team_code": team, "inspector_id": person, "role": role}
        for (team, person), role in roles.items()
    ]
    return _Seating(history, codes, members)


def _days(plan: Plan) -> list[date]:
    assert plan.visits is not None, "a plan that draws says when the visits are"
    return list(workdays_between(plan.visits.starts_on, plan.visits.ends_on, profile().calendar))


def _taken(session: Session, plan: Plan) -> frozenset[tuple[str, date]]:
    """Return the days of other inspections and of inspectors' leave."""
    assert plan.visits is not None, "a plan that draws says when the visits are"
    return special.taken(session, besides=plan.campaign) | plan.visits.away


def _write_visits(session: Session, campaign_id: str, seating: _Seating, dates: Mapping[str, date]) -> None:
    visits = [
        {
            "campaign_id": campaign_id,
            "school_code": school,
            "team_code": seating.codes[school],
            "visit_on": dates[school],
        }
        for school in seating.teams
    ]
    draws.enter_visits(session, campaign_id, visits, seating.members)


def _is_entered(session: Session, campaign_id: str, seating: _Seating) -> bool:
    known = {
        (row["team_code"], row["inspector_id"], row["role"]) for row in draws.members(session, campaign_id)
    }
    wanted = {(row["team_code"], row["inspector_id"], row["role"]) for row in seating.members}
    visits = {row["school_code"]: row["team_code"] for row in draws.visits(session, campaign_id)}
    return seating.codes == visits and known == wanted


def dossiers(session: Session, plan: Plan, grounds: Grounds, *, as_of: date) -> list[DossierFacts]:
    """Return the dossier of every team of a campaign whose visits are entered.

    Raises:
        ProtocolError: a visit has too many items.
    """
    names = roster.inspectors(session, plan.term.id).set_index("inspector_id").inspector_name.to_dict()
    schools = {
        row["school_code"]: row for row in roster.schools(session, plan.term.id).to_dict(orient="records")
    }
    by_team: dict[str, list[VisitSchool]] = defaultdict(list)
    rubric, _ = rubric_of(plan)
    asked = quality.figures_asked(session, plan.term.id)
    for visit in draws.visits(session, plan.campaign):
        code = visit["school_code"]
        school = _school(schools[code], visit["visit_on"], plan, rubric)
        school = replace(school, records_to_see=asked.get(code, ()))
        by_team[visit["team_code"]].append(school)
    members: dict[str, list[TeamMember]] = defaultdict(list)
    for row in draws.members(session, plan.campaign):
        person = TeamMember(
            inspector_id=row["inspector_id"],
            inspector_name=names[row["inspector_id"]],
            role_title=seat_title(row["role"]),
        )
        members[row["team_code"]].append(person)
    common = _common(plan, grounds, as_of)
    return [
        DossierFacts(
            **common,
            team_code=code,
            members=tuple(sorted(members[code], key=lambda m: (m.role_title != "组长", m.inspector_id))),
            schools=tuple(sorted(by_team[code], key=lambda s: (s.visit_on or date.max, s.school_code))),
            workbook_name=workbook_name(code),
        )
        for code in sorted(by_team)
    ]


def workbook_name(team_code: str) -> str:
    """Return what a team's findings workbook is called, going out and coming back."""
    return f"检查记录-{team_code}.xlsx"


def _common(plan: Plan, grounds: Grounds, as_of: date) -> dict[str, Any]:
    bureau = profile().bureau
    assert plan.visits is not None
    return {
        "bureau_name": bureau.name,
        "office_name": bureau.office,
        "campaign_title": plan.title,
        "term_title": plan.term.title,
        "mode_title": MODE_TITLES[plan.mode],
        "matters": tuple(VisitMatter(name=matter.name, basis=matter.basis) for matter in plan.matters),
        "to_bring": TO_BRING,
        "safety_notes": SAFETY_NOTES,
        "urgent_contact": bureau.contact or bureau.office,
        "return_by": add_workdays(plan.visits.ends_on, _RETURN_WORKDAYS, profile().calendar),
        "contact": bureau.contact or bureau.office,
        "issued_on": as_of,
        "ledger_head": grounds.ledger_head,
        "record_digest": grounds.record_digest,
        "is_drawn": grounds.is_drawn,
        "is_synthetic": profile().is_synthetic,
    }


def _school(row: dict[str, Any], visit_on: date, plan: Plan, rubric: Rubric) -> VisitSchool:
    stages = str(row["stages"]).split(",")
    items = visit_items(stages, plan, rubric)
    faults = visit_item_faults(items, place=f"学校 {row['school_code']}")
    if faults:
        raise ProtocolError("入校检查的项目过多", faults)
    return VisitSchool(
        school_code=row["school_code"],
        school_name=row["school_name"],
        district_name=profile().district_name(row["district_code"]),
        school_type_title=SCHOOL_TYPES.get(row["school_type"], row["school_type"]),
        location_title=LOCATIONS.get(row["location"], row["location"]),
        stage_titles=tuple(STAGE_TITLES[stage] for stage in stages),
        student_count=_count(row["student_count"]),
        class_count=_count(row["class_count"]),
        teacher_count=_count(row["teacher_count"]),
        visit_on=visit_on,
        items=items,
    )


def _count(told: float | None) -> int | None:
    """Return a number of the roster; a roster may leave it out, and a frame says so with NaN."""
    return None if told is None or isnan(told) else int(told)


def visit_items(stages: Sequence[str], plan: Plan, rubric: Rubric) -> tuple[VisitItem, ...]:
    """Return what is looked at on site in a school of these stages."""
    criteria = {criterion.id: criterion for criterion in rubric.criteria}
    return tuple(
        VisitItem(
            criterion_id=code,
            stage_title=STAGE_TITLES[stage],
            matter_name=matter.name,
            content=criteria[code].phrase,
            clause=criteria[code].clause,
            method="现场查看",
            is_rated=criteria[code].rule.kind == "rating",
        )
        for matter in plan.matters
        for code in matter.criteria
        for stage in stages
        if stage in rubric.stages_of(criteria[code])
    )


def seat_title(role: str) -> str:
    """Return a role in Chinese, without the code of the expertise, which the stage says better."""
    code = role.partition(":")[2]
    return f"专业人员（{STAGE_TITLES[code]}）" if code in STAGE_TITLES else role_title(role)


def _write(campaign_id: str, facts: DossierFacts, pdf: bytes) -> list[dict[str, str]]:
    folder = f"teams/{facts.team_code}"
    sheet = write_workbook(findings_workbook(facts), as_of=facts.issued_on)
    files = {"dossier": ("dossier.pdf", pdf), "findings": (facts.workbook_name, sheet)}
    return [
        {
            "campaign_id": campaign_id,
            "team_code": facts.team_code,
            "kind": kind,
            "file_name": f"{folder}/{name}",
            "content_digest": write_whole(outbox(campaign_id) / folder / name, content),
        }
        for kind, (name, content) in files.items()
    ]
