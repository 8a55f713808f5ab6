"""总分和等级。

总分是已评定各项的得分之和，按已评定的分值折算为百分制，保留两位小数。等级有两个：一个按全部指标，只在
教育行政部门内部和学校使用；一个不含考试成绩，公开和处理措施只看这一个。
"""

from tests.spec.specification import SpecTest


def test_totals_are_rescaled_to_what_is_established(spec_test: SpecTest) -> None:
    """有一项没有评定的，按其余各项折算，不因此吃亏，也不因此占便宜。"""
    spec_test.totals(
        """
        - {id: AA-01, weight: 60, rule: {kind: threshold, indicator: x, at_least: 80, graded_from: 0}}
        - {id: AA-02, weight: 25, rule: {kind: threshold, indicator: y, at_least: 80}}
        - {id: AA-03, weight: 15, rule: {kind: threshold, indicator: z, at_least: 80}}
        """,
        table="""
        school | x  | y  | z
        1      | 80 | 90 | 70
        2      | 80 | 90 |
        3      | 60 | 90 |
        """,
        expected={
            1: (100 * (60 + 25), "good", "good"),
            2: (10000 * (60 + 25) // (60 + 25), "excellent", "excellent"),
            3: ((2 * 10000 * (45 + 25) + 85) // (2 * 85), "good", "good"),
        },
    )


def test_too_little_is_established(spec_test: SpecTest) -> None:
    """已评定的分值不足最低覆盖率（此例为60%）的，不评等级。"""
    spec_test.totals(
        """
        - {id: AA-01, weight: 60, rule: {kind: threshold, indicator: x, at_least: 80}}
        - {id: AA-02, weight: 40, rule: {kind: threshold, indicator: y, at_least: 80}}
        """,
        table="""
        school | x  | y
        1      | 80 |
        2      |    | 80
        """,
        expected={1: (10000, "excellent", "excellent"), 2: (10000, "not-established", "not-established")},
    )


def test_band_edges(spec_test: SpecTest) -> None:
    """达到分数线即入该等级：90.00 分是优秀，89.99 分是良好。"""
    spec_test.totals(
        """
        - {id: AA-01, weight: 100, rule: {kind: threshold, indicator: x, at_least: 100, graded_from: 0}}
        """,
        table="""
        school | x
        1      | 90
        2      | 89.99
        3      | 60
        4      | 59.994
        """,
        expected={
            1: (9000, "excellent", "excellent"),
            2: (8999, "good", "good"),
            3: (6000, "pass", "pass"),
            4: (5999, "fail", "fail"),
        },
    )


def test_examination_results_stay_inside(spec_test: SpecTest) -> None:
    """考试成绩类指标计入内部等级，不计入公开等级：成绩再好再差，公开等级都不变。"""
    spec_test.totals(
        """
        - {id: AA-01, weight: 70, rule: {kind: threshold, indicator: x, at_least: 80, graded_from: 0}}
        - {id: AA-02, weight: 30, exam_result: true, rule: {kind: threshold, indicator: y, at_least: 60}}
        """,
        table="""
        school | x  | y
        1      | 72 | 99
        2      | 72 | 12
        3      | 72 |
        """,
        expected={
            1: (100 * (63 + 30), "excellent", "excellent"),
            2: (100 * (63 + 0), "pass", "excellent"),
            3: (10000 * 63 // 70, "excellent", "excellent"),
        },
    )


def test_veto_by_a_reported_case(spec_test: SpecTest) -> None:
    """一票否决，自报即否决（veto_on: report）：得分再高，等级也是不合格。"""
    spec_test.totals(
        """
        - {id: AA-01, weight: 95, rule: {kind: threshold, indicator: x, at_least: 80}}
        - {id: AA-02, weight: 5, rule: {kind: zero-tolerance, indicator: case_count, veto_on: report}}
        """,
        table="""
        school | x  | case_count
        1      | 90 | 0
        2      | 90 | 1
        """,
        expected={1: (10000, "excellent", "excellent"), 2: (9500, "fail", "fail")},
    )


def test_veto_only_by_what_was_found(spec_test: SpecTest) -> None:
    """一票否决，核实才否决（veto_on: finding）：自报有一件的，本项不得分；入校核实的，等级为不合格。"""
    spec_test.totals(
        """
        - {id: AA-01, weight: 5, rule: {kind: zero-tolerance, indicator: case_count, veto_on: finding}}
        - {id: AA-02, weight: 95, rule: {kind: threshold, indicator: x, at_least: 80}}
        """,
        table="""
        school | x  | case_count | conclusion
        1      | 90 | 1          |
        2      | 90 | 0          | not-met
        """,
        expected={1: (9500, "excellent", "excellent"), 2: (9500, "fail", "fail")},
    )
