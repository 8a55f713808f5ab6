"""The preview 专项督导方案 of a special inspection: one page in the outbox, for the office desk."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from inspection.deploy.plan import MODE_TITLES, Plan
from inspection.dispatch import notice
from inspection.dispatch.special import Arrangement, Entered, Known, chosen_schools
from inspection.dispatch.special_preview import PreviewFacts, PreviewMember, PreviewSchool
from inspection.dispatch.special_request import CHOICE_TITLES, TRIGGER_TITLES, SpecialRequest
from inspection.school_stage import STAGE_TITLES
from inspection.unranked import require_unranked_facts
from tasks.document import ROOT
from tasks.settings import profile
from tasks.visit import seat_title
from tasks.workspace import outbox, write_whole

TEMPLATE = "special_preview/special_preview.html"


def preview_path(campaign_id: str, special_id: str) -> Path:
    """Return where the preview of a special inspection lies: with the campaign it was asked for in."""
    return outbox(campaign_id) / "specials" / f"{special_id}.html"


def write_preview(facts: PreviewFacts, *, campaign_id: str) -> str:
    """Write the preview, whole or not at all, and return its digest; the same facts give the same bytes."""
    return write_whole(preview_path(campaign_id, facts.special_id), render_preview(facts).encode())


def render_preview(facts: PreviewFacts) -> str:
    """Return the preview as one page of HTML that stands alone."""
    require_unranked_facts(facts, place=facts.special_id)
    return _template_environment().get_template(TEMPLATE).render(facts=facts)


def preview_facts(
    special: Entered, known: Known, plan: Plan, *, state_title: str, problems: tuple[str, ...] = ()
) -> PreviewFacts:
    """Return what a preview says; `plan` is the plan of the campaign it was asked for in."""
    request, bureau = special.request, profile().bureau
    is_told = not (request.announcement.is_unannounced or problems)
    return PreviewFacts(
        bureau_name=bureau.name,
        office_name=bureau.office,
        special_id=special.special_id,
        state_title=state_title,
        outlook=_outlook(special),
        campaign_title=plan.title,
        mode_title=MODE_TITLES[request.mode],
        chosen_title=CHOICE_TITLES[request.schools.chosen_by],
        trigger_title=TRIGGER_TITLES[request.cause.trigger],
        evidence_ids=tuple(sorted(request.cause.evidence_ids)),
        reason=request.cause.reason,
        matter_names=tuple(matter.name for matter in plan.matters if matter.code in request.matters),
        starts_on=request.window.starts_on,
        ends_on=request.window.ends_on,
        announcement=_announcement(request),
        team_size=request.team_size,
        requester_id=request.requester_id,
        schools=_schools(special, known),
        members=_members(special.arrangement, known),
        notice_count=len(special.arrangement.visits) if is_told else 0,
        problems=problems,
        as_of=special.requested_on,
        is_synthetic=profile().is_synthetic,
    )


def _outlook(special: Entered) -> str:
    if special.request.is_urgent and not special.decision:
        due = notice.chinese_date(special.approval_due_on) if special.approval_due_on else ""
        when = f"应于{due}前" if due else "应在派组后一个工作日内"
        return f"因涉及校园安全，登记后立即派组，负责人{when}补办审批。"
    return "经负责人批准后派组。" if special.is_waiting else ""


def _announcement(request: SpecialRequest) -> str:
    announcement = request.announcement
    if announcement.is_unannounced:
        return f"不提前通知（依据：{announcement.basis}）" if announcement.basis else "不提前通知"
    if request.is_urgent:
        return "书面通知，与派组同时发出"
    return f"书面通知，至少提前{announcement.notice_workdays}个工作日"


def _schools(special: Entered, known: Known) -> tuple[PreviewSchool, ...]:
    visits = {visit.school_code: visit for visit in special.arrangement.visits}
    codes = tuple(visits) or chosen_schools(special.request, known)
    return tuple(
        PreviewSchool(
            school_code=code,
            school_name=known.schools[code].name,
            district_name=profile().district_name(known.schools[code].district_code),
            stage_titles=tuple(STAGE_TITLES[stage] for stage in known.schools[code].stages),
            team_code=visits[code].team_code if code in visits else "",
            visit_on=visits[code].visit_on if code in visits else None,
        )
        for code in codes
    )


def _members(arrangement: Arrangement, known: Known) -> tuple[PreviewMember, ...]:
    members = [
        PreviewMember(
            team_code=seat.team_code,
            inspector_id=seat.inspector_id,
            inspector_name=known.person_names.get(seat.inspector_id, ""),
            role_title=seat_title(seat.role),
        )
        for seat in arrangement.seats
    ]
    return tuple(sorted(members, key=lambda m: (m.team_code, m.role_title != "组长", m.inspector_id)))


@cache
def _template_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cn_date": notice.chinese_date, "cn_span": notice.date_range}
    return environment
