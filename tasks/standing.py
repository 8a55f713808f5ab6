"""How every unit stands with what it owes: kept in the store and shown per district, counts alone."""

from datetime import date, datetime

from inspection.access import Role, sending_reach
from inspection.canonical import digest
from inspection.collect.standing import AWAITED, OVERDUE, STATUS_TITLES, Due, standings, status_table
from inspection.deploy.plan import Plan
from inspection.receipt import Receipt
from inspection.store import standing as store
from inspection.store.engine import migrate, writing
from tasks.artifact import table
from tasks.border import task
from tasks.plan import plan_of
from tasks.settings import profile, settings


@task(task_run_name="办理上报进度")
def show_standing(campaign_id: str, *, as_of: datetime) -> Receipt:
    """Say how every unit stands on a day, keep it, and show the counts of each district.

    Raises:
        SettingError: the store cannot be reached.
    """
    plan = plan_of(campaign_id)
    names = {district.code: district.name for district in profile().districts}
    migrate(settings().database_url)
    with writing(settings().database_url) as session:
        files = store.came_in(session, plan.term.id, districts=names)
        dues = _dues(plan, store.put_off(session, plan.term.id))
        found = standings(dues, files, as_of=as_of.date())
        store.enter_standings(session, plan.term.id, found)
    table(f"{campaign_id}-standing", status_table(files, found, names), description="上报进度")
    statuses = [item.status for item in found]
    counts = {"应报": len(found), "文件": len(files)}
    counts |= {STATUS_TITLES[name]: statuses.count(name) for name in (OVERDUE, AWAITED)}
    content = [[item.data_set, item.unit, item.status, item.due_on.isoformat()] for item in found]
    return Receipt("上报进度", counts, digest(content))


def _dues(plan: Plan, put_off: dict[tuple[str, str], date]) -> list[Due]:
    """Return who owes what: each district what districts may send, the bureau the rest."""
    districts = [district.code for district in profile().districts]
    return [
        Due(owed.data_set, unit, put_off.get((owed.data_set, unit), owed.due_on))
        for owed in plan.data
        for unit in (districts if sending_reach(Role.DISTRICT, owed.data_set) else [""])
    ]
