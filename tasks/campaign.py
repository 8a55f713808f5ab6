"""Opens a campaign: its plan read, kept and entered in the store."""

from prefect import task

from inspection import policy_file
from inspection.errors import Fault, ProtocolError
from inspection.plan import Plan, load_plan, plan_path
from inspection.receipt import Receipt
from inspection.store import campaign as campaigns
from inspection.store.engine import migrate, writing
from tasks.clock import now
from tasks.settings import profile, settings


@task(task_run_name="登记检查批次 {campaign_id}")
def open_campaign(campaign_id: str) -> Receipt:
    """Bring the store up to date and enter the campaign with its plan.

    Raises:
        DocumentError: the plan or the profile is absent or wrong.
        ProtocolError: the campaign is on record under another plan.
        SettingError: the store cannot be reached.
    """
    migrate(settings().database_url)
    folder = profile().folders.plans
    plan = load_plan(folder, campaign_id)
    _check_name(plan, campaign_id)
    path = plan_path(folder, campaign_id)
    plan_digest = policy_file.file_digest(path)
    with writing(settings().database_url) as session:
        campaigns.keep_policy(
            session,
            kind="plan",
            name=campaign_id,
            content=path.read_text(encoding="utf-8"),
            digest=plan_digest,
        )
        campaigns.register(session, plan, plan_digest=plan_digest, at=now())
    return Receipt("登记计划", {"抽查事项": len(plan.matters), "应报数据": len(plan.data)}, plan_digest)


def plan_of(campaign_id: str) -> Plan:
    """Return a campaign's plan as the bureau's folder holds it.

    Raises:
        DocumentError: the plan is absent or wrong.
    """
    return load_plan(profile().folders.plans, campaign_id)


def _check_name(plan: Plan, campaign_id: str) -> None:
    if plan.campaign == campaign_id:
        return
    fault = Fault(
        place=f"{campaign_id}.yaml",
        column="campaign",
        code="CAM-003",
        wanted=campaign_id,
        got=plan.campaign,
        remedy="请使计划中的批次编号与文件名一致。",
    )
    raise ProtocolError("计划的批次编号与文件名不一致", [fault])
