"""A record is whole, the same for the same inputs, never overwritten, and closed while it must be."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.canonical import canonical, digest, digest_bytes
from inspection.draw import record
from inspection.draw.seed import PublicValue
from inspection.draw.selection import pair_id, ticket
from inspection.draw.substitution import current_teams, replace_inspector, substitute
from inspection.errors import ProtocolError
from inspection.verify.record import verify
from tests.rules.draw.example_draw import (
    COMMITTED_AT,
    DICE,
    INSPECTORS,
    LOTTERY,
    RELATIONS,
    SCHOOLS,
    SECRET,
    SOURCES,
    committed,
    drawn,
    in_ledger,
)

FORMAT = Path(__file__).parents[3] / "docs" / "record-format.md"


def refused(step: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(ProtocolError) as caught:
        step(*given, **named)
    return str(caught.value)


def floats_and_nulls(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in floats_and_nulls(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in floats_and_nulls(item)]
    return [] if type(value) in {str, int} else [value]


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_a_drawn_record_verifies(kind: str) -> None:
    made = drawn(kind)
    assert {step.outcome for step in verify(made)} == {"pass", "later"}
    assert floats_and_nulls(json.loads(canonical(made))) == []


def test_selection_and_teams_are_those_of_the_format_document() -> None:
    made = drawn()
    assert [line["school"] for line in made["selection"]] == [team["school"] for team in made["teams"]]
    assert [team["members"][0]["role"] for team in made["teams"]] == ["leader"] * 4
    assert made["inclusion"] == [
        {"stratum": "s01", "probability": "3/5"},
        {"stratum": "s02", "probability": "1/3"},
    ]


def vector(name: str) -> Any:
    """Return a JSON block of the format document by the comment before it."""
    found = re.search(
        rf"<!-- vector: {name} -->\n```json\n(.*?)\n```", FORMAT.read_text(encoding="utf-8"), re.S
    )
    assert found is not None, name
    return json.loads(found[1])


def test_the_vectors_of_the_format_document_are_what_the_code_makes() -> None:
    made, chain = in_ledger()
    substituted = substitute(made, made["selection"][0]["school"], reason="暂停办学")
    sealed_draw = drawn("sealed")
    assert vector("commitment") == made["commitment"]
    assert vector("record") == {key: made[key] for key in made if key not in {"commitment", "substitutions"}}
    assert vector("substitution") == substituted["substitutions"][0]
    second = made["teams"][1]
    sick = second["members"][0]["inspector"]
    reseated = replace_inspector(made, sick, [second["school"]], reason="因病")
    assert vector("replacement") == reseated["substitutions"][0]
    assert vector("ledger") == {"format": "school-inspection/ledger/1", "entries": [vars(e) for e in chain]}
    assert vector("sealed") == {
        key: record.sealed(sealed_draw)[key] for key in ("commitment_digest", "result_hash")
    } | {key: sealed_draw[key] for key in ("secret", "seed", "result_digest")}
    assert vector("annex") == committed().annex


def test_the_worked_tickets_of_the_format_document_are_right() -> None:
    made = drawn()
    page = FORMAT.read_text(encoding="utf-8")
    assert f"\n{made['seed']}\n" in page
    seed_hash = digest_bytes(made["seed"].encode())
    id_hash = digest_bytes(f"{seed_hash}school:s01:3711020001".encode())
    pair = pair_id(made["selection"][0]["school"], committed().annex["inspectors"][0]["inspector"])
    shown = [seed_hash, id_hash, str(int(id_hash, 16)), made["tickets"][0]["ticket"], pair]
    for text in (*shown, ticket(made["seed"], pair), made["commitment_digest"], made["result_digest"]):
        assert f"`{text}`" in page


def test_the_same_inputs_give_the_same_record() -> None:
    assert digest(drawn()) == digest(drawn())


@given(st.randoms(use_true_random=False))
def test_the_order_of_inputs_does_not_reach_the_record(shuffler: object) -> None:
    lists = {"schools": SCHOOLS, "inspectors": INSPECTORS, "relations": RELATIONS, "sources": SOURCES}
    shuffled = {name: list(items) for name, items in lists.items()}
    for items in shuffled.values():
        shuffler.shuffle(items)  # type: ignore[attr-defined]
    assert drawn(**shuffled) == drawn()


def test_one_changed_die_changes_the_draw() -> None:
    made = committed().record
    values = [PublicValue("dice", DICE), PublicValue("ssq-2026031", LOTTERY)]
    other = [PublicValue("dice", DICE[:-1] + "6"), PublicValue("ssq-2026031", LOTTERY)]
    assert record.draw(made, values)["tickets"] != record.draw(made, other)["tickets"]


def test_values_must_be_those_of_the_named_sources() -> None:
    assert refused(record.draw, committed().record, [PublicValue("dice", DICE)]) == (
        "不能抽取\n- 公开数值：应为dice、ssq-2026031，实为dice。请核对后重新提交。（REC-003）"
    )


@pytest.mark.parametrize(
    ("kind", "secret", "sentence"),
    [
        ("sealed", "", "抽取密钥：应为承诺时的密钥，实为没有密钥。"),
        ("sealed", "d4" * 32, "抽取密钥：应为承诺时的密钥，实为另一个密钥。"),
        ("open", SECRET, "抽取密钥：应为公开抽取，不用密钥，实为另一个密钥。"),
    ],
)
def test_the_secret_must_be_the_one_committed_to(kind: str, secret: str, sentence: str) -> None:
    values = [PublicValue("dice", DICE), PublicValue("ssq-2026031", LOTTERY)]
    assert sentence in refused(record.draw, committed(kind).record, values, secret=secret)


def test_the_sources_of_a_commitment_can_be_read_back() -> None:
    assert sorted(source.source_id for source in record.sources(committed().record)) == [
        "dice",
        "ssq-2026031",
    ]
    assert all(source.announced_at > COMMITTED_AT for source in record.sources(committed().record))


def test_a_sealed_draw_shows_no_seed_no_school_and_no_team_before_it_is_opened() -> None:
    made = drawn("sealed")
    public = record.sealed(made)
    assert made["state"] == "unopened"
    assert set(public) == {
        *("format", "state", "commitment", "commitment_digest", "values", "result_hash", "ledger"),
        "substitution_hashes",
    }
    text = canonical(public)
    for hidden in (SECRET, made["result_digest"], made["tickets"][0]["ticket"], "selection"):
        assert hidden not in text


def test_the_published_hash_is_that_of_the_result_opened_later() -> None:
    made = substitute(drawn("sealed"), drawn("sealed")["selection"][0]["school"], reason="停电")
    opened = record.open_draw(made, committed("sealed").annex)
    assert opened["state"] == "opened"
    assert record.sealed(made)["result_hash"] == opened["result_hash"]
    assert {step.outcome for step in verify(opened)} == {"pass", "later"}
    assert len(record.sealed(made)["substitution_hashes"]) == 1


def test_a_draw_is_opened_with_its_own_annex_only() -> None:
    made, other = drawn("sealed"), committed("sealed", relations=())
    assert refused(record.open_draw, made, other.annex) == (
        "附件与承诺不符，不能启封\n"
        f"- 附件：应为承诺时的附件（摘要{made['commitment']['annex_digest']}），实为摘要{other.annex_digest}。"
        "请取出承诺时存档的附件原件。（REC-001）"
    )


def test_steps_out_of_order_are_refused() -> None:
    opened = record.open_draw(drawn("sealed"), committed("sealed").annex)
    unopened = "应为“已密封抽取、尚未启封”"
    assert f"现在不能启封\n- 抽取记录：{unopened}，实为“已启封”。" in refused(
        record.open_draw, opened, committed("sealed").annex
    )
    assert f"{unopened}，实为“已公开抽取”。" in refused(record.open_draw, drawn(), committed().annex)
    assert f"{unopened}，实为“已公开抽取”。" in refused(record.sealed, drawn())
    alone = record.committed(committed().record)
    assert "实为“已承诺”。" in refused(substitute, alone, "3711020001", reason="停电")


def test_a_substitute_is_the_next_ticket_of_the_same_stratum() -> None:
    made = drawn()
    tickets = {line["school"]: line["ticket"] for line in made["tickets"]}
    first = next(line["school"] for line in made["selection"] if line["stratum"] == "s01")
    left = sorted(
        (tickets[line["school"]], line["school"])
        for line in made["commitment"]["pool"]
        if line["stratum"] == "s01" and line["school"] not in {s["school"] for s in made["selection"]}
    )
    replaced = substitute(made, first, reason=" 校舍\n维修 ")
    (item,) = replaced["substitutions"]
    assert (item["substitute"], item["ticket"]) == (left[0][1], left[0][0])
    assert (item["reason"], item["previous"]) == ("校舍 维修", made["result_digest"])
    again = substitute(replaced, item["substitute"], reason="停课")
    assert again["substitutions"][1]["substitute"] == left[1][1]
    assert again["substitutions"][1]["previous"] == item["digest"]
    assert first not in current_teams(again)


def test_a_substitution_leaves_the_original_record_untouched() -> None:
    made = drawn()
    before = digest(made)
    replaced = substitute(made, made["selection"][0]["school"], reason="停课")
    assert digest(made) == before
    assert {key: value for key, value in replaced.items() if key != "substitutions"} == {
        key: value for key, value in made.items() if key != "substitutions"
    }


def test_the_team_of_a_substitute_respects_the_loads_of_the_others() -> None:
    made = drawn()
    replaced = substitute(made, made["selection"][0]["school"], reason="停课")
    names = [m["inspector"] for team in current_teams(replaced).values() for m in team["members"]]
    assert max(names.count(name) for name in names) <= 2


@pytest.mark.parametrize(
    ("school", "reason", "got"),
    [
        ("3711020009", "停课", "学校“3711020009”，理由“停课”"),
        ("", "停课", "学校“”，理由“停课”"),
        ("drawn", " \n ", "理由“”"),
    ],
)
def test_only_a_drawn_school_is_substituted_and_only_for_a_reason(school: str, reason: str, got: str) -> None:
    made = drawn()
    code = made["selection"][0]["school"] if school == "drawn" else school
    message = refused(substitute, made, code, reason=reason)
    assert "递补：应为本次抽中且尚未被替换的学校，并写明理由" in message
    assert got in message


def test_a_stratum_drawn_whole_has_no_substitute() -> None:
    made = drawn(ratio="1", sources=SOURCES, inspectors=[replace(one, load=9) for one in INSPECTORS])
    code = made["selection"][0]["school"]
    assert refused(substitute, made, code, reason="停课") == (
        "没有学校可以递补\n"
        f"- 学校 {code}：应为同层尚有未抽中的学校，实为该层学校已全部抽中。"
        "请记录该校未能检查及其理由。（REC-006）"
    )


def test_the_ledger_is_told_ids_and_digests_only() -> None:
    made = drawn()
    named = {"campaign": "2025-2026-2-basic", "commitment": made["commitment_digest"]}
    alone = record.committed(made["commitment"])
    assert record.payload("commit", alone) == named | {"matters": ["conduct"]}
    anew = alone | {"commitment": alone["commitment"] | {"relaxed": {"replaces": "ab" * 32}}}
    assert record.payload("commit", anew) == named | {"matters": ["conduct"], "replaces": "ab" * 32}
    assert record.payload("cancel", alone) == named
    assert record.payload("seed", made) == named | {"values": digest(made["values"])}
    assert record.payload("draw", made) == named | {"result": made["result_digest"]}
    replaced = substitute(made, made["selection"][0]["school"], reason="停课")
    last = replaced["substitutions"][0]["digest"]
    assert record.payload("substitute", replaced) == named | {"substitution": last}


def test_of_a_sealed_draw_the_ledger_is_told_salted_hashes() -> None:
    made = drawn("sealed")
    assert record.payload("draw", made)["result"] == made["result_hash"]
    replaced = substitute(made, made["selection"][0]["school"], reason="停课")
    told = record.payload("substitute", replaced)["substitution"]
    assert told == record.sealed(replaced)["substitution_hashes"][0] != replaced["substitutions"][0]["digest"]
    opened = record.open_draw(replaced, committed("sealed").annex)
    assert record.payload("open", opened)["result"] == made["result_digest"]
