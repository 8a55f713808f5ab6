"""Puts an installation into operation, repairs it, and takes it out of operation.

One at a time: whoever comes second waits for nobody and is told so.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from control import health, process
from control.panel import Installation
from control.process import Process
from control.service import (
    SERVER,
    WORKER,
    Service,
    note_panel,
    note_path,
    running,
    services,
    taken_ports,
    why_no_desk,
)
from inspection.errors import Fault, SettingError
from inspection.store.engine import migrate
from tasks.settings import profile, settings

_START_SECONDS = 120.0
# A worker ends after its runs have: on a busy machine that takes a while.
_STOP_SECONDS = 60.0


def up(room: Installation) -> tuple[Service, ...]:
    """Start what does not run, enter what Prefect must know, and return when every service is well.

    Doing it again changes nothing; after a crash it starts what is missing.

    Raises:
        DocumentError: the bureau's profile is absent or wrong.
        SettingError: a port is taken, a database cannot be reached, a service did not start.
    """
    wanted = plan(room)
    migrate(settings().database_url)
    with alone(room):
        _clear_away_remains(room, wanted)
        missing = [service for service in wanted if not running(room, service.name)]
        if faults := taken_ports(missing):
            raise SettingError("有端口不能使用，未启动", faults)
        note_panel(room)
        first = {service: _start(room, service) for service in missing if service.name != WORKER}
        server = next(service for service in wanted if service.name == SERVER)
        health.wait(room, {server: _process(room, server)}, patience_seconds=_START_SECONDS)
        _enter(room)
        last = {service: _start(room, service) for service in missing if service.name == WORKER}
        health.wait(room, {**first, **last}, patience_seconds=_START_SECONDS)
        present = {service: _process(room, service) for service in wanted}
        health.wait(room, present, patience_seconds=_START_SECONDS)
    return wanted


def plan(room: Installation) -> tuple[Service, ...]:
    """Return the services that this installation should have."""
    return services(room, has_desk=not why_no_desk(room, profile()))


def down(room: Installation) -> list[str]:
    """Stop every service and whatever they started; return the names of those that had to be killed.

    Runs end first and say so, for worker and server still listen; then the worker, and the server last.
    """
    killed = []
    with alone(room):
        for service in reversed(services(room, has_desk=True)):
            main = running(room, service.name)
            started = [found for found in process.marked(room.mark(service.name)) if found != main]
            killed += _stop(service, started)
            killed += _stop(service, [main] if main else [])
            killed += _stop(service, process.marked(room.mark(service.name)))
            note_path(room, service.name).unlink(missing_ok=True)
    return killed


def _stop(service: Service, processes: Sequence[Process]) -> list[str]:
    return [service.title for _ in process.stop(processes, grace_seconds=_STOP_SECONDS)]


def _start(room: Installation, service: Service) -> Process:
    begun = process.start(
        service.command,
        mark=room.mark(service.name),
        environment=service.environment,
        log=room.logs / f"{service.name}.log",
    )
    process.note(note_path(room, service.name), begun)
    return begun


def _process(room: Installation, service: Service) -> Process:
    found = running(room, service.name)
    if found is None:
        raise SettingError("有服务没有启动成功", [health.failed(room, service, "已退出")])
    return found


def _clear_away_remains(room: Installation, wanted: Sequence[Service]) -> None:
    """Stop what a killed service left behind, but for flow runs: those end by themselves and are counted."""
    for service in wanted:
        main = running(room, service.name)
        if service.name == WORKER or main:
            continue
        process.stop(process.marked(room.mark(service.name)), grace_seconds=_STOP_SECONDS)


def _enter(room: Installation) -> None:
    from control.register import enter_all

    enter_all(room.work_environment())


@contextmanager
def alone(room: Installation) -> Iterator[None]:
    """Keep everybody else from the switches of an installation.

    Raises:
        SettingError: somebody else is at them.
    """
    room.pids.mkdir(parents=True, exist_ok=True)
    handle = os.open(room.pids / "switchboard.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fault = Fault(
            place=str(room.folder),
            code="CTL-007",
            wanted="一次只有一个启动或停止操作",
            got="另一个操作正在进行",
            remedy="请等它结束后重试。",
        )
        raise SettingError("控制室正在忙", [fault]) from None
    else:
        yield
    finally:
        os.close(handle)
