"""Compares two rubrics in words: `python -m tasks.rubric_diff OLD.yaml NEW.yaml`; no run, nothing is written.

Each file is read with the catalogue of indicators beside it. Exit code 0 whether or not they differ, 12 where
one of them is wrong.
"""

import argparse
import sys
from pathlib import Path

from inspection.derive.indicator import load_indicators
from inspection.errors import InspectionError
from inspection.score.rubric import Rubric, load_rubric
from inspection.score.rubric_diff import differences

SAME = "两份细则内容相同。"


def told(old: Path, new: Path) -> str:
    """Return what the new rubric changes, a line each.

    Raises:
        DocumentError: one of them, or the catalogue beside it, is absent or wrong.
    """
    catalogue = load_indicators(new.with_name("indicators.yaml"))
    return "\n".join(differences(_rubric(old), load_rubric(new, catalogue), catalogue) or [SAME])


def _rubric(path: Path) -> Rubric:
    return load_rubric(path, load_indicators(path.with_name("indicators.yaml")))


def main(arguments: list[str]) -> int:
    """Print the differences; return the exit code."""
    parser = argparse.ArgumentParser(description="Compare two rubrics in words.")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        sys.stdout.write(f"{told(chosen.old, chosen.new)}\n")
    except InspectionError as error:
        sys.stderr.write(f"{error.full_text}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
