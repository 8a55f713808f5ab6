"""A special inspection killed with SIGKILL in each of its steps and begun again ends as if nothing had happened."""

import subprocess
import sys
from pathlib import Path
from random import Random

from inspection.store.engine import migrate
from tests.kill.term_process import content, documents
from tests.tasks.special_office import bureau

STEPS = ("enter", "decide", "write", "tell")
KILLS = [f"{step}:{Random(step).uniform(0.0, 0.3):.3f}" for step in STEPS]


def carried_out(*kills: str) -> None:
    """Carry the inspection out in the environment of a bureau, killed as told on the way."""
    command = [sys.executable, "-m", "tests.kill.special_process", *kills]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]


def test_a_special_inspection_killed_in_every_step_is_sent_out_once(tmp_path: Path, store_url: str) -> None:
    with bureau(tmp_path, store_url):
        carried_out(*KILLS)
        interrupted = content(store_url), documents(tmp_path)
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    url = f"sqlite:///{quiet / 'store.db'}"
    migrate(url)
    with bureau(quiet, url):
        carried_out()
        assert (content(url), documents(quiet)) == interrupted
    assert len(interrupted[1]) > len(STEPS)
