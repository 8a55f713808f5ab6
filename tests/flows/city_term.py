"""A demo city's term, run from its files to its end; what flow tests look at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from examples.demo_city.city import Sizes
from examples.demo_city.run import Journal, environment, run_term
from examples.demo_city.term import campaign_id, write_city
from inspection.errors import Fault
from inspection.store.engine import reading
from inspection.store.tables import Table

SEED = "flow tests"


@contextmanager
def office(folder: Path, **overrides: str) -> Iterator[None]:
    """Set the bureau's environment as the demo does; Prefect's own settings stay the harness's."""
    values = {k: v for k, v in environment(folder).items() if k.startswith("INSPECTION_")} | overrides
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


@dataclass(frozen=True)
class Finished:
    """A term that ran to its end."""

    folder: Path
    campaign_id: str
    journal: Journal
    refused: list[Fault]

    @property
    def workspace(self) -> Path:
        """Where its files lie."""
        return self.folder / "workspace"

    @property
    def database_url(self) -> str:
        """Where its store lies."""
        return environment(self.folder)["INSPECTION_DATABASE_URL"]

    def digests(self) -> dict[str, list[str]]:
        """The content digests of every stage, by its title."""
        return {
            stage["stage"]: [step["content_digest"] for step in stage["steps"]]
            for stage in self.journal.stages
        }


def run_city(folder: Path, school_count: int, *, has_kept: bool = True) -> Finished:
    """Write a city of this size and run its term; `has_kept` with what schools keep of the term's work."""
    sizes = Sizes(school_count=school_count, students_per_school=40, answers_per_school=20, has_kept=has_kept)
    with office(folder):
        write_city(folder / "workspace", seed=SEED, sizes=sizes)
        journal = Journal(folder)
        refused = run_term(journal, folder / "workspace", campaign_id(sizes), seed=SEED)
    return Finished(folder, campaign_id(sizes), journal, refused)


def row_counts(url: str) -> dict[str, int]:
    """Return how many rows each table of a store holds."""
    with reading(url) as session:
        tables = Table.metadata.tables
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in tables.items()
        }
