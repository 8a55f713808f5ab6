"""Services: what is left out and why, ports that are taken, the table, the job template."""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.server.events.schemas.automations import EventTrigger
from prefect.workers.process import ProcessJobConfiguration

from control import health, process
from control.panel import HOME, Installation, Panel
from control.register import automations, job_template
from control.service import services, taken_ports, why_no_desk
from control.status import Line, table, uptime
from control.switchboard import alone
from inspection.errors import SettingError
from inspection.profile import load_profile

PROFILE = load_profile(Path("examples/demo_city/profile.yaml"))


def room(folder: Path, **fields: object) -> Installation:
    return Installation(folder, Panel.model_validate(fields), {"PATH": "/usr/bin"})


def test_a_taken_port_is_named_with_how_to_change_it(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        wanted = services(room(tmp_path, site_port=port, server_port=_free_port()), has_desk=False)
        faults = taken_ports(wanted)
    assert [fault.sentence for fault in faults] == [
        f"公示网站的端口 {port}：应为可以使用的地址和端口，实为已被别的程序占用。"
        "请停用占用端口的程序，或用 --site-port 或 INSPECTION_SITE_PORT 改用别的端口。（CTL-001）"
    ]


def test_a_service_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    given = room(tmp_path, site_port=_free_port())
    site = services(given, has_desk=False)[1]
    words = "import sys; sys.exit('no folder')"
    begun = process.start(
        (sys.executable, "-c", words), mark="m", environment={}, log=given.logs / "site.log"
    )
    with pytest.raises(SettingError) as failed:
        health.wait(given, {site: begun}, patience_seconds=30)
    assert str(failed.value) == (
        "有服务没有启动成功\n- 公示网站：应为启动后正常应答，实为已退出。"
        f"日志 {given.logs}/site.log 的最后几行：\nno folder\n（CTL-002）"
    )


def test_two_at_the_switchboard_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    given = room(tmp_path)
    with alone(given), pytest.raises(SettingError) as refused, alone(given):
        pass
    assert str(refused.value) == (
        f"控制室正在忙\n- {tmp_path}：应为一次只有一个启动或停止操作，实为另一个操作正在进行。"
        "请等它结束后重试。（CTL-007）"
    )


def test_the_desk_is_left_out_with_a_reason(tmp_path: Path) -> None:
    bureau = PROFILE.model_copy(update={"is_synthetic": False})
    assert why_no_desk(room(tmp_path), PROFILE) == ""
    assert why_no_desk(room(tmp_path), bureau) == "未设置 INSPECTION_DESK_SECRET"
    assert why_no_desk(room(tmp_path, has_desk=False), PROFILE) == "INSPECTION_HAS_DESK 设为不启用"


def test_the_server_starts_first_and_the_worker_last(tmp_path: Path) -> None:
    names = [service.name for service in services(room(tmp_path), has_desk=True)]
    assert names == ["server", "site", "desk", "worker"]


def test_the_table_lines_up_under_its_headings() -> None:
    lines = [
        Line("运行服务", "17", "http://127.0.0.1:4200", "正常", "2 分 5 秒", is_well=True),
        Line("执行进程", "-", "-", "未运行", "-", is_well=False),
    ]
    assert table(lines).splitlines() == [
        "服务      进程号  地址                   状态    已运行",
        "运行服务  17      http://127.0.0.1:4200  正常    2 分 5 秒",
        "执行进程  -       -                      未运行  -",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "0 分 5 秒"), (3700, "1 小时 1 分"), (90000, "1 天 1 小时")]
)
def test_uptime_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert uptime(seconds) == said


def test_a_run_may_set_nothing_of_its_job() -> None:
    template = job_template()
    assert template["variables"]["properties"] == {}
    assert template["variables"]["additionalProperties"] is False
    assert template["job_configuration"].keys() == {"labels", "stream_output", "working_dir"}
    assert "{{" not in str(template)


@pytest.mark.parametrize(
    "variables",
    [{"command": "id"}, {"env": {"PYTHONPATH": "/tmp"}}, {"env.PYTHONPATH": "/tmp"}, {"working_dir": "/tmp"}],
)
def test_the_worker_ignores_what_a_run_may_not_set(variables: dict[str, Any]) -> None:
    nobody = PrefectClient("http://127.0.0.1:9/api")
    resolved = ProcessJobConfiguration.from_template_and_values(job_template(), variables, client=nobody)
    job: Any = asyncio.run(resolved)
    assert (job.command, job.env, job.working_dir) == (None, {}, HOME)


@pytest.mark.parametrize("event", ["Suspended", "AwaitingConcurrencySlot", "Cancelling", "Completed"])
def test_a_run_that_says_why_it_is_silent_is_not_taken_for_dead(event: str) -> None:
    for automation in automations():
        trigger = EventTrigger.model_validate(automation.trigger.model_dump(mode="json"))
        assert trigger.expects(f"prefect.flow-run.{event}")
        assert not trigger.starts_after(f"prefect.flow-run.{event}")


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
