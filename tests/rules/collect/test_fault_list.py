"""The list of faults a submitting unit gets back."""

from inspection.collect.fault_list import HEADINGS, fault_csv, fault_rows
from inspection.errors import Fault
from inspection.ingest.fault_code import FAULT_CODES

READING = Fault("甲.xlsx", "表", 5, "在校生数", "IN-103", "整数", "=1+1", "请只填数字。")
RULE = Fault("甲.xlsx", "表", 4, "近视人数", "myopia", "不小于0", "-5", "请核对。")


def test_the_list_is_in_order_and_says_what_becomes_of_the_row() -> None:
    assert fault_rows([READING, RULE], {"myopia": "info"}) == [
        ("甲.xlsx", "表", "4", "近视人数", "不小于0", "-5", "请核对。", "只作提示", "myopia"),
        ("甲.xlsx", "表", "5", "在校生数", "整数", "=1+1", "请只填数字。", "该行暂不采用", "IN-103"),
    ]


def test_what_a_file_held_is_never_a_formula_in_the_list() -> None:
    text = fault_csv([READING, RULE], {"myopia": "info"}).decode("utf-8-sig")
    lines = text.split("\r\n")
    assert lines[0] == ",".join(HEADINGS)
    assert ",-5," in lines[1]
    assert ",'=1+1," in lines[2]


def test_every_fault_code_is_listed_once() -> None:
    codes = [entry.code for entry in FAULT_CODES.values()]
    assert len(codes) == len(set(codes))
    assert all(entry.remedy.endswith("。") for entry in FAULT_CODES.values())
