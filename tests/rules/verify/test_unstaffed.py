"""A promise that could not be kept: anybody can count that no teams were possible, and what its successor gave up."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from inspection.canonical import canonical, digest
from inspection.draw import record as records
from inspection.draw.seed import public_values
from inspection.verify.record import verify
from tests.rules.draw.example_draw import DRAWN_AT, SECRET, entries
from tests.rules.draw.test_relaxation import anew, chained, drawn_anew

Record = dict[str, Any]


def read(text: str) -> Record:
    """Return a record as a reader has it, whose parts are not those of the promises."""
    found: Record = json.loads(text)
    return found


def unstaffed(kind: str = "open") -> Record:
    """Return the record of a promise under which no teams could be made."""
    old, new = anew(kind)
    values = public_values(records.sources(old.record), entries(), as_of=DRAWN_AT)
    secret = SECRET if kind == "sealed" else ""
    return read(canonical(records.unstaffed(old.record, values, anew=new.record, secret=secret)))


def failures(record: Record, **beside: Any) -> dict[str, str]:
    return {step.code: step.message for step in verify(record, **beside) if step.outcome == "fail"}


def told(record: Record) -> dict[str, Any]:
    """Return a ledger that tells the promise, its values, its cancelling, and the promise made anew."""
    before, after = records.committed(record["commitment"]), records.committed(record["anew"])
    return chained(
        ("commit", records.payload("commit", before)),
        ("seed", records.payload("seed", record)),
        ("cancel", records.payload("cancel", before)),
        ("commit", records.payload("commit", after)),
    )


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_that_no_teams_were_possible_can_be_counted(kind: str) -> None:
    record = unstaffed(kind)
    steps = {step.code: step for step in verify(record, ledger=told(record))}
    assert {step.outcome for step in steps.values()} == {"pass", "later"}
    assert steps["teams"].message == "所列8个岗位，能派的人员最多承担7个，确实无法为全部学校组成检查组"
    assert [code for code, step in steps.items() if step.outcome == "later"] == ["result", "substitutions"]
    assert steps["result"].message == "这一方案没有抽取结果"
    assert steps["ledger"].message == "4条首尾相接，登记数值后撤销，由替换方案接替；本批次撤销过1个方案"


def test_a_shortage_that_is_none_proves_nothing() -> None:
    record = unstaffed()
    record["shortage"] = record["shortage"][:-1]
    assert failures(record) == {"teams": "所列7个岗位，能派的人员最多承担7个，不能证明无法成组"}
    record["shortage"] = []
    assert failures(record) == {"teams": "所列0个岗位，能派的人员最多承担0个，不能证明无法成组"}


def test_seats_that_nobody_asked_for_are_no_proof() -> None:
    record = unstaffed()
    seat = record["shortage"][0]
    record["shortage"] = [seat] * 9
    assert failures(record) == {"teams": f"缺岗证明中有不属于抽中学校的岗位：{seat['school']}/{seat['role']}"}


def _of_anew(change: Callable[[Record], Any]) -> Callable[[Record], None]:
    def spoil(record: Record) -> None:
        change(record["anew"])

    return spoil


def _give(plan: Record, key: str, value: Any) -> None:
    plan[key] = value


SPOILS: dict[str, tuple[Callable[[Record], None], str]] = {
    "another school left out": (
        _of_anew(lambda plan: plan["excluded"].append({"school": "3711020099", "reason": "停课"})),
        "替换方案的excluded",
    ),
    "another ratio": (_of_anew(lambda plan: plan["sizing"].update(number=3, total=3)), "替换方案的sizing"),
    "load raised by two": (
        _of_anew(lambda plan: plan["inspectors"][0].update(load=plan["inspectors"][0]["load"] + 1)),
        "替换方案的inspectors",
    ),
    "expertise dropped unsaid": (
        _of_anew(lambda plan: plan["pool"][0].update(requires=[])),
        "替换方案的pool",
    ),
    "recusal dropped unsaid": (
        _of_anew(lambda plan: _give(plan, "not_assignable", [{"inspector": "x", "schools": ["y"]}])),
        "替换方案的not_assignable",
    ),
    "not said what it replaces": (_of_anew(lambda plan: plan.pop("relaxed")), "替换方案所写的原方案"),
    "replaces another": (
        _of_anew(lambda plan: plan["relaxed"].update(replaces="ab" * 32)),
        "替换方案所写的原方案",
    ),
    "recusal said to give way and grown": (
        _of_anew(lambda plan: plan["relaxed"].update(rules=["load", "not-assignable"])),
        "替换方案没有放宽回避，或者增加了不可派的人员",
    ),
}


@pytest.mark.parametrize("name", SPOILS)
def test_a_successor_that_gives_up_more_than_it_says_is_found(name: str) -> None:
    record = unstaffed()
    spoil, said = SPOILS[name]
    spoil(record)
    found = failures(record)
    assert list(found) == ["commitment"]
    assert found["commitment"].startswith(said)


def test_known_chance_is_found() -> None:
    record = unstaffed()
    record["anew"]["sources"] = record["commitment"]["sources"]
    assert failures(record) == {"commitment": "替换方案沿用了原方案的公开来源：dice、ssq-2026031"}


def test_a_known_secret_is_found() -> None:
    record = unstaffed("sealed")
    record["anew"]["secret_digest"] = record["commitment"]["secret_digest"]
    assert failures(record) == {"commitment": "替换方案沿用了原方案的密钥"}
    record["anew"]["secret_digest"] = ""
    assert failures(record) == {"commitment": "替换方案改变了抽取方式"}


def test_the_ledger_must_tell_values_cancelling_and_successor_in_this_order() -> None:
    record = unstaffed()
    said = told(record)["entries"]
    steps = [(entry["kind"], entry["payload"]) for entry in said]

    def ledger_step(*told_steps: tuple[str, Record]) -> str:
        return failures(record, ledger=chained(*told_steps)).get("ledger", "")

    commit, seed, cancel, second = steps
    assert ledger_step(*steps) == ""
    assert ledger_step(commit, cancel, second).startswith("台账中的步骤应为")
    assert ledger_step(commit, seed, second).startswith("台账中的步骤应为")
    assert ledger_step(commit, seed, second, cancel) == "撤销之后，台账中没有公布记录所载的替换方案"
    assert ledger_step(commit, seed, cancel) == "撤销之后，台账中没有公布记录所载的替换方案"
    other = ("seed", {**seed[1], "values": "ab" * 32})
    assert ledger_step(commit, other, cancel, second).startswith("台账中的公开数值")


def test_the_successor_itself_is_verified_as_ever() -> None:
    _, new = anew()
    assert failures(drawn_anew(new, "open")) == {}
    assert unstaffed()["anew"] == new.record
    assert digest(unstaffed()["anew"]) == new.digest
