"""Plants one fault of a kind, by chance, in a table of England's Key Stage 2 figures.

It knows the published table and its list of columns, and nothing of source maps, guards and expectations. The
columns it spoils are those that the example reads: what nobody reads cannot mislead. Rows are numbered as in
the file, the header being row 1.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

COUNTS = ("TPUPYEAR", "TELIG", "BELIG", "GELIG", "TFSM6CLA1A")
SIZES = ("TOTPUPS", *COUNTS)
RATES = (
    *("PBELIG", "PGELIG", "PTFSM6CLA1A", "PTEALGRP2", "PTMOBN", "PTRWM_EXP", "PTRWM_HIGH", "PTREAD_EXP"),
    *("PTWRITTA_EXP", "PTMAT_EXP", "PTGPS_EXP", "PTSCITA_EXP", "READCOV", "WRITCOV", "MATCOV"),
    *("PTRWM_EXP_FSM6CLA1A", "PTRWM_EXP_B", "PTRWM_EXP_G"),
)
SCORES = tuple(f"{name}PROG{end}" for name in ("READ", "WRIT", "MAT") for end in ("", "_LOWER", "_UPPER"))
AVERAGES = ("READ_AVERAGE", "MAT_AVERAGE", "GPS_AVERAGE")
FIGURES = (*SIZES, *RATES, *SCORES, *AVERAGES)
NAMES = ("URN", "SCHNAME", "LEA", "NFTYPE", "RECTYPE")


@dataclass
class Table:
    """A table of text with its header, and the same table of another year."""

    header: list[str]
    rows: list[list[str]]
    other_year: "Table | None" = field(default=None, repr=False)

    def at(self, name: str) -> int:
        """Return the place of a column."""
        return self.header.index(name)

    def schools(self) -> list[int]:
        """Return the places of the rows of open schools."""
        return [
            place
            for place, row in enumerate(self.rows)
            if len(row) == len(self.header)
            and row[self.at("RECTYPE")] in {"1", "2"}
            and row[self.at("ICLOSE")] == "0"
        ]

    def filled(self, chance: random.Random, names: Sequence[str]) -> tuple[int, str, str]:
        """Return a row, a column and the number that stands there, without its sign for percent."""
        while True:
            row, name = chance.choice(self.schools()), chance.choice(names)
            number = self.rows[row][self.at(name)].removesuffix("%")
            if number.lstrip("-").replace(".", "", 1).isdigit() and float(number) != 0:
                return row, name, number

    def write(self, row: int, name: str, value: object) -> "Planted":
        """Put a value into a cell."""
        self.rows[row][self.at(name)] = str(value)
        return Planted(rows=frozenset({row + 2}), columns=frozenset({name}))


@dataclass(frozen=True)
class Planted:
    """Where a fault was put: rows of the file, and columns by their headings; none means the whole file."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[str] = frozenset()


Mutation = Callable[[random.Random, Table], Planted]


def _text_in_number(chance: random.Random, table: Table) -> Planted:
    row, name, number = table.filled(chance, FIGURES)
    return table.write(
        row, name, chance.choice([f"about {number}", "n/k", f"{number}a", "see note", "twelve"])
    )


def _column_dropped(chance: random.Random, table: Table) -> Planted:
    place = table.at(chance.choice((*NAMES, *FIGURES)))
    name = table.header.pop(place)
    for row in table.rows:
        del row[place : place + 1]
    return Planted(columns=frozenset({name}))


def _heading_misspelt(chance: random.Random, table: Table) -> Planted:
    name = chance.choice((*NAMES, *FIGURES))
    at = chance.randrange(len(name))
    table.header[table.at(name)] = name[:at] + chance.choice("XQZ") + name[at + 1 :]
    return Planted(columns=frozenset({name}))


def _row_repeated(chance: random.Random, table: Table) -> Planted:
    row = chance.choice(table.schools())
    at = chance.randrange(len(table.rows))
    table.rows.insert(at, list(table.rows[row]))
    first = row + 2 + (at <= row)
    return Planted(rows=frozenset({first, at + 2}))


def _row_contradicted(chance: random.Random, table: Table) -> Planted:
    row, name, number = table.filled(chance, FIGURES)
    planted = _row_repeated_at_end(table, row)
    mark = "%" if name in RATES else ""
    table.rows[-1][table.at(name)] = f"{round(float(number) * 0.9) - 1}{mark}"
    return planted


def _row_repeated_at_end(table: Table, row: int) -> Planted:
    table.rows.append(list(table.rows[row]))
    return Planted(rows=frozenset({row + 2, len(table.rows) + 1}))


def _negative(chance: random.Random, table: Table) -> Planted:
    row, name, number = table.filled(chance, (*SIZES, *RATES))
    return table.write(row, name, f"-{number}{'%' if name in RATES else ''}")


def _over_hundred(chance: random.Random, table: Table) -> Planted:
    row, name, number = table.filled(chance, RATES)
    return table.write(row, name, f"{float(number) + 101:.0f}%")


def _part_above_whole(chance: random.Random, table: Table) -> Planted:
    part, whole = chance.choice(
        [("BELIG", "TELIG"), ("GELIG", "TELIG"), ("TFSM6CLA1A", "TELIG"), ("PTRWM_HIGH", "PTRWM_EXP")]
    )
    row, _, number = table.filled(chance, (whole,))
    if not table.rows[row][table.at(part)].removesuffix("%").isdigit():
        return _part_above_whole(chance, table)
    mark = "%" if part in RATES else ""
    return table.write(row, part, f"{int(number) + chance.randint(1, 9)}{mark}")


