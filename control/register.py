"""Enters in Prefect what the bureau's runs need: the pool, the deployments, and who marks dead runs as dead.

Imported after the environment is set, for Prefect reads it once. Doing any of it again changes nothing, and
what the bureau has set in Prefect itself (schedules, limits, pauses) stays as it is.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from prefect.automations import AutomationCore
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from control.panel import HOME, POOL
from inspection.errors import Fault, SettingError

PREFECT_FILE = HOME / "prefect.yaml"
JOB_TEMPLATE = Path(__file__).with_name("job_template.json")
_POOL_DESCRIPTION = "检查流程的执行池。运行不得更改命令、环境变量和工作目录。"
_DEPLOY_SECONDS = 180.0
_PAGE = 200
# A run says every 30 seconds that it lives. Anything it says (suspended for an approval, waiting for a slot,
# ended) stops the clock; a start and a heartbeat set it going again.
_SILENCE = timedelta(seconds=90)
_START = timedelta(minutes=10)
_EVENT = "prefect.flow-run."


def enter_all(environment: Mapping[str, str]) -> None:
    """Enter pool, deployments and automations.

    Raises:
        SettingError: Prefect refused the deployments; with what it said.
    """
    with get_client(sync_client=True) as client:
        enter_pool(client)
        enter_deployments(client, environment)
        for automation in automations():
            enter_automation(client, automation)


def job_template() -> dict[str, Any]:
    """Return our job template, its working folder filled in: a run starts where the settings lie."""
    template: dict[str, Any] = json.loads(JOB_TEMPLATE.read_text(encoding="utf-8"))
    template["job_configuration"]["working_dir"] = str(HOME)
    return template


def enter_pool(client: SyncPrefectClient) -> None:
    """Enter the work pool, or give the existing one our job template back."""
    template = job_template()
    try:
        known = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=POOL, type="process", description=_POOL_DESCRIPTION, base_job_template=template
            )
        )
        return
    if known.base_job_template != template:
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))


def enter_deployments(client: SyncPrefectClient, environment: Mapping[str, str]) -> None:
    """Enter every deployment of `prefect.yaml`, if any is missing or of another version.

    A deployment's schedules are entered with it and are the bureau's from then on: entering it again leaves
    them alone.

    Raises:
        SettingError: Prefect refused them; with what it said.
    """
    document = yaml.safe_load(PREFECT_FILE.read_text(encoding="utf-8"))
    version = deployed_version()
    known = {deployment.name: deployment for deployment in _deployments(client)}
    wanted = [item["name"] for item in document["deployments"]]
    if all(name in known and _is_as_entered(known[name], version) for name in wanted):
        return
    for item in document["deployments"]:
        item["version"] = version
        if item["name"] in known:
            item.pop("schedules", None)
    _deploy(document, environment)


def _is_as_entered(deployment: DeploymentResponse, version: str) -> bool:
    return deployment.version == version and not deployment.job_variables


def deployed_version() -> str:
    """Return the version of the deployments: a digest of all that makes them what they are."""
    parts = [
        PREFECT_FILE,
        JOB_TEMPLATE,
        *sorted(HOME.glob("flows/*.py")),
        *sorted(HOME.glob("inspection/*.py")),
    ]
    found = hashlib.sha256(str(HOME).encode())
    for part in parts:
        found.update(hashlib.sha256(part.read_bytes()).digest())
    return found.hexdigest()[:16]


def _deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    return client.read_deployments(limit=_PAGE)


def _deploy(document: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prefect.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(path)],
            env=environment,
            cwd=HOME,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_DEPLOY_SECONDS,
            check=False,
        )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-_PAGE:])
        fault = Fault(
            place="prefect.yaml",
            code="CTL-003",
            wanted="全部部署登记成功",
            got="被拒绝",
            remedy=f"\n{last}\n",
        )
        raise SettingError("部署登记失败", [fault])


def automations() -> tuple[AutomationCore, ...]:
    """Return the automations that mark as crashed what has died without a word."""
    return (
        _silent(
            "检查流程失联",
            after={f"{_EVENT}heartbeat", f"{_EVENT}Running"},
            within=_SILENCE,
            message="运行中断：流程进程已失联。重新运行即可，已完成的部分不会重复。",
        ),
        _silent(
            "检查流程未能启动",
            after={f"{_EVENT}Pending"},
            within=_START,
            message="未能启动：执行进程已领取但没有开始。请重新运行。",
        ),
    )


def _silent(name: str, *, after: set[str], within: timedelta, message: str) -> AutomationCore:
    return AutomationCore(
        name=name,
        description="由系统登记，每次启动时恢复原样。",
        trigger=EventTrigger(
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            after=after,
            expect={f"{_EVENT}*"},
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=message)],
    )


def enter_automation(client: SyncPrefectClient, automation: AutomationCore) -> None:
    """Enter an automation once: bring the one of that name up to date, and remove its doubles."""
    known = client.read_automations_by_name(automation.name)
    if not known:
        client.create_automation(automation)
        return
    first, *doubles = known
    if first.trigger != automation.trigger or first.actions != automation.actions or not first.enabled:
        client.update_automation(first.id, automation)
    for double in doubles:
        client.delete_automation(double.id)
