"""Columns that each data set has once it is staged, so that a catalogue can be checked before any data are there.

Here: names only, from the source maps. Not here: reading (`tasks.ingest`), what is made of columns (`formula`).
"""

from collections.abc import Mapping

from inspection.derive import fitness_sums, result_sums
from inspection.derive.result_students import GROUP, PAIR_COUNTS, STUDENT_COUNTS
from inspection.ingest.source_map import SourceMap


def staged_columns(maps: Mapping[str, SourceMap]) -> dict[str, frozenset[str]]:
    """Return the columns of each staged frame by its name; a reduced data set has those of its sums.

    Beside the sums of results lie those by student and those of pairs, under names of their own.
    """
    found = {name: _columns(source_map) for name, source_map in maps.items()}
    for name in (name for name, source_map in maps.items() if source_map.reduce is not None):
        found[f"{name}_students"] = frozenset((*GROUP, *STUDENT_COUNTS))
        found[f"{name}_pairs"] = frozenset((*GROUP, "subject", *PAIR_COUNTS))
    return found


def _columns(source_map: SourceMap) -> frozenset[str]:
    if source_map.reduce is not None:
        return frozenset(result_sums.COLUMNS)
    return frozenset(fitness_sums.COLUMNS if source_map.fitness else source_map.staged_columns)
