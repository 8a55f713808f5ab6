"""A commitment freezes everything the draw depends on, and tells the public nobody's name or class."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.canonical import canonical, digest
from inspection.draw import commitment as commitments
from inspection.draw.commitment import commit, one_line, pseudonym
from inspection.draw.pool import DrawSetup
from inspection.errors import ProtocolError
from tests.rules.draw.example_draw import (
    COMMITTED_AT,
    INSPECTORS,
    RELATIONS,
    SALT,
    SCHOOLS,
    SECRET,
    SOURCES,
    committed,
    setup,
)


def refused(given_setup: DrawSetup, *, salt: str = SALT, secret: str = "") -> str:
    with pytest.raises(ProtocolError) as caught:
        commit(given_setup, salt=salt, secret=secret, as_of=COMMITTED_AT)
    return str(caught.value)


def test_sizes_strata_and_pool_are_stated() -> None:
    made = committed().record
    assert made["sizing"] == {"ratio": "0.4", "number": 0, "minimum": 1, "total": 4}
    assert made["strata"] == [
        {"stratum": "s01", "pool": 5, "size": 3},
        {"stratum": "s02", "pool": 3, "size": 1},
    ]
    assert made["pool"][0] == {"school": "3711020001", "stratum": "s01", "requires": ["primary"]}
    assert made["excluded"] == [{"school": "3711020009", "reason": "本年度已就同一事项抽查"}]


def test_sources_carry_their_instant_and_bits() -> None:
    made = committed().record
    assert made["sources"][1] == {
        "source": "ssq-2026031",
        "kind": "lottery-ssq",
        "name": "双色球第2026031期开奖号码",
        "announced_at": "2026-03-19T21:15:00+08:00",
        "throws": 0,
        "bits": 24,
    }
    assert made["entropy"] == {"needed": 69, "declared": 24 + 124}


def test_the_public_part_names_no_person_no_class_and_no_stratum_key() -> None:
    text = canonical(committed().record)
    for hidden in ("t001", "t006", '371103"', "own_school", "relative", '"B"', SALT):
        assert hidden not in text


def test_the_annex_says_who_is_who_and_why() -> None:
    made = committed()
    assert made.annex["inspectors"][0] == {"id": "t001", "inspector": pseudonym(SALT, "t001")}
    assert made.annex["reasons"] == [
        {"id": "t001", "school": "3711020001", "reasons": ["own_school"]},
        {"id": "t002", "school": "3711020007", "reasons": ["relative_enrolled"]},
        {"id": "t004", "school": "3711020002", "reasons": ["former_school"]},
    ]
    assert made.annex["strata"][1] == {"stratum": "s02", "keys": [["371103", "primary"]]}
    assert {line["class"] for line in made.annex["risk"]} == {"B"}


def test_the_commitment_binds_the_annex() -> None:
    made = committed()
    assert made.record["annex_digest"] == made.annex_digest == digest(made.annex)
    other = committed(relations=RELATIONS[:1])
    assert other.digest != made.digest


def test_not_assignable_is_the_annex_seen_through_pseudonyms() -> None:
    made = committed()
    expected = {
        pseudonym(SALT, "t001"): ["3711020001"],
        pseudonym(SALT, "t002"): ["3711020007"],
        pseudonym(SALT, "t004"): ["3711020002"],
    }
    assert {line["inspector"]: line["schools"] for line in made.record["not_assignable"]} == expected


def test_pseudonyms_hang_on_the_salt() -> None:
    code = hmac.new(bytes.fromhex(SALT), b"t001", hashlib.sha256).hexdigest()
    assert pseudonym(SALT, "t001") == f"i-{code[:12]}"
    assert pseudonym("5b" * 32, "t001") != pseudonym(SALT, "t001")


def test_a_sealed_draw_commits_to_the_hash_of_its_secret() -> None:
    made = committed("sealed").record
    assert made["secret_digest"] == hashlib.sha256(SECRET.encode()).hexdigest()
    assert made["entropy"]["declared"] == 256
    assert SECRET not in canonical(made)


@given(st.randoms(use_true_random=False))
def test_the_order_of_lists_is_no_content(shuffler: object) -> None:
    lists = {"schools": SCHOOLS, "inspectors": INSPECTORS, "relations": RELATIONS, "sources": SOURCES}
    shuffled = {}
    for name, items in lists.items():
        copy = list(items)
        shuffler.shuffle(copy)  # type: ignore[attr-defined]
        shuffled[name] = copy
    assert committed(**shuffled).digest == committed().digest


@pytest.mark.parametrize(
    "changes",
    [
        {"ratio": "0.5"},
        {"ratio": "", "number": 4},
        {"matters": ("conduct", "safety")},
        {"mode": "thematic"},
        {"schools": SCHOOLS[1:], "relations": RELATIONS},
        {"schools": (replace(SCHOOLS[0], risk_class="D"), *SCHOOLS[1:])},
        {"inspectors": (replace(INSPECTORS[0], load=3), *INSPECTORS[1:])},
        {"relations": ()},
        {"sources": SOURCES[1:]},
        {"team_size": 3},
        {"has_leader": False},
        {"minimum_per_stratum": 2},
    ],
)
def test_whatever_the_draw_depends_on_changes_the_digest(changes: dict[str, object]) -> None:
    assert committed(**changes).digest != committed().digest


def test_records_hold_texts_and_whole_numbers_only() -> None:
    made = committed("sealed")
    for document in (made.record, made.annex):
        kinds = {type(leaf) for leaf in leaves(json.loads(json.dumps(document)))}
        assert kinds <= {str, int}


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


def test_too_little_chance_is_refused() -> None:
    assert refused(setup(sources=SOURCES[:1])) == (
        "公开来源的随机性不足\n"
        "- 公开来源：应为合计不少于69比特（可能样本数的对数加64，最高256），实为24比特。"
        "请增加公开来源，如增加掷骰次数、增加彩票期数或改用drand信标。（COM-002）"
    )


def test_a_secret_cannot_stand_in_for_public_chance() -> None:
    few = (replace(SOURCES[1], throws=9),)
    assert refused(setup(kind="sealed", sources=few), secret=SECRET) == (
        "公开来源的随机性不足\n"
        "- 公开来源：应为密钥之外的公开来源合计不少于24比特，实为23比特。"
        "请增加公开来源，使掌握密钥的人也无法左右结果。（COM-003）"
    )


def test_a_sealed_draw_that_would_name_schools_at_once_is_refused() -> None:
    classes = {"A": "0.2", "D": "1"}
    schools = (*SCHOOLS[:4], replace(SCHOOLS[4], risk_class="D"), *SCHOOLS[5:])
    schools = tuple(replace(one, risk_class="A") if one.risk_class == "B" else one for one in schools)
    changes = {"kind": "sealed", "schools": schools, "ratio": "", "ratios": classes}
    assert refused(setup(**changes), secret=SECRET) == (
        "密封抽取不能有整层抽取的层\n"
        "- 层 s02（371102／primary）：应为密封抽取的每一层，应抽学校少于名录内学校，实为名录内1所，应抽1所。"
        "整层抽取的学校在方案公布时即为人知。请降低该层的抽查比例，减少分层依据使小层合并，"
        "或者把这些学校另立批次公开抽取。（COM-006）"
    )
    assert committed(**changes | {"kind": "open"}).record["sizing"]["total"] == 3


def test_a_sealed_draw_of_all_that_the_cycle_still_owes_is_refused_too() -> None:
    due = tuple(replace(one, is_due=True) for one in SCHOOLS)
    rested = tuple(replace(one, load=9) for one in INSPECTORS)
    message = refused(setup(kind="sealed", schools=due, inspectors=rested, due_ratio="1"), secret=SECRET)
    assert message.count("（COM-006）") == 2
    assert "（371102／primary）" in message
    assert "+due" not in message


def test_a_sealed_draw_merges_what_it_would_otherwise_draw_whole() -> None:
    schools = (*SCHOOLS[:5], SCHOOLS[5])
    open_strata = committed(schools=schools, relations=(), minimum_per_stratum=1).record["strata"]
    assert [(line["pool"], line["size"]) for line in open_strata] == [(5, 2), (1, 1)]
    sealed = committed("sealed", schools=schools, relations=(), minimum_per_stratum=1).record["strata"]
    assert sealed == [{"stratum": "s01", "pool": 6, "size": 3}]


@pytest.mark.parametrize("salt", ["", "5a" * 31, "5A" * 32, "5a" * 31 + "5"])
def test_a_weak_salt_is_refused(salt: str) -> None:
    assert "附件盐值：应为不少于64位的小写十六进制数（256比特）" in refused(setup(), salt=salt)


def test_two_people_under_one_pseudonym_need_another_salt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commitments, "pseudonym", lambda salt, inspector_id: "i-000000000000")
    assert refused(setup()) == (
        "检查人员代号重复\n- 附件盐值：应为检查人员代号互不相同，实为有代号相同。请更换附件盐值。（COM-001）"
    )


def test_a_pool_that_cannot_be_staffed_is_refused_before_the_draw() -> None:
    leaders_only = tuple(replace(one, expertise=()) for one in INSPECTORS)
    message = refused(setup(inspectors=leaders_only))
    assert message.startswith(
        "检查人员不足，不能保证组成检查组\n- 学校 3711020001：应为能组成2人检查组，实为符合条件的检查人员不足。"
    )
    assert message.count("（COM-004）") == 8


def test_loads_that_cannot_reach_are_refused_before_the_draw() -> None:
    tired = tuple(replace(one, load=1) for one in INSPECTORS)
    assert refused(setup(inspectors=tired)) == (
        "检查人员不足，不能保证组成检查组\n"
        "- 检查人员：应为可承担的学校数合计不少于8，实为6。请充实检查人员名录库或调整抽取方案。（COM-005）\n"
        "- 组长：应为可承担的学校数合计不少于4，实为3。请充实检查人员名录库或调整抽取方案。（COM-005）"
    )


def test_free_text_is_one_line_without_control_characters() -> None:
    assert one_line(" 本年度\n已抽查\t\x00 cafe\u0301\ud800 ") == "本年度 已抽查 café"
