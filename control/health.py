"""Whether a service is well, asked of the service itself; and waiting until it is, with an end to patience."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from control.panel import POOL, Installation
from control.process import Process
from control.service import WORKER_NAME, Service
from inspection.errors import Fault, SettingError

_TAIL_LINES = 15
_BETWEEN_SECONDS = 0.2
_ANSWER_SECONDS = 5.0


def is_well(room: Installation, service: Service, process: Process) -> bool:
    """Ask a service how it is; the worker is asked after at the server, which hears from it."""
    try:
        if service.port:
            answer = httpx.get(f"{service.url}{service.probe}", timeout=_ANSWER_SECONDS)
            return answer.status_code == httpx.codes.OK
        return _is_heard_of(room, process)
    except httpx.HTTPError:
        return False


def _is_heard_of(room: Installation, worker: Process) -> bool:
    """Say whether the server has heard from this worker, and not only from the one before it."""
    address = f"{room.api_url}/work_pools/{POOL}/workers/filter"
    user, _, password = room.work_environment().get("PREFECT_API_AUTH_STRING", "").partition(":")
    auth = httpx.BasicAuth(user, password) if user else None
    answer = httpx.post(address, json={}, auth=auth, timeout=_ANSWER_SECONDS)
    if answer.status_code != httpx.codes.OK:
        return False
    begun_at = datetime.now(UTC) - timedelta(seconds=worker.uptime_seconds)
    heard_at = [item["last_heartbeat_time"] for item in answer.json() if item["name"] == WORKER_NAME]
    return any(at and datetime.fromisoformat(at) >= begun_at for at in heard_at)


def wait(room: Installation, started: Mapping[Service, Process], *, patience_seconds: float) -> None:
    """Wait until every service is well.

    Raises:
        SettingError: one ended or did not answer in time; with the last lines of its log.
    """
    waiting = dict(started)
    deadline = time.monotonic() + patience_seconds
    while True:
        waiting = {
            service: process for service, process in waiting.items() if not is_well(room, service, process)
        }
        ended = [service for service, process in waiting.items() if not process.is_alive]
        if ended:
            raise SettingError("有服务没有启动成功", [failed(room, service, "已退出") for service in ended])
        if not waiting:
            return
        if time.monotonic() >= deadline:
            late = f"{patience_seconds:.0f} 秒内没有应答"
            raise SettingError("有服务没有启动成功", [failed(room, service, late) for service in waiting])
        time.sleep(_BETWEEN_SECONDS)


def failed(room: Installation, service: Service, got: str) -> Fault:
    """Say that a service did not start, with the last lines of its log."""
    log = room.logs / f"{service.name}.log"
    return Fault(
        place=service.title,
        code="CTL-002",
        wanted="启动后正常应答",
        got=got,
        remedy=f"日志 {log} 的最后几行：\n{tail(log)}\n",
    )


def tail(path: Path) -> str:
    """Return the last lines of a log."""
    if not path.is_file():
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_TAIL_LINES:])
