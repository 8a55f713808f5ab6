"""Evidence of public values 公开数值凭证: a photograph or page that shows a value, known by its SHA-256.

Here: which files are taken, and whether the values typed stand on files that were handed in. Not here: typing
and comparing values (`seed`), keeping the files (`desk.evidence`, `inspection.store.value_evidence`). Standard
library only.
"""

from collections.abc import Collection, Iterable

from inspection.draw.seed import PublicSource, PublicValue
from inspection.errors import Fault, ProtocolError

MOST_BYTES = 20 * 2**20
_BEGINNINGS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
# Anybody can fetch the round of a beacon again, signed; a photograph would prove less.
_SELF_PROVING = frozenset({"drand"})


def evidence_kind(beginning: bytes) -> str:
    """Return what a file is by its first bytes: pdf, jpg or png; empty for anything else.

    >>> evidence_kind(b"%PDF-1.7 ..."), evidence_kind(b"PK")
    ('pdf', '')
    """
    return next((kind for kind, start in _BEGINNINGS.items() if beginning.startswith(start)), "")


def require_evidence(
    sources: Iterable[PublicSource],
    values: Iterable[PublicValue],
    *,
    on_file: Collection[str],
    is_required: bool,
) -> None:
    """Refuse values whose evidence was not handed in.

    Args:
        sources: the sources the commitment names.
        values: the agreed value of each.
        on_file: the digests of the files that were handed in for the campaign.
        is_required: whether a value without any evidence is refused, too.

    Raises:
        ProtocolError: one fault for each value that names no file, or one that is not there.
    """
    named = {source.source_id: source for source in sources}
    faults = []
    for value in values:
        source = named[value.source_id]
        if value.evidence and value.evidence not in on_file:
            faults.append(
                _fault(source, "SEED-012", "已上传的凭证", f"没有摘要为{value.evidence[:16]}…的文件")
            )
        elif not value.evidence and is_required and source.kind not in _SELF_PROVING:
            faults.append(_fault(source, "SEED-013", "附有公告或照片凭证", "没有凭证"))
    if faults:
        raise ProtocolError("公开数值缺少凭证", faults)


def _fault(source: PublicSource, code: str, wanted: str, got: str) -> Fault:
    remedy = "请在工作台“抽取与台账”中上传公告页面或照片，再把显示的摘要填入“凭证摘要”。"
    return Fault(place=source.name, code=code, wanted=wanted, got=got, remedy=remedy)
