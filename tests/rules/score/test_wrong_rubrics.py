"""Wrong rubrics: every kind of mistake is refused at its line, in a sentence that an official understands."""

from pathlib import Path

import pytest

from inspection.derive.indicator import check_sources
from inspection.errors import DocumentError
from inspection.score.rubric import load_rubric
from tests.rules.score.test_rubric import CATALOGUE, SOUND

RULE = "{kind: threshold, indicator: pass_rate, at_least: 80}"
MISTAKES: dict[str, tuple[str, str, str]] = {
    "weights sum to 99": (
        "weight: 60",
        "weight: 59",
        "细则.yaml 第11行 “criteria”：应为学段 primary 的分值合计 100 分（现为 99 分）。请改写这一项。（DOC-003）",
    ),
    "one stage does not sum to 100": (
        "weight: 40",
        "weight: 40\n    stages: [junior]",
        "细则.yaml 第11行 “criteria”：应为学段 primary 的分值合计 100 分（现为 60 分）。请改写这一项。（DOC-003）",
    ),
    "negative weight": (
        "weight: 40",
        "weight: -40",
        "细则.yaml 第23行 “criteria.1.weight”：应为大于 0，实为-40。请改写这一项。（DOC-003）",
    ),
    "weight of zero": (
        "weight: 40",
        "weight: 0",
        "细则.yaml 第23行 “criteria.1.weight”：应为大于 0，实为0。请改写这一项。（DOC-003）",
    ),
    "weight of three decimals": (
        "weight: 60",
        "weight: 60.005",
        "细则.yaml 第16行 “criteria.0.weight”：应为至多两位小数的分值，实为60.005。请改写这一项。（DOC-003）",
    ),
    "weight in words": (
        "weight: 60",
        "weight: 六十",
        "细则.yaml 第16行 “criteria.0.weight”：应为数字，实为“六十”。请改写这一项。（DOC-003）",
    ),
    "weight beyond 100": (
        "weight: 60",
        "weight: 160",
        "细则.yaml 第16行 “criteria.0.weight”：应为不大于 100，实为160。请改写这一项。（DOC-003）",
    ),
    "gap between bands": (
        "below: 90",
        "below: 85",
        "细则.yaml 第7行 “bands”：应为首尾相接的等级（pass 与 excellent 之间有空档）。请改写这一项。（DOC-003）",
    ),
    "bands overlap": (
        "below: 90",
        "below: 95",
        "细则.yaml 第7行 “bands”：应为首尾相接的等级（pass 与 excellent 之间有重叠）。请改写这一项。（DOC-003）",
    ),
    "lowest band above zero": (
        "at_least: 0,",
        "at_least: 10,",
        "细则.yaml 第7行 “bands”：应为从 0 分起、到 100 分止的等级。请改写这一项。（DOC-003）",
    ),
    "highest band ends early": (
        "{band: excellent, at_least: 90}",
        "{band: excellent, at_least: 90, below: 98}",
        "细则.yaml 第7行 “bands”：应为从 0 分起、到 100 分止的等级。请改写这一项。（DOC-003）",
    ),
    "band twice": (
        "band: pass",
        "band: fail",
        "细则.yaml 第7行 “bands”：应为互不相同的等级。请改写这一项。（DOC-003）",
    ),
    "bands upside down": (
        "band: pass, at_least: 60, below: 90",
        "band: good, at_least: 0, below: 60",
        "细则.yaml 第7行 “bands”：应为分数按 fail、pass、good、excellent 的次序升高。请改写这一项。（DOC-003）",
    ),
    "unknown band": (
        "band: excellent",
        "band: outstanding",
        "细则.yaml 第8行 “bands.0.band”：应为excellent、good、pass、fail 之一，实为“outstanding”。请改写这一项。（DOC-003）",
    ),
    "one band only": (
        "  - {band: excellent, at_least: 90}\n  - {band: pass, at_least: 60, below: 90}\n  - {band: fail, at_least: 0, below: 60}\n",
        "  - {band: pass, at_least: 0}\n",
        "细则.yaml 第7行 “bands”：应为不少于 2 项。请改写这一项。（DOC-003）",
    ),
    "unknown stage": (
        "stages: [primary, junior]",
        "stages: [primary, middle]",
        "细则.yaml 第5行 “stages.1”：应为primary、junior、senior 之一，实为“middle”。请改写这一项。（DOC-003）",
    ),
    "no stage": (
        "stages: [primary, junior]",
        "stages: []",
        "细则.yaml 第5行 “stages”：应为不少于 1 项。请改写这一项。（DOC-003）",
    ),
    "a criterion for a stage outside the rubric": (
        "at_least: 80}",
        "at_least: 80}\n    stages: [primary, junior, senior]",
        "细则.yaml 第19行 “criteria.0.stages”：应为本细则所列的学段（AA-01 另有 senior）。请改写这一项。（DOC-003）",
    ),
    "a level lacks a stage": (
        "at_least: 80}",
        "at_least: {primary: 80}}",
        "细则.yaml 第18行 “criteria.0.rule”：应为各学段都有的规定值（AA-01 缺学段 junior）。请改写这一项。（DOC-003）",
    ),
    "no direction": (
        ", at_least: 80}",
        "}",
        "细则.yaml 第18行 “criteria.0.rule”：应为写明方向的规定值：at_least（不低于）、at_most（不高于）、above（高于）、below（低于）中的一项，且只填一项。请改写这一项。（DOC-003）",
    ),
    "two directions": (
        "at_least: 80}",
        "at_least: 80, at_most: 90}",
        "细则.yaml 第18行 “criteria.0.rule”：应为写明方向的规定值：at_least（不低于）、at_most（不高于）、above（高于）、below（低于）中的一项，且只填一项。请改写这一项。（DOC-003）",
    ),
    "points start beyond the level": (
        "at_least: 80}",
        "at_least: 80, graded_from: 85}",
        "细则.yaml 第18行 “criteria.0.rule”：应为在规定值 80 未达标一侧的 graded_from（现为 85）。请改写这一项。（DOC-003）",
    ),
    "points in proportion to an open edge": (
        "at_least: 80}",
        "above: 80, graded_from: 70}",
        "细则.yaml 第18行 “criteria.0.rule”：应为与 at_least 或 at_most 同用的 graded_from。请改写这一项。（DOC-003）",
    ),
    "level in words": (
        "at_least: 80}",
        "at_least: 八成}",
        "细则.yaml 第18行 “criteria.0.rule.at_least”：应为数字，实为“八成”。请改写这一项。（DOC-003）",
    ),
    "unknown kind of rule": (
        "kind: threshold",
        "kind: at-least",
        "细则.yaml 第18行 “criteria.0.rule”：应为threshold、change、level-or-trend、range、count、done-to-required、zero-tolerance、checklist、rating 之一。请改写这一项。（DOC-003）",
    ),
    "no kind of rule": (
        RULE,
        "{indicator: pass_rate, at_least: 80}",
        "细则.yaml 第18行 “criteria.0.rule”：应为写明 kind。请改写这一项。（DOC-003）",
    ),
    "misspelt item": (
        "at_least: 80}",
        "at_least: 80, celling: 90}",
        "细则.yaml 第18行 “criteria.0.rule.celling”：应为此处可填的项，实为没有规定的“celling”。请检查拼写，或删去这一行。（DOC-003）",
    ),
    "item twice": (
        "    weight: 60\n",
        "    weight: 60\n    weight: 40\n",
        "细则.yaml 第17行 “weight”：应为同一处只写一次的项，实为weight 写了两次。请只保留其中一项。（DOC-004）",
    ),
    "phrase left out": (
        "    phrase: 乙\n",
        "",
        "细则.yaml 第19行 “criteria.1.phrase”：应为必填项，实为未填写。请补上这一项。（DOC-003）",
    ),
    "unsaid whether an examination": (
        "    exam_result: true\n",
        "",
        "细则.yaml 第19行 “criteria.1.exam_result”：应为必填项，实为未填写。请补上这一项。（DOC-003）",
    ),
    "neither yes nor no": (
        "exam_result: true",
        "exam_result: 或许",
        "细则.yaml 第24行 “criteria.1.exam_result”：应为true 或 false，实为“或许”。请改写这一项。（DOC-003）",
    ),
    "criterion twice": (
        "id: AA-02",
        "id: AA-01",
        "细则.yaml 第19行 “criteria.1.id”：应为互不相同的指标编号（AA-01 重复）。请改写这一项。（DOC-003）",
    ),
    "malformed id": (
        "id: AA-02",
        "id: 乙",
        "细则.yaml 第19行 “criteria.1.id”：应为大写字母、短横和数字组成的指标编号，如 RZ-01、RZ-06a，实为“乙”。请改写这一项。（DOC-003）",
    ),
    "unknown clause": (
        "document: {title: 例, issuer: 例}",
        "document: {title: 例, issuer: 例, clauses: [第1条, 第3条]}",
        "细则.yaml 第20行 “criteria.1.clause”：应为来源文件的条款（document.clauses 中所列的）。请改写这一项。（DOC-003）",
    ),
    "veto twice in one criterion": (
        RULE,
        "{kind: zero-tolerance, indicator: case_count}\n    red_line: {indicator: people_count}",
        "细则.yaml 第19行 “criteria.0.red_line”：应为只写一处的一票否决（rule 已是 zero-tolerance，请删去 red_line）。请改写这一项。（DOC-003）",
    ),
    "one case vetoes twice": (
        "    exam_result: true\n    rule: {kind: threshold, indicator: marks_rate, at_least: 60}",
        "    exam_result: false\n    rule: {kind: zero-tolerance, indicator: case_count}\n  - id: AA-03\n    clause: 第3条\n    title: 丙\n    phrase: 丙\n    weight: 10\n    exam_result: false\n    rule: {kind: zero-tolerance, indicator: case_count}",
        "细则.yaml 第26行 “criteria.2”：应为不重复设置的一票否决（case_count 已在 AA-02 中否决）。请改写这一项。（DOC-003）",
    ),
    "veto by examination result": (
        "marks_rate, at_least: 60}",
        "marks_rate, at_least: 60}\n    red_line: {indicator: case_count}",
        "细则.yaml 第19行 “criteria.1”：应为不设零容忍、不设一票否决的考试成绩类指标。请改写这一项。（DOC-003）",
    ),
    "bonus for examination result": (
        "exam_result: true",
        "exam_result: true\n    bonus: true",
        "细则.yaml 第25行 “criteria.1.bonus”：应为不按考试成绩加分的指标（加分项不得为考试成绩类）。请改写这一项。（DOC-003）",
    ),
    "veto in a bonus": (
        RULE,
        "{kind: zero-tolerance, indicator: case_count}\n    bonus: true",
        "细则.yaml 第19行 “criteria.0.bonus”：应为不设零容忍、不设一票否决的加分项。请改写这一项。（DOC-003）",
    ),
    "examination result passed off": (
        "    exam_result: true\n",
        "    exam_result: false\n",
        "细则.yaml 第19行 “AA-02”：应为不含考试成绩的指标，实为用到考试成绩类指标 marks_rate。考试成绩不得用于处理措施和公开等级，请改为 exam_result: true。（RUB-002）",
    ),
    "indicator that is not listed": (
        "indicator: pass_rate",
        "indicator: passing_rate",
        "细则.yaml 第12行 “AA-01”：应为指标目录中的指标，实为没有 passing_rate 这一指标。请核对指标编号，或先在指标目录中列出该指标。（RUB-001）",
    ),
    "range upside down": (
        RULE,
        "{kind: range, indicator: pass_rate, at_least: 80, at_most: 70}",
        "细则.yaml 第18行 “criteria.0.rule”：应为不高于上限 at_most 的下限 at_least。请改写这一项。（DOC-003）",
    ),
    "shares that fall": (
        RULE,
        "{kind: rating, shares: [0, 60, 40, 80, 100]}",
        "细则.yaml 第18行 “criteria.0.rule”：应为从低到高排列的五档得分比例 shares，最低不小于 0，最高为 100。请改写这一项。（DOC-003）",
    ),
    "four shares for five ratings": (
        RULE,
        "{kind: rating, shares: [0, 40, 80, 100]}",
        "细则.yaml 第18行 “criteria.0.rule.shares.4”：应为必填项，实为未填写。请补上这一项。（DOC-003）",
    ),
    "sample beside another rule": (
        RULE,
        "{kind: count, indicator: pass_rate, at_least: 1, per: term}\n    sampled: {population: people_count}",
        "细则.yaml 第12行 “criteria.0”：应为只用于 threshold 规则的抽样说明 sampled。请改写这一项。（DOC-003）",
    ),
    "sample of unknown size": (
        "indicator: pass_rate, at_least: 80}",
        "indicator: least_rate, at_least: 80}\n    sampled: {population: people_count}",
        "细则.yaml 第12行 “AA-01”：应为有样本人数的指标，实为least_rate。抽样说明 sampled 需要样本人数，请改用比率类指标或删去。（RUB-003）",
    ),
    "coverage beyond 100": (
        "at_least: 80}",
        "at_least: 80}\n    coverage: {indicator: people_count, at_least: 120}",
        "细则.yaml 第19行 “criteria.0.coverage.at_least”：应为不大于 100，实为120。请改写这一项。（DOC-003）",
    ),
    "coverage of what only a visit shows": (
        RULE,
        "{kind: checklist}\n    coverage: {indicator: pass_rate, at_least: 80}",
        "细则.yaml 第12行 “criteria.0”：应为不设 red_line 和 coverage 的入校检查指标。请改写这一项。（DOC-003）",
    ),
    "change in unknown measure": (
        RULE,
        "{kind: change, indicator: pass_rate, measured: percent, at_least: 1}",
        "细则.yaml 第18行 “criteria.0.rule.measured”：应为pp、relative 之一，实为“percent”。请改写这一项。（DOC-003）",
    ),
    "unknown period": (
        "period: term",
        "period: semester",
        "细则.yaml 第6行 “period”：应为week、month、term、school-year、calendar-year 之一，实为“semester”。请改写这一项。（DOC-003）",
    ),
    "version below one": (
        "version: 1",
        "version: 0",
        "细则.yaml 第2行 “version”：应为不小于 1，实为0。请改写这一项。（DOC-003）",
    ),
    "version in words": (
        "version: 1",
        "version: 第一版",
        "细则.yaml 第2行 “version”：应为整数，实为“第一版”。请改写这一项。（DOC-003）",
    ),
    "missing data as zero": (
        "    phrase: 乙\n",
        "    phrase: 乙\n    when_missing: zero\n",
        "细则.yaml 第23行 “criteria.1.when_missing”：应为not-established、not-applicable 之一，实为“zero”。请改写这一项。（DOC-003）",
    ),
    "broken brackets": (
        "stages: [primary, junior]",
        "stages: [primary, junior",
        "细则.yaml 第6行：应为合法的 YAML，实为该行或者上一行有读不通的写法。请检查该行的缩进、冒号和引号。（DOC-002）",
    ),
}


