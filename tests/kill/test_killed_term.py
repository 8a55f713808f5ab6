"""A term killed with SIGKILL and taken up again ends with the same content: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.kill.term_process import TermProcess, content, documents

# It takes minutes, and is begun before all others.
pytestmark = pytest.mark.xdist_group("kill")


def lasting(url: str) -> dict[str, str]:
    """Return the content of a store but for the history of sites: what stood between two attempts did stand."""
    return {name: found for name, found in content(url).items() if name != "publication"}


def test_a_term_killed_in_several_stages_on_sqlite_ends_like_one_undisturbed_on_postgresql(
    tmp_path: Path, postgresql_url: str
) -> None:
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    TermProcess(undisturbed, postgresql_url).run_to_end()
    for stage in ("学期评定", "收回记录"):
        TermProcess(killed).kill_in_stage_after(stage, seed=stage)
    TermProcess(killed).run_to_end()
    assert lasting(f"sqlite:///{killed / 'inspection.db'}") == lasting(postgresql_url)
    assert documents(killed) == documents(undisturbed)
