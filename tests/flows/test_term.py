"""A whole inspection term runs through Prefect, and running it again changes nothing."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from sqlalchemy import select

from examples.demo_city.city import Sizes
from examples.demo_city.comparison import caught_faults, compare
from examples.demo_city.faults import read_answer_key
from examples.demo_city.run import Journal, run_term
from examples.demo_city.term import STRAY_FILES, write_term
from flows.inspect_term import inspect_term
from inspection.request import GatedRequest
from inspection.store.case_tables import Case
from inspection.store.engine import reading
from inspection.store.tables import Campaign
from tasks.workspace import inbox
from tests.flows.city_term import SEED, Finished, office, row_counts
from tests.kill.term_process import content, documents

# One city's term serves these and their neighbours.
pytestmark = pytest.mark.xdist_group("city")


def test_the_term_ends_with_every_case_decided(finished: Finished) -> None:
    with reading(finished.database_url) as session:
        states = Counter(session.execute(select(Case.state)).scalars())
        assert session.get_one(Campaign, finished.campaign_id).state == "DECIDED"
    assert set(states) <= {"RECTIFYING", "CLOSED"}


def test_every_planted_fault_is_caught_and_none_invented(finished: Finished) -> None:
    with office(finished.folder):
        faults = [*caught_faults(), *finished.refused]
    found = compare(read_answer_key(finished.workspace / "answer-key.json"), faults)
    assert found["missed"] == []
    assert found["invented"] == []
    assert found["caught"] == found["planted"]


def test_a_warning_and_a_commendation_are_issued(finished: Finished) -> None:
    issued = next(stage for stage in finished.journal.stages if stage["stage"] == "审批制发")
    counts = next(step["counts"] for step in issued["steps"] if step["step"] == "制发文书")
    assert counts["警示类"] >= 1
    assert counts["表扬"] >= 1


def test_outsiders_verify_the_published_record(finished: Finished) -> None:
    data = finished.workspace / "public" / finished.campaign_id / "data"
    command = [sys.executable, "-m", "inspection", "verify", str(data / "draw-record.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_same_term_again_gives_the_same_digests_and_no_new_rows(smaller: Finished) -> None:
    before, stored, sent = (
        row_counts(smaller.database_url),
        content(smaller.database_url),
        documents(smaller.folder),
    )
    stray = smaller.workspace / "inbox" / "2025-2026-2-退回"
    inbox = smaller.workspace / "inbox" / "2025-2026-2"
    for name in STRAY_FILES:
        (stray / name).replace(inbox / name)
    journal = Journal(smaller.folder)
    with office(smaller.folder):
        run_term(journal, smaller.workspace, smaller.campaign_id, seed=SEED)
    again = Finished(smaller.folder, smaller.campaign_id, journal, [])
    # These stages speak of what waits or is owed at the time; in a finished term nothing is.
    passing = {"提出建议", "期间公示", "审批制发", "跟踪整改"}
    told, first = again.digests(), smaller.digests()
    assert {k: v for k, v in told.items() if k not in passing} == {
        k: v for k, v in first.items() if k not in passing
    }
    assert content(smaller.database_url) == stored
    assert documents(smaller.folder) == sent
    assert row_counts(smaller.database_url) == before


def test_the_number_of_task_runs_does_not_grow_with_the_city(finished: Finished, smaller: Finished) -> None:
    # Data sets that nobody hands in are looked for all the same.
    assert asyncio.run(agreed(smaller.campaign_id, finished.campaign_id))


@pytest.mark.long
def test_six_hundred_schools_take_as_many_task_runs_as_sixty(finished: Finished, tmp_path: Path) -> None:
    campaign = "2024-2025-2-basic"
    few = asyncio.run(settled(campaign))
    sizes = Sizes(school_count=600, students_per_school=12, answers_per_school=5, has_kept=False)
    with office(tmp_path):
        write_term(inbox("2024-2025-2"), seed=SEED, sizes=sizes, term="2024-2025-2")
        inspect_term(GatedRequest(campaign_id=campaign))
    assert asyncio.run(settled(campaign)) == few


async def settled(campaign_id: str) -> dict[str, set[int]]:
    """Return the counts once Prefect has written them all: it records task runs a little later than they end."""
    deadline = time.monotonic() + 120
    before: dict[str, set[int]] = {}
    while time.monotonic() < deadline:
        counts = await task_runs(campaign_id)
        if (
            counts
            and counts == before
            and all(len(found) == 1 and 0 not in found for found in counts.values())
        ):
            return counts
        before = counts
        await asyncio.sleep(2)
    raise AssertionError(f"the records of {campaign_id} do not settle: {before}")


async def agreed(one: str, other: str) -> bool:
    """Say whether the counts of two campaigns become the same; what a busy machine records late is waited for."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if await settled(one) == await settled(other):
            return True
    return False


async def task_runs(campaign_id: str) -> dict[str, set[int]]:
    """Return how many task runs each flow took, over all its finished runs of a campaign."""
    async with get_client() as client:
        flows = {flow.id: flow.name for flow in await client.read_flows()}
        runs = await client.read_flow_runs(limit=200)
        counts: dict[str, set[int]] = {}
        for run in runs:
            if campaign_id not in run.name or run.state_name != "Completed":
                continue
            mine = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
            tasks = await client.read_task_runs(flow_run_filter=mine, limit=200)
            counts.setdefault(flows[run.flow_id], set()).add(len(tasks))
        return counts


@pytest.mark.parametrize("name", ["plan.json", "results.json", "notices.json", "ledger.json"])
def test_the_site_offers_its_data_as_files(finished: Finished, name: str) -> None:
    path = finished.workspace / "public" / finished.campaign_id / "data" / name
    assert json.loads(path.read_text(encoding="utf-8"))
