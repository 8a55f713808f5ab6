"""The guard reads finished files and lets nothing through that must not be public."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.errors import ProtocolError
from inspection.publish.guard import file_faults, require_publishable, text_faults

GOOD_PAGE = """<!doctype html><html><head><title>检查结果</title></head><body>
<p>本站不公布任何学校的考试成绩、得分和名次，名单一律按学校标识码排列。</p>
<table><caption>检查结果</caption><thead><tr><th>学校标识码</th><th>学校名称</th><th>检查结果</th></tr></thead>
<tbody><tr><td>2137110001</td><th>第一小学</th><td>未发现问题</td></tr>
<tr><td>2137110002</td><th>第二小学</th><td>发现问题已责令改正</td></tr></tbody></table></body></html>"""


def codes(text: str) -> list[str]:
    return [fault.code for fault in text_faults(text, place="页面")]


@pytest.mark.parametrize(
    "text",
    [
        "学业质量监测语文合格率62.5%，低于上年",
        "期末考试成绩平均 81",
        "七年级数学平均分为71.3",
        "全校及格率由 62 提高到 70",
        "今年中考上线 120 人",
        "数学学科良好率 45%",
        "各科合格率：91%",
        "高考本科升学率８５％",
        "单科合格率95.2%",
        "全科合格率由 78 提高到 80",
        "国家课程学业达标率97.2%",
        "核心素养关键指标优良率88%",
        "出口标准分均值 58.3",
    ],
)
def test_examination_figures_are_stopped(text: str) -> None:
    assert "PUB-101" in codes(text)


@pytest.mark.parametrize("text", ["总分 92.5", "综合得分87", "该校得 86.5 分", "评分：９０", "共计扣3分"])
def test_totals_and_points_of_a_school_are_stopped(text: str) -> None:
    assert "PUB-102" in codes(text)


@pytest.mark.parametrize(
    "text",
    [
        "全区第3名",
        "位列全市第十二",
        "排名靠前：第 2 位",
        "处于百分位 15",
        "倒数第二",
        "前10%的学校",
        "名次：首位",
    ],
)
def test_places_and_percentiles_are_stopped(text: str) -> None:
    assert "PUB-103" in codes(text)


@pytest.mark.parametrize("text", ["该校为高风险学校", "风险等级：Ｄ", "D类学校", "risk_class"])
def test_risk_classes_are_stopped(text: str) -> None:
    assert "PUB-104" in codes(text)


@pytest.mark.parametrize(
    "text", ["身份证 371102201205061234", "学籍号G37110220120506123X", "３７１１０２２０１２０５０６１２３４"]
)
def test_identity_numbers_are_stopped_and_not_repeated(text: str) -> None:
    faults = text_faults(text, place="页面")
    assert [fault.code for fault in faults] == ["PUB-105"]
    assert "3711022012" not in str(ProtocolError("", faults))


@pytest.mark.parametrize("text", ["联系人 13806331234", "电话：138 0633 1234", "+86-13806331234"])
def test_mobile_numbers_are_stopped(text: str) -> None:
    assert codes(text) == ["PUB-106"]


@pytest.mark.parametrize(
    "text",
    [
        "本站不公布任何学校的考试成绩、总分、得分和名次。",
        "体质健康监测合格率 91.2%，达到 90% 的要求",
        "体质健康优良率 62.4%，课程开设达标率 96%",
        "抽取于 2026年3月19日 21时30分 在局一楼会议室进行，历时 45 分钟",
        "依据《关于规范学业质量监测的通知》（2021年第8号）第3条",
        "办公电话 0633-8781234",
        "开奖号码 03 08 12 19 26 31+07，收盘点位 3245.67",
        "指纹 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "抽取号码 0.13806331234371102201205061234",
        "掷骰 613456124316265413245613245613245",
        "第3分组 学校标识码 2137110001",
        "每组不少于2人，抽查 20%",
        "核查学业质量监测组织情况（RZ-04）",
    ],
)
def test_ordinary_public_sentences_pass(text: str) -> None:
    assert codes(text) == []


def test_a_good_page_passes() -> None:
    require_publishable({"results.html": GOOD_PAGE.encode()})


def test_a_word_and_its_figure_stay_together_across_tags() -> None:
    page = GOOD_PAGE.replace("未发现问题", "总分<b>92</b>")
    assert [fault.code for fault in file_faults("results.html", page.encode())] == ["PUB-102"]


def test_what_stands_in_attributes_is_read_too() -> None:
    page = GOOD_PAGE.replace("<p>", '<p title="全市第3名">')
    assert [fault.code for fault in file_faults("results.html", page.encode())] == ["PUB-103"]


def test_a_list_of_schools_out_of_order_is_stopped() -> None:
    page = GOOD_PAGE.replace("2137110002", "2137110000")
    with pytest.raises(ProtocolError) as caught:
        require_publishable({"results.html": page.encode()})
    assert str(caught.value) == (
        "有 1 处内容不得对外公布，公示网站未更新\n"
        "- results.html 表“检查结果” 第2行 “学校标识码”：应为学校名单按学校标识码排列，"
        "实为2137110000 排在 2137110001 之后。请按学校标识码重新排列。（PUB-110）"
    )


def test_a_list_of_schools_has_known_columns_only() -> None:
    page = GOOD_PAGE.replace("<th>检查结果</th>", "<th>加权结果</th>")
    (fault,) = file_faults("results.html", page.encode())
    assert (fault.code, fault.column) == ("PUB-109", "加权结果")


def test_a_table_without_a_head_is_read_by_its_first_row() -> None:
    page = "<table><tr><td>学校标识码</td><td>位置</td></tr><tr><td>2137110001</td><td>一</td></tr></table>"
    assert [fault.code for fault in file_faults("a.html", page.encode())] == ["PUB-109"]


def test_csv_is_read_by_its_headings() -> None:
    text = "\ufeff学校标识码,学校名称,平均分\r\n2137110002,甲,\r\n2137110001,乙,\r\n"
    assert sorted({fault.code for fault in file_faults("data/x.csv", text.encode())}) == [
        "PUB-108",
        "PUB-109",
        "PUB-110",
    ]


def test_json_lists_of_schools_have_known_keys_only_and_stand_in_order() -> None:
    rows = [{"school_code": "2137110002", "risk_class": "x"}, {"school_code": "2137110001", "total_score": 1}]
    found = {fault.code for fault in file_faults("data/x.json", json.dumps({"rows": rows}).encode())}
    assert found == {"PUB-104", "PUB-108", "PUB-109", "PUB-110"}


def test_json_keys_that_name_people_are_stopped() -> None:
    content = json.dumps({"teams": [{"inspector_name": "张三"}]}).encode()
    assert [fault.code for fault in file_faults("data/x.json", content)] == ["PUB-107"]


def test_the_draw_record_keeps_its_own_order_and_keys() -> None:
    record = {"pool": [{"school": "2137110002"}, {"school": "2137110001"}], "sizing": {"total": 3}}
    with pytest.raises(ProtocolError, match="PUB-108"):
        require_publishable({"data/other.json": json.dumps(record).encode()})
    require_publishable({"data/draw-record.json": json.dumps(record).encode()})


def test_a_record_is_searched_for_people_all_the_same() -> None:
    content = json.dumps({"reason": "13806331234"}).encode()
    assert [fault.code for fault in file_faults("data/draw-record.json", content)] == ["PUB-106"]


def test_the_whole_record_of_a_sealed_draw_stays_inside_until_it_is_opened() -> None:
    content = json.dumps({"state": "unopened", "selection": []}).encode()
    with pytest.raises(ProtocolError, match="启封前只公布密封公布件"):
        require_publishable({"data/draw-record.json": content})


def test_reasons_in_a_record_are_read_as_prose() -> None:
    content = json.dumps({"state": "drawn", "excluded": [{"reason": "全市第3名，免检"}]}).encode()
    assert [fault.code for fault in file_faults("data/draw-record.json", content)] == ["PUB-103"]


def test_data_embedded_in_a_page_is_searched() -> None:
    page = '<script type="application/json">{"risk_class":"x"}</script>'
    assert [fault.code for fault in file_faults("verify.html", page.encode())] == ["PUB-104"]


def test_a_pdf_is_judged_by_the_text_it_was_made_from() -> None:
    with pytest.raises(ProtocolError, match="PUB-103"):
        require_publishable({"notices/1.pdf": b"%PDF"}, texts={"notices/1.pdf": "全市第3名"})
    require_publishable({"notices/1.pdf": b"%PDF"}, texts={"notices/1.pdf": "责令限期整改"})


def test_a_pdf_without_its_text_and_a_file_of_unknown_kind_are_bugs() -> None:
    with pytest.raises(KeyError):
        require_publishable({"notices/1.pdf": b"%PDF"})
    with pytest.raises(AssertionError):
        require_publishable({"data/x.parquet": b"PAR1"})


def test_all_faults_of_all_files_come_at_once() -> None:
    files = {"a.txt": "总分 92".encode(), "b.txt": "全市第3名".encode(), "b.js": b'"13806331234"'}
    with pytest.raises(ProtocolError) as caught:
        require_publishable(files)
    assert [fault.place for fault in caught.value.faults] == ["a.txt", "b.js", "b.txt"]


@given(st.binary(min_size=32, max_size=32))
def test_no_fingerprint_or_ticket_is_taken_for_a_person(content: bytes) -> None:
    ticket = f"0.{int.from_bytes(content):064d}"
    assert codes(f"指纹 {content.hex()} 抽取号码 {ticket} {ticket[:14]}…") == []
