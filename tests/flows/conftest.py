"""What flow tests share: one Prefect for the session, and the demo city's term run through it once."""

from collections.abc import Iterator

import pytest
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness

from tests.flows.city_term import Finished, run_city


@pytest.fixture(scope="session", autouse=True)
def prefect() -> Iterator[None]:
    """A real Prefect server with a database of its own, for all flow tests.

    Nobody watches for zombies here, and a run waits up to a second for its heart to stop.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), prefect_test_harness(240):
        yield


@pytest.fixture(scope="session")
def smaller(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A small city's term, with nothing of what schools keep."""
    return run_city(tmp_path_factory.mktemp("smaller"), 12, has_kept=False)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A city's term, run once for all tests that only look at it."""
    return run_city(tmp_path_factory.mktemp("city"), 60)
