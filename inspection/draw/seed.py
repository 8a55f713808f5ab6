"""The seed of a draw: public chance events, their values as typed in, and how much chance they hold.

The kinds of source are the table `KINDS`. What is drawn with the seed is in `draw`; when which step is
allowed is in `commitment` and `record`. Standard library only.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import comb

from inspection.canonical import canonical
from inspection.errors import Fault, ProtocolError

MARGIN_BITS = 64
CEILING_BITS = 256
# With a single lottery's worth of public chance, trying 2^40 secrets shifts no school's chance by 0.1 points.
PUBLIC_FLOOR_BITS = 24

_SEPARATORS = re.compile(r"[\s,;:、+|/-]+")
_BLANKS = re.compile(r"\s+")
_SIGNED = re.compile(r"([1-9][0-9]{0,11})\+([0-9a-f]{96})")
_SECRET = re.compile(r"[0-9a-f]{64,}")
_DIGEST = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True, kw_only=True)
class PublicSource:
    """A public chance event named before it happens.

    `announced_at` is the instant (with its offset) from which the value may be entered; `throws` is read for
    dice only.
    """

    source_id: str
    kind: str
    name: str
    announced_at: datetime
    throws: int = 60


@dataclass(frozen=True, kw_only=True)
class ValueEntry:
    """What one person typed for one source; `evidence` is the SHA-256 of a photograph or page kept on file."""

    source_id: str
    actor_id: str
    text: str
    evidence: str = ""


@dataclass(frozen=True, order=True)
class PublicValue:
    """The agreed value of a source, in its one canonical spelling."""

    source_id: str
    value: str
    evidence: str = ""


@dataclass(frozen=True)
class SourceKind:
    """A kind of public source: its Chinese title, what a value looks like, how to read one, its whole bits."""

    title: str
    wanted: Callable[[int], str]
    read: Callable[[str, int], str]
    bits: Callable[[int], int]


def _lottery(text: str, first: tuple[int, int], second: tuple[int, int]) -> str:
    """Read `count` numbers up to `top` for both halves; return "" unless all are distinct and in range."""
    numbers = [part for part in _SEPARATORS.split(text) if part]
    if len(numbers) != first[0] + second[0] or not all(re.fullmatch(r"[0-9]{1,2}", n) for n in numbers):
        return ""
    halves = numbers[: first[0]], numbers[first[0] :]
    spelt = []
    for half, (count, top) in zip(halves, (first, second), strict=True):
        values = sorted({int(number) for number in half})
        if len(values) != count or values[0] < 1 or values[-1] > top:
            return ""
        spelt.append(" ".join(f"{value:02d}" for value in values))
    return "+".join(spelt)


def signed_round(text: str) -> tuple[int, str]:
    """Return round and signature of a drand value typed as "round+signature"; (0, "") for any other text."""
    found = _SIGNED.fullmatch(_BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower())
    return (int(found[1]), found[2]) if found else (0, "")


def _beacon(text: str) -> str:
    """Read the randomness of a round, or make it of the round's signature, whose SHA-256 it is."""
    _, signature = signed_round(text)
    return (
        hashlib.sha256(bytes.fromhex(signature)).hexdigest()
        if signature
        else _matching(text.lower(), r"[0-9a-f]{64}")
    )


def _matching(text: str, pattern: str) -> str:
    return text if re.fullmatch(pattern, text) else ""


def _whole_bits(outcome_count: int) -> int:
    return outcome_count.bit_length() - 1


