"""Official letters as they leave the bureau: layout of GB/T 9704-2012, what they say, what they refuse."""

import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader

from inspection.dispatch.notice import Letter, WarningFacts
from inspection.errors import DocumentError, SettingError
from tasks.document import (
    ROOT,
    Request,
    check_rendering,
    preview,
    render_many,
    render_pdf,
    sample,
    template_digest,
)
from tasks.page_template import mark_points

LETTERS = ("warning_notice", "commendation_notice", "hearing_letter")
AS_OF = date(2026, 6, 26)
POINTS_PER_MM = 72 / 25.4


def letter(template: str) -> Letter:
    facts = sample(template)
    assert isinstance(facts, Letter)
    return facts


def warning() -> WarningFacts:
    facts = sample("warning_notice")
    assert isinstance(facts, WarningFacts)
    return facts


def pages(content: bytes) -> list[PageObject]:
    return list(PdfReader(BytesIO(content)).pages)


def flat(text: str) -> str:
    return re.sub(r"\s", "", text)


def words(content: bytes) -> str:
    """All the running text, without the marks in the margins."""
    marks = re.compile(r"— \d+ —|演示数据·非真实文书")
    return flat("".join(marks.sub("", page.extract_text()) for page in pages(content)))


def baselines(page: PageObject) -> dict[float, str]:
    """The text of a page by the height of its baseline above the foot of the page, in points."""
    lines: dict[float, str] = {}

    def visit(text: str, current: list[float], matrix: list[float], *_: object) -> None:
        if text.strip():
            height = round(current[3] * matrix[5] + current[5], 1)
            lines[height] = lines.get(height, "") + text.strip()

    page.extract_text(visitor_text=visit)
    return lines


@pytest.fixture
def own_root(tmp_path: Path) -> Path:
    """A copy of the templates that a test may spoil."""
    root = (tmp_path / "templates").resolve()
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("site", "*Rare*", "dossier"))
    base = (root / "base.css").read_text("utf-8")
    (root / "base.css").write_text(re.sub(r"@font-face.*Rare.*\n", "", base), encoding="utf-8")
    return root


@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_says_to_whom_under_which_number_on_which_clause(template: str) -> None:
    facts = letter(template)
    text = words(render_pdf(template, facts, as_of=AS_OF))
    for wanted in (
        facts.title,
        facts.school_name,
        facts.number.text,
        "第6条",
        "RZ-06",
        facts.addressee + "：",
    ):
        assert flat(wanted) in text
    assert facts.ledger_head[:16] in text
    assert facts.record_digest[:16] in text


@pytest.mark.parametrize("template", ["warning_notice", "commendation_notice"])
def test_a_notice_states_the_public_band_in_words(template: str) -> None:
    facts = letter(template)
    text = words(render_pdf(template, facts, as_of=AS_OF))
    for band in facts.bands:  # type: ignore[attr-defined]
        assert f"{band.stage_title}“{band.band_title}”" in text


@pytest.mark.parametrize("template", LETTERS)
def test_no_letter_speaks_of_totals_ranks_or_percentiles(template: str) -> None:
    text = words(render_pdf(template, letter(template), as_of=AS_OF))
    assert not re.search("总分|得分|名次|排名|位次|百分位|平均分|及格率|升学率", text)


@pytest.mark.parametrize("template", LETTERS)
def test_pages_are_a4_with_the_number_outside(template: str) -> None:
    content = render_pdf(template, letter(template), as_of=AS_OF)
    for number, page in enumerate(pages(content), start=1):
        assert [round(float(side) / POINTS_PER_MM) for side in page.mediabox[2:]] == [210, 297]
        assert f"—{number}—" in flat(page.extract_text())


