"""什么时候不评定。

没有数据不等于零分。说不准的，既不算达到，也不算没有达到：本项不评定，不计入总分的分子和分母。
"""

from tests.spec.specification import SpecTest


def test_a_missing_figure_is_never_zero(spec_test: SpecTest) -> None:
    """没有报送、没有填报的，不评定；数据注明不适用的，不适用。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_least: 80, graded_from: 60}
        """,
        weight=8,
        table="""
        school | x | x.missing
        1      |   | not-submitted
        2      |   | not-reported
        3      |   | not-applicable
        """,
        expected={1: ("not-established", 0), 2: ("not-established", 0), 3: ("not-applicable", 0)},
    )


def test_thin_coverage(spec_test: SpecTest) -> None:
    """覆盖面不够的比率不评定：只筛查了一半学生，近视率高低都说明不了问题。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_most: 40}
        coverage: {indicator: screened_rate, at_least: 80}
        """,
        weight=5,
        table="""
        school | x  | screened_rate
        1      | 35 | 80
        2      | 35 | 79.9
        3      | 35 |
        """,
        expected={1: ("met", 500), 2: ("not-established", 0), 3: ("not-established", 0)},
    )


def test_thin_coverage_of_last_year(spec_test: SpecTest) -> None:
    """与上年相比的，两年的覆盖面都要够。"""
    spec_test.rule(
        """
        rule: {kind: change, indicator: x, measured: pp, at_most: -1}
        coverage: {indicator: screened_rate, at_least: 80}
        """,
        weight=5,
        table="""
        school | x  | x.previous | screened_rate | screened_rate.previous
        1      | 35 | 37         | 95            | 95
        2      | 35 | 37         | 95            | 60
        """,
        expected={1: ("met", 500), 2: ("not-established", 0)},
    )


def test_a_sample_that_cannot_tell(spec_test: SpecTest) -> None:
    """问卷是抽样：95% 置信区间（威尔逊区间，按有限总体校正）跨越规定值的，不评定。

    50份中有47份满意是94%，但总体1000人时区间约为84%至98%，跨越90%；200份中有196份满意，区间全在90%以上；
    200份中有150份满意，区间全在90%以下。50人全部答卷的不是抽样，照实计分。
    """
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_least: 90, graded_from: 70}
        sampled: {population: people_count}
        """,
        weight=6,
        table="""
        school | x  | x.numerator | x.denominator | people_count
        1      | 94 | 47          | 50            | 1000
        2      | 98 | 196         | 200           | 1000
        3      | 75 | 150         | 200           | 1000
        4      | 94 | 47          | 50            | 50
        """,
        expected={
            1: ("not-established", 0),
            2: ("met", 600),
            3: ("partly", 600 * (75 - 70) // (90 - 70)),
            4: ("met", 600),
        },
    )


def test_red_line(spec_test: SpecTest) -> None:
    """附有红线的指标：有一件触线的，本项不得分；触线件数没有填报的，不评定。"""
    spec_test.rule(
        """
        rule: {kind: done-to-required, indicator: x}
        red_line: {indicator: case_count}
        """,
        weight=12,
        table="""
        school | x   | case_count
        1      | 100 | 0
        2      | 100 | 1
        3      | 100 |
        4      |     | 1
        """,
        expected={1: ("met", 1200), 2: ("not-met", 0), 3: ("not-established", 0), 4: ("not-met", 0)},
    )


def test_a_visit_corrects_the_figures(spec_test: SpecTest) -> None:
    """入校核查不符合的，不论报表怎样，本项不得分；核查符合的，只补上报表没有说清的，不改变报表已说清的。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_least: 80, graded_from: 60}
        """,
        weight=8,
        table="""
        school | x  | conclusion
        1      | 95 | not-met
        2      | 76 | met
        3      |    | met
        4      | 95 | not-applicable
        """,
        expected={
            1: ("not-met", 0),
            2: ("partly", 800 * (76 - 60) // (80 - 60)),
            3: ("met", 800),
            4: ("not-applicable", 0),
        },
    )