KINDS: Mapping[str, SourceKind] = {
    "lottery-ssq": SourceKind(
        "双色球开奖号码",
        lambda _: "6个互不相同的红球号码（01—33）和1个蓝球号码（01—16），如“03 08 12 19 26 31+07”",
        lambda text, _: _lottery(text, (6, 33), (1, 16)),
        lambda _: _whole_bits(comb(33, 6) * 16),
    ),
    "lottery-dlt": SourceKind(
        "超级大乐透开奖号码",
        lambda _: "5个互不相同的前区号码（01—35）和2个互不相同的后区号码（01—12），如“04 11 18 25 33+02 09”",
        lambda text, _: _lottery(text, (5, 35), (2, 12)),
        lambda _: _whole_bits(comb(35, 5) * comb(12, 2)),
    ),
    "index": SourceKind(
        "指数收盘点位",
        lambda _: "保留两位小数的收盘点位，如“3245.67”",
        lambda text, _: _matching(text.replace(",", ""), r"[1-9][0-9]{0,5}\.[0-9]{2}"),
        # The last two decimals; what stands before them can be guessed a day ahead.
        lambda _: _whole_bits(100),
    ),
    "dice": SourceKind(
        "公开掷骰",
        lambda throws: f"恰好{throws}个1—6的数字，按掷出的先后填写",
        lambda text, throws: _matching(_SEPARATORS.sub("", text), rf"[1-6]{{{throws}}}"),
        lambda throws: _whole_bits(6**throws),
    ),
    "drand": SourceKind(
        "drand公共随机信标",
        lambda _: "约定轮次的64位十六进制随机数（randomness），或者“轮次+96位十六进制签名（signature）”",
        lambda text, _: _beacon(text),
        lambda _: 256,
    ),
}


def source_bits(source: PublicSource) -> int:
    """Return the whole bits of chance a source is counted with (rounded down)."""
    return KINDS[source.kind].bits(source.throws)


def needed_bits(strata: Iterable[tuple[int, int]]) -> int:
    """Return the bits a draw needs: log2 of the number of possible samples, rounded up, plus 64.

    The ceiling is 256: a ticket depends on the SHA-256 of the seed, so more chance changes nothing.

    Args:
        strata: (schools in the pool, schools drawn) for each stratum.
    """
    samples = 1
    for pool_count, size in strata:
        fewer = min(size, pool_count - size)
        # C(n, k) >= 2^k for k <= n/2: no need to compute a number of a hundred thousand digits.
        if fewer >= CEILING_BITS:
            return CEILING_BITS
        samples *= comb(pool_count, fewer)
    return min(CEILING_BITS, (samples - 1).bit_length() + MARGIN_BITS)


def secret_digest(secret: str) -> str:
    """Return the SHA-256 of a sealed draw's secret (of its hexadecimal text).

    Raises:
        ProtocolError: fewer than 64 hexadecimal digits (256 bits), or not lower-case hexadecimal.
    """
    if not _SECRET.fullmatch(secret):
        fault = _fault(
            "抽取密钥", "SEED-001", "不少于64位的小写十六进制数（256比特）", f"{len(secret)}个字符"
        )
        raise ProtocolError("抽取密钥不合要求", [fault])
    return hashlib.sha256(secret.encode()).hexdigest()


def canonical_value(source: PublicSource, text: str) -> str:
    """Return a typed value in the one spelling that enters the seed.

    Full-width characters, blanks and separators are forgiven; lottery numbers are sorted within their half.

    Raises:
        ProtocolError: the text is no value of this kind of source.
    """
    kind = KINDS[source.kind]
    value = kind.read(unicodedata.normalize("NFKC", text).strip(), source.throws)
    if not value:
        fault = _fault(
            source.name, "SEED-002", kind.wanted(source.throws), f"“{text}”", "请对照公告核对后重新录入。"
        )
        raise ProtocolError(f"{source.name}的数值格式不对", [fault])
    return value


