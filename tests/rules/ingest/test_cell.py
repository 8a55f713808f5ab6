"""What a cell means: every way an office types a figure, and what is never guessed."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.ingest.cell import Converted, Spellings, convert, normal
from inspection.ingest.source_map import Column

MISSING = Spellings({"": "not-reported", "—": "not-reported", "不适用": "not-applicable"}, {})


def read(column: Column, texts: list[str], words: Spellings = MISSING) -> Converted:
    """Read texts as one column."""
    return convert(pd.Series(texts, dtype="str").astype("category"), column, words)


def number(kind: str, text: str, **more: object) -> tuple[object, str, str]:
    """Read one text as a figure: value (None if there is none), reason, fault."""
    found = read(Column(headings=("数",), kind=kind, **more), [text])
    value = found.values[0]
    return (None if np.isnan(value) else float(value)), found.reasons[0], found.faults[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1204", 1204),
        ("1,204", 1204),
        ("１２０４", 1204),
        (" 12 04 ", 1204),
        ("1204.0", 1204),
        ("１，２０４", 1204),
        ("-7", -7),
        ("−7", -7),
        ("1204人", 1204),
        ("1204\u200b", 1204),
        ("1 204 ", 1204),
    ],
)
def test_a_count_is_read_however_it_is_typed(text: str, value: int) -> None:
    assert number("count", text, suffixes=("人",)) == (value, "", "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("约500", "text-in-number"),
        ("500人", "text-in-number"),
        ("12,34", "text-in-number"),
        ("1e3", "text-in-number"),
        ("nan", "text-in-number"),
        ("#DIV/0!", "formula-error"),
        ("12.5", "not-whole"),
        ("500①", "text-in-number"),
        ("500²", "text-in-number"),
        ("120\n130", "text-in-number"),
        ("#CALC!", "formula-error"),
        ("Err:502", "formula-error"),
        ("########", "formula-error"),
    ],
)
def test_a_count_is_never_guessed(text: str, fault: str) -> None:
    assert number("count", text) == (None, "", fault)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-reported"),
        (" — ", "not-reported"),
        ("–", "not-reported"),
        ("―", "not-reported"),
        ("\u200b", "not-reported"),
        ("不 适用", "not-applicable"),
    ],
)
def test_a_missing_figure_has_its_reason(text: str, reason: str) -> None:
    assert number("number", text) == (None, reason, "")


@pytest.mark.parametrize("text", ["-2", "-2.0", "－２", " −2 ", "-2.00分", "缺考"])
def test_the_code_for_absence_is_no_score_however_it_is_typed(text: str) -> None:
    words = Spellings({"": "not-reported", "-2": "absent", "缺考": "absent"}, {})
    found = read(Column(headings=("成绩",), kind="number", suffixes=("分",)), [text, "80"], words)
    assert np.isnan(found.values[0])
    assert (found.reasons[0], found.faults[0]) == ("absent", "")
    assert found.values[1] == 80


@pytest.mark.parametrize("text", ["85%", "85", " 85.0 ％ ", "８５％", "85.000%"])
def test_a_percentage_is_the_same_in_every_spelling(text: str) -> None:
    assert number("percent", text, may_be_share=True) == (85, "", "")


SHARES = Column(headings=("率",), kind="percent", may_be_share=True)


def test_a_column_of_shares_is_read_as_percentages() -> None:
    assert read(SHARES, ["0.85", "0.904", "1", "0", "77%"]).values.tolist() == [85, 90.4, 100, 0, 77]


def test_a_share_among_percentages_has_no_clear_unit() -> None:
    found = read(SHARES, ["85", "0.9", "1", "92.5"])
    assert found.faults.tolist() == ["", "unit-unclear", "", ""]
    assert np.isnan(found.values[1])
    assert found.values[2] == 1


def test_one_wrong_figure_does_not_spoil_a_column_of_shares() -> None:
    found = read(SHARES, ["0.85", "0.9", "0.7", "0.8", "0.6", "135"])
    assert found.faults.tolist() == ["", "", "", "", "", "unit-unclear"]
    assert found.values[0] == 85


def test_a_one_with_nothing_beside_it_may_be_all_or_a_hundredth() -> None:
    assert read(SHARES, ["1", "85%"]).faults.tolist() == ["unit-unclear", ""]


def test_a_column_that_may_not_be_shares_is_read_as_it_stands() -> None:
    assert number("percent", "0.85") == (0.85, "", "")


@pytest.mark.parametrize(
    "text",
    [
        "3701020001",
        "３７０１０２０００１",
        " 3701020001",
        "3701020001.0",
        "'3701020001",
        "‘3701020001",
        '="3701020001"',
        "\u202a3701020001",
        "3701020\u200b001",
    ],
)
def test_a_code_is_read_as_text_or_as_number(text: str) -> None:
    column = Column(headings=("码",), kind="code", pattern=r"\d{10}")
    assert read(column, [text]).values.tolist() == ["3701020001"]


@pytest.mark.parametrize("text", ["370102001", "37O1020001", "3.70102E+09", "37010200010", "370102000①"])
def test_a_malformed_code_is_a_fault(text: str) -> None:
    column = Column(headings=("码",), kind="code", pattern=r"\d{10}")
    assert read(column, [text]).faults.tolist() == ["malformed-code"]


def test_choices_are_compared_without_blanks_and_listed_in_their_own_order() -> None:
    words = Spellings({"": "not-reported"}, {"小学": "primary", "初中": "junior"})
    one = Column(headings=("学段",), kind="choice", choices={"小学": "primary", "初中": "junior"})
    several = one.model_copy(update={"kind": "choices"})
    assert read(one, ["小 学", "中学"], words).values.tolist() == ["primary", None]
    assert read(one, ["小 学", "中学"], words).faults.tolist() == ["", "unknown-choice"]
    assert read(several, ["初中、小学", "小学"], words).values.tolist() == ["primary,junior", "primary"]
    assert read(several, ["初中、高中"], words).faults.tolist() == ["unknown-choice"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "20260305",
        "2026-03-05 00:00:00",
        "2026/3/5 0:00",
        "2026年3月5日 0:00:00",
        "２０２６/3/5",
    ],
)
def test_a_date_is_read_however_it_is_typed(text: str) -> None:
    assert read(Column(headings=("日期",), kind="date"), [text]).values.tolist() == [date(2026, 3, 5)]


@pytest.mark.parametrize(
    "text", ["2026-02-30", "三月五日", "46086", "2026/3/15:00", "2026-03-05 08:30:00", "2026-3-5②"]
)
def test_a_date_is_never_guessed(text: str) -> None:
    assert read(Column(headings=("日期",), kind="date"), [text]).faults.tolist() == ["malformed-date"]


@given(
    value=st.integers(-(10**9), 10**9),
    is_wide=st.booleans(),
    has_marks=st.booleans(),
    blanks=st.sampled_from(["", " ", "　", "\n"]),
)
def test_no_spelling_changes_a_number(value: int, is_wide: bool, has_marks: bool, blanks: str) -> None:
    text = f"{value:,}" if has_marks else str(value)
    if is_wide:
        text = text.translate({ord(mark): ord(mark) + 0xFEE0 for mark in "0123456789,-"})
    assert number("count", blanks + text + blanks) == (value, "", "")


@given(st.text(max_size=12))
def test_every_text_is_a_value_or_missing_or_a_fault(text: str) -> None:
    value, reason, fault = number("number", text)
    assert sum([value is not None, bool(reason), bool(fault)]) == 1
    assert normal(normal(text)) == normal(text)
