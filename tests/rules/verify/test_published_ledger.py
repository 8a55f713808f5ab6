"""The verifier follows a record into the published ledger: one commitment, then its seed, then one draw."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from inspection import ledger
from inspection.draw import record
from inspection.draw.substitution import substitute
from inspection.verify.record import verify
from inspection.verify.record_format import Step
from tests.rules.draw import test_relaxation as relaxation
from tests.rules.draw.example_draw import DRAWN_AT, committed, drawn, in_ledger

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


def redrawn() -> list[tuple[str, dict[str, Any]]]:
    """Tell of another promise of the campaign, drawn and then cancelled, before the record's own."""
    first = drawn(ratio="0.5")
    alone = record.committed(first["commitment"])
    before = [("commit", record.payload("commit", alone))]
    before += [(kind, record.payload(kind, first)) for kind in ("seed", "draw", "cancel")]
    return [*before, *told()]


def test_a_redraw_through_a_cancelled_promise_shows() -> None:
    steps = redrawn()
    assert in_the_ledger(relinked(steps)).message == (
        f"已撤销的方案{steps[0][1]['commitment']}，台账中已有抽取结果：有了结果不得撤销重抽"
    )


def test_a_promise_cancelled_after_its_values_shows_unless_this_one_replaces_it() -> None:
    steps = [step for step in redrawn() if step != redrawn()[2]]
    assert in_the_ledger(relinked(steps)).message == (
        f"已撤销的方案{steps[0][1]['commitment']}，台账中已登记公开数值，本方案没有写明是由它放宽条件而来"
    )


def test_a_cancellation_entered_under_another_campaign_hides_nothing() -> None:
    steps = [(k, p | {"campaign": "other"} if k in {"cancel", "draw"} else p) for k, p in redrawn()[:4]]
    assert "有了结果不得撤销重抽" in in_the_ledger(relinked([*steps, *told()])).message


def anew_twice() -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """Return a promise made anew for the second time, and the whole story in the ledger."""
    old, second = relaxation.anew()
    source = replace(relaxation.NEW, source_id="dice-3")
    again = replace(relaxation.DECISION, rules=("expertise",))
    third = relaxation.recommit(second, again, sources=[source], secret="", as_of=DRAWN_AT)
    steps = []
    for made in (old, second, third):
        alone = record.committed(made.record)
        values = {"campaign": made.record["campaign"], "commitment": made.digest, "values": "ab" * 32}
        steps += [("commit", record.payload("commit", alone)), ("seed", values)]
        steps += [("cancel", record.payload("cancel", alone))]
    return record.committed(third.record), steps[:-2]


def test_promises_made_anew_one_after_the_other_are_followed_back() -> None:
    made, steps = anew_twice()
    assert verify(made, ledger=relinked(steps))[-1].message == (
        "7条首尾相接，承诺有效且唯一；本批次撤销过2个方案"
    )
    steps[3] = (steps[3][0], {key: value for key, value in steps[3][1].items() if key != "replaces"})
    assert "本方案没有写明是由它放宽条件而来" in verify(made, ledger=relinked(steps))[-1].message


def test_the_ledger_and_the_promise_must_name_the_same_predecessor() -> None:
    made, steps = anew_twice()
    steps[-1] = (steps[-1][0], steps[-1][1] | {"replaces": "ab" * 32})
    replaces = made["commitment"]["relaxed"]["replaces"]
    assert verify(made, ledger=relinked(steps))[-1].message == (
        f"台账所载被替换的方案为{'ab' * 32}，本方案写的是{replaces}"
    )


def elsewhere(campaign: str, **changes: Any) -> list[tuple[str, dict[str, Any]]]:
    """Tell of a draw under another campaign."""
    other = drawn(campaign_id=campaign, **changes)
    alone = {"commit": record.payload("commit", record.committed(other["commitment"]))}
    return list((alone | {kind: record.payload(kind, other) for kind in ("seed", "draw")}).items())


def test_other_campaigns_to_the_same_matters_are_named_and_are_no_fault() -> None:
    steps = [*elsewhere("2025-2026-2-again"), *elsewhere("2025-2026-1-basic")[:1], *told()]
    steps += elsewhere("2025-2026-2-safety", matters=("safety",))
    assert in_the_ledger(relinked(steps)) == Step(
        "ledger",
        "台账",
        "pass",
        "10条首尾相接，承诺有效且唯一；同一事项另有批次："
        "2025-2026-1-basic（未抽取）、2025-2026-2-again（已抽取），请核对是否重复抽取",
    )


def test_a_campaign_whose_matters_the_ledger_does_not_tell_is_named_once_it_is_drawn() -> None:
    steps = elsewhere("2025-2026-2-again")
    steps[0] = ("commit", {key: value for key, value in steps[0][1].items() if key != "matters"})
    assert "2025-2026-2-again（已抽取）" in in_the_ledger(relinked([*steps, *told()])).message
    assert "again" not in in_the_ledger(relinked([*steps[:2], *told()])).message


def pairs() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return records beside ledgers, honest and not: both verifiers must judge each alike."""
    made, chain = in_ledger()
    astray = copy.deepcopy(made)
    astray["ledger"]["seed"] = chain[0].entry_hash
    hidden, steps = in_ledger("sealed")
    found = {
        "honest": (made, ledger.document(chain)),
        "sealed": (record.sealed(hidden), ledger.document(steps)),
        "points elsewhere": (astray, ledger.document(chain)),
        "a promise of nobody": (made, ledger.document(chain[:1])),
    }
    last, public, story = lived("sealed")
    for title, told_steps in {"whole": story, "shut": story[:-2], "cut": story[:-3]}.items():
        found[f"opened, {title}"] = (last | {"ledger": {}}, relinked(told_steps))
        found[f"sealed, {title}"] = (public | {"ledger": {}}, relinked(told_steps))
    anew, story = anew_twice()
    found |= {f"anew {place}": (anew, relinked(story[place:])) for place in range(4)}
    found["no predecessor"] = (anew, relinked([story[-1]]))
    for title, told_steps in {
        "alone": told(),
        "redrawn": redrawn(),
        "values and no result": [step for step in redrawn() if step != redrawn()[2]],
        "second live": [*told(), redrawn()[0]],
        "cancelled": [*told(), ("cancel", record.payload("cancel", OPEN))],
        "drawn twice": [*told(), told()[2]],
        "seed first": [told()[1], told()[0], told()[2]],
        "elsewhere": [*elsewhere("2025-2026-2-again"), *told()],
        "a commit without campaign": [("commit", {"commitment": "ab" * 32}), *told()],
        "a commit without commitment": [("commit", {"campaign": "other", "matters": ["conduct"]}), *told()],
        "a cancel without commitment": [("cancel", {"campaign": "2025-2026-2-basic"}), *told()],
    }.items():
        found[title] = (OPEN, relinked(told_steps))
    return found


def test_of_all_pairs_these_are_no_fault() -> None:
    outcomes = {title: verify(made, ledger=book)[-1].outcome for title, (made, book) in pairs().items()}
    made_anew = {f"anew {place}" for place in range(4)}
    assert {title for title, outcome in outcomes.items() if outcome == "pass"} - made_anew == {
        *(
            "honest",
            "sealed",
            "opened, whole",
            "sealed, whole",
            "sealed, shut",
            "alone",
            "elsewhere",
        )
    }
