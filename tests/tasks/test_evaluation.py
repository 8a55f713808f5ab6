"""What the sample says of the schools it was drawn from; a targeted draw says nothing of others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspection.deploy.plan import TargetPool
from inspection.store.engine import writing
from inspection.store.tables import Finding
from inspection.store.writing import put
from tasks import evaluation
from tasks.draw import commit_draw
from tasks.evaluation import TARGETED, estimate_all, show_estimates
from tasks.plan import plan_of
from tests.migrated_store import sqlite_store
from tests.tasks.special_office import CAMPAIGN, SCHOOLS
from tests.tasks.test_gate import COMMITTED, scored


@pytest.fixture
def found(tmp_path: Path) -> Iterator[str]:
    """A bureau that has promised a draw and has one finding back."""
    url = sqlite_store(tmp_path)
    with scored(tmp_path, url):
        commit_draw.fn(CAMPAIGN, as_of=COMMITTED)
        row = {"campaign_id": CAMPAIGN, "school_code": SCHOOLS[0], "stage": "primary", "item_code": "RZ-11"}
        rest = {"team_code": "t01", "conclusion": "met", "rating": None, "problem_text": ""}
        with writing(url) as session:
            last = {"evidence_id": "", "disposal": "", "submission_id": "s1"}
            put(session, Finding, [row | rest | last])
        yield url


def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    said: dict[str, Any] = {}
    monkeypatch.setattr(evaluation, "table", lambda key, rows, description: said.update({description: rows}))
    monkeypatch.setattr(evaluation, "note", lambda key, text, description: said.update({description: text}))
    show_estimates.fn(CAMPAIGN)
    return said


def test_the_estimate_is_of_the_pool_and_says_so(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert estimate_all.fn(CAMPAIGN).counts["核查项"] == 1
    ((title, rows),) = shown(monkeypatch).items()
    assert title.startswith("由抽查样本推断抽查名录库内的学校（按抽取概率加权，不含抽取前排除的学校）")
    assert rows[0]["范围"] == "名录库合计"


def test_of_a_targeted_draw_nothing_is_estimated_and_the_page_says_why(
    found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(CAMPAIGN)
    assert plan.draw is not None
    draw = plan.draw.model_copy(update={"target": TargetPool(stages=("primary",))})
    targeted = plan.model_copy(update={"draw": draw})
    monkeypatch.setattr(evaluation, "plan_of", lambda _: targeted)
    assert estimate_all.fn(CAMPAIGN).counts == {"核查项": 0, "估计": 0}
    assert shown(monkeypatch) == {"由抽查样本推断：不作推断": TARGETED}
