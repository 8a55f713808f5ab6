"""Both verifiers agree on what a draw may also be: promised anew, exchanged between districts, covering a cycle."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from inspection.canonical import digest
from inspection.draw import record as records
from inspection.verify.record import verify
from tests.browser.test_verify_page import failing, page, report
from tests.rules.draw.example_draw import drawn
from tests.rules.draw.test_exchange import cross
from tests.rules.draw.test_relaxation import TAMPERS, anew, chained, drawn_anew
from tests.rules.score.test_coverage import due
from tests.rules.verify.test_unstaffed import told, unstaffed
from tests.rules.verify.wrong_values import FOUR_FOR_TWO, WRONG, everywhere, spoilt

pytestmark = pytest.mark.browser
__all__ = ["page"]


def both(page: Page, record: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return at which steps the page and the program find fault."""
    own = [step.code for step in verify(record) if step.outcome == "fail"]
    return failing(report(page, record)), own


def honest() -> dict[str, dict[str, Any]]:
    found = {f"cross of {count}": drawn(**cross(count)) for count in (2, 3, 4)}
    for ratio in ("0.250", "1"):
        found[f"due {ratio}"] = drawn(schools=due(0, 2, 6), due_ratio=ratio, ratio="0.2")
    for kind in ("open", "sealed"):
        made = anew(kind)[1]
        record = drawn_anew(made, kind)
        found[f"anew {kind}"] = records.open_draw(record, made.annex) if kind == "sealed" else record
        found[f"anew {kind}, promised"] = records.committed(made.record)
        found[f"unstaffed {kind}"] = unstaffed(kind)
    return found


def test_honest_records_pass_both(page: Page) -> None:
    assert {name: both(page, record) for name, record in honest().items()} == dict.fromkeys(
        honest(), ([], [])
    )


@pytest.mark.parametrize("tamper", TAMPERS)
def test_a_relaxation_that_is_not_whole_passes_neither(
    page: Page, tamper: Callable[[dict[str, Any]], None]
) -> None:
    record = copy.deepcopy(records.committed(anew()[1].record))
    tamper(record["commitment"]["relaxed"])
    record["commitment_digest"] = digest(record["commitment"])
    in_page, own = both(page, record)
    assert in_page[:1] == own[:1]
    assert own[0] in {"format", "commitment"}


@pytest.mark.parametrize("places", [(0, 1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 3, 2), (0, 1, 2)])
def test_both_follow_a_replaced_promise_into_the_ledger_alike(page: Page, places: tuple[int, ...]) -> None:
    record = unstaffed()
    steps = [(entry["kind"], entry["payload"]) for entry in told(record)["entries"]]
    ledger = chained(*(steps[place] for place in places))
    own = [step.code for step in verify(record, ledger=ledger) if step.outcome == "fail"]
    texts = [json.dumps(part, ensure_ascii=False) for part in (record, ledger)]
    steps = page.evaluate("([record, ledger]) => checkText(record, '', ledger).steps", texts)
    assert [step["id"] for step in steps if step["outcome"] == "fail"] == own
    assert own == ([] if places == (0, 1, 2, 3) else ["ledger"])


def test_a_size_that_does_not_cover_the_cycle_passes_neither(page: Page) -> None:
    record = copy.deepcopy(drawn(schools=due(0, 2, 6), due_ratio="1", ratio="0.2"))
    line = next(line for line in record["commitment"]["strata"] if line["ratio"] == "1" and line["pool"] == 2)
    line["size"] = 1
    record["commitment_digest"] = digest(record["commitment"])
    in_page, own = both(page, record)
    assert in_page[:1] == own[:1] == ["sizes"]


def test_floors_that_exceed_the_total_pass_neither(page: Page) -> None:
    assert both(page, FOUR_FOR_TWO) == (["sizes"], ["sizes"])


def test_each_wrong_value_of_the_list_fails_both_at_the_same_step(page: Page) -> None:
    found = {
        f"{name} {path} {value!r}": tuple(steps[:1] for steps in both(page, spoilt(name, path, value)))
        for name, path, value, _ in WRONG
    }
    assert found == {f"{name} {path} {value!r}": ([code], [code]) for name, path, value, code in WRONG}


@pytest.mark.parametrize("name", ["committed", "open", "substituted", "sealed", "opened", "unstaffed"])
def test_odd_values_anywhere_are_judged_alike(page: Page, name: str) -> None:
    titles, made = zip(*everywhere(name), strict=True)
    told = page.evaluate(
        """texts => texts.map(text => checkText(text, "").steps
             .filter(step => step.outcome === "fail").map(step => step.id)[0] ?? "")""",
        [json.dumps(item, ensure_ascii=False) for item in made],
    )
    own = [next((s.code for s in verify(item) if s.outcome == "fail"), "") for item in made]
    pairs = {title: (its, mine) for title, its, mine in zip(titles, told, own, strict=True) if its != mine}
    assert pairs == {}
