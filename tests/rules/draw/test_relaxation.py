"""Which rules would have to give so that teams can be made, and how the promise is made anew."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from inspection import ledger
from inspection.canonical import digest
from inspection.draw import record as records
from inspection.draw.commitment import Commitment
from inspection.draw.pool import PoolInspector, Relation
from inspection.draw.record import selection
from inspection.draw.relaxation import Decision, offer_faults, offers, recommit, relaxed, require_offered
from inspection.draw.seed import PublicSource, PublicValue, public_values
from inspection.errors import ProtocolError
from inspection.verify.annex import verify_annex
from inspection.verify.record import verify
from tests.rules.draw.example_draw import BEIJING, DRAWN_AT, SCHOOLS, SECRET, committed, entries

NEW = PublicSource(
    source_id="dice-2",
    kind="dice",
    name="第二次现场公开掷骰",
    announced_at=datetime(2026, 3, 27, 10, tzinfo=BEIJING),
    throws=60,
)
LATER = NEW.announced_at + timedelta(hours=1)
DECISION = Decision(rules=("load",), decided_by="director-01", reason="本学期检查人员不足")


def people(*loads: int, expertise: tuple[str, ...] = ("primary",)) -> tuple[PoolInspector, ...]:
    return tuple(
        PoolInspector(
            inspector_id=f"t{number:03d}", is_leader=number % 2 == 1, expertise=expertise, load=load
        )
        for number, load in enumerate(loads, 1)
    )


def stuck(kind: str = "open", **changes: Any) -> tuple[Commitment, tuple[str, ...]]:
    """Return a promise with room enough in sum but not for these schools, and the schools drawn under it."""
    given = {"inspectors": people(5, 3), "number": 4, "ratio": "", "relations": ()} | changes
    made = committed(kind, **given)
    values = public_values(records.sources(made.record), entries(), as_of=DRAWN_AT)
    secret = SECRET if kind == "sealed" else ""
    with pytest.raises(ProtocolError, match="现有检查人员无法为全部学校组成检查组"):
        records.draw(made.record, values, secret=secret)
    return made, selection(made.record, values, secret=secret)


def apart(reason: str) -> dict[str, Any]:
    """Keep the one with most room from everywhere but two schools."""
    relations = [Relation("t001", school.code, reason) for school in SCHOOLS[:7]]
    return {"inspectors": people(4, 4, 1), "relations": relations}


def test_each_single_rule_that_would_do_is_offered() -> None:
    made, drawn = stuck(**apart("declared_interest"))
    assert offers(made.record, made.annex, drawn) == (("declared_interest",),)
    made, drawn = stuck()
    assert offers(made.record, made.annex, drawn) == (("load",),)


@pytest.mark.parametrize("reason", ["own_school", "relative_employed", "relative_enrolled"])
def test_what_the_law_keeps_apart_is_never_offered(reason: str) -> None:
    made, drawn = stuck(**apart(reason))
    assert offers(made.record, made.annex, drawn) == ()


def test_pairs_are_offered_only_where_no_single_rule_would_do() -> None:
    given = apart("last_term")
    both = [*given["relations"], *(Relation("t002", school.code, "former_school") for school in SCHOOLS[:7])]
    inspectors = (*people(4, 4, 1), *people(0, 0, 0, 1)[3:])
    made, drawn = stuck(inspectors=inspectors, relations=both)
    assert offers(made.record, made.annex, drawn) == (
        ("load", "last_term"),
        ("last_term", "former_school"),
    )


def test_a_rule_given_up_changes_nothing_else() -> None:
    made, _ = stuck(**apart("declared_interest"))
    record, annex = relaxed(made.record, made.annex, ["declared_interest"])
    assert {key for key in record if record[key] != made.record[key]} == {"not_assignable"}
    assert {key for key in annex if annex[key] != made.annex[key]} == {"reasons"}
    record, annex = relaxed(made.record, made.annex, ["load"])
    assert {key for key in record if record[key] != made.record[key]} == {"inspectors"}
    assert annex == made.annex
    record, _ = relaxed(made.record, made.annex, ["expertise"])
    assert {key for key in record if record[key] != made.record[key]} == {"pool"}


def anew(kind: str = "open", **changes: Any) -> tuple[Commitment, Commitment]:
    made, _ = stuck(kind, **changes)
    secret = "d4" * 32 if kind == "sealed" else ""
    return made, recommit(made, DECISION, sources=[NEW], secret=secret, as_of=DRAWN_AT)


def drawn_anew(made: Commitment, kind: str) -> dict[str, Any]:
    values = [PublicValue("dice-2", "314625" * 10)]
    return records.draw(made.record, values, secret="d4" * 32 if kind == "sealed" else "")


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_the_promise_made_anew_is_drawn_from_and_verified(kind: str) -> None:
    old, made = anew(kind)
    assert made.record["relaxed"] == {
        "replaces": old.digest,
        "rules": ["load"],
        "decided_by": "director-01",
        "reason": "本学期检查人员不足",
    }
    record = drawn_anew(made, kind)
    whole = records.open_draw(record, made.annex) if kind == "sealed" else record
    assert [step.code for step in verify(whole) if step.outcome == "fail"] == []
    assert [step.code for step in verify_annex(whole, made.annex) if step.outcome == "fail"] == []


def chained(*steps: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    chain: list[ledger.Entry] = []
    for kind, payload in steps:
        chain.append(ledger.entry(kind, payload, after=chain[-1] if chain else None))
    return ledger.document(chain)


def test_the_ledger_must_cancel_what_is_replaced_before_it_promises_anew() -> None:
    old, made = anew()
    before, after = records.committed(old.record), records.committed(made.record)
    first = ("commit", records.payload("commit", before))
    cancel = ("cancel", records.payload("cancel", before))
    second = ("commit", records.payload("commit", after))

    def said(*steps: tuple[str, dict[str, Any]]) -> tuple[str, str]:
        step = verify(after, ledger=chained(*steps))[-1]
        return step.outcome, step.message

    assert said(first, cancel, second)[0] == "pass"
    assert said(first, second, cancel) == (
        "fail",
        f"本方案所替换的方案{old.digest}，台账中没有先行撤销",
    )
    assert said(first, second)[0] == "fail"
    assert said(second)[0] == "fail"


def _put(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda part: part.update({key: value})


TAMPERS = [
    _put("rules", []),
    _put("rules", ["load", "expertise"]),
    _put("rules", ["quorum"]),
    _put("reason", ""),
    _put("replaces", "ab"),
    _put("extra", "1"),
    lambda part: part.pop("decided_by"),
]


@pytest.mark.parametrize("tamper", TAMPERS)
def test_a_relaxation_that_is_not_whole_is_found(tamper: Callable[[dict[str, Any]], None]) -> None:
    _, made = anew()
    record = records.committed(made.record) | {
        "commitment": {**made.record, "relaxed": {**made.record["relaxed"]}}
    }
    tamper(record["commitment"]["relaxed"])
    record["commitment_digest"] = digest(record["commitment"])
    assert next(step.code for step in verify(record) if step.outcome == "fail") in {"format", "commitment"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rules": ("expertise",)}, "应为以下之一：load，实为expertise。"),
        ({"rules": ("load", "expertise")}, "应为以下之一：load，实为load＋expertise。"),
        ({"decided_by": "dx-0001"}, "应为机构配置中的审批人员，实为“dx-0001”。"),
        ({"reason": " "}, "应为写明放宽的理由，实为未填写。"),
    ],
)
def test_a_decision_that_gives_up_more_or_is_not_signed_is_refused(
    changes: dict[str, Any], sentence: str
) -> None:
    decision = Decision(**({"rules": ("load",), "decided_by": "director-01", "reason": "不足"} | changes))
    with pytest.raises(ProtocolError) as caught:
        require_offered(decision, [("load",)], approvers=["director-01"])
    assert sentence in caught.value.full_text


def test_known_or_old_sources_are_refused() -> None:
    made, _ = stuck()
    old = [PublicSource(source_id="dice", kind="dice", name="掷骰", announced_at=LATER, throws=60)]
    with pytest.raises(ProtocolError) as caught:
        recommit(made, DECISION, sources=old, secret="", as_of=DRAWN_AT)
    assert "应为原方案没有用过的公开来源，实为dice。" in caught.value.full_text
    with pytest.raises(ProtocolError, match="公开来源不能用于重新承诺"):
        recommit(made, DECISION, sources=[NEW], secret="", as_of=LATER)


def test_ways_out_are_told_with_their_codes_and_without_schools_or_people() -> None:
    (one,) = offer_faults([("load",)])
    assert one.sentence.startswith(
        "放宽条件 load：应为由审批人员决定是否放宽，"
        "实为只放宽“每名检查人员可以承担的学校数提高1所”即可为全部学校组成检查组。"
    )
    (none,) = offer_faults([])
    assert "实为放宽任何两项条件仍不能成组。" in none.sentence
