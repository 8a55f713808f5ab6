"""Writes one term's files of the city into an inbox, sound or with faults planted, and returns the answer key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from examples.demo_city.city import City, School, Sizes, build_city, school_code
from examples.demo_city.faults import (
    AnswerKey,
    Planter,
    plant_in_indicators,
    plant_in_people,
    plant_in_results,
    plant_in_schools,
    plant_in_survey,
)
from examples.demo_city.figures import stage_figures
from examples.demo_city.fitness import fitness_table
from examples.demo_city.indicators import indicator_layout, indicator_row, indicator_table, style_of
from examples.demo_city.long_figures import (
    OTHER_HEADINGS,
    district_figure_table,
    figure_layout,
    figure_tables,
)
from examples.demo_city.pupils import result_table, survey_table
from examples.demo_city.rosters import (
    inspector_layout,
    inspector_table,
    recusal_table,
    school_layout,
    school_table,
)
from examples.demo_city.school_life import (
    complaint_table,
    exam_table,
    homework_table,
    matter_table,
    self_evaluation_table,
    student_survey_table,
    survey_facts_layout,
    survey_facts_table,
    timetable_layout,
    timetable_table,
)
from examples.demo_city.school_life_faults import plant_in_figures, plant_in_school_life
from examples.demo_city.signs import Reported, plant_signs
from examples.demo_city.spot_checks import spot_check_layout, spot_check_table
from examples.demo_city.table import Row, Table, write_csv, write_workbook

PREVIOUS_TERM = "2024-2025-2"
CURRENT_TERM = "2025-2026-2"
STRAY_FILES = ("备忘.txt", "2026年春季运动会安排.xlsx")
# Below, a fifth of the schools is fewer than two for each district.
_FITS_BASIC_PLAN = 46
_LARGE_CITY = 40
# In smaller cities and schools chance explains everything: the integrity screen has nothing to find.
_TELLING_STUDENTS = 60
_UNUSED_SERIAL = 8001
_PILOT_COUNT = 3


@dataclass(frozen=True)
class _Term:
    """What differs between the two terms."""

    id: str
    title: str
    filled_on: str
    years: int
    has_faults: bool


_TERMS = {
    PREVIOUS_TERM: _Term(PREVIOUS_TERM, "2024—2025学年第二学期", "2025年4月18日", 0, has_faults=False),
    CURRENT_TERM: _Term(CURRENT_TERM, "2025—2026学年第二学期", "2026年4月20日", 1, has_faults=True),
}


def campaign_id(sizes: Sizes, *, is_sealed: bool = False) -> str:
    """Return the campaign of the current term whose plan fits a city of this size, or that of a sealed draw."""
    if is_sealed:
        return f"{CURRENT_TERM}-sealed"
    return f"{CURRENT_TERM}-{'basic' if sizes.school_count >= _FITS_BASIC_PLAN else 'small'}"


def write_city(workspace: Path, *, seed: str, sizes: Sizes) -> AnswerKey:
    """Write both terms into `workspace/inbox/<term>` and the answer key beside the inbox.

    Returns:
        The answer key of the current term; the previous one has no faults.
    """
    key = AnswerKey()
    for term in (PREVIOUS_TERM, CURRENT_TERM):
        key = write_term(workspace / "inbox" / term, seed=seed, sizes=sizes, term=term)
    key.write(workspace / "answer-key.json")
    return key


def write_term(folder: Path, *, seed: str, sizes: Sizes, term: str) -> AnswerKey:
    """Write one term's files into `folder`, which is made if need be.

    The previous term holds the roster, indicators, results and figures only, without faults. The same seed and sizes
    give the same bytes.

    Args:
        folder: the term's inbox.
        seed: any text.
        sizes: how many schools, tested pupils and answers.
        term: `PREVIOUS_TERM` or `CURRENT_TERM`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    city = build_city(seed, sizes)
    facts = _TERMS[term]
    schools = school_table(city)
    indicators = [
        indicator_table(city, district, term=term, years=facts.years) for district in city.districts
    ]
    results = result_table(city, term=term)
    key = AnswerKey()
    if facts.has_faults:
        kept = _kept(city) if sizes.has_kept else None
        key = _write_current_only(folder, city, (schools, indicators, results), kept)
    elif sizes.has_kept:
        _write_figures(folder, city, figure_tables(city, term=term), title=facts.title)
        write_csv(folder, district_figure_table(city, term=term), encoding="utf-8-sig")
    write_workbook(folder, schools, school_layout(facts.title, facts.filled_on))
    for district, table in zip(city.districts, indicators, strict=True):
        layout = indicator_layout(city, district, title=facts.title, filled_on=facts.filled_on)
        write_workbook(folder, table, layout)
    write_csv(folder, results, encoding="gb18030")
    return key


def _write_current_only(
    folder: Path, city: City, shared: tuple[Table, Sequence[Table], Table], kept: "_Kept | None"
) -> AnswerKey:
    """Make and write what only the current term has, and plant its faults everywhere."""
    inspectors = inspector_table(city)
    recusals = recusal_table(city, inspectors)
    survey = survey_table(city, term=CURRENT_TERM, opened_on="2026-04-16")
    key = _plant(city, shared, (inspectors, recusals, survey), kept)
    if kept:
        _write_kept(folder, city, kept)
    write_workbook(folder, inspectors, inspector_layout("2026年"))
    write_csv(folder, recusals, encoding="utf-8-sig")
    write_csv(folder, survey, encoding="gb18030")
    memo, stray = STRAY_FILES
    (folder / memo).write_bytes("周三前催交学期指标报表。\r\n".encode("gb18030"))
    _write_stray(folder, stray)
    return key