def public_values(
    sources: Iterable[PublicSource], entries: Iterable[ValueEntry], *, as_of: datetime
) -> tuple[PublicValue, ...]:
    """Return the agreed value of every source, each typed by two people.

    Args:
        sources: the sources the commitment names.
        entries: what was typed: exactly two entries per source, by different people.
        as_of: the present instant, with its offset.

    Raises:
        ProtocolError: one fault for each source whose instant has not come, or whose entries are missing,
            by one person, malformed or different; and for each entry of a source that was not named.
    """
    typed: dict[str, list[ValueEntry]] = {}
    for entry in entries:
        typed.setdefault(entry.source_id, []).append(entry)
    faults: list[Fault] = []
    values: list[PublicValue] = []
    for source in sources:
        try:
            values.append(_agreed(source, typed.pop(source.source_id, []), as_of))
        except ProtocolError as error:
            faults.extend(error.faults)
    faults += [
        _fault(unknown, "SEED-003", "承诺中列明的公开来源", "未列明的来源", "请删除该项录入。")
        for unknown in typed
    ]
    if faults:
        raise ProtocolError("公开数值不能用于抽取", faults)
    return tuple(sorted(values))


def _agreed(source: PublicSource, entries: list[ValueEntry], as_of: datetime) -> PublicValue:
    if as_of < source.announced_at:
        instant = source.announced_at.isoformat(sep=" ", timespec="minutes")
        fault = _fault(
            source.name,
            "SEED-004",
            f"{instant}公布以后录入",
            f"{as_of.isoformat(sep=' ', timespec='minutes')}录入",
            "请在公布后录入。",
        )
        raise ProtocolError("尚未到公布时间", [fault])
    people = len({_plain(entry.actor_id) for entry in entries})
    if len(entries) != 2 or people != 2:
        got = f"{people}人录入{len(entries)}次"
        raise ProtocolError("录入人数不对", [_fault(source.name, "SEED-005", "两人各录入一次", got)])
    first, second = (canonical_value(source, entry.text) for entry in entries)
    if first != second:
        got = f"“{entries[0].text}”与“{entries[1].text}”"
        remedy = "请两人分别对照公告核对后重新录入。"
        fault = _fault(source.name, "SEED-006", "两人录入的数值一致", got, remedy)
        raise ProtocolError("两次录入不一致", [fault])
    return PublicValue(source.source_id, first, _evidence(source, entries))


def _plain(actor_id: str) -> str:
    """Return an id as one person would be written whatever the case, the blanks and the width of its letters."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", actor_id)).casefold()


def require_accounts(entries: Iterable[ValueEntry], known: Collection[str]) -> None:
    """Refuse entries by anybody who has no account that may enter public values.

    `known` holds the ids of the accounts that may; it is not asked for where nobody has one.

    Raises:
        ProtocolError: one fault for each id that is no such account.
    """
    if not known:
        return
    strangers = sorted({entry.actor_id for entry in entries} - set(known))
    remedy = "请由教育督导室、纪检监督各用本人账号的编号录入；没有账号的，先由系统管理员开通。"
    faults = [
        _fault(
            f"录入人 {id}",
            "SEED-010",
            "教育督导室或者纪检监督在用的工作台账号",
            "未登记、已停用或者无此权限",
            remedy,
        )
        for id in strangers
    ]
    if faults:
        raise ProtocolError("录入人不能录入公开数值", faults)


def _evidence(source: PublicSource, entries: list[ValueEntry]) -> str:
    """Return the digest of the evidence, which both people may attach but only if it is the same."""
    digests = sorted({entry.evidence for entry in entries if entry.evidence})
    if len(digests) > 1 or not all(_DIGEST.fullmatch(digest) for digest in digests):
        got = "、".join(digests)
        fault = _fault(source.name, "SEED-007", "同一份凭证的SHA-256值（64位小写十六进制）", got)
        raise ProtocolError("凭证摘要不对", [fault])
    return digests[0] if digests else ""


def seed_text(commitment_digest: str, values: Iterable[PublicValue], *, secret: str = "") -> str:
    """Return the seed: canonical JSON of the commitment's digest, the public values and, if sealed, the secret."""
    seed: dict[str, object] = {
        "commitment": commitment_digest,
        "values": {value.source_id: value.value for value in values},
    }
    if secret:
        seed["secret"] = secret
    return canonical(seed)


def _fault(place: str, code: str, wanted: str, got: str, remedy: str = "请补正后重新提交。") -> Fault:
    return Fault(place=place, code=code, wanted=wanted, got=got, remedy=remedy)
