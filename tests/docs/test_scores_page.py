"""The page on how scores are computed says what the spec tests prove, and nothing older."""

from tests.spec.page import PAGE, render


def test_the_page_on_scores_is_current() -> None:
    """`python -m tests.spec.page` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == render()
