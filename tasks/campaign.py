"""Opens a campaign: its documents checked, its term entered in the store in one transaction."""

from sqlalchemy.orm import Session

from inspection.canonical import digest
from inspection.decide.measure import load_measures
from inspection.deploy.campaign import CampaignState
from inspection.deploy.matter_list import load_matter_list
from inspection.deploy.plan import Plan, plan_path
from inspection.derive.indicator import check_sources
from inspection.derive.staged_column import staged_columns
from inspection.errors import DocumentError, Fault, InspectionError, ProtocolError
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.submission import Received
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store import quality, recusal, roster, standing, submission
from inspection.store.engine import migrate, reading, writing
from inspection.store.frames import table_digest
from inspection.store.tables import Indicator
from tasks.border import task
from tasks.check import received_of
from tasks.clock import now
from tasks.correction import written_corrections
from tasks.expectation import load_suites
from tasks.ingest import content_digest, staged_data_set
from tasks.plan import plan_of
from tasks.score import INDICATORS, catalogue, rubric_of
from tasks.settings import profile, settings
from tasks.workspace import read_frame, staged

ROSTERS = ("schools", "inspectors", "recusals")


@task(task_run_name="核对文件与数据库")
def check_readiness(campaign_id: str) -> Receipt:
    """Read every document the campaign needs and reach the store, before anything is done.

    Raises:
        DocumentError: plan, rubric, source maps, suites or measures are absent or wrong; all faults at once.
        SettingError: the store cannot be reached.
    """
    plan = _checked_plan(campaign_id)
    with reading(settings().database_url):
        pass
    return Receipt(
        "核对文件", {"抽查事项": len(plan.matters), "应报数据": len(plan.data)}, digest(plan.campaign)
    )


@task(task_run_name="登记检查批次 {campaign_id}")
def deploy_campaign(campaign_id: str) -> Receipt:
    """Enter a campaign and its plan in the store and the ledger; doing it again changes nothing.

    Raises:
        ProtocolError: the campaign is on record under another plan.
    """
    migrate(settings().database_url)
    with writing(settings().database_url) as session:
        plan_digest = _register(session, plan_of(campaign_id))
    return Receipt("登记计划", {"检查批次": 1}, plan_digest)


@task(task_run_name="入库")
def enter_term(campaign_id: str) -> Receipt:
    """Enter the checked term whole or not at all: plan, submissions, rosters, checks and indicators.

    Raises:
        ProtocolError: the draw is already promised and the files are no longer the same.
        SettingError: the store cannot be reached.
    """
    plan = plan_of(campaign_id)
    migrate(settings().database_url)
    with writing(settings().database_url) as session:
        _register(session, plan)
        received = [item for owed in plan.data for item in received_of(plan, owed.data_set)]
        _refuse_other_files(session, plan, received)
        submission.enter(session, plan.term.id, received, at=now())
        standing.enter_corrections(session, written_corrections(plan.term.id, received), at=now())
        for owed in plan.data:
            _enter_data_set(session, plan.term.id, owed.data_set)
        roster.enter_indicators(session, plan.term.id, read_frame(staged(plan.term.id, INDICATORS)))
        campaigns.advance(session, campaign_id, CampaignState.CHECKED)
        found = table_digest(session, Indicator, term_id=plan.term.id)
    counts = {"上报文件": len(received), "入库行数": sum(item.accepted_count for item in received)}
    return Receipt("入库", counts, found)


def _checked_plan(campaign_id: str) -> Plan:
    plan = plan_of(campaign_id)
    faults: list[Fault] = [] if plan.campaign == campaign_id else [_misnamed(plan, campaign_id)]
    folders = profile().folders
    for read in (
        lambda: rubric_of(plan),
        lambda: check_sources(catalogue(), staged_columns(load_source_maps(folders.sources))),
        lambda: load_suites(folders.expectations),
        lambda: load_measures(folders.rubrics / "measures.yaml"),
        lambda: load_matter_list(folders.rubrics / "matters.yaml"),
    ):
        try:
            read()
        except InspectionError as error:
            faults += error.faults
    if faults:
        raise DocumentError(f"检查批次 {campaign_id} 所需的文件有 {len(faults)} 处需要改正", faults)
    return plan


def _register(session: Session, plan: Plan) -> str:
    path = plan_path(profile().folders.plans, plan.campaign)
    plan_digest = campaigns.keep_policy(session, kind="plan", path=path)
    campaigns.register(session, plan, plan_digest=plan_digest, at=now())
    return plan_digest


def _enter_data_set(session: Session, term_id: str, data_set: str) -> None:
    found = staged_data_set(term_id, data_set)
    submission.enter_data_set(
        session, term_id, data_set=data_set, row_count=len(found.rows), digest=content_digest(found)
    )
    submission.enter_checks(
        session, term_id, data_set, read_frame(staged(term_id, f"{data_set}.results.parquet"))
    )
    by_school = read_frame(staged(term_id, f"{data_set}.schools.parquet"))
    quality.enter_by_school(session, term_id, data_set, by_school)
    if data_set in ROSTERS:
        roster.enter(session, term_id, data_set, found.rows)
        recusal.enter_names(session, term_id, data_set, found.rows)


def _refuse_other_files(session: Session, plan: Plan, received: list[Received]) -> None:
    """Refuse other files once the draw is promised: a committed pool cannot change."""
    if not campaigns.is_committed(session, plan.campaign):
        return
    known = submission.digests(session, plan.term.id)
    given = {(item.data_set, item.file_name): item.content_digest for item in received}
    faults = [
        Fault(
            place=name,
            column=data_set,
            code="CAM-004",
            wanted="与公布抽取方案时相同的文件",
            got="文件有增减或内容不同",
            remedy="抽取方案公布后数据不再更换；更正请另报，计入下一批次。",
        )
        for data_set, name in sorted(known.keys() | given.keys())
        if known.get((data_set, name)) != given.get((data_set, name))
    ]
    if faults:
        raise ProtocolError("抽取方案已公布，上报文件不得更换", faults)


def _misnamed(plan: Plan, campaign_id: str) -> Fault:
    return Fault(
        place=f"{campaign_id}.yaml",
        column="campaign",
        code="CAM-003",
        wanted=campaign_id,
        got=plan.campaign,
        remedy="请使计划中的批次编号与文件名一致。",
    )