_Kept = tuple[Sequence[Table], Table, Mapping[str, Table]]
"""The districts' figures in the long layout, their own, and by data set what schools keep of the term's work."""


def _kept(city: City) -> _Kept:
    tables = [
        timetable_table(city, term=CURRENT_TERM),
        homework_table(city, term=CURRENT_TERM),
        exam_table(city),
        survey_facts_table(city, term=CURRENT_TERM),
        student_survey_table(city, term=CURRENT_TERM),
        complaint_table(city, term=CURRENT_TERM),
        self_evaluation_table(city, term=CURRENT_TERM),
        fitness_table(city, term=CURRENT_TERM),
        spot_check_table(city, term=CURRENT_TERM, years=_TERMS[CURRENT_TERM].years),
        matter_table(),
    ]
    figures = figure_tables(city, term=CURRENT_TERM)
    return (
        figures,
        district_figure_table(city, term=CURRENT_TERM),
        {table.data_set: table for table in tables},
    )


def _write_figures(folder: Path, city: City, figures: Sequence[Table], *, title: str) -> None:
    for place, (district, table) in enumerate(zip(city.districts, figures, strict=True)):
        layout = figure_layout(district, title=title)
        if table.file.endswith(".csv"):
            write_csv(folder, table, encoding="gb18030")
        else:
            spelt = dict(zip(table.columns, OTHER_HEADINGS, strict=True)) if place == 2 else {}
            write_workbook(folder, table, replace(layout, headings=spelt))


def _write_kept(folder: Path, city: City, kept: _Kept) -> None:
    figures, districts, life = kept
    title = _TERMS[CURRENT_TERM].title
    _write_figures(folder, city, figures, title=title)
    write_csv(folder, districts, encoding="utf-8-sig")
    write_workbook(folder, life["timetables"], timetable_layout(title))
    write_workbook(folder, life["surveys"], survey_facts_layout(title))
    write_workbook(folder, life["spot_checks"], spot_check_layout(title))
    for name in ("homework_log", "exam_log", "student_survey", "complaints", "fitness"):
        write_csv(folder, life[name], encoding="gb18030")
    for name in ("self_evaluation", "matters"):
        write_csv(folder, life[name], encoding="utf-8-sig")


def _plant(
    city: City,
    shared: tuple[Table, Sequence[Table], Table],
    own: tuple[Table, Table, Table],
    kept: "_Kept | None",
) -> AnswerKey:
    schools, indicators, results = shared
    inspectors, recusals, survey = own
    rng = Random(f"{city.seed}/faults")
    pilots = frozenset(school.code for school in city.schools[:_PILOT_COUNT])
    planter = Planter(rng=rng, spared_codes=pilots)
    unused = [school_code(_UNUSED_SERIAL + number, "primary-school") for number in range(20)]
    template = next(
        row
        for school, row in zip(city.schools, schools.rows, strict=True)
        if school.school_type == "primary-school" and schools.cell(row, "所属区县") == school.district.name
    )
    plant_in_schools(
        planter, schools, template=list(template), unused_codes=[*unused[:6], *unused[12:14], unused[18]]
    )
    plant_in_people(planter, inspectors, recusals)
    strangers = [_stranger(city, district, unused[6 + district]) for district in (1, 3)]
    is_large = len(city.schools) >= _LARGE_CITY
    plant_in_indicators(planter, indicators, strangers=strangers, is_large=is_large)
    plant_in_survey(planter, survey, unused[10:])
    plant_in_results(planter, results, unused[11:])
    if kept:
        figures, districts, life = kept
        plant_in_figures(planter, figures, districts, unused[14:15])
        plant_in_school_life(planter, life, unused[15:18])
    for file in STRAY_FILES:
        planter.stray(file)
    has_signs = len(city.schools) >= _FITS_BASIC_PLAN and city.sizes.students_per_school >= _TELLING_STUDENTS
    figures, _, life = kept or ((), None, {})
    reported = Reported(schools, indicators, figures, life.get("spot_checks"))
    signs = plant_signs(planter, city, reported, before=PREVIOUS_TERM) if has_signs else ()
    return replace(planter.answer_key(), signs=signs)


def _stranger(city: City, place: int, code: str) -> Row:
    """Return an indicator row of a school that is not on the roster."""
    district = city.districts[place]
    like = next(school for school in city.schools if school.district == district)
    size = like.stages[0]
    school = School(
        code=code,
        name=f"{district.name}新城小学",
        district=district,
        school_type=like.school_type,
        location=like.location,
        quality=0.0,
        stages=like.stages,
        teacher_count=like.teacher_count,
    )
    figures = stage_figures(school, size, seed=city.seed, term=CURRENT_TERM, years=1)
    return indicator_row(0, school, size.stage, figures, style_of(city, district))


def _write_stray(folder: Path, file: str) -> None:
    """Write a workbook that has nothing to do with the term."""
    import xlsxwriter

    from examples.demo_city.table import CREATED_AT

    book = xlsxwriter.Workbook(str(folder / file), {"in_memory": True})
    book.set_properties({"created": CREATED_AT})
    sheet = book.add_worksheet("安排")
    for number, line in enumerate((("日期", "项目"), ("5月8日", "开幕式"), ("5月9日", "接力赛"))):
        sheet.write_row(number, 0, line)
    book.close()
