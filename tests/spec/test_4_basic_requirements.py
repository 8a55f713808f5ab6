"""十二条基本要求。

《义务教育学校教学质量基本要求（试行）》十二条逐条举例。表中是学校报送的数据，得分按 rubrics/rizhao-basic-requirements.yaml。
"""

from tests.spec.specification import SpecTest


def test_rz_01(spec_test: SpecTest) -> None:
    """由检查组入校核查。"""
    spec_test.criterion(
        "RZ-01",
        findings="""
        school | item  | conclusion
        1      | RZ-01 | met
        2      | RZ-01 | not-met
        """,
        expected={1: ("met", 800), 2: ("not-met", 0)},
    )


def test_rz_02(spec_test: SpecTest) -> None:
    """以实开课时占应开课时的比例计分；有超标教学、提前结课的，本项不得分。"""
    spec_test.criterion(
        "RZ-02",
        indicators="""
        school | lessons_required_count | lessons_taught_count | over_standard_case_count
        1      | 9000                   | 9000                 | 0
        2      | 9000                   | 8640                 | 0
        3      | 9000                   | 9000                 | 1
        4      | 9000                   | 9000                 |
        """,
        expected={
            1: ("met", 1200),
            2: ("partly", 1200 * (100 * 8640 // 9000 - 90) // (100 - 90)),
            3: ("not-met", 0),
            4: ("not-established", 0),
        },
    )


def test_rz_03(spec_test: SpecTest) -> None:
    """随堂监测达标率80%以上。"""
    spec_test.criterion(
        "RZ-03",
        indicators="""
        school | class_check_pass_rate
        1      | 80
        2      | 76
        3      | 70
        """,
        expected={1: ("met", 800), 2: ("partly", 800 * (76 - 70) // (80 - 70)), 3: ("not-met", 0)},
    )


def test_rz_04(spec_test: SpecTest) -> None:
    """各学科中合格率最低的一科达到60%，或者比上年提高。不足20人参加的不计算。只在内部使用。"""
    spec_test.criterion(
        "RZ-04",
        results="""
        school | grade | subject | sat_count | pass_count
        1      | 5     | 语文    | 100       | 90
        1      | 5     | 数学    | 100       | 60
        2      | 5     | 语文    | 100       | 90
        2      | 5     | 数学    | 100       | 55
        3      | 5     | 数学    | 100       | 55
        4      | 5     | 数学    | 19        | 3
        """,
        previous="""
        school | grade | subject | sat_count | pass_count
        2      | 5     | 数学    | 100       | 50
        3      | 5     | 数学    | 100       | 58
        """,
        expected={1: ("met", 800), 2: ("met", 800), 3: ("not-met", 0), 4: ("not-established", 0)},
    )


def test_rz_05(spec_test: SpecTest) -> None:
    """校内完成书面作业的学生，小学90%以上，初中70%以上。"""
    spec_test.criterion(
        "RZ-05",
        indicators="""
        school | stage   | homework_at_school_rate
        1      | primary | 90
        2      | primary | 85
        3      | junior  | 85
        """,
        expected={1: ("met", 800), 2: ("partly", 800 * (85 - 80) // (90 - 80)), 3: ("met", 800)},
    )


def test_rz_06a(spec_test: SpecTest) -> None:
    """体质健康监测合格率90%以上；监测不到八成学生的不评定。"""
    spec_test.criterion(
        "RZ-06a",
        indicators="""
        school | student_count | fitness_tested_count | fitness_pass_count
        1      | 500           | 500                  | 450
        2      | 500           | 400                  | 344
        3      | 500           | 399                  | 399
        """,
        expected={
            1: ("met", 500),
            2: ("partly", 500 * (100 * 344 // 400 - 80) // (90 - 80)),
            3: ("not-established", 0),
        },
    )


def test_rz_06b(spec_test: SpecTest) -> None:
    """体质健康监测优良率比上年提高。"""
    spec_test.criterion(
        "RZ-06b",
        indicators="""
        school | student_count | fitness_tested_count | fitness_good_count
        1      | 500           | 500                  | 206
        2      | 500           | 500                  | 205
        3      | 500           | 500                  | 206
        """,
        previous="""
        school | student_count | fitness_tested_count | fitness_good_count
        1      | 500           | 500                  | 205
        2      | 500           | 500                  | 205
        """,
        expected={1: ("met", 400), 2: ("not-met", 0), 3: ("not-established", 0)},
    )


def test_rz_06c(spec_test: SpecTest) -> None:
    """近视率比上年降低1个百分点以上；降低不足的按比例计分。"""
    spec_test.criterion(
        "RZ-06c",
        indicators="""
        school | student_count | vision_screened_count | myopia_count
        1      | 1000          | 1000                  | 350
        2      | 1000          | 1000                  | 354
        3      | 1000          | 1000                  | 365
        """,
        previous="""
        school | student_count | vision_screened_count | myopia_count
        1      | 1000          | 1000                  | 360
        2      | 1000          | 1000                  | 360
        3      | 1000          | 1000                  | 360
        """,
        expected={1: ("met", 500), 2: ("partly", 500 * (360 - 354) // 10), 3: ("not-met", 0)},
    )


def test_rz_07a(spec_test: SpecTest) -> None:
    """每天校内体育锻炼不少于1小时。"""
    spec_test.criterion(
        "RZ-07a",
        indicators="""
        school | exercise_minutes
        1      | 60
        2      | 57
        3      | 45
        """,
        expected={1: ("met", 600), 2: ("partly", 600 * (57 - 45) // (60 - 45)), 3: ("not-met", 0)},
    )


def test_rz_07b(spec_test: SpecTest) -> None:
    """90%的学生熟练掌握1项体育技能。"""
    spec_test.criterion(
        "RZ-07b",
        indicators="""
        school | sports_skill_rate
        1      | 93.5
        2      | 86
        """,
        expected={1: ("met", 400), 2: ("partly", 400 * (86 - 80) // (90 - 80))},
    )


def test_rz_08(spec_test: SpecTest) -> None:
    """小学生每天睡眠10小时，初中学生9小时；差一小时以内的按比例计分。"""
    spec_test.criterion(
        "RZ-08",
        indicators="""
        school | stage   | sleep_hours
        1      | primary | 10
        2      | primary | 9.4
        3      | junior  | 9.4
        4      | junior  | 8
        """,
        expected={
            1: ("met", 600),
            2: ("partly", 600 * 4 // 10),
            3: ("met", 600),
            4: ("not-met", 0),
        },
    )


def test_rz_09(spec_test: SpecTest) -> None:
    """艺术特长和主旋律歌曲两项都要做到，取较低的一项；缺一项的不评定。"""
    spec_test.criterion(
        "RZ-09",
        indicators="""
        school | arts_skill_rate | theme_song_rate
        1      | 90              | 98
        2      | 98              | 84
        3      | 98              |
        """,
        expected={1: ("met", 600), 2: ("partly", 600 * (84 - 80) // (90 - 80)), 3: ("not-established", 0)},
    )


def test_rz_10(spec_test: SpecTest) -> None:
    """由检查组入校评分，1至5分。"""
    spec_test.criterion(
        "RZ-10",
        findings="""
        school | item  | rating
        1      | RZ-10 | 5
        2      | RZ-10 | 4
        3      | RZ-10 | 2
        """,
        expected={1: ("met", 600), 2: ("met", 600 * 90 // 100), 3: ("partly", 600 * 40 // 100)},
    )


def test_rz_11(spec_test: SpecTest) -> None:
    """不存在师德违规，有一件查实的不得分；入校核查不符合的也不得分。"""
    spec_test.criterion(
        "RZ-11",
        indicators="""
        school | ethics_case_count
        1      | 0
        2      | 1
        3      | 0
        """,
        findings="""
        school | item  | conclusion
        3      | RZ-11 | not-met
        """,
        expected={1: ("met", 800), 2: ("not-met", 0), 3: ("not-met", 0)},
    )


def test_rz_12(spec_test: SpecTest) -> None:
    """家长满意度90%以上。5为非常满意，4为满意；抽样误差范围跨越90%的、回收率不足5%的不评定。"""
    spec_test.criterion(
        "RZ-12",
        indicators="""
        school | student_count
        1      | 100
        2      | 100
        3      | 1000
        4      | 1000
        """,
        parent_survey="""
        school | satisfaction | rows
        1      | 5            | 60
        1      | 4            | 32
        1      | 3            | 8
        2      | 4            | 86
        2      | 2            | 14
        3      | 5            | 46
        3      | 1            | 4
        4      | 5            | 49
        """,
        expected={
            1: ("met", 600),
            2: ("partly", 600 * (86 - 80) // (90 - 80)),
            3: ("not-established", 0),
            4: ("not-established", 0),
        },
    )
