"""The services of an installation: what each is, how it is started, where it answers."""

import errno
import importlib.util
import json
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from control.panel import POOL, Installation, url
from control.process import Process, noted
from inspection.errors import Fault
from inspection.profile import Profile

SERVER, WORKER, SITE, DESK = "server", "worker", "site", "desk"
WORKER_NAME = "inspection-worker"
_PANEL = "panel.json"
_MODULE = (sys.executable, "-m")


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service: `probe` is the path that answers 200 when it is well, empty where nothing listens."""

    name: str
    title: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(compare=False, repr=False)
    host: str = ""
    port: int = 0
    port_setting: str = ""
    probe: str = ""

    @property
    def url(self) -> str:
        """Where a person opens it."""
        return url(self.host, self.port) if self.port else ""


def services(room: Installation, *, has_desk: bool) -> tuple[Service, ...]:
    """Return the services of an installation in the order in which they are started."""
    found = (_server(room), _site(room), *((_desk(room),) if has_desk else ()), _worker(room))
    assert len({service.name for service in found}) == len(found)
    return found


def why_no_desk(room: Installation, profile: Profile) -> str:
    """Say why the office desk is left out, in words for the table; empty when it is not."""
    if not room.panel.has_desk:
        return "INSPECTION_HAS_DESK 设为不启用"
    if importlib.util.find_spec("desk") is None:
        return "未安装"
    if not room.given.get("INSPECTION_DESK_SECRET") and not profile.is_synthetic:
        return "未设置 INSPECTION_DESK_SECRET"
    return ""


def _server(room: Installation) -> Service:
    host, port = room.panel.server_host, room.panel.server_port
    command = (*_MODULE, "control.server", "--host", host, "--port", str(port))
    return Service(
        name=SERVER,
        title="运行服务",
        command=command,
        environment=room.server_environment(),
        host=host,
        port=port,
        port_setting="--server-port 或 INSPECTION_SERVER_PORT",
        probe="/api/health",
    )


def _site(room: Installation) -> Service:
    host, port = room.panel.site_host, room.panel.site_port
    folder = str(room.workspace / "public")
    return Service(
        name=SITE,
        title="公示网站",
        command=(*_MODULE, "control.site", folder, "--host", host, "--port", str(port)),
        environment=room.site_environment(),
        host=host,
        port=port,
        port_setting="--site-port 或 INSPECTION_SITE_PORT",
        probe="/",
    )


def _desk(room: Installation) -> Service:
    host, port = "127.0.0.1", room.panel.desk_port
    behind = ("--behind-https",) if room.panel.desk_behind_https else ()
    return Service(
        name=DESK,
        title="工作台",
        command=(*_MODULE, "desk", "serve", "--host", host, "--port", str(port), *behind),
        environment=room.work_environment(),
        host=host,
        port=port,
        port_setting="--desk-port 或 INSPECTION_DESK_PORT",
        probe="/login",
    )


def _worker(room: Installation) -> Service:
    options = ("--pool", POOL, "--type", "process", "--name", WORKER_NAME, "--install-policy", "never")
    limit = ("--limit", str(room.panel.worker_limit))
    return Service(
        name=WORKER,
        title="执行进程",
        command=(*_MODULE, "prefect", "worker", "start", *options, *limit),
        environment=room.work_environment(),
    )


def taken_ports(starting: Sequence[Service]) -> list[Fault]:
    """Return a fault for each address at which a service cannot listen."""
    refusals = [(service, _refusal(service)) for service in starting if service.port]
    return [_taken(service, error) for service, error in refusals if error]


def _refusal(service: Service) -> OSError | None:
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((service.host, service.port))
        except OSError as error:
            return error
    return None


def _taken(service: Service, error: OSError) -> Fault:
    is_taken = error.errno == errno.EADDRINUSE
    return Fault(
        place=f"{service.title}的端口 {service.port}",
        code="CTL-001",
        wanted="可以使用的地址和端口",
        got="已被别的程序占用" if is_taken else f"{service.host}：{error.strerror}",
        remedy=f"请停用占用端口的程序，或用 {service.port_setting} 改用别的端口。",
    )


def note_path(room: Installation, name: str) -> Path:
    """Return where it is noted which process a service is."""
    return room.pids / f"{name}.json"


def running(room: Installation, name: str) -> Process | None:
    """Return the process of a service, if it runs."""
    return noted(note_path(room, name))


def note_panel(room: Installation) -> None:
    """Write down how the services listen, for as long as one of them runs."""
    path = room.pids / _PANEL
    path.write_text(room.panel.model_dump_json(), encoding="utf-8")


def standing_panel(folder: Path) -> dict[str, Any]:
    """Return how the services of an installation listen; nothing when none of them runs."""
    pids = folder / "run"
    if not any(noted(path) for path in pids.glob("*.json") if path.name != _PANEL):
        return {}
    try:
        panel: dict[str, Any] = json.loads((pids / _PANEL).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return panel
