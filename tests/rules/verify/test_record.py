"""The verifier says yes to an honest record and says precisely what is wrong with any other."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.canonical import digest
from inspection.draw import record
from inspection.draw.pool import PoolInspector, Relation
from inspection.draw.substitution import replace_inspector, substitute
from inspection.errors import ProtocolError
from inspection.verify.record import verify
from inspection.verify.record_format import STEPS, Step
from tests.rules.draw.example_draw import INSPECTORS, committed, drawn, school, setup
from tests.rules.verify.wrong_values import FOUR_FOR_TWO, HONEST, WRONG, Path, spoilt

Record = dict[str, Any]
OPEN = drawn()
SUBSTITUTED = substitute(OPEN, OPEN["selection"][0]["school"], reason="暂停办学")
RESEATED = replace_inspector(
    OPEN, OPEN["teams"][1]["members"][0]["inspector"], [OPEN["teams"][1]["school"]], reason="因病"
)
OPENED = record.open_draw(drawn("sealed"), committed("sealed").annex)


def failures(steps: list[Step]) -> dict[str, str]:
    return {step.code: step.message for step in steps if step.outcome == "fail"}


def recommit(made: Record) -> None:
    """Make the stated digest fit the commitment, as a forger would."""
    made["commitment_digest"] = digest(made["commitment"])


def reseal(made: Record) -> None:
    """Make the result digest fit, as a forger would."""
    made["result_digest"] = digest({key: made[key] for key in record.RESULT_KEYS})


@pytest.mark.parametrize(
    "made", [OPEN, SUBSTITUTED, RESEATED, OPENED], ids=["open", "substituted", "reseated", "opened"]
)
def test_an_honest_record_passes_every_step(made: Record) -> None:
    steps = verify(made)
    assert [step.code for step in steps] == list(STEPS)
    assert {step.code: step.outcome for step in steps if step.outcome != "pass"} == {"ledger": "later"}


def test_an_honest_record_survives_being_written_and_read() -> None:
    assert failures(verify(json.loads(json.dumps(SUBSTITUTED, ensure_ascii=False, indent=2)))) == {}


def drop_school(made: Record) -> None:
    del made["commitment"]["pool"][3]


def drop_recusal(made: Record) -> None:
    del made["commitment"]["not_assignable"][0]


def enlarge_stratum(made: Record) -> None:
    made["commitment"]["strata"][0]["size"] = 2
    made["commitment"]["strata"][1]["size"] = 2
    recommit(made)


def lower_total(made: Record) -> None:
    made["commitment"]["sizing"]["total"] = 3
    recommit(made)


def misfile_school(made: Record) -> None:
    made["commitment"]["pool"][0]["stratum"] = "s02"
    recommit(made)


def shuffle_pool(made: Record) -> None:
    made["commitment"]["pool"].reverse()
    recommit(made)


def bar_a_stranger(made: Record) -> None:
    made["commitment"]["not_assignable"][0]["schools"] = ["3711029999"]
    recommit(made)


def exaggerate_bits(made: Record) -> None:
    made["commitment"]["sources"][0]["bits"] = 200
    recommit(made)


def invent_a_source(made: Record) -> None:
    made["commitment"]["sources"][0]["kind"] = "horoscope"
    recommit(made)


def change_a_die(made: Record) -> None:
    made["values"][0]["value"] = "5" + made["values"][0]["value"][1:]


def impossible_ball(made: Record) -> None:
    made["values"][1]["value"] = "03 08 12 19 26 34+07"


def unsorted_balls(made: Record) -> None:
    made["values"][1]["value"] = "08 03 12 19 26 31+07"


def withhold_a_value(made: Record) -> None:
    del made["values"][1]


def change_the_seed(made: Record) -> None:
    made["seed"] = made["seed"].replace("214442", "214443", 1)


def exchange_the_secret(made: Record) -> None:
    made["secret"] = "c4" * 32


def change_a_ticket(made: Record) -> None:
    made["tickets"][2]["ticket"] = "0.0" + made["tickets"][2]["ticket"][2:]


def flatter_the_odds(made: Record) -> None:
    made["inclusion"][0]["probability"] = "4/5"


def swap_a_school(made: Record) -> None:
    chosen = {line["school"] for line in made["selection"]}
    spared = next(line for line in made["commitment"]["pool"] if line["school"] not in chosen)
    made["selection"][0] = {"school": spared["school"], "stratum": spared["stratum"]}


def reorder_the_selection(made: Record) -> None:
    made["selection"].reverse()


def swap_an_inspector(made: Record) -> None:
    first, second = made["teams"][0]["members"], made["teams"][1]["members"]
    first[1]["inspector"], second[1]["inspector"] = second[1]["inspector"], first[1]["inspector"]
    reseal(made)


def double_an_inspector(made: Record) -> None:
    members = made["teams"][0]["members"]
    members[1]["inspector"] = members[0]["inspector"]
    reseal(made)


def excuse_somebody(made: Record) -> None:
    passed = next(m["passed"] for team in made["teams"] for m in team["members"] if m["passed"])
    passed[0]["reason"] = "needed-elsewhere" if passed[0]["reason"] != "needed-elsewhere" else "not-leader"
    reseal(made)


def rename_a_role(made: Record) -> None:
    made["teams"][0]["members"][1]["role"] = "ordinary"
    reseal(made)


def forget_a_team(made: Record) -> None:
    del made["teams"][2]
    reseal(made)


def change_the_evidence(made: Record) -> None:
    made["values"][0]["evidence"] = "ab" * 32


def change_the_result_digest(made: Record) -> None:
    made["result_digest"] = "0" * 64


def change_the_sealed_hash(made: Record) -> None:
    made["result_hash"] = "0" * 64


def pick_the_substitute(made: Record) -> None:
    item = made["substitutions"][0]
    left = {line["school"] for line in made["commitment"]["pool"] if line["stratum"] == item["stratum"]}
    left -= {line["school"] for line in made["selection"]} | {item["substitute"]}
    item["substitute"] = sorted(left)[0]
    item["digest"] = digest({key: value for key, value in item.items() if key != "digest"})


def reword_the_reason(made: Record) -> None:
    made["substitutions"][0]["reason"] = "另有安排"


def forget_the_reason(made: Record) -> None:
    made["substitutions"][0]["reason"] = ""


def substitute_a_stranger(made: Record) -> None:
    made["substitutions"][0]["school"] = "3711020009"


def write_a_decimal(made: Record) -> None:
    made["commitment"]["strata"][0]["size"] = 3.0


def write_a_null(made: Record) -> None:
    made["commitment"]["secret_digest"] = None


def look_alike_id(made: Record) -> None:
    made["selection"][0]["school"] = "37110200\uff10" + made["selection"][0]["school"][-1]


def hide_a_note(made: Record) -> None:
    made["note"] = "内定"


def lose_a_part(made: Record) -> None:
    del made["tickets"]


def call_it_sealed(made: Record) -> None:
    made["state"] = "opened"


def claim_another_algorithm(made: Record) -> None:
    made["commitment"]["algorithm"] = "python-random/1"
    recommit(made)


TAMPERINGS: list[tuple[Callable[[Record], None], Record, str, str]] = [
    (drop_school, OPEN, "commitment", "承诺内容的摘要应为"),
    (drop_recusal, OPEN, "commitment", "承诺内容的摘要应为"),
    (enlarge_stratum, OPEN, "sizes", '各层数量应为{"s01":3,"s02":1}，记录为{"s01":2,"s02":2}'),
    (lower_total, OPEN, "sizes", "抽取总数应为4，记录为3"),
    (misfile_school, OPEN, "pool", '各层学校数应为{"s01":4,"s02":4}，记录为{"s01":5,"s02":3}'),
    (shuffle_pool, OPEN, "pool", 'pool的编号顺序第1项应为"3711020001"，记录为"3711020008"'),
    (bar_a_stranger, OPEN, "pool", "名录库与排除名单、不可派名单相矛盾：i-"),
    (exaggerate_bits, OPEN, "entropy", "来源dice的比特数应为124，记录为200"),
    (invent_a_source, OPEN, "format", "记录/commitment/sources/1/kind不合规定：'horoscope'"),
    (change_a_die, OPEN, "seed", '种子应为"{'),
    (impossible_ball, OPEN, "values", "ssq-2026031的数值“03 08 12 19 26 34+07”格式不对"),
    (unsorted_balls, OPEN, "values", "ssq-2026031的数值“08 03 12 19 26 31+07”格式不对"),
    (withhold_a_value, OPEN, "values", '公开来源应为["dice","ssq-2026031"]，记录为["dice"]'),
    (change_the_seed, OPEN, "seed", '种子应为"{'),
    (exchange_the_secret, OPENED, "seed", "密钥摘要应为"),
    (change_a_ticket, OPEN, "tickets", '抽签号第3项应为{"school":"3711020003","ticket":"0.'),
    (flatter_the_odds, OPEN, "selection", '入样概率第1项应为{"probability":"3/5","stratum":"s01"}'),
    (swap_a_school, OPEN, "selection", "抽中学校第1项应为"),
    (reorder_the_selection, OPEN, "selection", "抽中学校第1项应为"),
    (swap_an_inspector, OPEN, "teams", ""),
    (double_an_inspector, OPEN, "teams", "不可派、不合条件、重复或超过上限"),
    (excuse_somebody, OPEN, "teams", "跳过的人"),
    (rename_a_role, OPEN, "teams", "检查组的岗位第2项应为"),
    (forget_a_team, OPEN, "teams", "检查组的学校应为"),
    (change_the_evidence, OPEN, "result", "结果摘要应为"),
    (change_the_result_digest, OPEN, "result", "结果摘要应为"),
    (change_the_sealed_hash, OPENED, "result", "密封时公布的结果摘要应为"),
    (pick_the_substitute, SUBSTITUTED, "substitutions", "第1次递补应为"),
    (reword_the_reason, SUBSTITUTED, "substitutions", "第1次递补的摘要应为"),
    (forget_the_reason, SUBSTITUTED, "format", "记录/substitutions/1/reason不合规定：''"),
    (substitute_a_stranger, SUBSTITUTED, "substitutions", "第1次递补：学校不在待查之列"),
    (write_a_decimal, OPEN, "format", "记录/commitment/strata/1/size不合规定：3.0"),
    (write_a_null, OPEN, "format", "记录/commitment/secret_digest不合规定：None"),
    (look_alike_id, OPEN, "format", "记录/selection/1/school不合规定：'37110200０"),
    (hide_a_note, OPEN, "format", "记录缺少或多出：note"),
    (lose_a_part, OPEN, "format", "记录缺少或多出：tickets"),
    (call_it_sealed, OPEN, "format", "记录状态、抽取方式和密钥摘要不相符"),
    (claim_another_algorithm, OPEN, "format", '格式和算法版本第3项应为"consistent-sampler-1.0.10'),
]


@pytest.mark.parametrize(
    ("tamper", "honest", "code", "message"), TAMPERINGS, ids=[t[0].__name__ for t in TAMPERINGS]
)
def test_a_tampered_record_fails_at_the_step_tampered_with(
    tamper: Callable[[Record], None], honest: Record, code: str, message: str
) -> None:
    made = copy.deepcopy(honest)
    tamper(made)
    found = failures(verify(made))
    assert next(iter(found)) == code
    assert message in found[code]


@pytest.mark.parametrize(("name", "path", "value", "code"), WRONG)
def test_a_value_out_of_shape_or_place_fails_where_the_list_says(
    name: str, path: Path, value: Any, code: str
) -> None:
    assert failures(verify(HONEST[name])) == {}
    assert next(iter(failures(verify(spoilt(name, path, value))))) == code


def test_floors_that_exceed_the_total_fail_the_sizes() -> None:
    assert failures(verify(FOUR_FOR_TWO)) == {"sizes": "抽取总数或每层最少数量超出范围"}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every text and number of a record."""
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def altered(made: Record, path: tuple[Any, ...]) -> Record:
    forged = copy.deepcopy(made)
    place = forged
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int) else ("a" if old[:1] != "a" else "b") + old[1:]
    return forged


