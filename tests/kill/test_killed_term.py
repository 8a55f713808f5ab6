"""A term killed with SIGKILL and taken up again ends with the same content: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.kill.term_process import TermProcess, content, documents

# One undisturbed term serves both of these.
pytestmark = pytest.mark.xdist_group("kill")


def lasting(url: str) -> dict[str, str]:
    """Return the content of a store but for the history of sites: what stood between two attempts did stand."""
    return {name: found for name, found in content(url).items() if name != "publication"}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The term run once without a kill."""
    folder = tmp_path_factory.mktemp("undisturbed")
    TermProcess(folder).run_to_end()
    return folder


def test_a_term_killed_in_several_stages_ends_as_if_nothing_had_happened(
    undisturbed: Path, tmp_path: Path
) -> None:
    for stage in ("学期评定", "收回记录"):
        TermProcess(tmp_path).kill_in_stage_after(stage, seed=stage)
    TermProcess(tmp_path).run_to_end()
    assert lasting(f"sqlite:///{tmp_path / 'inspection.db'}") == lasting(
        f"sqlite:///{undisturbed / 'inspection.db'}"
    )
    assert documents(tmp_path) == documents(undisturbed)


def test_postgresql_holds_the_same_content_as_sqlite(
    undisturbed: Path, tmp_path: Path, postgresql_url: str
) -> None:
    TermProcess(tmp_path, postgresql_url).run_to_end()
    assert content(postgresql_url) == content(f"sqlite:///{undisturbed / 'inspection.db'}")
    assert documents(tmp_path) == documents(undisturbed)
