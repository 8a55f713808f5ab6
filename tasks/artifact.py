"""What a person sees beside a run: tables and notes, without names, risk classes or secrets.

`table` and `note` are called inside a task; keys name an artifact across the runs of a campaign.
"""

from collections.abc import Sequence
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from inspection.receipt import Receipt
from tasks.border import task


def table(key: str, rows: Sequence[dict[str, Any]], *, description: str) -> None:
    """Put a small table on the run's page."""
    create_table_artifact(key=key, table=list(rows), description=description)


def note(key: str, markdown: str, *, description: str) -> None:
    """Put a note on the run's page."""
    create_markdown_artifact(key=key, markdown=markdown, description=description)


@task(task_run_name="汇总办理情况")
def show_receipts(key: str, receipts: Sequence[Receipt], *, left_out: str = "") -> None:
    """Put the run's receipts on its page, and what the run leaves to others."""
    lines = ["| 环节 | 数量 | 内容摘要 |", "|---|---|---|"]
    for receipt in receipts:
        counts = "，".join(f"{name} {count}" for name, count in receipt.counts.items())
        lines.append(f"| {receipt.stage} | {counts} | `{receipt.content_digest[:16]}` |")
    if left_out:
        lines += ["", f"本次未办理：{left_out}"]
    note(key, "\n".join(lines), description="本次运行办理情况")
