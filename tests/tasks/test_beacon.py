"""A round of the public beacon: the randomness comes of its signature, and the signature is the beacon's."""

import importlib.util
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from inspection.draw.seed import PublicSource, ValueEntry, canonical_value
from inspection.errors import ProtocolError
from inspection.request import NewSource
from tasks import beacon
from tasks.beacon import is_signed, require_signed
from tasks.draw import public_source

ROUND = 657413
SIGNATURE = "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b"
RANDOMNESS = "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"
SOURCE = PublicSource(
    source_id="drand",
    kind="drand",
    name=f"drand quicknet 第{ROUND}轮",
    announced_at=datetime(2026, 3, 20, tzinfo=UTC),
)
needs_library = pytest.mark.skipif(
    importlib.util.find_spec("drand_verify") is None, reason="drand-verify is not installed"
)


def typed(text: str) -> list[ValueEntry]:
    return [ValueEntry(source_id="drand", actor_id=actor, text=text) for actor in ("zhang", "li")]


@pytest.mark.parametrize(
    "text",
    [
        RANDOMNESS,
        f"{ROUND}+{SIGNATURE}",
        f" {ROUND} ＋ {SIGNATURE.upper()} ",
    ],
)
def test_the_randomness_of_a_round_is_the_hash_of_its_signature(text: str) -> None:
    assert canonical_value(SOURCE, text) == RANDOMNESS


def test_an_entry_without_signature_will_do_only_where_none_can_be_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beacon, "can_check", lambda: False)
    require_signed([SOURCE], typed(RANDOMNESS))
    monkeypatch.setattr(beacon, "can_check", lambda: True)
    require_signed([replace(SOURCE, name="drand default 第657413轮")], typed(RANDOMNESS))
    with pytest.raises(ProtocolError) as caught:
        require_signed([SOURCE], typed(RANDOMNESS))
    assert caught.value.full_text == (
        "随机信标的数值不能用于抽取\n"
        f"- drand quicknet 第{ROUND}轮：应为“轮次+签名”，实为没有签名，无从验证。"
        "请对照信标公布的页面核对后重新录入。（SEED-011）"
    )


def test_a_plan_names_network_and_round_as_numbers() -> None:
    given = NewSource(
        id="drand", kind="drand", name="随机信标", announced_at=SOURCE.announced_at, round=ROUND
    )
    assert public_source(given.model_dump()).name == f"随机信标（quicknet 第{ROUND}轮）"


def test_another_round_than_the_one_promised_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        require_signed([SOURCE], typed(f"{ROUND + 1}+{SIGNATURE}"))
    assert caught.value.full_text == (
        "随机信标的数值不能用于抽取\n"
        f"- drand quicknet 第{ROUND}轮：应为方案的来源名称中写明的轮次，实为第{ROUND + 1}轮。"
        "请对照信标公布的页面核对后重新录入。（SEED-008）"
    )


@needs_library
def test_a_signature_that_the_beacon_never_gave_is_refused() -> None:
    assert is_signed(ROUND, SIGNATURE)
    for forged in (SIGNATURE[:-1] + "a", "ab" * 48):
        with pytest.raises(ProtocolError) as caught:
            require_signed([SOURCE], typed(f"{ROUND}+{forged}"))
        assert "实为不是该轮的签名。" in caught.value.full_text
