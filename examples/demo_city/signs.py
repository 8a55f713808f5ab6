"""Plants figures that are too good or too odd to be true, and remembers at which school: for the integrity screen.

No cell of these is wrong by itself, so no check of files can find them.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from examples.demo_city.city import City, School
from examples.demo_city.faults import PlantedSign, Planter
from examples.demo_city.figures import OF_PUPILS, Figures, stage_figures
from examples.demo_city.long_figures import TEACHERS
from examples.demo_city.table import Row, Table, readable_count

COPIED = ("参评学生数", "体质监测人数", "体质合格人数", "体质优良人数", "视力筛查人数", "近视人数")
_FEWEST = 60
_NEAR = 0.25
_TEACHERS = (TEACHERS, "骨干教师")


@dataclass(frozen=True)
class _Place:
    """A school of one stage and its row in a district's table."""

    school: School
    table: Table
    row: Row

    def count(self, heading: str) -> int:
        return readable_count(self.table.cell(self.row, heading))

    def write(self, figures: Figures) -> None:
        for heading, value in figures.items():
            self.table.set_cell(self.row, heading, value)


@dataclass(frozen=True)
class Reported:
    """The tables that the screen looks at: the roster, by district indicators and long figures, spot checks.

    Without what schools keep there are no figures and no spot checks, and no signs of them.
    """

    schools: Table
    indicators: Sequence[Table]
    figures: Sequence[Table] = ()
    spot_checks: Table | None = None


def plant_signs(planter: Planter, city: City, reported: Reported, *, before: str) -> tuple[PlantedSign, ...]:
    """Change rows of schools that no fault has touched, and return what the screen must say, sorted.

    Args:
        planter: knows the rows that hold faults.
        city: the schools.
        reported: this term's tables.
        before: the term that they are held against.
    """
    free = _free(planter, city, reported.indicators)
    signs = []
    for check_id, change in _CHANGES.items():
        place = free.pop(0)
        change(place, city, before)
        signs.append(PlantedSign(check_id, place.school.code))
    one, other = _alike(free)
    other.write({heading: one.count(heading) for heading in COPIED})
    signs += [PlantedSign("identical-vectors", place.school.code) for place in (one, other)]
    free = [place for place in free if place not in (one, other)]
    signs.append(PlantedSign("ghost-students", _more_students(free.pop(0).school, reported.schools)))
    codes = {place.school.code for place in free}
    if reported.figures:
        teachers = _more_teachers(planter, codes, reported)
        codes.discard(teachers)
        signs.append(PlantedSign("ghost-teachers", teachers))
    if reported.spot_checks is not None:
        signs.append(PlantedSign("above-spot-check", _fewer_found(planter, codes, reported.spot_checks)))
    return tuple(sorted(signs))


def _more_students(school: School, schools: Table) -> str:
    """Let the roster list a sixth more pupils than the school has, and return its code."""
    count = school.student_count
    schools.set_cell(_row_of(schools, school.code), "在校生数", count + max(count // 6, 20))
    return school.code


def _more_teachers(planter: Planter, codes: Collection[str], reported: Reported) -> str:
    """Let the roster list a fifth more teachers than the school reports elsewhere, and return its code."""
    for table in reported.figures:
        for row in planter.untouched(table):
            code = str(table.cell(row, "学校标识码"))
            is_told = table.cell(row, "数据项") in _TEACHERS and isinstance(table.cell(row, "分母"), int)
            if code in codes and is_told:
                listed = _row_of(reported.schools, code)
                count = readable_count(reported.schools.cell(listed, "专任教师数"))
                reported.schools.set_cell(listed, "专任教师数", count + max(count // 5, 4))
                return code
    raise AssertionError("no school reports its teachers twice")


def _fewer_found(planter: Planter, codes: Collection[str], table: Table) -> str:
    """Let half of those tested on site fail, and return the school's code."""
    for row in planter.untouched(table):
        code, checked = str(table.cell(row, "学校标识码")), readable_count(table.cell(row, "体质抽测人数"))
        if code in codes:
            table.set_cell(row, "体质抽测合格人数", checked // 2)
            table.set_cell(row, "体质抽测优良人数", checked // 8)
            return code
    raise AssertionError("no spot check is sound")


def _row_of(table: Table, code: str) -> Row:
    return next(row for row in table.rows if str(table.cell(row, "学校标识码")) == code)


def _free(planter: Planter, city: City, tables: Sequence[Table]) -> list[_Place]:
    """Return the rows that may be changed, in an order by chance: one stage, every count told and large."""
    schools = {school.code: school for school in city.schools if len(school.stages) == 1}
    found = []
    for table in tables:
        for row in planter.untouched(table):
            school = schools.get(str(table.cell(row, "学校标识码")))
            if school and all(_is_large(table.cell(row, heading)) for heading in COPIED):
                found.append(_Place(school, table, row))
    planter.rng.shuffle(found)
    return found


def _is_large(cell: object) -> bool:
    return isinstance(cell, int) and cell >= _FEWEST


def _alike(places: Sequence[_Place]) -> tuple[_Place, _Place]:
    """Return two schools of one stage that are nearly the same size: a copy of figures is no jump in size."""
    for one in places:
        for other in places:
            is_near = abs(one.count("参评学生数") - other.count("参评学生数")) < _NEAR * one.count(
                "参评学生数"
            )
            is_same_stage = one.school.stages[0].stage == other.school.stages[0].stage
            if one is not other and is_near and is_same_stage:
                return one, other
    raise AssertionError("no two schools are alike")


def _copy_last_term(place: _Place, city: City, before: str) -> None:
    school = place.school
    figures = stage_figures(school, school.stages[0], seed=city.seed, term=before, years=0)
    place.write({heading: figures[heading] for heading in COPIED})


def _round_to_tens(place: _Place, city: City, before: str) -> None:
    place.write({heading: place.count(heading) // 10 * 10 for heading in COPIED})


def _jump(place: _Place, city: City, before: str) -> None:
    """Report half of the children with healthy eyes as short-sighted all at once."""
    place.write({"近视人数": place.count("视力筛查人数") * 95 // 100})


def _invent_rates(place: _Place, city: City, before: str) -> None:
    """Report shares half a pupil off any that can be, to two decimals."""
    count = place.count("参评学生数")
    for heading in OF_PUPILS[:3]:
        rate = stage_figures(place.school, place.school.stages[0], seed=city.seed, term=before, years=0)[
            heading
        ]
        pupils = int((rate or 90) * count / 100)
        place.write({heading: f"{100 * (min(pupils, count - 1) + 0.5) / count:.2f}%"})


def _slip(place: _Place, city: City, before: str) -> None:
    place.write({"每天校内体育锻炼时间": 1})


_CHANGES: dict[str, Callable[[_Place, City, str], None]] = {
    "copied-term": _copy_last_term,
    "heaped-digits": _round_to_tens,
    "implausible-jump": _jump,
    "unit-slip": _slip,
    "impossible-precision": _invent_rates,
}
