"""The whole installation, started for real: a form starts a run, a kill is repaired, nothing is left behind."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from control import process
from control.register import job_template
from control.service import DESK, SERVER, SITE, WORKER
from examples.demo_city.city import Sizes
from examples.demo_city.run import environment
from examples.demo_city.term import CURRENT_TERM, STRAY_FILES, campaign_id, write_city

# One installation serves all of these, so they stay in one process.
pytestmark = [pytest.mark.control, pytest.mark.xdist_group("switchboard")]

SIZES = Sizes(school_count=12, students_per_school=30, has_kept=False)
CAMPAIGN = campaign_id(SIZES)
DEPLOYMENTS = Path("prefect.yaml").read_text(encoding="utf-8").count("entrypoint:")
RUN = """
import json, sys
from prefect.deployments import run_deployment
name, parameters, seconds = sys.argv[1], json.loads(sys.argv[2]), float(sys.argv[3])
run = run_deployment(name, parameters=parameters, timeout=seconds, poll_interval=0.5)
print(json.dumps({"id": str(run.id), "name": run.name, "state": run.state.name, "message": run.state.message}))
"""


@dataclass(frozen=True)
class Room:
    """An installation under test."""

    folder: Path
    ports: Mapping[str, int]
    password: str

    def control(self, command: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "control", command, "--folder", str(self.folder), *more],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def api(self, verb: str, path: str, content: Any = None) -> httpx.Response:
        user, _, word = self.password.partition(":")
        address = f"http://127.0.0.1:{self.ports['server']}/api/{path}"
        return httpx.request(verb, address, json=content, auth=httpx.BasicAuth(user, word), timeout=20)

    def deployment(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api("GET", f"deployments/name/{name}/{name}").json()
        return found

    def run(self, name: str, parameters: Mapping[str, Any]) -> dict[str, str]:
        """Start a run as the form does, and wait until it has ended."""
        prefect = {
            "PREFECT_API_URL": f"http://127.0.0.1:{self.ports['server']}/api",
            "PREFECT_API_AUTH_STRING": self.password,
            "PREFECT_HOME": str(self.folder / "client"),
        }
        done = subprocess.run(
            [sys.executable, "-c", RUN, f"{name}/{name}", json.dumps({"request": parameters}), "400"],
            env=os.environ | prefect,
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, str] = json.loads(done.stdout)
        return found

    def pid(self, service: str) -> int:
        found = process.noted(self.folder / f"run/{service}.json")
        assert found is not None
        return found.pid

    def left(self) -> list[int]:
        services = (SERVER, SITE, DESK, WORKER)
        return [p.pid for service in services for p in process.marked(f"{self.folder}#{service}")]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A bureau of twelve schools whose term's files have arrived, with everything started."""
    folder = tmp_path_factory.mktemp("room")
    write_city(folder / "workspace", seed="control", sizes=SIZES)
    for name in STRAY_FILES:
        (folder / "workspace/inbox" / CURRENT_TERM / name).unlink()
    room = Room(folder, _free_ports("server", "site", "desk"), "admin:hu-gang")
    _write_settings(room)
    try:
        begun = room.control("up")
        assert begun.returncode == 0, begun.stderr
        assert "未运行" not in begun.stdout
        yield room
    finally:
        ended = room.control("down")
    # What a killed worker left behind may have to be forced; it is said, and nothing stays.
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout in {"已停止\n", "已停止；强行结束：执行进程\n"}
    assert room.left() == []
    assert room.control("status").returncode == 1


def test_a_run_from_the_form_completes_on_the_worker(room: Room) -> None:
    deployed = room.run("deploy-cycle", {"campaign_id": CAMPAIGN, "as_of": "2026-03-05"})
    assert (deployed["name"], deployed["state"], deployed["message"]) == (
        f"启动部署 2025—2026学年第二学期 全部区县 {CAMPAIGN}",
        "Completed",
        "启动部署完成，计划已登记入台账",
    )
    inspected = room.run("inspect-term", {"campaign_id": CAMPAIGN, "as_of": "2026-05-08"})
    assert (inspected["state"], inspected["message"]) == (
        "Completed",
        "本学期数据已核查、评分，抽取方案已公布",
    )
    shown = room.api("POST", "artifacts/filter", {"flow_runs": {"id": {"any_": [inspected["id"]]}}}).json()
    keys = [artifact["key"] for artifact in shown]
    assert keys == sorted(keys)
    assert keys[0] == f"1-{CAMPAIGN}-term"


@pytest.mark.parametrize(
    "request_form",
    [
        {"campaign_id": "../etc"},
        {"campaign_id": "期末"},
        {},
        {"campaign_id": CAMPAIGN, "as_of": 20260508},
        {"campaign_id": CAMPAIGN, "command": "id"},
    ],
)
def test_the_form_refuses_what_no_run_could_use(room: Room, request_form: dict[str, str]) -> None:
    deployment = room.deployment("inspect-term")["id"]
    content = {"parameters": {"request": request_form}}
    assert room.api("POST", f"deployments/{deployment}/create_flow_run", content).status_code == 409


@pytest.mark.parametrize(
    "variables",
    [{"command": "id"}, {"env": {"PYTHONPATH": "/tmp"}}, {"env.PYTHONPATH": "/tmp"}, {"working_dir": "/tmp"}],
)
def test_a_run_may_not_change_its_command_environment_or_folder(
    room: Room, variables: dict[str, Any]
) -> None:
    deployment = room.deployment("deploy-cycle")["id"]
    content = {"parameters": {"request": {"campaign_id": CAMPAIGN}}, "job_variables": variables}
    assert room.api("POST", f"deployments/{deployment}/create_flow_run", content).status_code == 422


