"""What a term's reporting costs a school 填报负担: cells, files and minutes, each figure asked once.

Counted from the source maps and a rule that officials keep (`sources/catalogue/burden.yaml`), before anything is asked:
the list of what is asked of schools is to be short and public (RZ-33 减负清单). Not here: caps, which a bureau
states in its profile; what really came in.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from inspection import policy_file
from inspection.errors import DocumentError, Fault
from inspection.ingest.figure import Figure
from inspection.ingest.source_map import SourceMap
from inspection.policy_file import PolicyModel

RULE_FILE = "catalogue/burden.yaml"
LAST_TERM = "last-term"


class Way(PolicyModel):
    """How a data set comes about at the school."""

    title: str
    minutes_per_cell: float = Field(ge=0)


class Asked(PolicyModel):
    """One data set as a school fills it: its way, rows a stage, and columns that are filled in beforehand."""

    way: str
    rows_per_stage: int = Field(default=1, ge=1)
    prefilled: dict[str, str] = Field(default={}, description="栏目：由何处预填")
    has_form: bool = Field(default=False, description="每校每学段一行（或每项一行），由系统编制空白报表")


class BurdenRule(PolicyModel):
    """How cells, files and minutes are counted."""

    title: str
    minutes_per_file: float = Field(ge=0)
    ways: dict[str, Way]
    data_sets: dict[str, Asked]
    given_by: dict[str, str] = Field(default={}, description="数据项：已由哪个数据的哪一栏得到")

    def collecting(self, data_sets: Collection[str]) -> "BurdenRule":
        """Return the rule for a plan that wants `data_sets`: what none of them gives is asked of schools."""
        given = {
            code: source for code, source in self.given_by.items() if source.partition(".")[0] in data_sets
        }
        return self.model_copy(update={"given_by": given})


@dataclass(frozen=True, order=True)
class BurdenLine:
    """One data set's share: cells typed by hand, cells filled in beforehand, minutes of one school and stage."""

    data_set: str
    title: str
    way: str
    typed_count: int
    prefilled_count: int
    minutes: float


@dataclass(frozen=True)
class Burden:
    """What one school and stage is asked in a term."""

    stage: str
    lines: tuple[BurdenLine, ...]

    @property
    def cell_count(self) -> int:
        """Cells that somebody types."""
        return sum(line.typed_count for line in self.lines)

    @property
    def file_count(self) -> int:
        """Files that somebody sends."""
        return len(self.lines)

    @property
    def minutes(self) -> float:
        """Minutes of work."""
        return round(sum(line.minutes for line in self.lines), 1)


def load_burden_rule(folder: Path, maps: Mapping[str, SourceMap]) -> BurdenRule | None:
    """Return the rule of a folder of source maps, None where a bureau has none.

    Raises:
        DocumentError: the file is wrong, names what no source map has, or a column is typed in two data sets.
    """
    path = folder / RULE_FILE
    if not path.is_file():
        return None
    rule = policy_file.load(BurdenRule, path)
    faults = [*_unknown(rule, maps), *_asked_twice(rule, maps)]
    if faults:
        raise DocumentError(f"{RULE_FILE} 有 {len(faults)} 处需要改正", faults)
    return rule


def burden(
    rule: BurdenRule, maps: Mapping[str, SourceMap], *, data_sets: Collection[str], stage: str
) -> Burden:
    """Return what one school and stage is asked under a plan that wants `data_sets`."""
    names = sorted(set(data_sets) & set(rule.data_sets))
    collecting = rule.collecting(data_sets)
    return Burden(stage, tuple(_line(collecting, maps[name], stage) for name in names))


def asked_figures(rule: BurdenRule, source_map: SourceMap, stage: str) -> tuple[Figure, ...]:
    """Return the figures of the catalogue that a stage types in: those that nothing else gives (`collecting`)."""
    return tuple(
        item for item in source_map.listed_figures if item.code not in rule.given_by and stage in item.stages
    )


def typed_columns(source_map: SourceMap) -> tuple[str, ...]:
    """Return the columns that a school fills: what names the row is in every workbook already."""
    return tuple(
        name
        for name, column in source_map.columns.items()
        if name not in source_map.key and not name.endswith("_name") and column.handling != "drop"
    )