def refusal(folder: Path, text: str) -> str:
    path = folder / "细则.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load_rubric(path, CATALOGUE)
    return "\n".join(fault.sentence for fault in caught.value.faults)


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_refused_in_plain_words(tmp_path: Path, kind: str) -> None:
    right, wrong, sentence = MISTAKES[kind]
    assert right in SOUND
    assert refusal(tmp_path, SOUND.replace(right, wrong, 1)) == sentence


def test_there_are_more_than_thirty_kinds_and_no_two_are_told_alike() -> None:
    sentences = {sentence for _, _, sentence in MISTAKES.values()}
    assert len(MISTAKES) > 50
    assert len(sentences) > 45


def test_a_rule_on_a_column_that_no_data_set_has_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        check_sources(CATALOGUE, {"d": {"pass_rate", "marks_rate", "people_count", "case_count", "a"}})
    assert str(caught.value) == (
        "指标目录用到了数据中没有的列\n"
        "- 指标目录 sample “least_rate”：应为数据集 d 中的列，实为没有 b 这一列。"
        "请核对指标目录中的列名与数据来源配置。（IND-001）"
    )


def test_a_rule_on_a_data_set_that_there_is_not_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        check_sources(CATALOGUE, {"e": {"pass_rate"}})
    assert caught.value.faults[0].sentence == (
        "指标目录 sample “case_count”：应为数据来源配置中有的数据集，实为没有 d 这一数据集。"
        "请核对指标目录中的列名与数据来源配置。（IND-002）"
    )
