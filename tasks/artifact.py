"""What a person sees beside a run: progress, tables and notes, without names, risk classes or secrets.

`table`, `note` and `under_way` are called inside a task; keys name an artifact across the runs of a campaign.
A run's page lists them by key, so a key begins with its place: what was done, what went wrong, then the tables.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.context import TaskRunContext
from prefect.runtime import task_run

from inspection.publish.publication import DATA_SET_TITLES
from inspection.receipt import Receipt
from inspection.unranked import require_unranked_table, require_unranked_text
from tasks.border import task
from tasks.settings import settings

T = TypeVar("T")

RECEIPTS, NOTES, TABLES, PROGRESS = "1", "2", "3", "4"
# However much there is to do, a run tells of it in so many steps.
_PROGRESS_STEPS = 20
BASIS_TITLES = {"reported": "上报数据评分", "verified": "核查后评分"}


def table(key: str, rows: Sequence[dict[str, Any]], *, description: str) -> None:
    """Put a small table on the run's page.

    Raises:
        ProtocolError: it ranks somebody by examination result.
    """
    headings = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name, "") for name in headings] for row in rows]
    require_unranked_table(headings, cells, place=description)
    create_table_artifact(key=f"{TABLES}-{key}", table=list(rows), description=description)


def note(key: str, markdown: str, *, description: str) -> None:
    """Put a note on the run's page.

    Raises:
        ProtocolError: it gives somebody a place by examination result.
    """
    require_unranked_text(markdown, place=description)
    create_markdown_artifact(key=f"{NOTES}-{key}", markdown=markdown, description=description)


def under_way(items: Sequence[T], *, key: str, description: str) -> Iterator[T]:
    """Yield the items and show on the run's page how far it has come; outside a run just yield them."""
    if TaskRunContext.get() is None or not items:
        yield from items
        return
    made = create_progress_artifact(0.0, key=f"{PROGRESS}-{key}", description=description)
    every = -(-len(items) // _PROGRESS_STEPS)
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0 or number == len(items):
            update_progress_artifact(made, progress=round(100 * number / len(items), 1))  # type: ignore[arg-type]


def run_name(pattern: str) -> Callable[[], str]:
    """Return what names a task's run, by the Chinese title of the data set or the basis it was given."""

    def named() -> str:
        given = task_run.parameters
        data_set, basis = given.get("data_set", ""), given.get("basis", "")
        return pattern.format(
            data_set=DATA_SET_TITLES.get(data_set, data_set), basis=BASIS_TITLES.get(basis, basis)
        )

    return named


def desk_link(path: str) -> str:
    """Return a link in Markdown to a page of the office desk, where a person logs in; `path` holds no name."""
    return f"[{path}]({settings().desk_url.rstrip('/')}{path})"


def _shortened(content_digest: str) -> str:
    return f"`{content_digest[:16]}`" if content_digest else "—"


@task(task_run_name="汇总办理情况")
def show_receipts(key: str, receipts: Sequence[Receipt], *, left_out: str = "") -> None:
    """Put the run's receipts on its page, and what the run leaves to others."""
    lines = ["| 环节 | 数量 | 内容摘要 |", "|---|---|---|"]
    for receipt in receipts:
        counts = "，".join(f"{name} {count}" for name, count in receipt.counts.items())
        lines.append(f"| {receipt.stage} | {counts} | {_shortened(receipt.content_digest)} |")
    if left_out:
        lines += ["", f"本次未办理：{left_out}"]
    markdown = "\n".join(lines)
    require_unranked_text(markdown, place=key)
    create_markdown_artifact(key=f"{RECEIPTS}-{key}", markdown=markdown, description="本次运行办理情况")
