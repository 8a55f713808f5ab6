"""Columns that each data set has once it is staged, so that a catalogue can be checked before any data are there.

Here: names only, from the source maps. Not here: reading (`tasks.ingest`), what is made of columns (`formula`).
"""

from collections.abc import Mapping

from inspection import fitness, result_sums
from inspection.source_map import SourceMap


def staged_columns(maps: Mapping[str, SourceMap]) -> dict[str, frozenset[str]]:
    """Return the columns of each data set; a reduced one has those of its sums."""
    return {name: _columns(source_map) for name, source_map in maps.items()}


def _columns(source_map: SourceMap) -> frozenset[str]:
    if source_map.reduce is not None:
        return frozenset(result_sums.COLUMNS)
    return frozenset(fitness.COLUMNS if source_map.fitness else source_map.staged_columns)
