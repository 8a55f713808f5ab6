"""A special inspection through Prefect: previewed, suspended for a decision, resumed, never done twice."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Pause, PrefectHTTPStatusError
from prefect.flow_engine import run_flow
from prefect.utilities.callables import parameter_schema

from flows.special_inspection import special_inspection
from inspection.dispatch.special import SpecialState
from inspection.errors import ProtocolError
from inspection.store.engine import migrate
from tasks.special import special_number, standing
from tests.flows.city_term import row_counts
from tests.tasks.special_office import DIRECTOR, OFFICE, PEOPLE, SCHOOLS, asked, bureau

ON = "2026-05-19"
REASON = "与近期安排的综合督导重复，暂缓开展。"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A small bureau's store; its environment holds for the test."""
    address = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(address)
    with bureau(tmp_path, address):
        yield address


@pytest.fixture
def client() -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as opened:
        yield opened


class Run:
    """A run of the deployment, executed here as a worker would: from its top after each resumption."""

    def __init__(self, client: SyncPrefectClient, **changes: Any) -> None:
        self.client = client
        parameters = {"request": asked(**changes).model_dump(mode="json")}
        self.id = client.create_flow_run_from_deployment(deployment(client), parameters=parameters).id

    def execute(self) -> FlowRun:
        current = self.client.read_flow_run(self.id)
        with suppress(Pause):
            run_flow(special_inspection, flow_run=current, parameters=current.parameters, return_type="state")
        return self.client.read_flow_run(self.id)

    def answer(self, **given: Any) -> str:
        self.client.resume_flow_run(self.id, run_input=given)
        return str(self.client.read_flow_run(self.id).state_name)

    def question(self) -> str:
        state = self.client.read_flow_run(self.id).state
        assert state is not None
        keys = state.state_details.run_input_keyset
        assert keys is not None
        return str(
            self.client._client.post(
                f"/flow_runs/{self.id}/input/filter", json={"prefix": keys["description"], "limit": 1}
            ).json()[0]["value"]
        )


def deployment(client: SyncPrefectClient) -> UUID:
    flow_id = client.create_flow(special_inspection)
    schema = parameter_schema(special_inspection).model_dump()
    return client.create_deployment(
        flow_id=flow_id,
        name="special-inspection",
        parameter_openapi_schema=schema,
        enforce_parameter_schema=True,
    )


def everything_shown(client: SyncPrefectClient, run_id: UUID) -> str:
    """Return all that Prefect keeps of a run: itself, its states, artifacts, inputs and logs."""
    api, own = client._client, str(run_id)
    wanted = {"flow_runs": {"id": {"any_": [own]}}}
    asked_for = {"artifacts": wanted, "task_runs": wanted, "logs": {"logs": {"flow_run_id": {"any_": [own]}}}}
    parts = [
        api.get(f"/flow_runs/{own}").json(),
        api.get("/flow_run_states/", params={"flow_run_id": own}).json(),
        api.post(f"/flow_runs/{own}/input/filter", json={"prefix": "", "limit": 100}).json(),
        *(api.post(f"/{path}/filter", json=filters).json() for path, filters in asked_for.items()),
    ]
    return json.dumps(parts, ensure_ascii=False)


def test_a_preview_shows_counts_and_changes_nothing(url: str, client: SyncPrefectClient) -> None:
    before = row_counts(url)
    run = Run(client)
    done = run.execute()
    assert done.state is not None
    assert (done.state_name, done.state.message) == ("Completed", "预览完成，未登记、未派组")
    assert row_counts(url) == before
    shown = everything_shown(client, run.id)
    assert "4 所" in shown
    assert "(http://127.0.0.1:8490/campaigns/2025-2026-2-small)" in shown
    assert not any(secret in shown for secret in ["实验学校", "示督学", *PEOPLE])


def test_only_values_of_the_form_start_a_run(url: str, client: SyncPrefectClient) -> None:
    parameters = {"request": asked().model_dump(mode="json") | {"mode": "double-random"}}
    with pytest.raises(PrefectHTTPStatusError, match="'double-random' is not one of"):
        client.create_flow_run_from_deployment(deployment(client), parameters=parameters)


def test_a_wrong_request_fails_with_every_fault(url: str) -> None:
    state = special_inspection(asked(matters=["sport"], team_size=2), return_state=True)
    error = state.result(raise_on_failure=False)
    assert state.is_failed()
    assert isinstance(error, ProtocolError)
    assert {fault.code for fault in error.faults} == {"SPE-003", "SPE-007"}


def test_a_run_waits_for_a_decision_explains_a_bad_one_and_does_a_good_one_once(
    url: str, client: SyncPrefectClient
) -> None:
    run = Run(client, dry_run=False, schools={"school_codes": SCHOOLS[:1]})
    number = special_number(asked(schools={"school_codes": SCHOOLS[:1]}))
    assert run.execute().state_name == "Suspended"
    assert "1 所学校、1 个检查组" in run.question()

    assert run.answer(decision="approve") == "Suspended"  # nobody is filled in
    assert run.answer(decision="perhaps", approver_id=DIRECTOR) == "Suspended"
    assert run.answer(decision="approve", approver_id="nobody-1", decided_on=ON) == "Resuming"
    assert run.execute().state_name == "Suspended"
    assert "**上次提交未被采用：**" in run.question()
    assert "nobody-1 不在名单中" in run.question()

    assert run.answer(decision="approve", approver_id=DIRECTOR, decided_on=ON) == "Resuming"
    done = run.execute()
    assert done.state is not None
    assert (done.state_name, done.state.message) == ("Completed", "专项督导：已派组")
    after = row_counts(url)
    assert run.execute().state_name == "Completed"
    again = Run(client, dry_run=False, schools={"school_codes": SCHOOLS[:1]})
    assert again.execute().state_name == "Completed"
    assert row_counts(url) == after
    special = standing(number)
    assert special is not None
    assert special.state == SpecialState.DISPATCHED
    shown = everything_shown(client, run.id)
    assert not any(secret in shown for secret in ["实验学校", "示督学", *PEOPLE])


def test_the_requester_takes_a_request_back(url: str, client: SyncPrefectClient) -> None:
    run = Run(client, dry_run=False)
    assert run.execute().state_name == "Suspended"
    assert run.answer(decision="cancel", approver_id=OFFICE, reason=REASON, decided_on=ON) == "Resuming"
    done = run.execute()
    assert done.state is not None
    assert done.state.message == "专项督导：申请人已撤回，未派组"
    assert row_counts(url)["visit"] == 1
