"""The faces that documents carry: complete, with a real bold, under names of our own, as the README says."""

import hashlib
import re
from io import BytesIO

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tasks.document import ROOT, TEMPLATES, render_pdf, sample

FONTS = ROOT / "fonts"
COMMON = ("InspectionSong-Regular.otf", "InspectionSong-Bold.otf", "InspectionHei-Regular.otf",
          "InspectionHei-Bold.otf", "InspectionKai-Regular.ttf")  # fmt: skip
RARE = "InspectionRare-Regular.otf"


def characters(name: str) -> set[int]:
    return set(TTFont(FONTS / name, lazy=True).getBestCmap())


def gb2312() -> set[int]:
    codes = (bytes((first, second)) for first in range(0xA1, 0xF8) for second in range(0xA1, 0xFF))
    return {ord(text) for code in codes if (text := code.decode("gb2312", errors="ignore"))}


@pytest.mark.parametrize("name", COMMON)
def test_a_common_face_holds_gb2312_and_the_signs_of_office_documents(name: str) -> None:
    held = characters(name)
    hanzi = {point for point in gb2312() if 0x4E00 <= point <= 0x9FFF}
    assert len(hanzi) == 6763
    assert hanzi <= held
    assert {*range(0x20, 0x7F)} <= held
    assert not [sign for sign in "〔〕—“”‘’《》（）、。，：；①⑩%％" if ord(sign) not in held]


def test_song_holds_the_signs_that_tables_and_forms_use() -> None:
    held = characters("InspectionSong-Regular.otf")
    assert not [sign for sign in "≥≤‰№□■√×±℃㎡é" if ord(sign) not in held]


def test_every_ordinary_ideograph_is_in_song_or_in_the_rare_face() -> None:
    held = characters("InspectionSong-Regular.otf") | characters(RARE)
    assert set(range(0x4E00, 0x9FA6)) <= held
    assert {ord(character) for character in "䶮㛃𬭎𬍛𫖯𬀩㭎𫟹"} <= held


def test_bold_is_drawn_bold_and_not_thickened() -> None:
    for family in ("InspectionSong", "InspectionHei"):
        heights = []
        for style in ("Regular", "Bold"):
            font = TTFont(FONTS / f"{family}-{style}.otf", lazy=True)
            pen = BoundsPen(font.getGlyphSet())
            font.getGlyphSet()[font.getBestCmap()[ord("—")]].draw(pen)
            heights.append(pen.bounds[3] - pen.bounds[1])
        assert heights[1] > heights[0], f"{family}: a dash of the bold face is thicker"
    assert TTFont(FONTS / "InspectionSong-Bold.otf", lazy=True)["OS/2"].usWeightClass >= 700


@pytest.mark.parametrize("name", [*COMMON, RARE])
def test_a_modified_face_bears_a_name_of_our_own_and_its_licence(name: str) -> None:
    font = TTFont(FONTS / name, lazy=True)
    names = {number: font["name"].getDebugName(number) or "" for number in (1, 4, 6)}
    assert all(text.startswith("Inspection") for text in names.values())
    if "CFF " in font:
        assert font["CFF "].cff.fontNames[0].startswith("Inspection")
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert "opyright" in font["name"].getDebugName(0) or "©" in font["name"].getDebugName(0)


def test_the_readme_states_the_digest_of_every_font_and_the_licences_lie_beside_them() -> None:
    stated = dict(
        re.findall(r"\| `(\S+)` \|.*\| `([0-9a-f]{64})` \|", (FONTS / "README.md").read_text("utf-8"))
    )
    files = [*FONTS.glob("*.otf"), *FONTS.glob("*.ttf")]
    assert stated == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    for licence in ("LICENSE-noto-cjk.txt", "LICENSE-lxgw-wenkai.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / licence).read_text("utf-8")


def test_the_fonts_stay_small_enough_for_a_clone() -> None:
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 17_000_000


def embedded(font: DictionaryObject) -> bool:
    inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    return "/FontFile3" in inner or "/FontFile2" in inner


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_document_embeds_every_face_it_uses_and_a_real_bold(template: str) -> None:
    facts = sample(template)
    reader = PdfReader(BytesIO(render_pdf(template, facts, as_of=facts.issued_on)))
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"].get_object()["/Font"].get_object().values():
            fonts[font.get_object()["/BaseFont"].partition("+")[2]] = font.get_object()
    assert all(embedded(font) for font in fonts.values())
    assert "Inspection-Song-Bold" in fonts
    assert {name.split("-")[0] for name in fonts} == {"Inspection"}, "no font of the machine is used"
    drawn = b"".join(page.get_contents().get_data() for page in reader.pages)
    assert not re.search(rb"\b2 Tr\b", drawn), "no glyph is thickened with an outline"


def test_only_the_licensed_faces_that_the_style_names_are_taken_from_the_machine() -> None:
    configuration = (FONTS / "fonts.conf").read_text("utf-8")
    assert "<rejectfont><glob>*</glob></rejectfont>" in configuration
    accepted = set(re.findall(r"<string>(.+?)</string>", configuration))
    named = set(re.findall(r'"([^"]+)"', (ROOT / "base.css").read_text("utf-8")))
    assert accepted == {name for name in named if not name.startswith("Inspection")}
