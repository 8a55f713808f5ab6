"""Gives every spec test the language of `specification`."""

import pytest

from tests.spec.specification import SpecTest


@pytest.fixture
def spec_test() -> SpecTest:
    """Checks examples."""
    return SpecTest()
