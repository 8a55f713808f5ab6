"""The border to Prefect: `flow` and `task` as every room uses them; no failure crosses it unveiled.

Whatever a run raises, Prefect keeps: the text in its states, the traceback in its logs. There nobody may read
what a cell held, which school or which person it is about. So a failure of the first family shows its summary,
codes, files and rows only, and its whole list goes where the office reads it; a bug shows what kind it is and
where it arose, its traceback goes beside the list. In the process itself the error stays whole.
"""

import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import prefect
from prefect import Flow, Task

from inspection.canonical import digest_bytes
from inspection.collect.fault_list import refusal_csv
from inspection.errors import InspectionError
from tasks.settings import settings
from tasks.workspace import refusals, write_whole

P = ParamSpec("P")
R = TypeVar("R")


class DefectError(RuntimeError):
    """A bug, as it shows outside: its kind and where it arose, without what it was about."""


def flow(**options: Any) -> Callable[[Callable[P, R]], Flow[P, R]]:
    """Make a flow whose failures are veiled; `options` are Prefect's."""

    def made(function: Callable[P, R]) -> Flow[P, R]:
        found: Flow[P, R] = prefect.flow(**options)(veiled(function))
        return found

    return made


def task(**options: Any) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a task whose failures are veiled; `options` are Prefect's."""

    def made(function: Callable[P, R]) -> Task[P, R]:
        found: Task[P, R] = prefect.task(**options)(veiled(function))
        return found

    return made


def veiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with its failures veiled on their way out."""

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except InspectionError as error:
            error.veil(_kept(error, _campaign_id(args, kwargs)))
            # What it arose from is printed with a traceback, and may quote what was read.
            raise error from None
        except Exception as error:
            if _is_known(error):
                raise
            raise _defect(error, _campaign_id(args, kwargs)) from None

    return inside


def _is_known(error: Exception) -> bool:
    """Say whether an error is veiled already, or is Prefect's own and tells of runs only."""
    return isinstance(error, DefectError) or type(error).__module__.partition(".")[0] == "prefect"


def _campaign_id(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return the campaign a call is about, which every flow and most tasks take first."""
    first = next(iter((*args, *kwargs.values())), "")
    found = getattr(first, "campaign_id", first)
    return found if isinstance(found, str) and found.replace("-", "").isalnum() else ""


def _kept(error: InspectionError, campaign_id: str) -> str:
    if not (error.faults and campaign_id):
        return ""
    content = refusal_csv(error.faults)
    return _put(refusals(campaign_id) / f"{digest_bytes(content)[:12]}.csv", content)


def _defect(error: Exception, campaign_id: str) -> DefectError:
    *_, last = traceback.extract_tb(error.__traceback__)
    where = f"{Path(last.filename).name}:{last.lineno} {last.name}"
    content = "".join(traceback.format_exception(error)).encode()
    path = refusals(campaign_id or "installation") / f"{digest_bytes(content)[:12]}.txt"
    kept = _put(path, content)
    if kept:
        # A traceback may quote anything, pupils' data too: it is for the engineer who runs the installation.
        path.chmod(0o600)
    return DefectError(f"{type(error).__name__} at {where}" + (f", traceback in {kept}" if kept else ""))


def _put(path: Path, content: bytes) -> str:
    """Keep a list and return where, as seen from the workspace; a full disk must not hide the failure itself."""
    try:
        write_whole(path, content)
    except OSError:
        return ""
    return str(path.relative_to(settings().workspace))
