"""The roster of schools as a yardstick for other files: the names that they give the schools."""

from dataclasses import replace

import pandas as pd

from inspection.ingest.cell import normal
from inspection.ingest.data_set import DataSet, row_place
from inspection.ingest.fault_code import Spot, fault
from inspection.ingest.source_map import SourceMap


def compare_names(found: DataSet, schools: pd.DataFrame, source_map: SourceMap) -> DataSet:
    """Return a data set with a hint for each row whose school is called otherwise on the roster.

    `schools` is the staged roster. Nothing is set aside: a code counts, a name is for reading.
    """
    if "school_name" not in found.rows:
        return found
    names = schools.set_index("school_code")["school_name"]
    rows = found.rows.assign(listed=found.rows["school_code"].map(names))
    said = rows["school_name"].fillna("").map(normal)
    differs = rows["listed"].notna() & (said != "") & (said != rows["listed"].fillna("").map(normal))
    headings = {file.file_name: file.headings for file in found.files}
    hints = []
    for row in rows[differs].to_dict("records"):
        place = row_place(row)
        column = headings.get(place[0], {}).get("school_name", source_map.title_of("school_name"))
        spot = Spot(*place, column)
        hints.append(fault("name-differs", spot, wanted=str(row["listed"]), got=str(row["school_name"])))
    return replace(found, faults=tuple(sorted({*found.faults, *hints})))
