"""Runs that write one term wait for each other."""

import threading
from pathlib import Path

import pytest

from inspection.errors import ProtocolError
from inspection.store.turn import turn
from tasks.turn import campaign_turn

BASIC, SMALL, LAST_YEAR = "2025-2026-2-basic", "2025-2026-2-small", "2024-2025-2-basic"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'inspection.db'}"
    monkeypatch.setenv("INSPECTION_DATABASE_URL", url)
    monkeypatch.setenv("INSPECTION_PROFILE", str(Path("examples/demo_city/profile.yaml").resolve()))
    return url


def test_campaigns_of_one_term_take_turns(store: str) -> None:
    with (
        campaign_turn(BASIC),
        pytest.raises(ProtocolError) as refused,
        campaign_turn(SMALL, patience_seconds=0),
    ):
        pass
    assert str(refused.value) == (
        "本学期另有一项办理尚未结束\n"
        "- 学期 2025-2026-2：应为同一学期一次只办理一项，实为另一项办理仍在进行。"
        "请等它办结后重新运行；迟迟不结束的，请数据工程师查看。（TRN-001）"
    )


def test_another_term_need_not_wait(store: str) -> None:
    with campaign_turn(BASIC), campaign_turn(LAST_YEAR, patience_seconds=0):
        pass


def test_whoever_waits_goes_on_when_the_other_has_ended(store: str) -> None:
    ended: list[str] = []
    is_waiting = threading.Event()

    def second() -> None:
        is_waiting.set()
        with campaign_turn(BASIC, patience_seconds=30):
            ended.append("second")

    with campaign_turn(BASIC):
        other = threading.Thread(target=second)
        other.start()
        assert is_waiting.wait(10)
        ended.append("first")
    other.join(30)
    assert ended == ["first", "second"]


def test_the_turn_is_given_back_when_the_run_fails(store: str) -> None:
    with pytest.raises(ZeroDivisionError), campaign_turn(BASIC):
        _ = 1 / 0
    with turn(store, "2025-2026-2") as is_taken:
        assert is_taken
