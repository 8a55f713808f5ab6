"""The annex verifier says yes to the annex committed to and says precisely what is wrong with any other."""

import ast
import copy
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inspection.__main__ import main
from inspection.canonical import digest
from inspection.draw.pool import RELATIONS
from inspection.verify import annex as verifier
from inspection.verify.annex import read_names, verify_annex
from inspection.verify.record_format import Step
from tests.rules.draw.example_draw import committed, drawn
from tests.rules.draw.test_risk_ratios import GIVEN

Json = dict[str, Any]
MADE = committed()
NAMES = {f"t{number:03d}": f"督学{number}" for number in range(1, 7)}


def failures(steps: list[Step]) -> dict[str, str]:
    return {step.code: step.message for step in steps if step.outcome == "fail"}


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_the_annex_committed_to_passes_every_step(kind: str) -> None:
    made = committed(kind)
    steps = verify_annex(drawn(kind), made.annex, names=NAMES, commitment=made.digest)
    assert [(step.code, step.outcome) for step in steps] == [(code, "pass") for code in verifier.STEPS]
    assert (
        steps[5].message == "3对不可派全部有事由：本人在该校任职1项，离开该校未满三年1项，近亲属在该校就读1项"
    )


def test_the_reasons_are_those_a_pool_knows() -> None:
    assert dict(RELATIONS) == verifier.REASONS


def drop_reason(annex: Json) -> None:
    del annex["reasons"][0]


def invent_reason(annex: Json) -> None:
    annex["reasons"].append({"id": "t003", "school": "3711020003", "reasons": ["last_term"]})


def blank_reason(annex: Json) -> None:
    annex["reasons"][0]["reasons"] = []


def reason_of_a_stranger(annex: Json) -> None:
    annex["reasons"][0]["id"] = "t099"


def swap_people(annex: Json) -> None:
    first, second = annex["inspectors"][:2]
    first["id"], second["id"] = second["id"], first["id"]


def drop_person(annex: Json) -> None:
    del annex["inspectors"][4]


def other_salt(annex: Json) -> None:
    annex["salt"] = "5b" * 32


def look_alike_person(annex: Json) -> None:
    annex["inspectors"][4]["id"] = "t00５"


def drop_stratum(annex: Json) -> None:
    del annex["strata"][0]


def swap_strata(annex: Json) -> None:
    first, second = annex["strata"]
    first["keys"], second["keys"] = second["keys"], first["keys"]


def risk_of_a_stranger(annex: Json) -> None:
    annex["risk"].append({"school": "3711029999", "class": "A"})


def school_in_another_stratum(annex: Json) -> None:
    annex["schools"][0]["key"][0] = "371103"


def school_moved_whole(annex: Json) -> None:
    annex["schools"][0] |= {"district": "371103", "key": ["371103", "primary"]}


def school_of_another_stage(annex: Json) -> None:
    annex["schools"][0]["key"][1] = "junior"


def key_too_short(annex: Json) -> None:
    annex["schools"][0]["key"].pop()


def drop_school(annex: Json) -> None:
    del annex["schools"][3]


@pytest.mark.parametrize(
    ("tamper", "step", "said"),
    [
        (drop_reason, "reasons", "记录列为不可派、附件没有事由：i-"),
        (invent_reason, "reasons", "附件有事由、记录没有列为不可派：i-"),
        (blank_reason, "reasons", "t001—3711020001：没有事由，或者事由不在规定之列"),
        (reason_of_a_stranger, "reasons", "t099—3711020001：附件的人员名单中没有此人"),
        (swap_people, "pseudonyms", "人员t002的代号应为i-"),
        (drop_person, "pseudonyms", "附件没有说明的代号：i-"),
        (other_salt, "pseudonyms", "人员t001的代号应为i-"),
        (look_alike_person, "pseudonyms", "人员t00５的代号应为i-"),
        (drop_stratum, "strata", "附件没有说明的层：s01"),
        (swap_strata, "strata", "层的编号与按盐值重算的不一致"),
        (school_in_another_stratum, "schools", "学校3711020001：属于区县371102，分层依据为371103"),
        (school_moved_whole, "schools", "学校3711020001：按附件的分层依据属于层s02，记录在层s01"),
        (
            school_of_another_stage,
            "schools",
            "学校3711020001：检查组须具备primary专长，分层依据的学段为junior",
        ),
        (key_too_short, "schools", "学校3711020001：分层依据应有2项，附件为1项"),
        (drop_school, "schools", "附件没有归层的学校：3711020004"),
        (risk_of_a_stranger, "risk", "名录中没有的学校：3711029999"),
    ],
)
def test_a_changed_annex_is_refused_by_its_digest_and_by_what_was_changed(
    tamper: Callable[[Json], None], step: str, said: str
) -> None:
    annex, record = copy.deepcopy(MADE.annex), drawn()
    tamper(annex)
    found = failures(verify_annex(record, annex))
    assert found["digest"].startswith(f"承诺时的附件摘要为{MADE.annex_digest}，本附件为")
    assert said in found[step]
    # A forger who recomputes the digests is caught by the content, and by the commitment noted earlier.
    record["commitment"]["annex_digest"] = digest(annex)
    record["commitment_digest"] = digest(record["commitment"])
    found = failures(verify_annex(record, annex, commitment=MADE.digest))
    assert set(found) >= {step, "commitment"}
    assert "digest" not in found


