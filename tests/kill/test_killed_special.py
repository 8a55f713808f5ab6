"""A special inspection killed with SIGKILL in each of its steps and begun again ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from inspection.store.engine import migrate
from tests.kill.term_process import content, documents
from tests.tasks.special_office import bureau

STEPS = ("enter", "decide", "write", "tell")


def begun() -> subprocess.Popen[str]:
    """Begin the inspection in the environment of a bureau."""
    command = [sys.executable, "-u", "-m", "tests.kill.special_process"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def said(process: subprocess.Popen[str], step: str) -> bool:
    """Read on until a step is named; False where it never is."""
    assert process.stdout is not None
    return any(line.strip() == step for line in process.stdout)


def killed_in(step: str) -> bool:
    """Begin, kill some time after a step was named; say whether the kill came before the end."""
    with begun() as process:
        assert said(process, step)
        time.sleep(Random(step).uniform(0.0, 0.3))
        os.killpg(process.pid, signal.SIGKILL)
    return process.returncode == -signal.SIGKILL


def finished() -> None:
    with begun() as process:
        assert said(process, "end")
    assert process.returncode == 0


def test_a_special_inspection_killed_in_every_step_is_sent_out_once(tmp_path: Path, store_url: str) -> None:
    with bureau(tmp_path, store_url):
        assert [killed_in(step) for step in STEPS] == [True] * len(STEPS)
        finished()
        interrupted = content(store_url), documents(tmp_path)
    quiet = tmp_path / "quiet"
    url = f"sqlite:///{quiet / 'store.db'}"
    quiet.mkdir()
    migrate(url)
    with bureau(quiet, url):
        finished()
        assert content(url) == interrupted[0]
        assert documents(quiet) == interrupted[1]
    assert len(interrupted[1]) > len(STEPS)
