"""Records with one value out of shape or out of place: the two verifiers must refuse each at the same step."""

import copy
from collections.abc import Iterator
from typing import Any

from inspection.canonical import digest
from inspection.draw import record as records
from inspection.draw.seed import public_values
from inspection.draw.substitution import replace_inspector, substitute
from tests.rules.draw.example_draw import DRAWN_AT, committed, drawn, entries
from tests.rules.verify.test_unstaffed import unstaffed

Record = dict[str, Any]
Path = tuple[str | int, ...]
OPEN = drawn()
HONEST: dict[str, Record] = {
    "committed": records.committed(OPEN["commitment"]),
    "open": OPEN,
    "substituted": replace_inspector(
        substitute(OPEN, "3711020003", reason="停课"), "i-264a0c354327", ["3711020008"], reason="因病"
    ),
    "sealed": records.sealed(drawn("sealed")),
    "opened": records.open_draw(drawn("sealed"), committed("sealed").annex),
    "unstaffed": unstaffed(),
}
DROP = object()
NOT_COMPOSED = "e\u0301cole"
WRONG: tuple[tuple[str, Path, Any, str], ...] = (
    ("open", ("commitment", "note"), "x", "format"),
    ("open", ("values", 0, "note"), "x", "format"),
    ("open", ("teams", 0, "members", 0, "note"), "x", "format"),
    ("open", ("commitment", "sources", 1, "throws"), 5, "entropy"),
    ("open", ("commitment", "sources", 0, "throws"), 0, "entropy"),
    ("open", ("commitment", "sources", 0, "announced_at"), "x", "format"),
    ("open", ("commitment", "sources", 0, "kind"), "horoscope", "format"),
    ("open", ("commitment", "sources", 0, "name"), "两行\n文字", "format"),
    ("open", ("commitment", "sources", 0, "name"), "两行\u2028文字", "format"),
    ("open", ("commitment", "matters"), ["conduct", "conduct"], "pool"),
    ("open", ("commitment", "pool", 0, "requires"), ["primary", "primary"], "pool"),
    ("open", ("commitment", "pool", 0, "requires"), ["primary", "junior"], "pool"),
    ("open", ("commitment", "inspectors", 0, "expertise"), ["primary", "primary"], "pool"),
    ("open", ("commitment", "inspectors", 0, "load"), -1, "format"),
    ("open", ("commitment", "inspectors", 0, "load"), 2**53, "format"),
    ("open", ("commitment", "inspectors", 0, "leader"), 2, "format"),
    ("open", ("commitment", "team_leaders"), 2, "format"),
    ("open", ("commitment", "not_assignable", 0, "schools"), ["3711020007", "3711020007"], "pool"),
    ("open", ("commitment", "excluded", 0, "reason"), "", "format"),
    ("open", ("commitment", "excluded", 0, "reason"), "\u3000", "format"),
    ("open", ("commitment", "excluded", 0, "reason"), NOT_COMPOSED, "format"),
    ("open", ("commitment", "annex_digest"), "", "format"),
    ("open", ("commitment", "secret_digest"), "ab" * 32, "format"),
    ("open", ("commitment", "kind"), "sealed", "format"),
    ("open", ("commitment", "strata", 0, "pool"), 4, "pool"),
    ("open", ("ledger",), {"foo": "bar"}, "format"),
    ("open", ("ledger",), {"foo": "ab" * 32}, "format"),
    ("open", ("ledger",), {"commit": "bar"}, "format"),
    ("open", ("result_digest",), DROP, "format"),
    ("opened", ("state",), "drawn", "format"),
    ("substituted", ("substitutions", 0, "reason"), " ", "format"),
    ("substituted", ("substitutions", 1, "reason"), "", "format"),
    ("substituted", ("substitutions", 0, "kind"), "lottery", "format"),
    ("sealed", ("substitution_hashes",), ["x"], "format"),
    ("unstaffed", ("state",), "drawn", "format"),
    ("unstaffed", ("teams",), [], "format"),
    ("unstaffed", ("shortage", 0, "role"), "chair", "format"),
    ("unstaffed", ("shortage",), [], "teams"),
    ("unstaffed", ("shortage", 0, "school"), "3711020099", "teams"),
    ("unstaffed", ("anew", "relaxed"), DROP, "commitment"),
    ("unstaffed", ("anew", "relaxed", "rules"), ["expertise"], "commitment"),
    ("unstaffed", ("anew", "inspectors", 0, "load"), 9, "commitment"),
    ("unstaffed", ("anew", "campaign"), "2025-2026-1-basic", "commitment"),
    ("committed", ("commitment", "team_size"), 1, "pool"),
    ("committed", ("commitment", "team_size"), 0, "pool"),
    ("committed", ("commitment", "pool", 0, "requires"), ["junior", "primary"], "pool"),
)
"""Which honest record, the place, what stands there instead, the step at which both refuse it."""


def four_for_two() -> Record:
    """Return a draw that promises two schools, at least two of each of two strata, and draws four of them."""
    plan = copy.deepcopy(OPEN["commitment"])
    plan["sizing"] = {"ratio": "", "number": 2, "minimum": 2, "total": 2}
    for line in plan["strata"]:
        line["size"] = 2
    values = public_values(records.sources(plan), entries(), as_of=DRAWN_AT)
    return records.draw(plan, values)


FOUR_FOR_TWO = four_for_two()


def spoilt(name: str, path: Path, value: Any) -> Record:
    """Return an honest record with another value at a place, its commitment digest made to fit."""
    made = copy.deepcopy(HONEST[name])
    place: Any = made
    for part in path[:-1]:
        place = place[part]
    if value is DROP:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    if path[0] == "commitment" and "commitment" in made:
        made["commitment_digest"] = digest(made["commitment"])
    return made


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of everything in a record; of a list the first and the last item stand for all."""
    if path:
        yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for at in sorted({0, len(value) - 1} & set(range(len(value)))):
            yield from places(value[at], (*path, at))


def everywhere(name: str) -> Iterator[tuple[str, Record]]:
    """Yield the record with each of many odd values in every kind of place, and with each key left out or added."""
    odd: tuple[Any, ...] = (
        DROP,
        -1,
        0,
        2,
        2**53,
        "",
        " ",
        "x",
        "X",
        NOT_COMPOSED,
        "\u0085",
        "ab" * 32,
        [],
        {},
    )
    odd += ([""], {"extra": ""})
    for path in places(HONEST[name]):
        for value in odd:
            made = spoilt(name, path, value)
            if made != HONEST[name]:
                yield f"{'/'.join(map(str, path))} = {'absent' if value is DROP else repr(value)}", made
    for path in [path for path in places(HONEST[name]) if isinstance(path[-1], str)]:
        yield f"beside {'/'.join(map(str, path))}", spoilt(name, (*path[:-1], "beside"), "x")
