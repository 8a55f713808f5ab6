"""A turn has one holder on both databases, and a dead holder has lost it."""

import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from inspection.errors import SettingError
from inspection.store.engine import engine
from inspection.store.turn import turn

TERM = "2025-2026-2"
HOLDER = """
import sys
from inspection.store.turn import turn
with turn(sys.argv[1], sys.argv[2]) as is_taken:
    print(is_taken, flush=True)
    sys.stdin.read()
"""


def test_a_turn_has_one_holder_and_is_free_afterwards(store_url: str) -> None:
    with turn(store_url, TERM) as first, turn(store_url, TERM) as second:
        assert (first, second) == (True, False)
    with turn(store_url, TERM) as third:
        assert third


def test_turns_of_other_names_do_not_touch_each_other(store_url: str) -> None:
    with turn(store_url, TERM) as first, turn(store_url, "2024-2025-2") as second:
        assert first
        assert second


def test_a_turn_is_free_after_its_holder_failed(store_url: str) -> None:
    with pytest.raises(ZeroDivisionError), turn(store_url, TERM):
        _ = 1 / 0
    with turn(store_url, TERM) as is_taken:
        assert is_taken


def test_a_killed_holder_has_lost_its_turn(store_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, store_url, TERM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        with turn(store_url, TERM) as is_taken:
            assert not is_taken
        holder.kill()
    assert _comes_free(store_url, within_seconds=10)


def test_a_turn_lost_with_its_session_is_said_to_be_lost(postgresql_url: str) -> None:
    with pytest.raises(SettingError, match="无法使用业务数据库"):
        _hold_while_the_session_ends(postgresql_url)


def _hold_while_the_session_ends(url: str) -> None:
    ending = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    with turn(url, TERM) as is_taken, engine(url).connect() as connection:
        assert is_taken
        connection.execute(ending)


def _comes_free(url: str, *, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        with turn(url, TERM) as is_taken:
            if is_taken:
                return True
    return False