def above_cap(found: Burden, *, most_cells: int, most_files: int, most_minutes: float) -> list[Fault]:
    """Return where a term asks for more than a bureau allows itself; empty when it does not."""
    told = (
        ("填写栏目", found.cell_count, most_cells, "栏"),
        ("报送份数", found.file_count, most_files, "份"),
        ("所需时间", found.minutes, most_minutes, "分钟"),
    )
    return [
        Fault(
            place="填报负担",
            code="BUR-001",
            wanted=f"每校每学段每学期{what}不超过 {most:g} {unit}",
            got=f"{count:g} {unit}",
            remedy="请减少本计划的应报数据，或者把别处已有的数据项写入 sources/catalogue/burden.yaml 的 given_by。",
        )
        for what, count, most, unit in told
        if count > most
    ]


def _line(rule: BurdenRule, source_map: SourceMap, stage: str) -> BurdenLine:
    asked = rule.data_sets[source_map.data_set]
    way = rule.ways[asked.way]
    total = _cell_count(rule, source_map, stage) * asked.rows_per_stage if way.minutes_per_cell else 0
    prefilled = len(asked.prefilled) * asked.rows_per_stage
    typed = max(0, total - prefilled)
    minutes = round(typed * way.minutes_per_cell + rule.minutes_per_file, 1)
    return BurdenLine(source_map.data_set, source_map.title, way.title, typed, prefilled, minutes)


def _cell_count(rule: BurdenRule, source_map: SourceMap, stage: str) -> int:
    if source_map.figures:
        return sum(2 if item.has_parts else 1 for item in asked_figures(rule, source_map, stage))
    return len(typed_columns(source_map))


def _unknown(rule: BurdenRule, maps: Mapping[str, SourceMap]) -> Iterator[Fault]:
    for name, asked in rule.data_sets.items():
        if name not in maps:
            yield _fault(f"data_sets.{name}", "已有数据模板的数据", name)
        if asked.way not in rule.ways:
            yield _fault(f"data_sets.{name}.way", "ways 中列明的填报方式", asked.way)
        columns = typed_columns(maps[name]) if name in maps else tuple(asked.prefilled)
        for column in set(asked.prefilled) - set(columns):
            yield _fault(f"data_sets.{name}.prefilled", "该数据模板中须填写的栏目", column)
    yield from _unknown_figures(rule, maps)


def _unknown_figures(rule: BurdenRule, maps: Mapping[str, SourceMap]) -> Iterator[Fault]:
    known = {figure.code for item in maps.values() for figure in item.listed_figures}
    for code, source in rule.given_by.items():
        data_set, _, column = source.partition(".")
        if code not in known:
            yield _fault("given_by", "目录中的数据项", code)
        if data_set not in maps or column not in maps[data_set].columns:
            yield _fault(f"given_by.{code}", "已有数据模板中的栏目", source)


def _asked_twice(rule: BurdenRule, maps: Mapping[str, SourceMap]) -> Iterator[Fault]:
    """Tell which column or figure of one name is typed by hand in more than one data set."""
    where: dict[str, list[str]] = {}
    for name, asked in rule.data_sets.items():
        if name in maps and asked.way in rule.ways and rule.ways[asked.way].minutes_per_cell:
            for column in _asked_names(rule, maps[name]):
                where.setdefault(column, []).append(name)
    for column, names in sorted(where.items()):
        if len(names) > 1:
            titles = "、".join(f"“{maps[name].title}”" for name in names)
            yield _fault(column, "同一数据只向学校要一次", f"{titles}都要填写")


def _asked_names(rule: BurdenRule, source_map: SourceMap) -> Sequence[str]:
    if source_map.figures:
        return [item.code for item in source_map.listed_figures if item.code not in rule.given_by]
    return typed_columns(source_map)


def _fault(field: str, wanted: str, got: str) -> Fault:
    return Fault(
        place=RULE_FILE,
        column=field,
        code="BUR-002",
        wanted=wanted,
        got=got,
        remedy="请改正后重新运行 make check。",
    )
