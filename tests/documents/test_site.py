"""The publication site: what it says, how it holds together, and that it comes whole or not at all."""

import base64
import csv
import hashlib
import html
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from inspection.canonical import canonical, digest
from inspection.deploy.campaign import CampaignState
from inspection.draw.record import committed
from inspection.errors import ProtocolError
from inspection.publish.page_text import page_content
from inspection.publish.publication import PublicDocument, WithdrawnDraw
from tasks.site import MENU, TEMPLATES, render_site, write_site
from tests.documents.example_site import DICE, SCHOOLS, facts, record, result
from tests.rules.draw.test_relaxation import anew
from tests.rules.verify.test_unstaffed import unstaffed

# One site serves all of these.
pytestmark = pytest.mark.xdist_group("site")

PAGES = [page for page, _ in MENU]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return render_site(facts())


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, str]:
    return {page: files[page].decode() for page in PAGES}


def words(page: str) -> str:
    return "\n".join(page_content(page).blocks)


def test_the_site_holds_its_pages_and_the_same_as_data(files: dict[str, bytes]) -> None:
    assert set(files) == {
        *PAGES,
        "ceremony.html",
        "site.css",
        "site.js",
        "verify.py",
        "notices/2026-1.pdf",
        *(
            f"data/{name}"
            for name in (
                "plan.json",
                "draw-record.json",
                "results.csv",
                "results.json",
                "band-counts.csv",
                "person-counts.csv",
                "notices.json",
                "ledger.json",
                "README.txt",
                "SHA256SUMS",
            )
        ),
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_chinese_safe_and_complete(pages: dict[str, str], page: str) -> None:
    html = pages[page]
    assert html.startswith('<!doctype html>\n<html lang="zh-CN">')
    assert "default-src 'none'" in html
    assert "unsafe-inline" not in html
    assert 'class="skip" href="#content"' in html
    assert 'aria-current="page"' in html
    assert "演示数据，非真实学校" in html
    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert not re.search(r"\son[a-z]+=|\sstyle=", html)
    assert html.count("<table") == html.count("<caption>") == html.count("</table>")
    assert "scope=" in html or "<th" not in html


def test_links_lead_to_files_of_the_site(files: dict[str, bytes], pages: dict[str, str]) -> None:
    targets = {target for html in pages.values() for target in re.findall(r'(?:href|src)="([^"#]+)"', html)}
    assert targets - set(files) == set()


def test_a_real_bureau_shows_no_banner() -> None:
    assert b'class="synthetic"' not in render_site(facts(is_synthetic=False))["index.html"]


def test_the_front_page_answers_the_first_questions(pages: dict[str, str]) -> None:
    text = words(pages["index.html"])
    for wanted in (
        "计划抽查",
        "4所",
        "入校检查时间",
        "2026年4月7日至2026年4月24日",
        "处理整改 进行中",
        "抽中学校",
    ):
        assert wanted in text


def test_the_plan_page_says_what_is_inspected_on_what_basis_and_when(pages: dict[str, str]) -> None:
    text = words(pages["plan.html"])
    for wanted in ("《教育督导条例》第十一条", "公开掷骰60次", "2026年3月19日 10:00", "不少于2人", "必报"):
        assert wanted in text


def test_the_draw_page_shows_promise_values_seed_and_every_school_of_the_pool(pages: dict[str, str]) -> None:
    drawn = record()
    text = words(pages["draw.html"])
    assert str(drawn["commitment_digest"]) in text
    assert str(drawn["seed"]) in text
    assert DICE in text
    assert "暂停办学" in text
    (table,) = (t for t in page_content(pages["draw.html"]).tables if "抽取情况" in t.headings)
    assert [row[0] for row in table.rows] == [school.school_code for school in SCHOOLS[:-1]]
    assert sum(row[3] == "抽中" for row in table.rows) == 4


def test_the_draw_page_says_which_redraw_shows_and_which_the_reader_must_judge(pages: dict[str, str]) -> None:
    text = words(pages["draw.html"])
    assert "有了结果又撤销方案、另行抽取的，台账中留有原方案和原结果" in text
    assert "换一个批次名称另行抽取的，核验时会列出同一事项的其他批次，请留意。" in text


def test_the_worked_example_can_be_followed_with_any_sha256_tool(pages: dict[str, str]) -> None:
    """The page's own recipe, step by step."""
    drawn = record()
    text = words(pages["draw.html"])
    (name,) = re.findall(r"school:s\d+:\d{10}", text)
    seed_digest = hashlib.sha256(str(drawn["seed"]).encode()).hexdigest()
    id_digest = hashlib.sha256((seed_digest + name).encode()).hexdigest()
    ticket = "0." + str(int(id_digest, 16)).zfill(64)[::-1]
    assert seed_digest in text
    assert id_digest in text
    assert ticket in text


def test_results_show_open_cases_and_withdrawals(pages: dict[str, str]) -> None:
    text = words(pages["results.html"])
    assert "发现问题待后续处理" in text
    assert "已撤回" in text
    assert "弄虚作假" not in text


def test_small_counts_of_persons_are_not_shown(pages: dict[str, str]) -> None:
    (table,) = (t for t in page_content(pages["bands.html"]).tables if t.caption.startswith("家长"))
    assert {cell for row in table.rows for cell in row[1:]} == {"不公开"}
    assert "人数少于10人的单元格不公开" in pages["bands.html"]


def test_a_closed_sealed_draw_shows_no_school_that_was_drawn() -> None:
    sealed = record("sealed")
    changed = replace(
        facts().draw,  # type: ignore[type-var]
        kind="sealed",
        is_opened=False,
        status="已抽取，名单密封。",
        record=sealed,
    )
    built = render_site(facts(draw=changed, state=CampaignState.VISITING))
    text = words(built["draw.html"].decode())
    assert str(sealed["result_hash"]) in text
    assert "抽取情况" not in text
    assert "第1组" not in "".join(
        content.decode() for path, content in built.items() if path.endswith("html")
    )
    assert json.loads(built["data/results.json"])["results"] == []


def test_the_whole_record_of_a_closed_sealed_draw_is_refused() -> None:
    unopened = {**record(), "state": "unopened"}
    with pytest.raises(ProtocolError, match="PUB-111"):
        render_site(facts(draw=replace(facts().draw, record=unopened)))  # type: ignore[type-var]


@pytest.mark.parametrize("state", list(CampaignState))
def test_every_state_of_a_campaign_has_a_site(state: CampaignState) -> None:
    built = render_site(
        facts(state=state, draw=None, results=(), notices=(), band_counts=(), person_counts=())
    )
    assert "抽取方案尚未公布" in built["index.html"].decode()
    assert "data/draw-record.json" not in built


def test_text_from_outside_is_shown_as_text() -> None:
    built = render_site(facts(campaign_title='<script>alert("x")</script>'))
    assert b"<script>alert" not in built["index.html"]


def test_data_files_say_the_same_as_the_pages(files: dict[str, bytes]) -> None:
    rows = list(csv.reader(io.StringIO(files["data/results.csv"].decode("utf-8-sig"))))
    assert files["data/results.csv"].startswith(b"\xef\xbb\xbf")
    assert rows[0] == [
        "学校标识码",
        "学校名称",
        "所属区县",
        "抽查事项",
        "检查结果",
        "检查日期",
        "后续处理",
        "公示日期",
    ]
    results = json.loads(files["data/results.json"])["results"]
    assert [row[0] for row in rows[1:]] == [line["school_code"] for line in results]
    assert hashlib.sha256(files["data/draw-record.json"]).hexdigest() == digest(record())


def test_checksums_cover_every_other_file(files: dict[str, bytes]) -> None:
    sums = dict(line.split("  ")[::-1] for line in files["data/SHA256SUMS"].decode().splitlines())
    assert sums == {
        path: hashlib.sha256(content).hexdigest()
        for path, content in files.items()
        if path != "data/SHA256SUMS"
    }


def test_the_same_facts_make_the_same_bytes_whatever_their_order(tmp_path: Path) -> None:
    first = write_site(facts(), tmp_path / "a")
    turned = facts(results=facts().results[::-1], schools=SCHOOLS[::-1])
    second = write_site(turned, tmp_path / "b")
    assert first == second
    for path in sorted((tmp_path / "a").rglob("*.*")):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_writing_again_replaces_the_whole_site_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "public"
    receipt = write_site(facts(), folder)
    (folder / "old.html").write_text("旧")
    assert write_site(facts(), folder) == receipt
    assert not (folder / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["public"]
    assert receipt.file_count == sum(path.is_file() for path in folder.rglob("*"))


def test_what_must_not_be_public_stops_the_site_and_the_old_one_stays(tmp_path: Path) -> None:
    folder = tmp_path / "public"
    write_site(facts(), folder)
    before = (folder / "results.html").read_bytes()
    bad = result(SCHOOLS[0], disposal="数学平均分 61.5，全区第9名")
    with pytest.raises(ProtocolError) as caught:
        write_site(facts(results=(bad,)), folder)
    assert {fault.code for fault in caught.value.faults} == {"PUB-101", "PUB-103"}
    assert {fault.place for fault in caught.value.faults} == {
        "data/results.csv",
        "data/results.json",
        "results.html",
    }
    assert (folder / "results.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_the_text_of_a_notice_is_guarded_in_place_of_its_pdf() -> None:
    document = PublicDocument(file_name="1.pdf", content=b"%PDF", text="该校总分 61.5")
    notice = replace(facts().notices[0], document=document)
    with pytest.raises(ProtocolError, match="PUB-102"):
        render_site(facts(notices=(notice,)))


def test_the_style_sheet_keeps_text_readable() -> None:
    """WCAG AA: a contrast of at least 4.5 for every text colour on every ground it is set on."""
    css = (TEMPLATES / "site.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", css))
    grounds = ["#ffffff", named["wash"], "#fdf3f1"]
    inks = [named[name] for name in ("ink", "soft", "red", "blue", "done")] + ["#7a4b00"]
    pairs = [(ink, ground) for ink in inks for ground in grounds]
    pairs += [("#16345c", "#eaeff6"), ("#5c4400", "#fff3cd"), ("#ffffff", named["blue"])]
    assert min(contrast(ink, ground) for ink, ground in pairs) >= 4.5


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_page_states_the_digest_of_its_program_and_the_command_that_computes_it(
    pages: dict[str, str], tmp_path: Path
) -> None:
    page = pages["verify.html"]
    (tmp_path / "verify.html").write_text(page, encoding="utf-8", newline="")
    told = re.search(r'<pre id="script-digest">python3 -c "(.+?)"</pre>', page)
    assert told
    command = [sys.executable, "-c", html.unescape(told[1])]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    stated = run.stdout.strip()
    assert page.count(stated) >= 1
    policy = base64.b64encode(bytes.fromhex(stated)).decode()
    assert f"script-src &#39;sha256-{policy}&#39;" in page or f"script-src 'sha256-{policy}'" in page


def test_the_page_offers_the_verifier_with_the_digest_of_the_file_itself(
    pages: dict[str, str], files: dict[str, bytes]
) -> None:
    page = pages["verify.html"]
    assert '<a href="verify.py" download>' in page
    assert hashlib.sha256(files["verify.py"]).hexdigest() in page


def test_a_promise_made_anew_shows_what_it_replaces_and_why() -> None:
    old, made = anew()
    draw = facts().draw
    assert draw is not None
    withdrawn = WithdrawnDraw(record=committed(old.record), values=(("现场公开掷骰48次", "613254"),))
    changed = replace(
        draw,
        record=committed(made.record),
        commitment_digest=made.digest,
        schools=(),
        withdrawn=(withdrawn,),
    )
    built = render_site(facts(draw=changed, state=CampaignState.COMMITTED, results=(), notices=()))
    page = words(built["draw.html"].decode())
    for sentence in (
        "本方案替换了一个已撤销的方案",
        "每名检查人员可以承担的学校数提高1所",
        "理由：本学期检查人员不足",
        "按规定，其他内容应当照旧；已撤销的方案列在下面，可以逐项对照。",
        "当时抽中的学校和缺岗的证明，在名单公布时一并公布。",
        old.digest,
    ):
        assert sentence in page
    assert built["data/draw-withdrawn-1.json"].decode() == canonical(committed(old.record))
    assert "draw-withdrawn-1.json" in built["data/README.txt"].decode()
    proved = replace(changed, withdrawn=(replace(withdrawn, record=unstaffed()),))
    built = render_site(facts(draw=proved, state=CampaignState.COMMITTED, results=(), notices=()))
    assert "可以自己数一数：按原方案抽中的学校，哪些岗位确实派不出人" in words(built["draw.html"].decode())
    assert built["data/draw-withdrawn-1.json"].decode() == canonical(unstaffed())
