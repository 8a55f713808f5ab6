"""The demo city's commands: `python -m examples.demo_city write --folder X`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from examples.demo_city.city import Sizes
from examples.demo_city.term import write_city
from inspection.errors import InspectionError


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo_city", description="示例市（合成数据）")
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser("write", help="write both terms' files and the answer key")
    whole = commands.add_parser("run", help="write both terms and run them through the flows")
    for command in (write, whole):
        command.add_argument("--folder", type=Path, required=True, help="where everything goes")
        command.add_argument(
            "--seed", default="demo-city", help="any text; the same text gives the same files"
        )
        command.add_argument("--schools", type=int, default=60, help="12 to 2000")
        command.add_argument("--students", type=int, default=120, help="tested pupils per school, about")
    whole.add_argument(
        "--resume", action="store_true", help="go on with the files and the store that are there"
    )
    whole.add_argument(
        "--sealed", action="store_true", help="keep the names closed until the visits are over"
    )
    for command in (write, whole):
        command.add_argument(
            "--core", action="store_true", help="leave out figures, timetables, logs and fitness tests"
        )
    chosen = parser.parse_args(arguments)
    sizes = Sizes(school_count=chosen.schools, students_per_school=chosen.students, has_kept=not chosen.core)
    if chosen.command == "run":
        return _run(chosen, sizes)
    key = write_city(chosen.folder, seed=chosen.seed, sizes=sizes)
    sys.stdout.write(f"{chosen.folder}: {chosen.schools} schools, {len(key.faults)} planted faults\n")
    return 0


def _run(chosen: argparse.Namespace, sizes: Sizes) -> int:
    """Set the environment before Prefect is imported, then run."""
    from examples.demo_city.run import environment, run

    folder: Path = chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment(folder))
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    chosen_way = {"seed": chosen.seed, "is_resumed": chosen.resume, "is_sealed": chosen.sealed}
    try:
        # The term is one process that its reader watches; a run's heart would take a second to stop each time.
        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            return run(folder, sizes=sizes, **chosen_way)
    except InspectionError as error:
        sys.stderr.write(f"{error.full_text}\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
