"""The public beacon drand: was the round that two people typed really signed by it?

Checked offline with `drand-verify` where that is installed. Without it, a value of drand is typed by two people and
held against the published page, like any other. What a value looks like is in `inspection.draw.seed`.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping

from inspection.draw.beacon import named_round
from inspection.draw.seed import PublicSource, ValueEntry, signed_round
from inspection.errors import Fault, ProtocolError

_LIBRARY = "drand_verify"


def require_signed(sources: Iterable[PublicSource], entries: Iterable[ValueEntry]) -> None:
    """Refuse signatures of another round than the one promised, and such as the beacon never gave.

    Where signatures can be checked, an entry of the network quicknet must carry one.

    Raises:
        ProtocolError: a fault for each source with a wrong round or signature.
    """
    named = {source.source_id: source for source in sources if source.kind == "drand"}
    faults = {
        fault
        for entry in entries
        if entry.source_id in named
        for fault in _faults(named[entry.source_id], *signed_round(entry.text))
    }
    if faults:
        raise ProtocolError("随机信标的数值不能用于抽取", sorted(faults))


def _faults(source: PublicSource, number: int, signature: str) -> list[Fault]:
    named = named_round(source.name)
    if not signature:
        may_ask = named is not None and named.network == "quicknet" and can_check()
        return [_fault(source, "SEED-011", "“轮次+签名”", "没有签名，无从验证")] if may_ask else []
    if named is None or (named.network, named.number) != ("quicknet", number):
        return [_fault(source, "SEED-008", "方案的来源名称中写明的轮次", f"第{number}轮")]
    if not is_signed(number, signature):
        return [_fault(source, "SEED-009", f"信标对第{number}轮的签名", "不是该轮的签名")]
    return []


def is_signed(number: int, signature: str) -> bool:
    """Say whether the beacon's network quicknet signed a round so; True where that cannot be checked."""
    if not can_check():
        return True
    library: Mapping[str, object] = vars(importlib.import_module(_LIBRARY))
    verify_quicknet = library["verify_quicknet"]
    assert callable(verify_quicknet)
    try:
        verify_quicknet(number, signature)
    except ValueError:
        return False
    return True


def can_check() -> bool:
    """Say whether signatures of the beacon can be checked here."""
    return importlib.util.find_spec(_LIBRARY) is not None


def _fault(source: PublicSource, code: str, wanted: str, got: str) -> Fault:
    remedy = "请对照信标公布的页面核对后重新录入。"
    return Fault(place=source.name, code=code, wanted=wanted, got=got, remedy=remedy)