@given(st.sampled_from(list(leaves(SUBSTITUTED))))
def test_no_single_text_or_number_of_a_record_can_be_changed(path: tuple[Any, ...]) -> None:
    assert failures(verify(altered(SUBSTITUTED, path)))


@given(st.sampled_from(list(leaves(OPENED))))
def test_nor_of_an_opened_one(path: tuple[Any, ...]) -> None:
    assert failures(verify(altered(OPENED, path)))


@given(st.integers(2, 14), st.integers(6, 12), st.integers(1, 3), st.integers(0, 99))
def test_honest_draws_of_any_size_pass(pool_count: int, people_count: int, load: int, salt: int) -> None:
    """The rules and the verifier share no code: agreement is evidence for both."""
    stages = ("primary", "junior")
    schools = [school(n, f"37110{n % 3}", requires=(stages[n % 2],)) for n in range(pool_count)]
    people = [
        PoolInspector(
            inspector_id=f"t{n}",
            is_leader=(n + salt) % 2 == 0,
            expertise=stages if (n + salt) % 3 else stages[n % 2 :],
            load=load,
        )
        for n in range(people_count)
    ]
    places = [(f"t{n}", schools[(n * 7 + salt) % pool_count].code) for n in range(0, people_count, 2)]
    apart = [Relation(name, code, "declared_interest") for name, code in places]
    try:
        made = drawn(schools=schools, inspectors=people, relations=apart, ratio="0.3", merge_below=3)
        made = substitute(made, made["selection"][0]["school"], reason="停课")
    except ProtocolError:
        return
    assert failures(verify(made)) == {}


