"""Canonical text is that of RFC 8785, and digests speak of content alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.canonical import canonical, digest, digest_bytes, digest_rows

VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcé😀", max_size=3), inner),
    max_leaves=8,
)


def test_text_is_written_as_the_standard_does() -> None:
    assert canonical({"b": [1, True, "学\u000a\u001f校\u007f"], "a": {}}) == (
        '{"a":{},"b":[1,true,"学\\n\\u001f校\u007f"]}'
    )


def test_keys_sort_by_utf16_code_units() -> None:
    assert canonical({"\ufb33": 1, "😀": 2}) == '{"😀":2,"\ufb33":1}'


@pytest.mark.parametrize("value", [1.0, None, b"x", {"a": None}])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="canonical JSON holds no"):
        canonical(value)


@given(st.dictionaries(st.text("abc", max_size=3), VALUES, min_size=2))
def test_the_order_of_keys_is_no_content(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


@given(
    st.lists(st.tuples(st.integers(), st.text("ab")), max_size=6).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
def test_the_order_of_rows_is_no_content(pair: tuple[list[tuple[int, str]], list[tuple[int, str]]]) -> None:
    assert digest_rows(pair[0]) == digest_rows(pair[1])


def test_missing_and_empty_cells_are_written_alike_and_floats_with_six_decimals() -> None:
    assert (
        digest_rows([(None, 0.1)])
        == digest_rows([(float("nan"), 0.1000000001)])
        == digest_rows([("", "0.100000")])
    )


def test_the_digest_of_nothing_is_that_of_sha256() -> None:
    assert digest_bytes(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
