"""Our side of `benchmarks.ingest`: one file of student results, read with every guard and reduced."""

import sys
from pathlib import Path

from benchmarks.student_codes import school_codes
from inspection.ingest.source_map import load_source_maps
from inspection.ingest.table import Bureau
from inspection.profile import load_profile
from tasks.result_sums import reduce_results

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    path, row_count = Path(sys.argv[1]), int(sys.argv[2])
    profile = load_profile(ROOT / "examples" / "demo_city" / "profile.yaml")
    bureau = Bureau(profile, {"schools": frozenset(school_codes(row_count))}, bytes(range(32)))
    source_map = load_source_maps(ROOT / "sources")["results"]
    found = reduce_results([path], source_map, bureau, inbox=path.parent)
    assert not found.faults, found.faults[:3]
    students = found.beside["students"]
    print(len(found.rows), int(found.rows["score_sum_centi"].sum()), int(students["all_pass_count"].sum()))


if __name__ == "__main__":
    main()
