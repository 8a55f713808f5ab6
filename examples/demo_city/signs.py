"""Plants figures that are too good or too odd to be true, and remembers at which school: for the integrity screen.

No cell of these is wrong by itself, so no check of files can find them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from examples.demo_city.city import City, School
from examples.demo_city.faults import PlantedSign, Planter
from examples.demo_city.figures import Figures, stage_figures
from examples.demo_city.table import Row, Table, readable_count

COPIED = ("参评学生数", "体质监测人数", "体质合格人数", "体质优良人数", "视力筛查人数", "近视人数")
_FEWEST = 60
_NEAR = 0.25


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


def plant_signs(
    planter: Planter, city: City, tables: Sequence[Table], *, before: str
) -> tuple[PlantedSign, ...]:
    """Change rows of schools that no fault has touched, and return what the screen must say, sorted.

    Args:
        planter: knows the rows that hold faults.
        city: the schools.
        tables: the districts' indicators of this term.
        before: the term that they are held against.
    """
    free = _free(planter, city, tables)
    signs = []
    for check_id, change in _CHANGES.items():
        place = free.pop(0)
        change(place, city, before)
        signs.append(PlantedSign(check_id, place.school.code))
    one, other = _alike(free)
    other.write({heading: one.count(heading) for heading in COPIED})
    signs += [PlantedSign("identical-vectors", place.school.code) for place in (one, other)]
    return tuple(sorted(signs))


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


def _slip(place: _Place, city: City, before: str) -> None:
    place.write({"每天校内体育锻炼时间": 1})


_CHANGES: dict[str, Callable[[_Place, City, str], None]] = {
    "copied-term": _copy_last_term,
    "heaped-digits": _round_to_tens,
    "implausible-jump": _jump,
    "unit-slip": _slip,
}
