"""What a person sees beside a run: tables and notes, without names, risk classes or secrets.

`table` and `note` are called inside a task; keys name an artifact across the runs of a campaign.
"""

from collections.abc import Callable, Sequence
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.runtime import task_run

from inspection.publication import DATA_SET_TITLES
from inspection.receipt import Receipt
from tasks.border import task
from tasks.settings import settings

BASIS_TITLES = {"reported": "上报数据评分", "verified": "核查后评分"}


def table(key: str, rows: Sequence[dict[str, Any]], *, description: str) -> None:
    """Put a small table on the run's page."""
    create_table_artifact(key=key, table=list(rows), description=description)


def note(key: str, markdown: str, *, description: str) -> None:
    """Put a note on the run's page."""
    create_markdown_artifact(key=key, markdown=markdown, description=description)


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
    note(key, "\n".join(lines), description="本次运行办理情况")
