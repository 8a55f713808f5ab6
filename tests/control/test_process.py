"""Processes are known again for certain, and only ours are ever stopped."""

import dataclasses
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from control import process
from control.process import Process

SLEEP = (sys.executable, "-c", "import signal; signal.pause()")
STUBBORN = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
signal.pause()
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
open(sys.argv[1], "w").write(str(child.pid))
child.wait()
"""


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    mark = f"{tmp_path}#test"
    yield mark
    process.stop(process.marked(mark), grace_seconds=5)


def start(tmp_path: Path, mark: str, *command: str) -> Process:
    return process.start(command or SLEEP, mark=mark, environment=os.environ, log=tmp_path / "x.log")


def appears(path: Path, begun: Process) -> None:
    while not (path.is_file() and (path.read_text() or path.suffix == ".ready")):
        assert begun.is_alive


def test_a_process_is_found_by_its_note_while_it_runs(tmp_path: Path, mark: str) -> None:
    begun = start(tmp_path, mark)
    note = tmp_path / "run/x.json"
    process.note(note, begun)
    assert process.noted(note) == begun
    assert begun.uptime_seconds < 60
    assert process.stop([begun], grace_seconds=5) == []
    assert process.noted(note) is None


def test_a_number_that_was_given_to_another_process_is_not_ours(tmp_path: Path) -> None:
    stranger = process.find(os.getpid())
    assert stranger is not None
    ours = dataclasses.replace(stranger, started_ticks=stranger.started_ticks - 1)
    note = tmp_path / "x.json"
    process.note(note, ours)
    assert process.noted(note) is None
    assert process.stop([ours], grace_seconds=5) == []
    assert stranger.is_alive


def test_a_process_of_before_the_machine_was_started_anew_is_not_ours() -> None:
    stranger = process.find(os.getpid())
    assert stranger is not None
    assert not dataclasses.replace(stranger, boot_id="another").is_alive


@pytest.mark.parametrize("content", ["", "{", json.dumps({"pid": 1}), json.dumps([])])
def test_a_damaged_note_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    assert process.noted(tmp_path / "x.json") is None


def test_an_ended_process_that_nobody_waited_for_does_not_count_as_running(tmp_path: Path, mark: str) -> None:
    with subprocess.Popen(SLEEP) as child:
        begun = process.find(child.pid)
        assert begun is not None
        handle = os.pidfd_open(child.pid)
        child.send_signal(signal.SIGKILL)
        select.select([handle], [], [], 10)
        os.close(handle)
        assert not begun.is_alive


def test_what_a_process_started_is_found_by_the_mark_even_in_a_session_of_its_own(
    tmp_path: Path, mark: str
) -> None:
    begun = start(tmp_path, mark, sys.executable, "-c", PARENT, str(tmp_path / "child"))
    appears(tmp_path / "child", begun)
    child = int((tmp_path / "child").read_text())
    os.kill(begun.pid, signal.SIGKILL)
    assert child in {found.pid for found in process.marked(mark)}
    assert process.stop(process.marked(mark), grace_seconds=5) == []
    assert process.marked(mark) == []


def test_who_does_not_listen_is_killed_and_reported(tmp_path: Path, mark: str) -> None:
    ready = tmp_path / "x.ready"
    begun = start(tmp_path, mark, sys.executable, "-c", STUBBORN, str(ready))
    appears(ready, begun)
    assert process.stop([begun], grace_seconds=0.2) == [begun]
    assert not begun.is_alive