def _total_altered(chance: random.Random, table: Table) -> Planted:
    row = next(place for place, row in enumerate(table.rows) if row and row[table.at("RECTYPE")] == "3")
    name = chance.choice(COUNTS)
    number = int(table.rows[row][table.at(name)])
    return table.write(row, name, number + chance.choice([-100, -10, -3, -2, 2, 3, 10, 100]))


def _code_unknown(chance: random.Random, table: Table) -> Planted:
    row = chance.choice(table.schools())
    return table.write(row, "URN", f"9{chance.randrange(100_000):05d}")


def _code_misread(chance: random.Random, table: Table) -> Planted:
    row = chance.choice(table.schools())
    code = table.rows[row][table.at("URN")]
    return table.write(
        row, "URN", chance.choice([code[:-1], code + "1", code[:-1] + "O", f"{code[:3]} {code[3:]}A"])
    )


def _key_blank(chance: random.Random, table: Table) -> Planted:
    return table.write(chance.choice(table.schools()), "URN", chance.choice(["", " ", "\u00a0"]))


def _row_shifted(chance: random.Random, table: Table) -> Planted:
    row = chance.choice(table.schools())
    cells, at = table.rows[row], chance.randrange(table.at("PTSCITA_EXP"))
    if chance.random() < 0.5:
        cells.insert(at, "")
        if not cells[-1]:
            cells.pop()
    else:
        del cells[at]
        cells.append("")
    return Planted(rows=frozenset({row + 2}))


def _columns_swapped(chance: random.Random, table: Table) -> Planted:
    first, other = chance.sample(FIGURES, 2)
    one, two = table.at(first), table.at(other)
    if chance.random() < 0.5:
        table.header[one], table.header[two] = other, first
    else:
        for row in table.rows:
            if row:
                row[one], row[two] = row[two], row[one]
    return Planted(columns=frozenset({first, other}))


def _unit_slip(chance: random.Random, table: Table) -> Planted:
    row, name, number = table.filled(chance, (*SIZES, *RATES))
    factor = 100 if name in SIZES else chance.choice([100, 0.01])
    return table.write(row, name, f"{float(number) * factor:g}{'%' if name in RATES else ''}")


def _unit_of_column(chance: random.Random, table: Table) -> Planted:
    name = chance.choice((*SIZES, *RATES))
    factor = chance.choice([100, 0.01])
    for row in table.schools():
        number = table.rows[row][table.at(name)].removesuffix("%")
        if number.isdigit():
            table.write(row, name, f"{float(number) * factor:g}")
    return Planted(columns=frozenset({name}))


def _point_lost(chance: random.Random, table: Table) -> Planted:
    row, name, number = table.filled(chance, (*SCORES, *AVERAGES))
    if "." not in number and name not in AVERAGES:
        return _point_lost(chance, table)
    return table.write(row, name, number.replace(".", "") if "." in number else f"{float(number) / 10:g}")


def _another_year(_: random.Random, table: Table) -> Planted:
    assert table.other_year is not None
    table.header, table.rows = list(table.other_year.header), [list(row) for row in table.other_year.rows]
    return Planted()


def _garbage_below(chance: random.Random, table: Table) -> Planted:
    row = ["" for _ in table.header]
    for at in chance.sample(range(table.at("PTSCITA_EXP")), chance.randint(1, 9)):
        row[at] = chance.choice(["Source: DfE", "12/12/2018", "x", "0", "end of file", "##"])
    table.rows.append(row)
    return Planted(rows=frozenset({len(table.rows) + 1}))


def _missing_code_changed(chance: random.Random, table: Table) -> Planted:
    while True:
        row, name = chance.choice(table.schools()), chance.choice(FIGURES)
        if table.rows[row][table.at(name)] == "SUPP":
            return table.write(
                row, name, chance.choice(["S", "supressed", "*", "x", "-", "-2", "999", "n/a"])
            )


def _rows_lost(chance: random.Random, table: Table) -> Planted:
    for _ in range(chance.randint(1, 4)):
        del table.rows[chance.choice(table.schools())]
    return Planted()


def _figures_of_another(chance: random.Random, table: Table) -> Planted:
    row, other = chance.sample(table.schools(), 2)
    for name in FIGURES:
        table.rows[row][table.at(name)] = table.rows[other][table.at(name)]
    return Planted(rows=frozenset({row + 2}))


def _school_twice(chance: random.Random, table: Table) -> Planted:
    row = chance.choice(table.schools())
    planted = _row_repeated_at_end(table, row)
    table.rows[-1][table.at("URN")] = f"8{chance.randrange(100_000):05d}"
    return planted


MUTATIONS: Mapping[str, Mutation] = MappingProxyType(
    {
        "text in a number": _text_in_number,
        "column dropped": _column_dropped,
        "heading misspelt": _heading_misspelt,
        "row repeated": _row_repeated,
        "same URN, other figures": _row_contradicted,
        "negative figure": _negative,
        "percentage over 100": _over_hundred,
        "part above whole": _part_above_whole,
        "total altered": _total_altered,
        "school not on the roster": _code_unknown,
        "URN mistyped": _code_misread,
        "URN blank": _key_blank,
        "row shifted": _row_shifted,
        "columns swapped": _columns_swapped,
        "unit slip in a cell": _unit_slip,
        "unit slip in a column": _unit_of_column,
        "decimal point lost": _point_lost,
        "file of another year": _another_year,
        "garbage below the table": _garbage_below,
        "missing code changed": _missing_code_changed,
        "rows lost": _rows_lost,
        "figures of another school": _figures_of_another,
        "one school under two URNs": _school_twice,
    }
)
