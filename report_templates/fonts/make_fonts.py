"""Makes the fonts of this folder anew from Debian's fonts-noto-cjk and fonts-lxgw-wenkai packages.

Run `python report_templates/fonts/make_fonts.py` on a machine with both packages. Five faces hold the
characters of GB 2312 with Latin letters and signs; a sixth holds the other Chinese characters that names
are written with. A modified font may not bear a reserved name, so every face has a name of our own. The same
packages give the same bytes. Not here: which face is used where (`base.css`).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
NOTO = Path("/usr/share/fonts/opentype/noto")
WENKAI = Path("/usr/share/fonts/truetype/lxgw-wenkai")
SIMPLIFIED_CHINESE = 2  # place of the face in each Noto collection

LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180)}
SIGNS = set(map(ord, "‐‑–—‘’“”†•…‰′″‹›€№™←↑→↓−≈≠≤≥①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□▲△●○◆◇★☆☐☑☒✓✔✗✘㎡〇〔〕％"))
IDEOGRAPHS = set(range(0x4E00, 0xA000))
# The characters of 《通用规范汉字表》 (2013) beyond the block of ordinary ideographs.
STANDARD_BEYOND = set(
    map(
        ord,
        "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖"
        "䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜"
        "𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧"
        "𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓"
        "𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎"
        "𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘𬸚𬸣𬸦𬸪𬹼𬺈𬺓",
    )
)
README = """# Fonts of the documents

Every document carries its own fonts, so that a page looks the same on every machine. The faces are subsets of
two families under the SIL Open Font License 1.1 (`LICENSE-noto-cjk.txt`, `LICENSE-lxgw-wenkai.txt`), under
names of our own because a modified font may not bear a reserved name.

Origin: Debian packages `fonts-noto-cjk` 1:20220127+repack1-1 (Noto Serif CJK SC, Noto Sans CJK SC) and
`fonts-lxgw-wenkai` 1.250+repack-1 (LXGW WenKai). Made by `make_fonts.py`; the same packages give the same
bytes. `fonts.conf` keeps other fonts of the machine out, except those that an office has licensed.

Five faces hold GB 2312, Latin letters and the signs of office documents. `InspectionRare` holds the
other ordinary ideographs (U+4E00-9FFF) and the rest of the Table of General Standard Chinese Characters
(通用规范汉字表, 2013). A character beyond these is a failure that names it; it is never left out silently.

| file | use | made from | SHA-256 |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Face:
    """One font file to make: from which collection, under which name, for which use."""

    origin: Path
    family: str
    style: str
    use: str
    is_rare: bool = False

    @property
    def file(self) -> Path:
        """The file it goes to."""
        ending = ".otf" if self.origin.suffix == ".ttc" else self.origin.suffix
        return HERE / f"{self.family.replace(' ', '')}-{self.style}{ending}"


FACES = (
    Face(NOTO / "NotoSerifCJK-Regular.ttc", "Inspection Song", "Regular", "宋体，正文"),
    Face(NOTO / "NotoSerifCJK-Bold.ttc", "Inspection Song", "Bold", "宋体加粗，标题与发文机关标志"),
    Face(NOTO / "NotoSansCJK-Regular.ttc", "Inspection Hei", "Regular", "黑体，一级标题"),
    Face(NOTO / "NotoSansCJK-Bold.ttc", "Inspection Hei", "Bold", "黑体加粗，表头与工作手册标题"),
    Face(WENKAI / "LXGWWenKai-Regular.ttf", "Inspection Kai", "Regular", "楷体，二级标题"),
    Face(NOTO / "NotoSerifCJK-Regular.ttc", "Inspection Rare", "Regular", "宋体，人名地名用字", is_rare=True),
)


def gb2312() -> set[int]:
    """Return the code points of GB 2312."""
    points = set()
    for first in range(0xA1, 0xF8):
        for second in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((first, second)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def options() -> subset.Options:
    """Return what a face keeps: outlines and kerning, no hints, nothing for vertical text."""
    chosen = subset.Options()
    chosen.layout_features = ["kern"]
    chosen.hinting = False
    chosen.notdef_outline = True
    chosen.name_IDs = [0, 13]
    chosen.name_languages = [0x409]
    chosen.drop_tables += ["vhea", "vmtx", "VORG", "DSIG", "BASE", "STAT", "meta"]
    return chosen


def rename(font: TTFont, face: Face) -> None:
    """Give the face its own name everywhere a font bears one; copyright and licence stay."""
    full = f"{face.family} {face.style}"
    post_script = full.replace(" ", "", 1).replace(" ", "-")
    for name_id, text in ((1, face.family), (2, face.style), (3, post_script), (4, full), (6, post_script)):
        font["name"].setName(text, name_id, 3, 1, 0x409)
    if "CFF " in font:
        table = font["CFF "].cff
        table.fontNames = [post_script]
        top = table.topDictIndex[0]
        top.FullName, top.FamilyName = full, face.family


def make(face: Face) -> None:
    """Write one face: the common characters, or, where it is the rare one, all the others."""
    number = SIMPLIFIED_CHINESE if face.origin.suffix == ".ttc" else -1
    font = TTFont(face.origin, fontNumber=number, recalcTimestamp=False)
    common = gb2312() | LATIN | SIGNS
    maker = subset.Subsetter(options())
    maker.populate(unicodes=(IDEOGRAPHS | STANDARD_BEYOND) - common if face.is_rare else common)
    maker.subset(font)
    rename(font, face)
    font.save(face.file)


def readme() -> str:
    """Return the page that says where each file comes from, with its SHA-256."""
    rows = [
        f"| `{face.file.name}` | {face.use} | {face.origin.name} | "
        f"`{hashlib.sha256(face.file.read_bytes()).hexdigest()}` |"
        for face in FACES
    ]
    return README + "\n".join(rows) + "\n"


if __name__ == "__main__":
    for each in FACES:
        make(each)
    (HERE / "README.md").write_text(readme(), encoding="utf-8")