def test_where_leaders_are_scarce_those_kept_for_other_schools_are_checked_too() -> None:
    people = [replace(one, expertise=("primary",), employer_code="") for one in INSPECTORS]
    made = drawn(inspectors=people, relations=(), ratio="", number=6)
    kept = [p for team in made["teams"] for m in team["members"] for p in m["passed"]]
    assert {"inspector", "reason"} == kept[0].keys()
    assert any(one["reason"] == "needed-elsewhere" for one in kept)
    assert failures(verify(made)) == {}
    next(one for one in kept if one["reason"] == "needed-elsewhere")["reason"] = "load-exhausted"
    assert list(failures(verify(made))) == ["teams", "result"]


def test_a_commitment_alone_is_checked_as_far_as_it_goes() -> None:
    steps = verify(record.committed(committed().record))
    assert [step.code for step in steps if step.outcome == "pass"] == [
        *("format", "commitment", "pool", "sizes", "entropy")
    ]
    assert {step.message for step in steps if step.outcome == "later"} == {
        "尚未抽取",
        "没有提供台账文件，未核验",
    }


def test_of_a_sealed_draw_it_says_what_must_wait() -> None:
    steps = {step.code: step for step in verify(record.sealed(drawn("sealed")))}
    assert [code for code, step in steps.items() if step.outcome == "pass"] == [
        *("format", "commitment", "pool", "sizes", "entropy", "values")
    ]
    assert steps["seed"].message == steps["teams"].message == "启封后才能核验"


def test_a_forgery_consistent_in_itself_is_caught_by_the_published_digest() -> None:
    forged = drawn(schools=[one for one in setup().schools if one.code != "3711020003"])
    assert failures(verify(forged)) == {}
    found = failures(verify(forged, commitment=OPEN["commitment_digest"]))
    assert found == {
        "commitment": f"此前公布的承诺摘要为{OPEN['commitment_digest']}，本记录的为{forged['commitment_digest']}"
    }
    assert "与此前公布的一致" in verify(OPEN, commitment=OPEN["commitment_digest"])[1].message


@pytest.mark.parametrize("nothing", [None, [], "record", {}, {"state": "finished"}, {"state": "drawn"}])
def test_what_is_no_record_fails_the_format(nothing: object) -> None:
    (step,) = verify(nothing)
    assert (step.code, step.outcome) == ("format", "fail")
