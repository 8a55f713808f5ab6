"""Tickets are those of an independent library, sizes add up, and every sample has its fair chance."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations
from math import comb, inf

import pytest
from consistent_sampler import sampler
from consistent_sampler.consistent_sampler import first_fraction
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.selection import (
    allocate,
    inclusion_probability,
    merge_strata,
    pair_id,
    school_id,
    select,
    stratum_codes,
    ticket,
    tickets,
    total_size,
)
from inspection.errors import ProtocolError

SEEDS = ["20260319", "03 08 12 19 26 31+07", "日照市2026年春季抽查", "🎲🎲🏫", "", "种子\n第二行"]


@pytest.mark.parametrize("seed", SEEDS)
def test_tickets_are_those_of_consistent_sampler(seed: str) -> None:
    ids = [school_id(f"s{n % 7 + 1:02d}", f"{3711020000 + n}") for n in range(2_000)]
    assert tickets(seed, ids) == [first_fraction(id, seed) for id in ids]


@pytest.mark.parametrize("seed", ["🎲🏫🎲", "日照市2026年春季双随机抽查"])
def test_a_hundred_thousand_tickets_have_the_values_and_the_order_of_consistent_sampler(seed: str) -> None:
    ids = [school_id(f"s{n % 7 + 1:02d}", f"{3711020000 + n}") for n in range(100_000)]
    own = tickets(seed, ids)
    theirs = list(sampler(ids, seed=seed, take=inf, output="ticket", digits=100))
    assert sorted(zip(own, ids, strict=True)) == [(one.ticket_number, one.id) for one in theirs]


def test_ten_thousand_tickets_come_in_the_order_of_consistent_sampler() -> None:
    ids = [school_id("s01", f"{3711020000 + n}") for n in range(10_000)]
    own = [id for _, id in sorted(zip(tickets("种子🎲", ids), ids, strict=True))]
    assert own == list(sampler(ids, seed="种子🎲", take=inf, output="id"))


def test_a_ticket_of_record() -> None:
    assert ticket("01382438112797316654", "AB-130") == (
        "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
    )


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.text("a0-:", min_size=1), unique=True))
def test_tickets_do_not_depend_on_the_company_of_other_ids(seed: str, ids: list[str]) -> None:
    assert tickets(seed, ids) == [ticket(seed, id) for id in ids]
    assert tickets(seed, reversed(ids)) == tickets(seed, ids)[::-1]


def test_ids_name_what_they_are_for() -> None:
    assert school_id("s01", "3711020001") == "school:s01:3711020001"
    assert pair_id("3711020001", "i-0123456789ab") == "pair:3711020001:i-0123456789ab"


@pytest.mark.parametrize("part", ["", "A1", "３７", "37:11", "3711020001 ", "а1", "s01\n"])
def test_an_id_that_could_be_mistaken_for_another_is_refused(part: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        school_id("s01", part)
    assert str(caught.value) == (
        "有编号不能用于抽取\n"
        f"- 抽取编号：应为小写字母 a—z、数字 0—9 和连字符组成的编号，实为“{part}”。"
        "请在名录库中改正该编号。（TKT-001）"
    )


@pytest.mark.parametrize(
    ("ratio", "pool_count", "total"),
    [("0.05", 60, 3), ("0.05", 61, 4), ("0.07", 100, 7), ("0.29", 100, 29), ("1", 7, 7), ("1.0", 7, 7)],
)
def test_a_ratio_is_exact_and_rounded_up(ratio: str, pool_count: int, total: int) -> None:
    assert total_size(pool_count, ratio=ratio) == total


@given(st.integers(1, 999_999), st.integers(1, 10**6))
def test_a_ratio_is_never_undercut(millionths: int, pool_count: int) -> None:
    total = total_size(pool_count, ratio=f"0.{millionths:06d}")
    assert Fraction(total - 1, pool_count) < Fraction(millionths, 10**6) <= Fraction(total, pool_count)


@pytest.mark.parametrize("given_size", [{}, {"ratio": "0.1", "number": 3}])
def test_ratio_and_number_exclude_each_other(given_size: dict[str, object]) -> None:
    with pytest.raises(ProtocolError, match="抽查比例和抽查数量二者只填一项"):
        total_size(10, **given_size)  # type: ignore[arg-type]


@pytest.mark.parametrize("ratio", ["0", "0.0", "1.2", "5%", "1/3", "1e-1", ".5", "-0.1"])
def test_a_ratio_that_is_none_is_refused(ratio: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        total_size(10, ratio=ratio)
    assert str(caught.value) == (
        "抽取数量无法确定\n"
        f"- 抽取数量：应为大于0、不超过1的小数，如“0.05”，实为比例“{ratio}”。"
        "请改正抽查计划中的抽取数量设置。（SIZE-001）"
    )


def test_more_schools_than_there_are_cannot_be_asked_for() -> None:
    with pytest.raises(ProtocolError, match="1—10之间的数量（名录库共10所），实为数量11"):
        total_size(10, number=11)


def test_sizes_follow_the_largest_remainders() -> None:
    assert allocate({"s01": 50, "s02": 30, "s03": 20}, 7, minimum=1) == {"s01": 4, "s02": 2, "s03": 1}


def test_equal_remainders_go_to_the_lower_stratum() -> None:
    assert allocate({"s02": 10, "s01": 10, "s03": 10}, 4, minimum=1) == {"s01": 2, "s02": 1, "s03": 1}


def test_a_small_stratum_gets_its_minimum_and_the_rest_is_shared_again() -> None:
    assert allocate({"s01": 96, "s02": 4}, 10, minimum=2) == {"s01": 8, "s02": 2}


def test_a_stratum_smaller_than_the_minimum_is_drawn_whole() -> None:
    assert allocate({"s01": 9, "s02": 1}, 5, minimum=2) == {"s01": 4, "s02": 1}


def test_minima_beyond_the_total_are_refused() -> None:
    with pytest.raises(ProtocolError, match="抽取总数不少于各层最少数量之和6，实为总数5"):
        allocate({"s01": 9, "s02": 9, "s03": 9}, 5, minimum=2)


def test_a_stratum_without_a_chance_is_refused() -> None:
    with pytest.raises(ProtocolError, match="每层至少抽取1所，使每所学校都有机会被抽中，实为0所"):
        allocate({"s01": 9}, 5, minimum=0)


@given(
    st.dictionaries(st.from_regex(r"s[0-9]{2}", fullmatch=True), st.integers(1, 60), min_size=1, max_size=9),
    st.integers(1, 3),
    st.data(),
)
def test_sizes_add_up_and_stay_within_the_strata(
    pool_counts: dict[str, int], minimum: int, data: st.DataObject
) -> None:
    least = {stratum: min(minimum, count) for stratum, count in pool_counts.items()}
    total = data.draw(st.integers(sum(least.values()), sum(pool_counts.values())))
    sizes = allocate(pool_counts, total, minimum=minimum)
    assert sum(sizes.values()) == total
    assert all(least[stratum] <= size <= pool_counts[stratum] for stratum, size in sizes.items())


@given(st.lists(st.integers(2, 60), min_size=1, max_size=8), st.data())
def test_where_no_minimum_bites_sizes_are_within_one_of_the_exact_share(
    counts: list[int], data: st.DataObject
) -> None:
    pool_counts = {f"s{n:02d}": count for n, count in enumerate(counts, 1)}
    total = data.draw(st.integers(len(counts), sum(counts)))
    shares = {stratum: Fraction(total * count, sum(counts)) for stratum, count in pool_counts.items()}
    sizes = allocate(pool_counts, total, minimum=1)
    if min(shares.values()) >= 1:
        assert all(abs(sizes[stratum] - share) < 1 for stratum, share in shares.items())


def test_small_strata_join_the_next_in_the_declared_order() -> None:
    counts = {("a", "1"): 1, ("a", "2"): 5, ("b", "1"): 4, ("b", "2"): 1}
    assert merge_strata(counts, smallest=2) == ((("a", "1"), ("a", "2")), (("b", "1"), ("b", "2")))
    order = [("a", "1"), ("b", "2"), ("a", "2"), ("b", "1")]
    assert merge_strata(counts, smallest=2, order=order) == (
        (("a", "1"), ("b", "2")),
        (("a", "2"),),
        (("b", "1"),),
    )


def test_strata_too_small_altogether_become_one() -> None:
    assert merge_strata({("a",): 1, ("b",): 1}, smallest=5) == ((("a",), ("b",)),)


def test_an_order_that_forgets_a_stratum_is_refused() -> None:
    with pytest.raises(ProtocolError, match="并层顺序列全2个层且不重复，实为列出1个"):
        merge_strata({("a",): 1, ("b",): 1}, smallest=2, order=[("a",)])


def test_strata_that_are_merged_share_their_code_and_codes_are_of_one_length() -> None:
    groups = ((("371103",),), (("371102",), ("371104",)))
    found = stratum_codes(groups, salt="5a" * 32)
    assert found == {("371102",): "s01", ("371104",): "s01", ("371103",): "s02"}
    assert stratum_codes(((("371104",), ("371102",)), (("371103",),)), salt="5a" * 32) == found
    many = stratum_codes(((str(number),) for number in range(100)), salt="5a" * 32)
    assert {len(code) for code in many.values()} == {4}


def test_the_order_of_codes_says_nothing_of_the_order_of_classes() -> None:
    groups = [((name,),) for name in "ABCD"]
    seen = Counter()
    for number in range(24 * 200):
        codes = stratum_codes(groups, salt=f"{number:064x}")
        seen["".join(name for (name,), _ in sorted(codes.items(), key=lambda item: item[1]))] += 1
    # Of 4,800 salts each of the 24 orders gets 200 or so; 14 is the standard deviation.
    assert len(seen) == 24
    assert 130 < min(seen.values()) <= max(seen.values()) < 270


def test_the_smallest_tickets_of_each_stratum_are_drawn_in_ticket_order() -> None:
    numbers = {"a": "0.5", "b": "0.3", "c": "0.1", "d": "0.2", "e": "0.9"}
    strata = {"a": "s01", "b": "s01", "c": "s02", "d": "s02", "e": "s02"}
    assert select(numbers, strata, {"s01": 1, "s02": 2}) == ("c", "d", "b")


def test_equal_tickets_fall_back_to_the_order_of_ids() -> None:
    strata = dict.fromkeys("cba", "s01")
    assert select(dict.fromkeys("cba", "0.5"), strata, {"s01": 2}) == ("a", "b")


def test_every_sample_comes_up_equally_often_over_all_orders_of_tickets() -> None:
    strata = dict.fromkeys("abcde", "s01")
    seen = Counter(
        frozenset(select(dict(zip("abcde", order, strict=True)), strata, {"s01": 2}))
        for order in permutations(["0.1", "0.2", "0.3", "0.4", "0.5"])
    )
    assert seen == {frozenset(pair): 12 for pair in combinations("abcde", 2)}
    assert len(seen) == comb(5, 2)


def test_over_many_seeds_every_school_is_drawn_about_equally_often() -> None:
    strata = {f"{number:02d}": "s01" for number in range(20)}
    seen: Counter[str] = Counter()
    for seed in range(3_000):
        numbers = dict(zip(strata, tickets(f"{seed}", [school_id("s01", c) for c in strata]), strict=True))
        seen.update(select(numbers, strata, {"s01": 5}))
    # 5 standard deviations of a binomial of 3000 draws at one in four.
    assert all(abs(count - 750) < 119 for count in seen.values())


@given(st.permutations([f"{number:02d}" for number in range(12)]))
def test_a_draw_does_not_depend_on_the_order_of_the_pool(codes: list[str]) -> None:
    strata = {code: f"s0{int(code) % 2 + 1}" for code in codes}
    numbers = {code: ticket("seed", school_id(strata[code], code)) for code in codes}
    in_order = {code: strata[code] for code in sorted(strata)}
    sizes = {"s01": 2, "s02": 3}
    assert select(numbers, strata, sizes) == select(numbers, in_order, sizes)


def test_the_chance_of_a_school_is_an_exact_fraction() -> None:
    assert inclusion_probability(6, 30) == "6/30"
