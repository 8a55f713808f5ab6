"""The city itself: districts, schools and how good each school really is. Figures of a term are elsewhere.

A larger city begins with the same schools as a smaller one of the same seed, so plans can name pilots.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from examples.demo_city.names import NameSource, school_names
from inspection.profile import District, Profile, load_profile

HOME = Path(__file__).resolve().parent
# The order of kinds and districts: every district has two schools among the first ten.
_TYPES = "PPJPNPPJPPJPPJTPPJPN"
_DISTRICTS = "01234012340120413020312"
_TYPE_NAMES = {
    "P": "primary-school",
    "J": "junior-school",
    "N": "nine-year-school",
    "T": "teaching-point",
}
_STAGES = {
    "primary-school": ("primary",),
    "teaching-point": ("primary",),
    "junior-school": ("junior",),
    "nine-year-school": ("primary", "junior"),
}
_GRADES = {"primary": 6, "junior": 3}
_FIRST_SERIAL = 990_000


@dataclass(frozen=True)
class Sizes:
    """How large the city and its samples are."""

    school_count: int = 60
    students_per_school: int = 120
    answers_per_school: int = 50
    # Whether schools also hand in what they keep of the term's work: figures, timetables, logs, fitness tests.
    has_kept: bool = True

    def __post_init__(self) -> None:
        if not 12 <= self.school_count <= 2000:
            raise ValueError("示例市的学校数须在 12 至 2000 之间")


@dataclass(frozen=True)
class SchoolStage:
    """One stage of a school and its size."""

    stage: str
    grade_size: int
    student_count: int
    class_count: int


@dataclass(frozen=True)
class School:
    """A school; `quality` is what its figures will more or less show (0 is average, 1 is good)."""

    code: str
    name: str
    district: District
    school_type: str
    location: str
    quality: float
    stages: tuple[SchoolStage, ...]
    teacher_count: int

    @property
    def student_count(self) -> int:
        """Students of all stages."""
        return sum(stage.student_count for stage in self.stages)

    @property
    def class_count(self) -> int:
        """Classes of all stages."""
        return sum(stage.class_count for stage in self.stages)


@dataclass(frozen=True)
class City:
    """All schools of the city, in order of their serial numbers."""

    seed: str
    sizes: Sizes
    districts: tuple[District, ...]
    schools: tuple[School, ...]


@cache
def demo_profile() -> Profile:
    """Return the demo bureau's profile, the one list of its districts."""
    return load_profile(HOME / "profile.yaml")


def build_city(seed: str, sizes: Sizes) -> City:
    """Make the city of a seed."""
    districts = demo_profile().districts
    sources: dict[tuple[str, str, str], NameSource] = {}
    schools = tuple(_school(seed, index, districts, sources, sizes) for index in range(sizes.school_count))
    return City(seed=seed, sizes=sizes, districts=districts, schools=schools)


def school_code(serial: int, school_type: str) -> str:
    """Return a 10-digit code: 21 for primary, 31 for junior and nine-year, then the province, then a serial."""
    kind = "21" if school_type in {"primary-school", "teaching-point"} else "31"
    return f"{kind}37{_FIRST_SERIAL + serial}"


def quality(seed: str, code: str) -> float:
    """Return how good a school really is; a quarter stand out, a sixth are weak."""
    rng = Random(f"{seed}/quality/{code}")
    place = rng.random()
    centre = 1.6 if place < 0.25 else -1.6 if place > 0.84 else 0.3
    return centre + rng.gauss(0, 0.35)


def _school(
    seed: str,
    index: int,
    districts: tuple[District, ...],
    sources: dict[tuple[str, str, str], NameSource],
    sizes: Sizes,
) -> School:
    school_type = _TYPE_NAMES[_TYPES[index % len(_TYPES)]]
    position = int(_DISTRICTS[index % len(_DISTRICTS)])
    district = districts[position]
    code = school_code(index + 1, school_type)
    rng = Random(f"{seed}/school/{code}")
    location = _location(rng, school_type, is_county=district.name.endswith("县"))
    key = (district.code, school_type, location)
    source = sources.setdefault(key, school_names(school_type, location))
    stages = _stages(rng, school_type, location, sizes)
    return School(
        code=code,
        name=district.name + next(source),
        district=district,
        school_type=school_type,
        location=location,
        quality=quality(seed, code),
        stages=stages,
        teacher_count=round(sum(s.class_count * (2.2 if s.stage == "primary" else 3.1) for s in stages)) + 2,
    )


def _location(rng: Random, school_type: str, *, is_county: bool) -> str:
    if school_type == "teaching-point":
        return "rural"
    weights = (25, 45, 30) if is_county else (60, 25, 15)
    return rng.choices(("urban", "town", "rural"), weights)[0]


def _stages(rng: Random, school_type: str, location: str, sizes: Sizes) -> tuple[SchoolStage, ...]:
    share = {"teaching-point": 0.15, "nine-year-school": 0.6}.get(school_type, 1.0)
    share *= {"urban": 1.1, "town": 1.0, "rural": 0.85}[location]
    return tuple(
        _stage(rng, stage, max(8, round(sizes.students_per_school * share * rng.uniform(0.9, 1.1))))
        for stage in _STAGES[school_type]
    )


def _stage(rng: Random, stage: str, grade_size: int) -> SchoolStage:
    grades = _GRADES[stage]
    return SchoolStage(
        stage=stage,
        grade_size=grade_size,
        student_count=round(grade_size * grades * rng.uniform(0.95, 1.06)),
        class_count=grades * -(-grade_size // 45),
    )