def test_classes_that_do_not_fit_the_strata_are_found() -> None:
    made, record = committed(**GIVEN), drawn(**GIVEN)
    assert failures(verify_annex(record, made.annex)) == {}
    annex = copy.deepcopy(made.annex)
    for line in annex["risk"]:
        line["class"] = "D"
    record["commitment"]["annex_digest"] = digest(annex)
    record["commitment_digest"] = digest(record["commitment"])
    assert failures(verify_annex(record, annex)) == {
        "schools": "学校3711020001：风险等级为“D”，分层依据为“A”"
    }


def test_a_school_filed_under_another_class_is_found() -> None:
    schools = list(GIVEN["schools"])
    honest = committed(**GIVEN)
    schools[0] = replace(schools[0], risk_class="D")
    # The class on record stays A: somebody gave the school to the stratum that is drawn whole.
    annex = copy.deepcopy(committed(**GIVEN | {"schools": tuple(schools)}).annex)
    annex["risk"] = honest.annex["risk"]
    record = drawn(**GIVEN | {"schools": tuple(schools)})
    record["commitment"]["annex_digest"] = digest(annex)
    record["commitment_digest"] = digest(record["commitment"])
    assert failures(verify_annex(record, annex)) == {
        "schools": "学校3711020001：风险等级为“A”，分层依据为“D”"
    }


def test_the_annex_of_another_campaign_is_told_apart() -> None:
    steps = verify_annex(drawn(), MADE.annex | {"campaign": "2025-2026-1-basic"})
    assert failures(steps) == {"format": "记录属于2025-2026-2-basic，附件属于2025-2026-1-basic"}
    assert len(steps) == 1


def test_names_are_matched_by_id_and_namesakes_are_pointed_out() -> None:
    names = NAMES | {"t006": "督学1", "t077": "督学77"}
    told = verify_annex(drawn(), MADE.annex, names=names)[-1].message
    assert told == "6人全部有姓名；名单中另有1人未进入本次名录库；同名异号，请核对是否同一人：督学1"
    del names["t002"]
    assert failures(verify_annex(drawn(), MADE.annex, names=names)) == {"names": "人员名单中没有的编号：t002"}


def test_a_list_of_names_with_a_gap_is_refused() -> None:
    assert read_names("编号,姓名\nt001,张三\n\n") == {"t001": "张三"}
    with pytest.raises(ValueError, match="第3行缺少编号或姓名"):
        read_names("编号,姓名\nt001,张三\nt002,\n")


def test_the_command_prints_every_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = {name: tmp_path / name for name in ("record.json", "annex.json", "names.csv")}
    paths["record.json"].write_text(json.dumps(drawn()), encoding="utf-8")
    paths["annex.json"].write_text(json.dumps(MADE.annex), encoding="utf-8")
    names = "\n".join(["编号,姓名", *(f"{id},{name}" for id, name in NAMES.items())])
    paths["names.csv"].write_text(names, encoding="utf-8")
    given = ["verify-annex", str(paths["record.json"]), str(paths["annex.json"])]
    assert main([*given, "--names", str(paths["names.csv"])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(verifier.STEPS) + 1
    assert lines[-1] == "结论：能够核验的各步全部通过。"
    assert main([*given, "--commitment", "0" * 64]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["— 人员姓名：没有提供人员名单，未核对", "结论：未通过：承诺摘要。"]
    assert main([*given[:2], str(tmp_path / "absent.json")]) == 2
    assert capsys.readouterr().err.startswith(f"无法读取{tmp_path / 'absent.json'}：")


def test_the_verifier_imports_nothing_of_the_program_that_draws() -> None:
    source = Path(verifier.__file__).read_text(encoding="utf-8")
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    named |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    assert {name for name in named if name.partition(".")[0] not in sys.stdlib_module_names} == {
        "inspection.verify.record_format"
    }
