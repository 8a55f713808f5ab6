"""The demo term as a process of its own, killed without warning and taken up again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

from inspection.store.engine import engine, reading
from inspection.store.frames import table_digest
from inspection.store.tables import Table

SCHOOLS = 12
PATIENCE_SECONDS = 600
CLOSING = "错误核对"


class TermProcess:
    """One attempt at running the term to its end in `folder`."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        command = [sys.executable, "-u", "-m", "examples.demo_city", "run", "--resume"]
        command += ["--folder", str(folder), "--schools", str(SCHOOLS), "--students", "40", "--core"]
        environment = os.environ | ({"INSPECTION_DATABASE_URL": database_url} if database_url else {})
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )

    def stages(self) -> Iterator[str]:
        """Yield the title of each stage as it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield line.split("\t")[0].strip()

    def run_to_end(self) -> list[str]:
        """Wait for the end and return the stages; a failure tells its message."""
        output, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == 0, errors[-2000:]
        return [line.split("\t")[0].strip() for line in output.splitlines()]

    def kill_in_stage_after(self, stage: str, *, seed: str) -> None:
        """Kill the whole process group somewhere in the stage that follows `stage`."""
        for title in self.stages():
            if title == stage:
                break
        timer = Random(seed).uniform(0.05, 1.5)
        try:
            self.process.wait(timeout=timer)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


def content(url: str) -> dict[str, str]:
    """Return the content digest of every table of a store."""
    with reading(url) as session:
        found = {
            mapper.class_.__tablename__: table_digest(session, mapper.class_)
            for mapper in Table.registry.mappers
        }
    engine(url).dispose()
    return found


def documents(folder: Path) -> dict[str, bytes]:
    """Return every file that was sent out or published, by path."""
    homes = [folder / "workspace" / room for room in ("outbox", "public")]
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for home in homes
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }
