"""A code says one thing: whoever is told it can look it up, or say it on the telephone."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# The same thing found wrong at the desk and on its command line.
SAID_TWICE = {"ACC-001", "ACC-004"}


def test_a_code_belongs_to_one_module() -> None:
    found = defaultdict(set)
    for floor in ("inspection", "tasks", "desk", "flows", "control"):
        for path in sorted((ROOT / floor).rglob("*.py")):
            for code in re.findall(r'"([A-Z]{2,5}-\d{3})"', path.read_text(encoding="utf-8")):
                found[code].add(str(path.relative_to(ROOT)))
    assert len(found) > 200
    shared = {code: sorted(paths) for code, paths in found.items() if len(paths) > 1}
    assert shared.keys() == SAID_TWICE, shared