def test_starting_again_changes_nothing(room: Room) -> None:
    before = {service: room.pid(service) for service in (SERVER, SITE, WORKER)}
    again = room.control("up")
    assert again.returncode == 0, again.stderr
    assert {service: room.pid(service) for service in before} == before
    assert len(room.api("POST", "deployments/filter", {}).json()) == DEPLOYMENTS
    names = [automation["name"] for automation in room.api("POST", "automations/filter", {}).json()]
    assert sorted(names) == ["检查流程失联", "检查流程未能启动"]


def test_starting_again_restores_what_is_ours_and_leaves_the_bureaus_schedules(room: Room) -> None:
    deployment = room.deployment("publish-site")
    schedule = next(item for item in deployment["schedules"] if item["slug"] == "evening")
    path = f"deployments/{deployment['id']}"
    assert room.api("PATCH", f"{path}/schedules/{schedule['id']}", {"active": True}).status_code == 204
    assert room.api("PATCH", path, {"job_variables": {"command": "id"}}).status_code == 204
    loose = {"variables": {"type": "object", "properties": {"command": {"type": "string"}}}}
    loose |= {"job_configuration": {"command": "{{ command }}"}}
    assert room.api("PATCH", "work_pools/inspection", {"base_job_template": loose}).status_code == 204

    assert room.control("up").returncode == 0

    after = room.deployment("publish-site")
    assert after["job_variables"] == {}
    assert [(item["id"], item["active"]) for item in after["schedules"]] == [(schedule["id"], True)]
    assert room.api("GET", "work_pools/inspection").json()["base_job_template"] == job_template()
    room.api("PATCH", f"{path}/schedules/{schedule['id']}", {"active": False})


def test_what_was_killed_is_started_again_and_the_rest_left_alone(room: Room) -> None:
    before = {service: room.pid(service) for service in (SERVER, SITE, WORKER)}
    desk = room.pid(DESK)
    for service in (SITE, WORKER, SERVER):
        os.kill(before[service], signal.SIGKILL)
    told = room.control("status")
    assert told.returncode == 1
    assert told.stdout.count("未运行") == 3
    repaired = room.control("up")
    assert repaired.returncode == 0, repaired.stderr
    assert not set(before.values()) & {room.pid(service) for service in before}
    assert room.pid(DESK) == desk


def test_other_ports_are_refused_while_it_runs(room: Room) -> None:
    other = room.control("up", "--site-port", str(room.ports["site"] - 1))
    assert other.returncode == 14
    assert "服务正在运行，地址和端口不能更改" in other.stderr


def test_prefect_asks_for_the_password_and_answers_no_foreign_page(room: Room) -> None:
    address = f"http://127.0.0.1:{room.ports['server']}/api/deployments/filter"
    assert httpx.post(address, json={}).status_code == 401
    token = base64.b64encode(room.password.encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Origin": "http://elsewhere.example"}
    answer = httpx.post(address, json={}, headers=headers)
    assert "access-control-allow-origin" not in answer.headers


def test_the_pages_of_prefect_speak_to_their_own_server_only(room: Room) -> None:
    server = f"http://127.0.0.1:{room.ports['server']}"
    assert httpx.get(f"{server}/ui-settings").json()["api_url"] == "/api"
    for page in ("/", "/v2/"):
        policy = httpx.get(f"{server}{page}").headers["content-security-policy"]
        assert "connect-src 'self' data: blob: ;" in policy
        assert "frame-ancestors 'none'" in policy


def test_the_desk_asks_who_is_there(room: Room) -> None:
    desk = f"http://127.0.0.1:{room.ports['desk']}"
    assert httpx.get(f"{desk}/").headers["location"].startswith("/login")


def test_the_site_shows_what_is_public_and_not_the_workspace(room: Room) -> None:
    site = f"http://127.0.0.1:{room.ports['site']}"
    assert "教育督导公示" in httpx.get(f"{site}/").text
    for path in (f"../inbox/{CURRENT_TERM}/", "..%2finspection.env", "../answer-key.json"):
        with socket.create_connection(("127.0.0.1", room.ports["site"]), timeout=10) as line:
            line.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            assert line.makefile("rb").readline().split()[1] == b"404"


def test_the_bureaus_keys_are_not_in_the_environment_of_server_and_site(room: Room) -> None:
    for service, expected in ((SERVER, False), (SITE, False), (DESK, True), (WORKER, True)):
        held = Path(f"/proc/{room.pid(service)}/environ").read_bytes()
        assert (b"INSPECTION_DRAW_SECRET" in held) is expected


def _write_settings(room: Room) -> None:
    wanted = {name: value for name, value in environment(room.folder).items() if "INSPECTION" in name}
    wanted |= {f"INSPECTION_{name.upper()}_PORT": str(port) for name, port in room.ports.items()}
    wanted |= {"INSPECTION_DESK_SECRET": "de" * 32, "PREFECT_SERVER_API_AUTH_STRING": room.password}
    wanted["INSPECTION_DATABASE_URL"] = f"sqlite:///{room.folder / 'inspection.db'}"
    path = room.folder / "inspection.env"
    path.write_text("".join(f"{name}={value}\n" for name, value in wanted.items()), encoding="utf-8")
    path.chmod(0o600)


def _free_ports(*names: str) -> dict[str, int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    try:
        return {name: line.getsockname()[1] for name, line in zip(names, held, strict=True)}
    finally:
        for line in held:
            line.close()
