"""Public values are typed by two people, after the event, in one spelling, and hold enough chance."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from math import comb, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.canonical import canonical
from inspection.draw.seed import (
    KINDS,
    PublicSource,
    PublicValue,
    ValueEntry,
    canonical_value,
    needed_bits,
    public_values,
    require_accounts,
    secret_digest,
    seed_text,
    source_bits,
)
from inspection.errors import ProtocolError
from tests.rules.draw.example_draw import BEIJING, DICE, DRAWN_AT, LOTTERY, SOURCES, entries


def source(kind: str, **changes: object) -> PublicSource:
    announced_at = datetime(2026, 3, 19, 21, 15, tzinfo=BEIJING)
    given = PublicSource(source_id="one", kind=kind, name="某来源", announced_at=announced_at)
    return replace(given, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("lottery-ssq", "31 26 19 12 08 03 + 07", "03 08 12 19 26 31+07"),
        ("lottery-ssq", "3，8，12，19，26，31，7", "03 08 12 19 26 31+07"),
        ("lottery-ssq", "０３ 08、12、19 26 31＋07", "03 08 12 19 26 31+07"),
        ("lottery-dlt", "04-11-18-25-33 | 09 02", "04 11 18 25 33+02 09"),
        ("index", "3,245.67", "3245.67"),
        ("index", " 3245.67 ", "3245.67"),
        ("dice", "61 32 54", "613254"),
        ("drand", "AB" * 32, "ab" * 32),
    ],
)
def test_a_value_has_one_spelling_however_it_is_typed(kind: str, text: str, value: str) -> None:
    assert canonical_value(source(kind, throws=6), text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("lottery-ssq", "03 08 12 19 26 34+07"),
        ("lottery-ssq", "03 08 12 19 26 31+17"),
        ("lottery-ssq", "03 03 12 19 26 31+07"),
        ("lottery-ssq", "00 08 12 19 26 31+07"),
        ("lottery-ssq", "03 08 12 19 26+07"),
        ("lottery-ssq", "03 08 12 19 26 31+07 08"),
        ("lottery-ssq", "一 二 三 四 五 六+七"),
        ("lottery-dlt", "04 11 18 25 36+02 09"),
        ("lottery-dlt", "04 11 18 25 33+09 09"),
        ("lottery-dlt", "04 11 18 25 33+02 13"),
        ("index", "3245.6"),
        ("index", "3245"),
        ("index", "0245.67"),
        ("dice", "61325"),
        ("dice", "613257"),
        ("drand", "ab" * 31),
        ("drand", "zz" * 32),
    ],
)
def test_a_malformed_value_is_refused_with_what_was_wanted(kind: str, text: str) -> None:
    one = source(kind, throws=6)
    with pytest.raises(ProtocolError) as caught:
        canonical_value(one, text)
    assert str(caught.value) == (
        "某来源的数值格式不对\n"
        f"- 某来源：应为{KINDS[kind].wanted(6)}，实为“{text}”。请对照公告核对后重新录入。（SEED-002）"
    )


@given(st.sets(st.integers(1, 33), min_size=6, max_size=6), st.integers(1, 16))
def test_every_lottery_result_can_be_entered(red: set[int], blue: int) -> None:
    text = " ".join(map(str, red)) + f"+{blue}"
    spelt = " ".join(f"{number:02d}" for number in sorted(red)) + f"+{blue:02d}"
    assert canonical_value(source("lottery-ssq"), text) == spelt
    assert canonical_value(source("lottery-ssq"), spelt) == spelt


@pytest.mark.parametrize("second", ["zhang", "ZHANG", " zhang ", "zh ang", "ｚｈａｎｇ"])
def test_one_person_under_two_spellings_is_one_person(second: str) -> None:
    typed = [ValueEntry(source_id="dice", actor_id=actor, text=DICE) for actor in ("zhang", second)]
    with pytest.raises(ProtocolError) as caught:
        public_values(SOURCES[1:], typed, as_of=DRAWN_AT)
    assert [fault.sentence for fault in caught.value.faults] == [
        "现场公开掷骰48次：应为两人各录入一次，实为1人录入2次。请补正后重新提交。（SEED-005）"
    ]


def test_who_types_has_an_account_where_there_are_accounts() -> None:
    require_accounts(entries(), known=())
    require_accounts(entries(), known={"zhang", "li", "wang"})
    with pytest.raises(ProtocolError) as caught:
        require_accounts(entries(), known={"zhang"})
    assert caught.value.full_text == (
        "录入人不能录入公开数值\n"
        "- 录入人 li：应为教育督导室或者纪检监督在用的工作台账号，实为未登记、已停用或者无此权限。"
        "请由教育督导室、纪检监督各用本人账号的编号录入；没有账号的，先由系统管理员开通。（SEED-010）"
    )


def test_two_people_who_agree_give_the_values_of_all_sources() -> None:
    assert public_values(SOURCES, entries(), as_of=DRAWN_AT) == (
        PublicValue("dice", DICE),
        PublicValue("ssq-2026031", LOTTERY),
    )


def test_the_order_of_sources_and_entries_does_not_matter() -> None:
    expected = public_values(SOURCES, entries(), as_of=DRAWN_AT)
    assert public_values(SOURCES[::-1], entries()[::-1], as_of=DRAWN_AT) == expected


def test_values_are_refused_before_the_announced_instant() -> None:
    early = datetime(2026, 3, 20, 9, 59, tzinfo=BEIJING)
    with pytest.raises(ProtocolError) as caught:
        public_values(SOURCES, entries(), as_of=early)
    assert str(caught.value) == (
        "公开数值不能用于抽取\n"
        "- 现场公开掷骰48次：应为2026-03-20 10:00+08:00公布以后录入，实为2026-03-20 09:59+08:00录入。"
        "请在公布后录入。（SEED-004）"
    )


def test_the_instant_itself_is_late_enough_in_any_time_zone() -> None:
    in_greenwich = SOURCES[1].announced_at.astimezone(UTC)
    assert len(public_values(SOURCES, entries(), as_of=in_greenwich)) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["zhang"], "应为两人各录入一次，实为1人录入1次。"),
        (["zhang", "zhang"], "应为两人各录入一次，实为1人录入2次。"),
        (["zhang", "li", "wang"], "应为两人各录入一次，实为3人录入3次。"),
        ([], "应为两人各录入一次，实为0人录入0次。"),
    ],
)
def test_each_value_is_typed_by_exactly_two_people(typed: list[str], sentence: str) -> None:
    dice = SOURCES[1]
    twice = [ValueEntry(source_id="dice", actor_id=actor, text=DICE) for actor in typed]
    with pytest.raises(ProtocolError) as caught:
        public_values([dice], twice, as_of=DRAWN_AT)
    assert f"{dice.name}：{sentence}" in str(caught.value)


def test_all_faults_of_all_sources_are_named_at_once() -> None:
    other = DICE[:-1] + "6"
    typed = [
        ValueEntry(source_id="dice", actor_id="zhang", text=DICE),
        ValueEntry(source_id="dice", actor_id="li", text=other),
        ValueEntry(source_id="ssq-2026031", actor_id="zhang", text="1 2 3"),
        ValueEntry(source_id="ssq-2026031", actor_id="li", text=LOTTERY),
        ValueEntry(source_id="index", actor_id="li", text="3245.67"),
    ]
    with pytest.raises(ProtocolError) as caught:
        public_values(SOURCES, typed, as_of=DRAWN_AT)
    assert [fault.code for fault in caught.value.faults] == ["SEED-003", "SEED-002", "SEED-006"]
    assert f"- 现场公开掷骰48次：应为两人录入的数值一致，实为“{DICE}”与“{other}”。" in str(caught.value)


def test_evidence_must_be_the_same_and_a_digest() -> None:
    def typed(first: str, second: str) -> list[ValueEntry]:
        one = ValueEntry(source_id="dice", actor_id="zhang", text=DICE, evidence=first)
        return [one, replace(one, actor_id="li", evidence=second)]

    values = public_values(SOURCES[1:], typed("ab" * 32, ""), as_of=DRAWN_AT)
    assert values == (PublicValue("dice", DICE, "ab" * 32),)
    for first, second in (("ab" * 32, "cd" * 32), ("photo.jpg", "")):
        with pytest.raises(ProtocolError, match="同一份凭证的SHA-256值"):
            public_values(SOURCES[1:], typed(first, second), as_of=DRAWN_AT)


@pytest.mark.parametrize(
    ("kind", "outcome_count"),
    [
        ("lottery-ssq", comb(33, 6) * 16),
        ("lottery-dlt", comb(35, 5) * comb(12, 2)),
        ("dice", 6**60),
        ("drand", 2**256),
    ],
)
def test_bits_are_counted_down(kind: str, outcome_count: int) -> None:
    assert source_bits(source(kind)) == int(log2(outcome_count))


def test_of_an_index_only_the_decimals_count() -> None:
    assert source_bits(source("index")) == 6


def test_a_draw_needs_the_bits_of_its_samples_and_64_more() -> None:
    assert needed_bits([(10, 3)]) == 7 + 64
    assert needed_bits([(30, 6), (20, 4)]) == int(log2(comb(30, 6) * comb(20, 4))) + 1 + 64
    assert needed_bits([(5, 5)]) == 64


def test_more_than_256_bits_are_never_needed() -> None:
    assert needed_bits([(600, 60)]) == 256
    assert needed_bits([(470_000, 47_000)]) == 256


@given(st.integers(1, 40), st.integers(0, 40))
def test_the_bits_a_draw_needs_are_never_undercounted(pool_count: int, size: int) -> None:
    drawn = min(size, pool_count)
    assert 2 ** (needed_bits([(pool_count, drawn)]) - 64) >= comb(pool_count, drawn)


def test_the_seed_is_canonical_json_of_commitment_and_values() -> None:
    values = [PublicValue("ssq", LOTTERY), PublicValue("dice", "616")]
    assert seed_text("ab" * 32, values) == (
        '{"commitment":"' + "ab" * 32 + '","values":{"dice":"616","ssq":"03 08 12 19 26 31+07"}}'
    )


def test_the_secret_of_a_sealed_draw_is_part_of_its_seed() -> None:
    values = [PublicValue("dice", "616")]
    assert seed_text("ab" * 32, values, secret="cd" * 32) == canonical(
        {"commitment": "ab" * 32, "secret": "cd" * 32, "values": {"dice": "616"}}
    )


def test_a_secret_is_hashed_as_its_text() -> None:
    assert secret_digest("cd" * 32) == hashlib.sha256(("cd" * 32).encode()).hexdigest()


@pytest.mark.parametrize("secret", ["", "cd" * 31, "CD" * 32, "密" * 64])
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ProtocolError, match="应为不少于64位的小写十六进制数（256比特）"):
        secret_digest(secret)
