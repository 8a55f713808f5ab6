"""The draw of schools: tickets, strata, sample sizes, selection, inclusion probabilities.

Nothing here knows about protocol, inspectors or records. Standard library only; no random numbers: the seed
is an argument, and every outcome is a function of seed and ids. The tickets are those of Rivest's
`consistent_sampler` 1.0.10, so that outsiders can check them with software that is not ours.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from heapq import nsmallest
from math import ceil

from inspection.canonical import canonical
from inspection.errors import Fault, ProtocolError

StratumKey = tuple[str, ...]

_PART = re.compile(r"[a-z0-9-]+")
_RATIO = re.compile(r"0\.\d+|1(\.0+)?")


def ticket(seed: str, id: str) -> str:
    """Return the ticket of `id` under `seed`: a decimal fraction as text, "0." and 64 to 78 digits.

    Ticket = "0." + reversed decimal digits (padded to 64) of SHA-256(hex SHA-256(seed) + id).
    The smallest tickets are drawn. Tickets compare as text, as the reference does; being digits after the
    same "0.", that is their numeric order.
    """
    return tickets(seed, [id])[0]


def tickets(seed: str, ids: Iterable[str]) -> list[str]:
    """Return the tickets of `ids`, in their order, under one seed (see `ticket`)."""
    prefix = hashlib.sha256(seed.encode()).hexdigest().encode()
    sha256 = hashlib.sha256
    from_bytes = int.from_bytes
    return [
        "0." + str(from_bytes(sha256(prefix + id.encode()).digest(), "big")).zfill(64)[::-1] for id in ids
    ]


def school_id(stratum: str, school_code: str) -> str:
    """Return what a school's ticket is drawn for.

    Raises:
        ProtocolError: a part holds anything but `a-z`, `0-9` and `-`.
    """
    checked_parts(stratum, school_code)
    return f"school:{stratum}:{school_code}"


def pair_id(school_code: str, inspector: str) -> str:
    """Return what the ticket of one inspector for one school is drawn for.

    Raises:
        ProtocolError: a part holds anything but `a-z`, `0-9` and `-`.
    """
    checked_parts(school_code, inspector)
    return f"pair:{school_code}:{inspector}"


def checked_parts(*parts: str) -> tuple[str, ...]:
    """Return the parts of an id when all are fit for a ticket.

    One spelling per id: no capitals, no full-width digits, no look-alike letters.

    Raises:
        ProtocolError: a fault for each part that is not.
    """
    # Asked of every school of a country twice: nothing is built unless something is wrong.
    if all(map(_PART.fullmatch, parts)):
        return parts
    faults = [
        Fault(
            place="抽取编号",
            code="TKT-001",
            wanted="小写字母 a—z、数字 0—9 和连字符组成的编号",
            got=f"“{part}”",
            remedy="请在名录库中改正该编号。",
        )
        for part in parts
        if not _PART.fullmatch(part)
    ]
    raise ProtocolError("有编号不能用于抽取", faults)


def total_size(pool_count: int, *, ratio: str = "", number: int = 0) -> int:
    """Return how many schools are to be drawn: `ceil(ratio × pool_count)`, or `number`.

    `ratio` is a decimal text ("0.05"), computed exactly: 0.07 of 100 schools are 7, not 8.

    Raises:
        ProtocolError: not exactly one of ratio and number, ratio not in (0, 1], or more than the pool holds.
    """
    if bool(ratio) == bool(number):
        raise _size_error("抽查比例和抽查数量二者只填一项", f"比例“{ratio}”、数量{number}")
    if ratio:
        if not _RATIO.fullmatch(ratio) or not Fraction(ratio):
            raise _size_error("大于0、不超过1的小数，如“0.05”", f"比例“{ratio}”")
        return ceil(Fraction(ratio) * pool_count)
    if not 0 < number <= pool_count:
        raise _size_error(f"1—{pool_count}之间的数量（名录库共{pool_count}所）", f"数量{number}")
    return number


def class_size(pool_count: int, *, ratio: str, minimum: int) -> int:
    """Return how many schools a stratum with a ratio of its own gives: `ceil(ratio × pool_count)`.

    Never fewer than `minimum`, nor more than the stratum holds; a ratio of 1 draws it whole.

    Raises:
        ProtocolError: ratio not in (0, 1], or minimum below 1.
    """
    if minimum < 1:
        raise _size_error("每层至少抽取1所，使每所学校都有机会被抽中", f"{minimum}所")
    return max(total_size(pool_count, ratio=ratio), min(minimum, pool_count))


def merge_strata(
    pool_counts: Mapping[StratumKey, int], *, smallest: int, order: Sequence[StratumKey] = ()
) -> tuple[tuple[StratumKey, ...], ...]:
    """Merge strata of fewer than `smallest` schools with the next in the declared order.

    `order` lists every key once; without it the sorted keys are the order, so that strata that share their
    first part (a district) meet first. What is left at the end joins the last stratum.

    Raises:
        ProtocolError: `order` does not list the keys of the pool once each.
    """
    keys = list(order) or sorted(pool_counts)
    if sorted(keys) != sorted(pool_counts):
        raise _size_error(f"并层顺序列全{len(pool_counts)}个层且不重复", f"列出{len(set(keys))}个")
    groups: list[list[StratumKey]] = []
    is_open = False
    for key in keys:
        if is_open:
            groups[-1].append(key)
        else:
            groups.append([key])
        is_open = sum(pool_counts[member] for member in groups[-1]) < smallest
    if is_open and len(groups) > 1:
        groups[-2].extend(groups.pop())
    return tuple(tuple(sorted(group)) for group in groups)


def stratum_codes(groups: Iterable[tuple[StratumKey, ...]], *, salt: str) -> dict[StratumKey, str]:
    """Return the opaque code (s01, s02, …) of the stratum that holds each key.

    Numbered in the order of HMAC-SHA256 of "stratum:" and the keys under `salt` (hexadecimal), so that the number
    says nothing of the keys, a risk class among them, to whoever does not have the salt.
    """
    ordered = sorted(groups, key=lambda group: _place(group, bytes.fromhex(salt)))
    width = max(2, len(str(len(ordered))))
    return {key: f"s{number:0{width}d}" for number, group in enumerate(ordered, 1) for key in group}


def _place(group: Iterable[StratumKey], key: bytes) -> bytes:
    message = "stratum:" + canonical(sorted(map(list, group)))
    return hmac.new(key, message.encode(), hashlib.sha256).digest()


def allocate(pool_counts: Mapping[str, int], total: int, *, minimum: int) -> dict[str, int]:
    """Share `total` among strata in proportion to their schools, by largest remainder.

    A stratum whose share is below the minimum gets the minimum (all its schools if it holds fewer), and the
    rest is shared again among the others. Of equal remainders the lower stratum code is served first. No
    stratum gets more than it holds.

    Raises:
        ProtocolError: minimum below 1, or the minima together exceed the total.
    """
    if minimum < 1:
        raise _size_error("每层至少抽取1所，使每所学校都有机会被抽中", f"{minimum}所")
    floors = {stratum: min(minimum, count) for stratum, count in pool_counts.items()}
    if sum(floors.values()) > total:
        wanted = f"抽取总数不少于各层最少数量之和{sum(floors.values())}"
        raise _size_error(wanted, f"总数{total}", "请提高抽查比例、降低每层最少数量，或合并较小的层。")
    sizes: dict[str, int] = {}
    while True:
        rest = {stratum: count for stratum, count in pool_counts.items() if stratum not in sizes}
        left, schools = total - sum(sizes.values()), sum(rest.values())
        below = {s: floors[s] for s, count in rest.items() if left * count < floors[s] * schools}
        if not below:
            return dict(sorted((sizes | _largest_remainder(rest, left)).items()))
        sizes |= below


def _largest_remainder(counts: Mapping[str, int], total: int) -> dict[str, int]:
    schools = sum(counts.values())
    shares = {stratum: divmod(total * count, schools) for stratum, count in counts.items()}
    sizes = {stratum: whole for stratum, (whole, _) in shares.items()}
    for stratum in sorted(shares, key=lambda s: (-shares[s][1], s))[: total - sum(sizes.values())]:
        sizes[stratum] += 1
    return sizes


def select(
    numbers: Mapping[str, str], strata: Mapping[str, str], sizes: Mapping[str, int]
) -> tuple[str, ...]:
    """Return the drawn schools in ticket order: in each stratum those with the smallest tickets.

    Args:
        numbers: ticket per school code; equal tickets fall back to the order of the ids.
        strata: stratum code per school code.
        sizes: how many schools each stratum gives.
    """
    members: dict[str, list[tuple[str, str]]] = {}
    for school, stratum in strata.items():
        members.setdefault(stratum, []).append((numbers[school], school))
    # Within a stratum codes sort as ids do, so only the drawn ones need theirs.
    drawn = [
        (number, school_id(stratum, school), school)
        for stratum, size in sizes.items()
        for number, school in nsmallest(size, members[stratum])
    ]
    return tuple(school for _, _, school in sorted(drawn))


def inclusion_probability(size: int, pool_count: int) -> str:
    """Return the exact chance of each school of a stratum to be drawn, as "drawn/pool", unreduced."""
    return f"{size}/{pool_count}"


def _size_error(wanted: str, got: str, remedy: str = "请改正抽查计划中的抽取数量设置。") -> ProtocolError:
    fault = Fault(place="抽取数量", code="SIZE-001", wanted=wanted, got=got, remedy=remedy)
    return ProtocolError("抽取数量无法确定", [fault])
