"""The verifier follows a record into the published ledger: one commitment, then its seed, then one draw."""

import copy
from typing import Any

import pytest

from inspection import ledger, record
from inspection.substitution import substitute
from inspection.verify import verify
from inspection.verify_format import Step
from tests.rules.example_draw import committed, drawn, in_ledger

OPEN = drawn()


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_a_record_linked_into_the_ledger_passes(kind: str) -> None:
    made, chain = in_ledger(kind)
    public = record.sealed(made) if kind == "sealed" else made
    for one in chain:
        (step,) = verify(public, ledger=ledger.document(chain), head=one.entry_hash)[-1:]
        assert step.outcome == "pass"
        assert step.message == "4条首尾相接，承诺有效且唯一，含此前公布的台账头"


def relinked(steps: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    chain: list[ledger.Entry] = []
    for kind, payload in steps:
        chain.append(ledger.entry(kind, payload, after=chain[-1] if chain else None))
    return ledger.document(chain)


def told() -> list[tuple[str, dict[str, Any]]]:
    alone = record.committed(OPEN["commitment"])
    made = {"commit": record.payload("commit", alone)}
    return list((made | {kind: record.payload(kind, OPEN) for kind in ("seed", "draw")}).items())


def in_the_ledger(document: dict[str, Any], head: str = "") -> Step:
    return verify(OPEN, ledger=document, head=head)[-1]


def test_a_second_live_commitment_shows() -> None:
    other = record.payload("commit", record.committed(committed(ratio="0.5").record))
    step = in_the_ledger(relinked([*told(), ("commit", other)]))
    assert step.outcome == "fail"
    assert step.message.startswith(f'台账中有效的承诺应为["{OPEN["commitment_digest"]}"]，记录为["')


def test_a_cancelled_predecessor_is_no_fault() -> None:
    other = record.committed(committed(ratio="0.5").record)
    before = [("commit", record.payload("commit", other)), ("cancel", record.payload("cancel", other))]
    assert in_the_ledger(relinked([*before, *told()])).outcome == "pass"


def test_a_commitment_to_another_matter_is_no_fault() -> None:
    other = record.committed(committed(matters=("safety",)).record)
    assert in_the_ledger(relinked([("commit", record.payload("commit", other)), *told()])).outcome == "pass"


def test_a_cancelled_commitment_cannot_be_drawn_under() -> None:
    steps = [*told(), ("cancel", record.payload("cancel", OPEN))]
    assert "台账中有效的承诺应为" in in_the_ledger(relinked(steps)).message


def test_a_second_draw_of_one_commitment_shows() -> None:
    steps = told()
    again = ("draw", steps[2][1] | {"result": "ab" * 32})
    assert "台账中的步骤应为" in in_the_ledger(relinked([*steps[:2], again, steps[2]])).message


def test_another_result_than_the_recorded_one_shows() -> None:
    steps = told()
    forged = ("draw", steps[2][1] | {"result": "ab" * 32})
    message = in_the_ledger(relinked([*steps[:2], forged])).message
    assert message.startswith(f'台账中的步骤第3项应为["draw","{OPEN["result_digest"]}"]')


def test_values_other_than_those_entered_show_even_while_sealed() -> None:
    made, chain = in_ledger("sealed")
    public = copy.deepcopy(record.sealed(made))
    public["values"][0]["value"] = "1" * 48
    step = verify(public, ledger=ledger.document(chain))[-1]
    assert step.message.startswith('台账中的步骤第2项应为["seed",')


def test_a_commitment_entered_after_the_seed_shows() -> None:
    steps = told()
    assert "台账中的步骤第1项应为" in in_the_ledger(relinked([steps[1], steps[0], steps[2]])).message


def test_a_changed_entry_shows() -> None:
    document = relinked(told())
    document["entries"][1]["payload"] = {"campaign": "other", "commitment": "0" * 64}
    assert in_the_ledger(document).message.startswith("台账第2条应为")


def test_a_ledger_without_the_published_head_shows() -> None:
    step = in_the_ledger(relinked(told()), head="ab" * 32)
    assert step.message == f"台账中没有此前公布的台账头{'ab' * 32}"


def test_a_record_that_points_to_another_entry_shows() -> None:
    made, chain = in_ledger()
    made["ledger"]["seed"] = chain[0].entry_hash
    step = verify(made, ledger=ledger.document(chain))[-1]
    assert step.message == f'记录所引台账条目{chain[0].entry_hash}应为"seed"，记录为"没有这一条"'


def lived(kind: str) -> tuple[dict[str, Any], dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Return a record replaced once before and once after its opening, what was public first, the steps."""
    made, chain = in_ledger(kind)
    steps = [(entry.kind, dict(entry.payload)) for entry in chain]
    first = substitute(made, made["selection"][0]["school"], reason="停电")
    steps.append(("substitute", record.payload("substitute", first)))
    public = record.sealed(first) if kind == "sealed" else first
    opened = record.open_draw(first, committed(kind).annex) if kind == "sealed" else first
    steps.append(("open", record.payload("open", opened)))
    last = substitute(opened, made["selection"][1]["school"], reason="疫情")
    steps.append(("substitute", record.payload("substitute", last)))
    return last, public, steps


def said(made: dict[str, Any], steps: list[tuple[str, dict[str, Any]]]) -> Step:
    # Links name entries of the chain as it was; here the chain is made anew.
    return verify(made | {"ledger": {}}, ledger=relinked(steps))[-1]


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_a_record_is_followed_through_its_opening_and_substitutions(kind: str) -> None:
    made, _, steps = lived(kind)
    assert said(made, steps).outcome == "pass"


def test_a_sealed_record_kept_since_before_still_fits_the_ledger_after_the_opening() -> None:
    _, public, steps = lived("sealed")
    assert said(public, steps).outcome == "pass"
    assert said(public, steps[:-2]).outcome == "pass"
    assert said(public, steps[:-3]).message.startswith("台账中的递补应为")


def test_an_opened_record_that_the_ledger_does_not_know_as_open_shows() -> None:
    made, _, steps = lived("sealed")
    without = [step for step in steps if step[0] != "open"]
    assert "台账中的步骤应为" in said(made, without).message


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_an_opening_of_another_result_shows(kind: str) -> None:
    made, _, steps = lived(kind)
    forged = [(k, p | {"result": "ab" * 32} if k == "open" else p) for k, p in steps]
    assert said(made, forged).message == (
        f'台账中的步骤第4项应为["open","{made["result_digest"]}"]，记录为["open","{"ab" * 32}"]'
    )


def test_a_second_opening_shows() -> None:
    made, _, steps = lived("sealed")
    again = [*steps, next(step for step in steps if step[0] == "open")]
    assert "台账中的步骤应为" in said(made, again).message


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_a_substitution_that_is_left_out_of_either_shows(kind: str) -> None:
    made, _, steps = lived(kind)
    fewer = made | {"substitutions": made["substitutions"][:-1]}
    assert said(fewer, steps).message.startswith("台账中的递补应为")
    assert said(made, steps[:-1]).message.startswith("台账中的递补应为")
    assert said(made, [*steps[:4], *steps[5:]]).message.startswith("台账中的递补应为")


def test_a_substitution_entered_with_another_digest_shows() -> None:
    made, _, steps = lived("sealed")
    forged = [(k, p | {"substitution": "ab" * 32} if k == "substitute" else p) for k, p in steps]
    assert said(made, forged).message.startswith("台账中的递补第1项应为")


def test_what_is_no_ledger_fails_the_ledger_step() -> None:
    assert in_the_ledger({"entries": [1]}).message.startswith("结构不合规定：TypeError")


def test_the_sixteen_digits_that_a_notice_prints_are_enough_and_fewer_are_not() -> None:
    made, chain = in_ledger()
    published, head = ledger.document(chain), chain[1].entry_hash
    for length, is_enough in ((16, True), (15, False)):
        steps = verify(made, ledger=published, head=head[:length])
        assert (steps[-1].outcome == "pass") is is_enough
        assert (ledger.check_chain(chain, published_head=head[:length]) == ()) is is_enough
