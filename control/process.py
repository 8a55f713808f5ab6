"""Processes of ours: started detached, known again for certain, stopped without hitting anybody else's.

A process is its number, the tick at which it started and the boot it belongs to, so a number used again is
never taken for ours. Signals go through a handle of the process, not through its number. Linux only.
"""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from control.panel import HOME, MARK

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_LOG_BYTES = 10 * 2**20


@dataclass(frozen=True)
class Process:
    """One process, told from every other that ever had its number."""

    pid: int
    started_ticks: int
    boot_id: str

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; one that has ended and waits for its parent does not."""
        return find(self.pid) == self

    @property
    def uptime_seconds(self) -> float:
        """How long it has been running."""
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return max(0.0, uptime - self.started_ticks / _TICKS_A_SECOND)


def find(pid: int) -> Process | None:
    """Return the process that has a number now, if it is running."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in brackets may hold anything; behind it come the state and, as 20th, the start.
    fields = text.rpartition(")")[2].split()
    if fields[0] in {"Z", "X"}:
        return None
    return Process(pid, int(fields[19]), boot_id())


def boot_id() -> str:
    """Return which boot of the machine this is."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def start(command: Sequence[str], *, mark: str, environment: Mapping[str, str], log: Path) -> Process:
    """Start a command in a session of its own, its words going to `log`, and return at once."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.is_file() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as file:
        begun = subprocess.Popen(  # noqa: S603 - our own programs, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**environment, MARK: mark},
            cwd=HOME,
            start_new_session=True,
        )
    found = find(begun.pid)
    return found or Process(begun.pid, 0, boot_id())


def marked(mark: str) -> list[Process]:
    """Return every running process that carries a mark: what we started and what that started."""
    sought = f"{MARK}={mark}".encode()
    numbers = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = [find(int(entry.name)) for entry in numbers if sought in _environment(entry).split(b"\0")]
    return [process for process in found if process]


def _environment(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:  # gone meanwhile, or somebody else's
        return b""


def stop(processes: Sequence[Process], *, grace_seconds: float) -> list[Process]:
    """Ask processes to end, wait, kill what is left; return those that had to be killed."""
    with _handles(processes) as handles:
        _signal(handles, signal.SIGTERM)
        stubborn = _still_there(handles, grace_seconds)
        _signal(stubborn, signal.SIGKILL)
        left = _still_there(stubborn, grace_seconds)
    assert not left, f"killed and still there: {list(left)}"
    return list(stubborn)


@contextmanager
def _handles(processes: Sequence[Process]) -> Iterator[dict[Process, int]]:
    handles: dict[Process, int] = {}
    try:
        for process in processes:
            try:
                handle = os.pidfd_open(process.pid)
            except ProcessLookupError:
                continue
            handles[process] = handle
        # Only now is it certain whom a handle belongs to.
        yield {process: handle for process, handle in handles.items() if process.is_alive}
    finally:
        for handle in handles.values():
            os.close(handle)


def _signal(handles: Mapping[Process, int], number: signal.Signals) -> None:
    for handle in handles.values():
        try:
            signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            continue


def _still_there(handles: Mapping[Process, int], seconds: float) -> dict[Process, int]:
    """Wait until the processes have ended, at most so long, and return the rest."""
    left = {handle: process for process, handle in handles.items()}
    deadline = time.monotonic() + seconds
    while left and (patience := deadline - time.monotonic()) > 0:
        ended, _, _ = select.select(list(left), [], [], patience)
        for handle in ended:
            del left[handle]
    return {process: handle for handle, process in left.items()}


def note(path: Path, process: Process) -> None:
    """Write down which process a service is, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(asdict(process)), encoding="utf-8")
    unfinished.replace(path)


def noted(path: Path) -> Process | None:
    """Return the process that was written down, if it is still running."""
    try:
        process = Process(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return process if process.is_alive else None