def test_a_full_page_holds_twenty_two_lines_of_28_95_points() -> None:
    facts = warning()
    heard = replace(facts.hearing, reply_text="学校认为检查认定的事实与实际情况有出入。" * 60)
    page = pages(render_pdf("warning_notice", replace(facts, hearing=heard), as_of=AS_OF))[2]
    body = sorted((y for y in baselines(page) if 35 * POINTS_PER_MM < y < 260 * POINTS_PER_MM), reverse=True)
    assert len(body) == 22
    assert all(abs(upper - lower - 28.95) < 0.3 for upper, lower in pairwise(body))


def test_a_full_line_holds_twenty_eight_characters() -> None:
    facts = warning()
    heard = replace(facts.hearing, reply_text="校" * 300)
    page = pages(render_pdf("warning_notice", replace(facts, hearing=heard), as_of=AS_OF))[1]
    assert "校" * 28 in page.extract_text().splitlines()


@pytest.mark.parametrize("template", LETTERS)
def test_the_imprint_stands_once_at_the_foot_of_the_last_page(template: str) -> None:
    facts = letter(template)
    *before, last = pages(render_pdf(template, facts, as_of=AS_OF))
    assert all("印发" not in page.extract_text() for page in before)
    assert flat(last.extract_text()).count("印发") == 1
    (height,) = [height for height, text in baselines(last).items() if "印发" in text]
    assert 35 * POINTS_PER_MM < height < 45 * POINTS_PER_MM


@pytest.mark.parametrize("extra", range(0, 12, 2))
def test_the_signature_never_stands_on_a_page_without_text(extra: int) -> None:
    facts = warning()
    longer = replace(facts, rectification=facts.rectification + facts.rectification[:1] * extra)
    signed = next(
        page
        for page in pages(render_pdf("warning_notice", longer, as_of=AS_OF))
        if "台账校验值" in flat(page.extract_text())
    )
    text = flat(signed.extract_text())
    assert "本决定不停止执行。" in text.partition("台账校验值")[0]
    assert "2026年6月26日" in text


def test_a_warning_tells_the_whole_course_and_the_remedies() -> None:
    text = words(render_pdf("warning_notice", warning(), as_of=AS_OF))
    for wanted in (
        "经检查组入校现场核实",
        "于2026年6月1日向你校送达《拟作出处理措施告知书》（示教督告字〔2026〕3号）",
        "对上述意见予以部分采纳，理由是：",
        "依据《教育督导条例》第二十一条、《教育督导问责办法》有关规定，经我局分管教育督导工作的负责人批准",
        "于2026年9月15日前完成",
        "自收到本通知之日起30日内，以书面形式向我局申请复核",
        "自收到复核决定之日起15日内，向示例市人民政府教育督导委员会提出申诉",
        "抄送：东湖区教育和体育局，市人民政府教育督导委员会办公室。",
    ):
        assert wanted in text


def test_a_hearing_letter_says_until_when_and_encloses_the_reply_form() -> None:
    text = words(render_pdf("hearing_letter", letter("hearing_letter"), as_of=AS_OF))
    assert "自收到本告知书之日起10个工作日内（截止日期为2026年6月15日）" in text
    assert "我局不因你校陈述、申辩而加重处理" in text
    assert "附件陈述申辩意见反馈单告知书文号示教督告字〔2026〕3号" in text


@pytest.mark.parametrize("template", LETTERS)
def test_synthetic_documents_and_only_these_are_marked_on_every_page(template: str) -> None:
    facts = letter(template)
    marked = [page.extract_text() for page in pages(render_pdf(template, facts, as_of=AS_OF))]
    assert all("演示数据·非真实文书" in text for text in marked)
    real = replace(facts, is_synthetic=False)
    unmarked = [page.extract_text() for page in pages(render_pdf(template, real, as_of=AS_OF))]
    assert not any("演示数据" in text for text in unmarked)


