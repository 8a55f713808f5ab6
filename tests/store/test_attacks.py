"""Somebody with every right on the database changes a draw: what was published before gives it away."""

import pytest

from tests.lab.attack_case import Store
from tests.lab.attack_kinds import KINDS, UNSEEN, Kind
from tests.lab.attacks import ANCHORED, attempt, honest


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("attacks"))


@pytest.mark.parametrize("number", [6, 7])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_each_evidence_that_binds_a_draw_detects_the_attack_on_its_own(
    store: Store, kind: Kind, number: int
) -> None:
    assert set(kind.bound_by) <= attempt(store, kind, number)


@pytest.mark.parametrize("kind", UNSEEN, ids=lambda kind: kind.title)
def test_what_nothing_published_binds_is_not_detected(store: Store, kind: Kind) -> None:
    assert not attempt(store, kind, 1) & set(ANCHORED)


@pytest.mark.parametrize("number", range(1, 13))
def test_an_honest_draw_raises_no_alarm(store: Store, number: int) -> None:
    assert honest(store, number) == set()
