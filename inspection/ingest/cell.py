"""What a cell of text means: numbers, percentages, codes, choices, dates, and the many ways to leave one empty.

One column at a time, each distinct text once, so that half a million rows cost what their few hundred
spellings cost. A cell is a value, or missing for a stated reason, or a fault; never a guess. Where a cell
stands and who is told is in `reading`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from inspection.ingest.source_map import NUMERIC_KINDS, Column, SourceMap
from inspection.profile import Profile

Texts = npt.NDArray[np.object_]
Outcome = tuple[object, str, str]
"""Value, reason why it is missing, kind of fault; at most one of the last two."""

_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|[+-]?\.\d+", re.ASCII)
_PLAIN_NUMBER = r"-?[0-9]{1,15}(\.[0-9]{1,15})?"
_CODE_WRAPPING = re.compile(r'^(=")(.*)(")$|^([\'‘’])(.*)()$')
_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
# As spreadsheet programs add it to a day.
_MIDNIGHT = re.compile(r"(?<=[\d日])[T\s]+0?0[:：]00([:：]00(\.0+)?)?\s*$")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Joiners, marks of direction and the like, which come along when text is copied from a chat or a page.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_FORMULA_ERROR = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA|#+)|ERR:\d{3}"
)
_DASHES = re.compile("[-‐‑‒–—―─－]{1,6}")
# Two figures in one cell, one below the other; a figure that bears the number of a footnote.
_TWO_LINES = re.compile(r"\d\s*[\r\n]\s*\d")
# What one cell of a spreadsheet can hold.
_LONGEST_TEXT = 32_767
_YES_NO = {
    "是": True,
    "√": True,
    "Y": True,
    "TRUE": True,
    "否": False,
    "×": False,
    "N": False,
    "FALSE": False,
}
_LIST_MARKS = re.compile(r"[、,;/和及]+")
# Unless this share of a column's unsigned figures are at most 1, the column is not written as shares.
_SHARE_MAJORITY = 0.8


@dataclass(frozen=True)
class Converted:
    """One column after reading: by row, the value, why it is missing, and the kind of fault.

    `values` is float for numeric kinds, else object with None where there is no value.
    """

    values: npt.NDArray[np.float64] | Texts
    reasons: Texts
    faults: Texts


@dataclass(frozen=True)
class Spellings:
    """What the words of one column mean: missing ones, choices, and the unit that its heading states."""

    missing: Mapping[str, str]
    choices: Mapping[str, str]
    unit_factor: float = 1.0

    @property
    def missing_numbers(self) -> dict[float, str]:
        """The missing codes that are numbers, such as -2."""
        numbers = {
            text.replace(",", ""): reason for text, reason in self.missing.items() if _NUMBER.fullmatch(text)
        }
        return {float(text): reason for text, reason in numbers.items()}


def spellings(column: Column, source_map: SourceMap, profile: Profile, *, unit: str = "") -> Spellings:
    """Return what may stand in a column whose heading states a unit, or none."""
    missing = {normal(text): reason for text, reason in (source_map.missing | column.missing).items()}
    choices = {normal(text): code for text, code in column.choices.items()}
    if column.choices_from == "districts":
        choices = _district_choices(profile)
    elif column.choices_from == "figures":
        choices = {
            normal(text): item.code for item in source_map.listed_figures for text in (item.title, item.code)
        }
    return Spellings(missing, choices, column.units.get(unit, 1.0))


def normal(text: str) -> str:
    """Return a text as a reader takes it: half width, without blanks, one kind of minus sign."""
    if text.isascii():
        return _BLANKS.sub("", text)
    joined = _BLANKS.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text))).replace("−", "-")
    return unicodedata.normalize("NFKC", joined)


def clean(text: str) -> str:
    """Return a text for keeping: composed, without blanks around and characters that nobody can see."""
    return _CONTROLS.sub("", unicodedata.normalize("NFC", _UNSEEN.sub("", text))).strip()


def convert(cells: "pd.Series[str]", column: Column, words: Spellings) -> Converted:
    """Read one column of text cells (categorical)."""
    texts = cells.cat.categories.astype("str")
    codes = cells.cat.codes.to_numpy()
    values, reasons, faults = _outcomes(texts, column, words)
    converted = Converted(values[codes], reasons[codes], faults[codes])
    if column.kind == "percent":
        is_signed = np.array(["%" in normal(text) for text in texts], bool)[codes]
        converted = _in_percent(converted, is_signed, column)
    return converted


def _outcomes(
    texts: "pd.Index[str]", column: Column, words: Spellings
) -> tuple[npt.NDArray[np.float64] | Texts, Texts, Texts]:
    """Return value, reason and fault of each distinct text: plain ones together, the others one by one."""
    count = len(texts)
    is_number = column.kind in NUMERIC_KINDS
    values = np.full(count, np.nan) if is_number else np.full(count, None, object)
    reasons, faults = np.full(count, "", object), np.full(count, "", object)
    is_plain = _plain(texts, column)
    is_plain &= ~texts.isin(list(words.missing))
    if is_number and is_plain.any():
        values[is_plain] = texts[is_plain].astype(float)
        is_plain &= ~np.isin(values, list(words.missing_numbers))
        values[is_plain] = _scaled(values[is_plain], words.unit_factor)
        if column.kind == "count":
            is_plain &= values == np.floor(values)
    elif is_plain.any():
        values[is_plain] = texts[is_plain].to_numpy(object)
    read = _READERS[column.kind]
    for position in np.flatnonzero(~is_plain):
        value, reasons[position], faults[position] = _outcome(texts[position], column, words, read)
        values[position] = np.nan if is_number and value is None else value
    return values, reasons, faults


def _plain(texts: "pd.Index[str]", column: Column) -> npt.NDArray[np.bool_]:
    """Tell which texts can only mean what they say."""
    if column.kind in NUMERIC_KINDS:
        return np.asarray(texts.str.fullmatch(_PLAIN_NUMBER), bool)
    if column.kind == "code" and column.pattern and not column.missing:
        return np.asarray(texts.str.fullmatch(column.pattern, flags=re.ASCII), bool)
    return np.zeros(len(texts), bool)


def _outcome(text: str, column: Column, words: Spellings, read: "Reader") -> Outcome:
    plain = normal(text)
    if plain in words.missing:
        return None, words.missing[plain], ""
    if _DASHES.fullmatch(plain) and "—" in words.missing:
        return None, words.missing["—"], ""
    if _FORMULA_ERROR.fullmatch(plain.upper()):
        return None, "", "formula-error"
    return read(text, column, words)


def _is_joined(text: str) -> bool:
    """Whether what stands apart in a cell would become one number: two lines of digits, a footnote such as ①."""
    return bool(_TWO_LINES.search(text)) or any(unicodedata.category(sign) == "No" for sign in text)


Reader = Callable[[str, Column, Spellings], Outcome]


def _number(text: str, column: Column, words: Spellings) -> Outcome:
    plain = normal(text)
    for suffix in column.suffixes:
        plain = plain.removesuffix(suffix)
    unit = max((unit for unit in column.units if plain.endswith(unit)), key=len, default="")
    plain = plain.removesuffix(unit)
    if column.kind == "percent":
        plain = plain.removesuffix("%")
    if not _NUMBER.fullmatch(plain) or _is_joined(text):
        return None, "", "text-in-number"
    value = float(plain.replace(",", ""))
    if value in words.missing_numbers:
        return None, words.missing_numbers[value], ""
    value = float(_scaled(value, column.units[unit] if unit else words.unit_factor))
    if column.kind == "count" and not value.is_integer():
        return None, "", "not-whole"
    return value, "", ""


def _scaled(value: Any, factor: float) -> Any:
    """Bring figures to the unit of the column, without the dust of binary fractions."""
    return value if factor == 1 else np.round(value * factor, 9)


def _code(text: str, column: Column, _: Spellings) -> Outcome:
    plain = normal(text)
    wrapped = _CODE_WRAPPING.match(plain)
    if wrapped:
        plain = wrapped[2] or wrapped[5]
    if _is_joined(text):
        return None, "", "malformed-code"
    for spelling in (plain, re.sub(r"\.0+$", "", plain)):
        if not column.pattern or re.fullmatch(column.pattern, spelling, re.ASCII):
            return spelling, "", ""
    return None, "", "malformed-code"


def _text(text: str, _: Column, __: Spellings) -> Outcome:
    return (clean(text), "", "") if len(text) <= _LONGEST_TEXT else (None, "", "too-long")


def _choice(text: str, column: Column, words: Spellings) -> Outcome:
    found = words.choices.get(normal(text))
    unknown = "unknown-district" if column.choices_from == "districts" else "unknown-choice"
    return (found, "", "") if found is not None else (None, "", unknown)


def _choices(text: str, _: Column, words: Spellings) -> Outcome:
    parts = [part for part in _LIST_MARKS.split(normal(text)) if part]
    found = {words.choices.get(part) for part in parts}
    if not parts or None in found:
        return None, "", "unknown-choice"
    order = list(dict.fromkeys(words.choices.values()))
    return ",".join(code for code in order if code in found), "", ""


def _yes_no(text: str, _: Column, __: Spellings) -> Outcome:
    found = _YES_NO.get(normal(text).upper())
    return (found, "", "") if found is not None else (None, "", "unknown-choice")


def _date(text: str, _: Column, __: Spellings) -> Outcome:
    found = _DATE.fullmatch(normal(_MIDNIGHT.sub("", text)))
    if not found or _is_joined(text):
        return None, "", "malformed-date"
    year, month, day = (int(found[place] or found[place + 3]) for place in (1, 2, 3))
    try:
        return date(year, month, day), "", ""
    except ValueError:
        return None, "", "malformed-date"


_READERS: Mapping[str, Reader] = {
    "code": _code,
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "yes-no": _yes_no,
    "count": _number,
    "number": _number,
    "percent": _number,
    "date": _date,
}


def _in_percent(read: Converted, is_signed: npt.NDArray[np.bool_], column: Column) -> Converted:
    """Bring one column to percent 0..100, whether it was written 85%, 85 or 0.85.

    Figures without a sign are shares when nearly all of the column's are at most 1; those that then do not
    fit, and small ones among percentages, are faults: their unit is unclear. So is a 1 with nothing beside it
    to tell whether all or a hundredth is meant.
    """
    values = np.asarray(read.values, float)
    if column.is_share:
        return replace(read, values=np.where(is_signed, values, np.round(values * 100, 6)))
    if not column.may_be_share:
        return read
    is_unsigned = ~np.isnan(values) & ~is_signed
    is_small = is_unsigned & (values > 0) & (values < 1)
    is_large = is_unsigned & (values > 1)
    small, large = int(is_small.sum()), int(is_large.sum())
    if not small and not large:
        unclear, shares = is_unsigned & (values == 1), np.zeros(len(values), bool)
    elif small >= _SHARE_MAJORITY * (small + large):
        unclear, shares = is_large, is_unsigned & ~is_large
    else:
        unclear, shares = is_small, np.zeros(len(values), bool)
    in_percent = np.where(shares, np.round(values * 100, 6), values)
    return Converted(
        np.where(unclear, np.nan, in_percent), read.reasons, np.where(unclear, "unit-unclear", read.faults)
    )


def _district_choices(profile: Profile) -> dict[str, str]:
    """Return the spellings of the bureau's districts: code, full name, and the end of a name if no other has it."""
    names = {normal(district.name): district.code for district in profile.districts}
    ends: dict[str, set[str]] = {}
    for name, code in names.items():
        for start in range(1, len(name) - 1):
            ends.setdefault(name[start:], set()).add(code)
    short = {end: next(iter(codes)) for end, codes in ends.items() if len(codes) == 1}
    return short | names | {district.code: district.code for district in profile.districts}