def test_the_file_names_its_title_author_language_and_day() -> None:
    facts = warning()
    reader = PdfReader(BytesIO(render_pdf("warning_notice", facts, as_of=AS_OF)))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (facts.title, facts.bureau_name)
    assert reader.metadata["/CreationDate"].startswith("D:20260626")
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_the_same_facts_give_the_same_bytes_in_another_process_too(tmp_path: Path) -> None:
    again = {file.name: file.read_bytes() for file in preview(tmp_path / "here")}
    subprocess.run([sys.executable, "-m", "tasks.document", str(tmp_path / "there")], check=True, capture_output=True, cwd=ROOT.parent)  # fmt: skip
    there = {file.name: file.read_bytes() for file in (tmp_path / "there").iterdir()}
    digests = [
        {name: hashlib.sha256(made).hexdigest() for name, made in files.items()} for files in (again, there)
    ]
    assert digests[0] == digests[1]
    assert set(again) == {
        f"{template}.pdf"
        for template in (
            *LETTERS,
            "special_notice",
            "visit_notice",
            "dossier",
            "quality_report",
            "draw_record_sheet",
            "score_sheet",
            "quality_analysis",
            "teaching_process",
        )
    }
    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_a_missing_glyph_is_noticed_where_all_logging_is_silenced() -> None:
    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(DocumentError):
            render_pdf("warning_notice", replace(warning(), school_name="示例市𠮷祥小学"), as_of=AS_OF)
        assert logging.root.manager.disable == logging.CRITICAL
    finally:
        logging.disable(logging.NOTSET)


def test_a_character_without_a_glyph_is_a_failure_that_names_it() -> None:
    facts = replace(warning(), school_name="示例市𠮷祥小学", addressee="示例市𠮷祥小学")
    with pytest.raises(DocumentError) as caught:
        render_pdf("warning_notice", facts, as_of=AS_OF)
    assert str(caught.value) == (
        "文书无法生成：字库缺少1个字\n"
        "- 示例市教育局关于对示例市𠮷祥小学予以警示并责令限期整改的通知："
        "应为字库中有字形的汉字和符号，实为字库缺字：“𠮷”（U+20BB7）。"
        "请核对名称用字；确为该字的，请在生成文书的计算机上安装含该字的字体 SimSun-ExtB 后重新生成。（PDF-001）"
    )


def test_many_documents_tell_all_their_faults_at_once() -> None:
    first = replace(warning(), school_name="甲𠮷小学")
    last = replace(warning(), school_name="乙𪚥小学")
    requests = [Request("warning_notice", facts) for facts in (first, warning(), last)]
    with pytest.raises(DocumentError, match="3份文书中有2份无法生成") as caught:
        render_many(requests, as_of=AS_OF)
    assert [re.findall(r"U\+\w+", fault.got) for fault in caught.value.faults] == [["U+2A6A5"], ["U+20BB7"]]


def test_many_documents_come_in_the_order_asked() -> None:
    schools = ["丙小学", "甲小学", "乙小学"]
    made = render_many(
        [Request("warning_notice", replace(warning(), school_name=name)) for name in schools], as_of=AS_OF
    )
    assert [name in words(content) for name, content in zip(schools, made, strict=True)] == [True] * 3


def test_rare_characters_of_the_standard_table_are_set() -> None:
    facts = replace(warning(), school_name="示例市䶮𬭎镕小学")
    assert "示例市䶮𬭎镕小学" in words(render_pdf("warning_notice", facts, as_of=AS_OF))


def test_a_name_that_looks_like_html_is_printed_as_it_is() -> None:
    name = "<img src=x>&amp;小学"
    text = words(render_pdf("warning_notice", replace(warning(), school_name=name), as_of=AS_OF))
    assert flat(name) in text


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "../outside.png",
        "http://127.0.0.1:9/x.png",
        "data:image/png;base64,AAAA",
        "absent.png",
    ],
)
def test_a_template_reaches_nothing_outside_its_root(own_root: Path, address: str) -> None:
    (own_root.parent / "outside.png").write_bytes(b"")
    page = own_root / "warning_notice" / "warning_notice.html"
    spoilt = page.read_text("utf-8").replace("{% endblock %}", f'<img src="{address}">{{% endblock %}}')
    page.write_text(spoilt, encoding="utf-8")
    with pytest.raises(DocumentError, match="文书无法生成：模板引用了文件夹以外的内容"):
        render_pdf("warning_notice", warning(), as_of=AS_OF, root=own_root)


