"""What proves a public value: a file that was handed in, of a kind that shows something."""

import pytest

from inspection.draw.seed import PublicSource, PublicValue
from inspection.draw.value_evidence import evidence_kind, require_evidence
from inspection.errors import ProtocolError
from tests.rules.draw.example_draw import DICE, LOTTERY, SOURCES

ON_FILE, ELSEWHERE = "a1" * 32, "b2" * 32
BEACON = PublicSource(
    source_id="drand", kind="drand", name="drand第5000000轮", announced_at=SOURCES[0].announced_at
)


def refused(*values: PublicValue, is_required: bool = False) -> list[str]:
    with pytest.raises(ProtocolError) as error:
        require_evidence([*SOURCES, BEACON], values, on_file={ON_FILE}, is_required=is_required)
    return [fault.sentence for fault in error.value.faults]


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\xff\xd8\xff\xe0JFIF", "jpg"),
        (b"\x89PNG\r\n\x1a\n...", "png"),
        (b"PK\x03\x04", ""),
        (b"<svg", ""),
        (b"", ""),
    ],
)
def test_a_file_is_known_by_its_first_bytes(beginning: bytes, kind: str) -> None:
    assert evidence_kind(beginning) == kind


def test_a_value_stands_on_a_file_that_was_handed_in() -> None:
    value = PublicValue("ssq-2026031", LOTTERY, ON_FILE)
    require_evidence(SOURCES, [value], on_file={ON_FILE}, is_required=True)
    assert refused(PublicValue("ssq-2026031", LOTTERY, ELSEWHERE)) == [
        f"双色球第2026031期开奖号码：应为已上传的凭证，实为没有摘要为{ELSEWHERE[:16]}…的文件。"
        "请在工作台“抽取与台账”中上传公告页面或照片，再把显示的摘要填入“凭证摘要”。（SEED-012）"
    ]


def test_a_real_bureau_needs_evidence_for_every_value_but_that_of_a_beacon() -> None:
    bare = [PublicValue("dice", DICE), PublicValue("drand", "c3" * 32)]
    require_evidence([*SOURCES, BEACON], bare, on_file=set(), is_required=False)
    (said,) = refused(*bare, is_required=True)
    assert said.startswith("现场公开掷骰48次：应为附有公告或照片凭证，实为没有凭证。")
    assert said.endswith("（SEED-013）")
