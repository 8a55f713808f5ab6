"""What flow tests share: one Prefect for the session, and the demo city's term run through it once."""

from collections.abc import Iterator

import pytest
from prefect.testing.utilities import prefect_test_harness

from tests.flows.city_term import Finished, run_city


@pytest.fixture(scope="session", autouse=True)
def prefect() -> Iterator[None]:
    """A real Prefect server with a database of its own, for all flow tests."""
    with prefect_test_harness(server_startup_timeout=240):
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A city's term, run once for all tests that only look at it."""
    return run_city(tmp_path_factory.mktemp("city"), 60)