def test_a_link_that_leads_outside_is_refused(own_root: Path) -> None:
    (own_root.parent / "secret.png").write_bytes(b"secret")
    (own_root / "picture.png").symlink_to(own_root.parent / "secret.png")
    page = own_root / "warning_notice" / "warning_notice.html"
    spoilt = page.read_text("utf-8").replace("{% endblock %}", '<img src="picture.png">{% endblock %}')
    page.write_text(spoilt, encoding="utf-8")
    with pytest.raises(DocumentError, match="模板引用了文件夹以外的内容"):
        render_pdf("warning_notice", warning(), as_of=AS_OF, root=own_root)


def test_a_template_that_asks_for_an_unknown_fact_names_it(own_root: Path) -> None:
    page = own_root / "warning_notice" / "warning_notice.html"
    page.write_text("{{ facts.no_such_fact }}", encoding="utf-8")
    with pytest.raises(DocumentError, match="'no_such_fact'"):
        render_pdf("warning_notice", warning(), as_of=AS_OF, root=own_root)


def test_a_wrong_style_fails_every_time_and_not_only_the_first(own_root: Path) -> None:
    style = own_root / "warning_notice" / "warning_notice.css"
    style.write_text(style.read_text("utf-8") + "p { colour: red }", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DocumentError, match="colour"):
            render_pdf("warning_notice", warning(), as_of=AS_OF, root=own_root)


@pytest.mark.parametrize(
    "changed", ["base.html", "base.css", "partials/letter.css", "warning_notice/warning_notice.html"]
)
def test_the_template_digest_changes_with_whatever_shapes_the_page(own_root: Path, changed: str) -> None:
    before = template_digest("warning_notice", root=own_root)
    (own_root / "warning_notice" / "sample.yaml").write_text("", encoding="utf-8")
    assert template_digest("warning_notice", root=own_root) == before
    with (own_root / changed).open("a", encoding="utf-8") as file:
        file.write(" ")
    assert template_digest("warning_notice", root=own_root) != before


@pytest.mark.parametrize("name", ["示例市教育局", "示例省示例自治州示例市教育和体育局", "示" * 30])
def test_the_issuers_mark_fits_the_line(name: str) -> None:
    assert mark_points(name) <= 44
    assert mark_points(name) * (len(name) + 2) * 1.04 <= 156 * POINTS_PER_MM


def test_missing_libraries_are_told_with_the_command_that_installs_them() -> None:
    with pytest.raises(SettingError) as caught:
        check_rendering({"libc.so.6": "libc6", "libnosuch.so.9": "libnosuch9", "libnone.so.1": "libnone1"})
    assert str(caught.value) == (
        "Documents cannot be rendered as they should: apt-get install -y libnosuch9 libnone1\n"
        "- document rendering：应为library libnone.so.1 (Debian package libnone1)，实为not installed。"
        "Run: apt-get install -y libnosuch9 libnone1（PDF-004）\n"
        "- document rendering：应为library libnosuch.so.9 (Debian package libnosuch9)，实为not installed。"
        "Run: apt-get install -y libnosuch9 libnone1（PDF-004）"
    )


def test_without_the_subsetter_documents_are_slower_and_still_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    facts = warning()
    assert facts.school_name in words(render_pdf("warning_notice", facts, as_of=AS_OF))


def test_nothing_is_said_where_every_library_is_installed() -> None:
    check_rendering({"libc.so.6": "libc6"})
