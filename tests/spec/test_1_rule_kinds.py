"""计分规则。

每一项指标按一种规则计分。下面逐一说明每种规则，先列细则中的写法，再列几所学校的数据和应得的分。
"""

from tests.spec.specification import SpecTest


def test_threshold(spec_test: SpecTest) -> None:
    """达到规定值：达到的得满分，没有达到的不得分。刚好等于规定值算达到。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_least: 80}
        """,
        weight=8,
        table="""
        school | x
        1      | 92
        2      | 80
        3      | 79.9
        """,
        expected={1: ("met", 800), 2: ("met", 800), 3: ("not-met", 0)},
    )


def test_graded_threshold(spec_test: SpecTest) -> None:
    """达到规定值，未达到的按比例计分：从起点 graded_from 到规定值，得分由零升到满分。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_least: 80, graded_from: 60}
        """,
        weight=8,
        table="""
        school | x
        1      | 92
        2      | 76
        3      | 60
        4      | 41
        """,
        expected={
            1: ("met", 800),
            2: ("partly", 800 * (76 - 60) // (80 - 60)),
            3: ("not-met", 0),
            4: ("not-met", 0),
        },
    )


def test_upper_threshold(spec_test: SpecTest) -> None:
    """不超过规定值：越低越好的指标，起点在规定值以上。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_most: 5, graded_from: 25}
        """,
        weight=10,
        table="""
        school | x
        1      | 5
        2      | 9
        3      | 25
        """,
        expected={1: ("met", 1000), 2: ("partly", 1000 * (25 - 9) // (25 - 5)), 3: ("not-met", 0)},
    )


def test_threshold_by_stage(spec_test: SpecTest) -> None:
    """规定值可以按学段分列：同样是9小时，初中达到，小学没有达到。"""
    spec_test.rule(
        """
        rule:
          kind: threshold
          indicator: x
          at_least: {primary: 10, junior: 9}
          graded_from: {primary: 8, junior: 7}
        """,
        weight=6,
        table="""
        school | stage   | x
        1      | primary | 9
        2      | junior  | 9
        """,
        expected={1: ("partly", 600 * (9 - 8) // (10 - 8)), 2: ("met", 600)},
    )


def test_points_are_rounded_half_up(spec_test: SpecTest) -> None:
    """得分四舍五入到两位小数：三分之二分记 0.67 分；恰为半数的（如 0.005 分）进一。"""
    spec_test.rule(
        """
        rule: {kind: threshold, indicator: x, at_least: 3, graded_from: 0}
        """,
        weight=1,
        table="""
        school | x
        1      | 1
        2      | 2
        3      | 0.015
        """,
        expected={
            1: ("partly", (2 * 100 * 1 + 3) // (2 * 3)),
            2: ("partly", (2 * 100 * 2 + 3) // (2 * 3)),
            3: ("partly", (2 * 100 * 15 + 3000) // (2 * 3000)),
        },
    )


def test_range(spec_test: SpecTest) -> None:
    """在规定范围之内：两端都算达到；超出的，按偏离的幅度扣分，偏离到 graded_within 为止。"""
    spec_test.rule(
        """
        rule: {kind: range, indicator: x, at_least: 25, at_most: 35, graded_within: 10}
        """,
        weight=4,
        table="""
        school | x
        1      | 25
        2      | 35
        3      | 40
        4      | 17
        5      | 45
        """,
        expected={
            1: ("met", 400),
            2: ("met", 400),
            3: ("partly", 400 * (10 - (40 - 35)) // 10),
            4: ("partly", 400 * (10 - (25 - 17)) // 10),
            5: ("not-met", 0),
        },
    )


def test_change_in_percentage_points(spec_test: SpecTest) -> None:
    """与上年相比，按百分点计：规定值写 −1，即比上年降低1个百分点以上；有降低但不足的按比例计分。"""
    spec_test.rule(
        """
        rule: {kind: change, indicator: x, measured: pp, at_most: -1, graded_from: 0}
        """,
        weight=5,
        table="""
        school | x    | x.previous
        1      | 35   | 37.5
        2      | 36.5 | 37.5
        3      | 37.1 | 37.5
        4      | 38   | 37.5
        5      | 36   |
        """,
        expected={
            1: ("met", 500),
            2: ("met", 500),
            3: ("partly", 500 * 4 // 10),
            4: ("not-met", 0),
            5: ("not-established", 0),
        },
    )


def test_relative_change(spec_test: SpecTest) -> None:
    """与上年相比，按相对幅度计：由50提高到60，是提高20%，不是20个百分点。上年为0的，算不出幅度；两年都为0的，没有变化。"""
    spec_test.rule(
        """
        rule: {kind: change, indicator: x, measured: relative, at_least: 20}
        """,
        weight=5,
        table="""
        school | x  | x.previous
        1      | 60 | 50
        2      | 59 | 50
        3      | 10 | 0
        4      | 0  | 0
        """,
        expected={
            1: ("met", 500),
            2: ("not-met", 0),
            3: ("not-established", 0),
            4: ("not-met", 0),
        },
    )


def test_change_must_be_a_rise(spec_test: SpecTest) -> None:
    """逐年提高：写 above，持平不算提高。"""
    spec_test.rule(
        """
        rule: {kind: change, indicator: x, measured: pp, above: 0}
        """,
        weight=4,
        table="""
        school | x    | x.previous
        1      | 45.1 | 45
        2      | 45   | 45
        """,
        expected={1: ("met", 400), 2: ("not-met", 0)},
    )


def test_level_or_trend(spec_test: SpecTest) -> None:
    """达到水平，或者比上年提高：先看水平，达到了就不看上年；只有提高的，按 trend_share 得分。"""
    spec_test.rule(
        """
        rule:
          kind: level-or-trend
          indicator: x
          level: {at_least: 60}
          trend: {above: 0}
          trend_share: 75
        """,
        weight=8,
        table="""
        school | x  | x.previous
        1      | 71 | 80
        2      | 55 | 50
        3      | 55 | 58
        4      | 60 |
        5      | 55 |
        """,
        expected={
            1: ("met", 800),
            2: ("met", 800 * 75 // 100),
            3: ("not-met", 0),
            4: ("met", 800),
            5: ("not-established", 0),
        },
    )


def test_count(spec_test: SpecTest) -> None:
    """一定时期内不少于若干次：不足的按比例计分，多做的不加分。"""
    spec_test.rule(
        """
        rule: {kind: count, indicator: x_count, at_least: 4, per: term}
        """,
        weight=3,
        table="""
        school | x_count
        1      | 6
        2      | 4
        3      | 3
        4      | 0
        """,
        expected={1: ("met", 300), 2: ("met", 300), 3: ("partly", 300 * 3 // 4), 4: ("not-met", 0)},
    )


def test_done_to_required(spec_test: SpecTest) -> None:
    """应做的全部做到：以完成率100%为达到，从起点 graded_from 起按比例计分。"""
    spec_test.rule(
        """
        rule: {kind: done-to-required, indicator: x, graded_from: 90}
        """,
        weight=12,
        table="""
        school | x
        1      | 100
        2      | 97
        3      | 90
        """,
        expected={1: ("met", 1200), 2: ("partly", 1200 * (97 - 90) // (100 - 90)), 3: ("not-met", 0)},
    )


def test_zero_tolerance(spec_test: SpecTest) -> None:
    """零容忍：一件也不能有。"""
    spec_test.rule(
        """
        rule: {kind: zero-tolerance, indicator: x_count}
        """,
        weight=8,
        table="""
        school | x_count
        1      | 0
        2      | 1
        """,
        expected={1: ("met", 800), 2: ("not-met", 0)},
    )


def test_checklist(spec_test: SpecTest) -> None:
    """入校核查：由检查组给出符合、不符合或者不适用；没有检查的，待入校检查，不计入总分。"""
    spec_test.rule(
        """
        rule: {kind: checklist}
        """,
        weight=8,
        table="""
        school | conclusion
        1      | met
        2      | not-met
        3      | not-applicable
        4      |
        """,
        expected={1: ("met", 800), 2: ("not-met", 0), 3: ("not-applicable", 0), 4: ("awaiting-visit", 0)},
    )


def test_rating(spec_test: SpecTest) -> None:
    """入校评分：检查组评1至5分，shares 规定每一档得满分的百分之几。"""
    spec_test.rule(
        """
        rule: {kind: rating, shares: [0, 40, 70, 90, 100], met_from: 3}
        """,
        weight=6,
        table="""
        school | rating
        1      | 5
        2      | 4
        3      | 3
        4      | 2
        5      | 1
        6      |
        """,
        expected={
            1: ("met", 600),
            2: ("met", 600 * 90 // 100),
            3: ("met", 600 * 70 // 100),
            4: ("partly", 600 * 40 // 100),
            5: ("not-met", 0),
            6: ("awaiting-visit", 0),
        },
    )
