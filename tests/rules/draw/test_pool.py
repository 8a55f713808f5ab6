"""A setup that cannot be drawn from is refused, every fault of it at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inspection.draw.beacon import round_from
from inspection.draw.pool import PoolInspector, Relation, check, reasons_apart, stratum_of
from inspection.draw.seed import PublicSource
from inspection.errors import ProtocolError
from tests.rules.draw.example_draw import (
    BEIJING,
    COMMITTED_AT,
    INSPECTORS,
    RELATIONS,
    SALT,
    SCHOOLS,
    SOURCES,
    school,
    setup,
)


def faults(is_sealed: bool = False, **changes: object) -> list[str]:
    with pytest.raises(ProtocolError) as caught:
        check(setup(**changes), is_sealed=is_sealed, as_of=COMMITTED_AT)
    assert caught.value.summary == f"抽取方案有 {len(caught.value.faults)} 处需要改正"
    return [fault.sentence for fault in caught.value.faults]


def test_a_sound_setup_passes() -> None:
    check(setup(), is_sealed=False, as_of=COMMITTED_AT)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"kind": "secret"},
            "抽取方式：应为open（公开抽取）或sealed（密封抽取），实为“secret”。请改正抽取方案。（POOL-001）",
        ),
        (
            {"kind": "sealed"},
            "抽取密钥：应为密封抽取有密钥、公开抽取无密钥，实为无密钥。请改正抽取方案。（POOL-001）",
        ),
        ({"schools": ()}, "检查对象名录库：应为至少1所可以抽取的学校，实为0所。请改正抽取方案。（POOL-002）"),
        ({"matters": ()}, "抽查事项：应为至少1项，实为0项。请改正抽取方案。（POOL-002）"),
        (
            {"schools": (*SCHOOLS, SCHOOLS[0])},
            "学校 3711020001：应为名录中只出现一次，实为2次。请改正抽取方案。（POOL-003）",
        ),
        (
            {"inspectors": (*INSPECTORS, INSPECTORS[0])},
            "检查人员 t001：应为名录中只出现一次，实为2次。请改正抽取方案。（POOL-003）",
        ),
        (
            {"inspectors": (*INSPECTORS, PoolInspector(inspector_id="t9", load=-1))},
            "检查人员 t9：应为承担学校数不小于0，实为-1。请改正抽取方案。（POOL-004）",
        ),
        (
            {"schools": (*SCHOOLS, school(10, "371103", code="３７１１０２００１０"))},
            "抽取编号：应为小写字母 a—z、数字 0—9 和连字符组成的编号，实为“３７１１０２００１０”。"
            "请在名录库中改正该编号。（TKT-001）",
        ),
        ({"sources": ()}, "公开来源：应为至少1个，实为0个。请改正抽取方案。（POOL-007）"),
        (
            {"sources": (replace(SOURCES[0], announced_at=COMMITTED_AT),)},
            "双色球第2026031期开奖号码：应为承诺之后才公布，实为2026-03-16 09:00+08:00已公布。"
            "请改用尚未公布的一期。（POOL-008）",
        ),
        (
            {"sources": (replace(SOURCES[1], throws=0),)},
            "现场公开掷骰48次：应为至少掷1次，实为0次。请改正抽取方案。（POOL-007）",
        ),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], sentence: str) -> None:
    is_about_relations = {"schools", "inspectors"} & changes.keys()
    relations = () if is_about_relations else RELATIONS
    assert sentence in faults(**({"relations": relations} | changes))


ROUND_AT = datetime(2026, 3, 20, 10, tzinfo=BEIJING)


@pytest.mark.parametrize("network", ["quicknet", "default"])
def test_a_round_of_the_beacon_is_to_come_and_made_when_it_is_announced(network: str) -> None:
    named = round_from(network, ROUND_AT)
    assert timedelta(0) <= named.made_at - ROUND_AT < named.period
    source = PublicSource(source_id="drand", kind="drand", name=named.title, announced_at=ROUND_AT)
    check(setup(sources=(source,)), is_sealed=False, as_of=COMMITTED_AT)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "drand quicknet 第1000轮",
            "drand quicknet 第1000轮：应为承诺之后才产生的轮次，实为2023-08-23 23:59:24+08:00产生。"
            "请改用尚未产生的轮次。（POOL-010）",
        ),
        (
            "drand quicknet 第30000000轮",
            "drand quicknet 第30000000轮：应为公布时间2026-03-20 10:00:00+08:00的轮次（quicknet 第27056212轮），"
            "实为2026-06-30 15:09:24+08:00产生。请改正轮次或者公布时间。（POOL-010）",
        ),
        (
            "随机信标",
            "随机信标：应为写明信标网络（quicknet或者default）和一个轮次，如“quicknet 第22000000轮”，"
            "实为“随机信标”。请改正抽取方案。（POOL-010）",
        ),
    ],
)
def test_a_round_that_is_past_or_another_than_announced_is_refused(name: str, sentence: str) -> None:
    source = PublicSource(source_id="drand", kind="drand", name=name, announced_at=ROUND_AT)
    assert faults(sources=(source,)) == [sentence]


def test_an_unknown_kind_of_source_is_answered_with_the_known_ones() -> None:
    (sentence,) = faults(sources=(replace(SOURCES[0], kind="horoscope"),))
    assert "drand（drand公共随机信标）" in sentence
    assert sentence.endswith("实为“horoscope”。请改正抽取方案。（POOL-007）")


def test_an_instant_without_a_time_zone_is_refused() -> None:
    naive = SOURCES[0].announced_at.replace(tzinfo=None)
    (sentence,) = faults(sources=(replace(SOURCES[0], announced_at=naive),))
    assert "应为带时区的公布时间，实为2026-03-19 21:15:00" in sentence


def test_a_recusal_of_unknown_ids_is_a_fault_not_a_silence() -> None:
    assert faults(
        relations=(
            Relation("t404", "3711020001", "former_school"),
            Relation("t002", "3711029999", "former_school"),
            Relation("t002", "3711020001", "dislikes"),
        )
    ) == [
        "回避关系 t002—3711020001：应为own_school（本人在该校任职）、former_school（离开该校未满三年）、"
        "relative_employed（近亲属在该校任职）、relative_enrolled（近亲属在该校就读）、"
        "declared_interest（本人申报有利害关系）、own_district（交叉互检不检查本区县学校）、"
        "other_district（交叉互检安排检查另一区县）、last_term（上学期已检查该校），实为“dislikes”。请改正抽取方案。（POOL-005）",
        "回避关系 t002—3711029999：应为检查对象名录库中的学校标识码，实为“3711029999”。"
        "请核对编号；编号写错的回避关系不起作用。（POOL-005）",
        "回避关系 t404—3711020001：应为检查人员名录库中的编号，实为“t404”。"
        "请核对编号；编号写错的回避关系不起作用。（POOL-005）",
    ]


def test_all_faults_come_at_once() -> None:
    assert len(faults(kind="sealed", matters=(), sources=())) == 3


def test_cross_inspection_needs_everybodys_district() -> None:
    nowhere = replace(INSPECTORS[0], district_code="")
    assert faults(mode="cross", inspectors=(nowhere, *INSPECTORS[1:])) == [
        "检查人员 t001：应为填写所属区县（交叉互检须据此回避），实为未填写。请改正抽取方案。（POOL-006）"
    ]


def test_an_employee_is_kept_from_the_own_school_without_being_asked() -> None:
    assert reasons_apart(setup()) == {
        ("t001", "3711020001"): ["own_school"],
        ("t002", "3711020007"): ["relative_enrolled"],
        ("t004", "3711020002"): ["former_school"],
    }


def test_the_own_district_bars_in_cross_inspection_only() -> None:
    apart = reasons_apart(setup(mode="cross"))
    assert apart["t002", "3711020001"] == ["own_district"]
    assert apart["t001", "3711020001"] == ["own_district", "own_school"]
    assert ("t002", "3711020006") not in apart


def test_a_recusal_from_an_excluded_school_is_kept_out_of_the_draw() -> None:
    relations = (Relation("t003", "3711020009", "declared_interest"),)
    assert ("t003", "3711020009") not in reasons_apart(setup(relations=relations))


def test_strata_are_merged_as_the_setup_says() -> None:
    assert stratum_of(setup(), salt=SALT) == {("371102", "primary"): "s01", ("371103", "primary"): "s02"}
    assert set(stratum_of(setup(merge_below=4), salt=SALT).values()) == {"s01"}
