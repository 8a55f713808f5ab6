"""The published file is the verifier itself, and shows by its last line whether it is whole."""

import ast
import copy
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inspection.draw import record
from inspection.draw.substitution import replace_inspector, substitute
from inspection.verify.one_file import DIGEST_LINE, PARTS, is_whole, one_file
from inspection.verify.record import verify
from tests.rules.draw.example_draw import committed, drawn, in_ledger

FILE = one_file()
OPEN = drawn()
SECOND_SCHOOL = OPEN["teams"][1]["school"]
HONEST: dict[str, dict[str, Any]] = {
    "committed": record.committed(OPEN["commitment"]),
    "open": OPEN,
    "substituted": substitute(OPEN, OPEN["selection"][0]["school"], reason="暂停办学"),
    "reseated": replace_inspector(
        OPEN, OPEN["teams"][1]["members"][0]["inspector"], [SECOND_SCHOOL], reason="因病"
    ),
    "opened": record.open_draw(drawn("sealed"), committed("sealed").annex),
}


@pytest.fixture(scope="module")
def published() -> ModuleType:
    """The file as somebody who downloaded it would run it: of this project it can reach nothing."""
    made = ModuleType("published_verifier")
    exec(compile(FILE, "verify.py", "exec"), made.__dict__)
    return made


def spoilt(made: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the record with each part that is a number, a text or a list changed, one at a time."""
    found = []
    for key, value in made.items():
        other = copy.deepcopy(made)
        other[key] = value[1:] if isinstance(value, list | str) else {**value, "extra": "x"}
        found.append(other)
    for key in sorted(made["commitment"]):
        other = copy.deepcopy(made)
        del other["commitment"][key]
        found.append(other)
    return found


@pytest.mark.parametrize("name", HONEST)
def test_the_file_and_the_modules_say_the_same_of_honest_and_of_spoilt_records(
    published: ModuleType, name: str
) -> None:
    made = HONEST[name]
    told = [tuple(step) for step in verify(made)]
    assert {outcome for _, _, outcome, _ in told} <= {"pass", "later"}
    records = [made, *spoilt(made)]
    assert len(records) > 15
    for item in records:
        assert [tuple(s) for s in published.verify(item)] == [tuple(s) for s in verify(item)]


def test_the_file_and_the_modules_say_the_same_of_a_ledger(published: ModuleType) -> None:
    made, chain = in_ledger()
    entries = {"entries": [vars(item) for item in chain]}
    for ledger in (entries, {"entries": entries["entries"][:-1]}, {"entries": []}):
        for head in ("", chain[-1].entry_hash[:16], "0" * 16):
            said = [tuple(step) for step in verify(made, ledger=ledger, head=head)]
            assert [tuple(step) for step in published.verify(made, ledger=ledger, head=head)] == said


def test_the_file_holds_every_definition_of_the_modules_and_no_other() -> None:
    def definitions(text: str) -> list[str]:
        nodes = ast.parse(text).body[1:]
        return [ast.dump(node) for node in nodes if not isinstance(node, ast.Import | ast.ImportFrom)]

    joined = [line for path in PARTS for line in definitions(path.read_text(encoding="utf-8"))]
    assert definitions(FILE) == joined


def test_the_last_line_holds_the_digest_of_all_lines_above(tmp_path: Path) -> None:
    *lines, last = FILE.splitlines(keepends=True)
    assert last == f"{DIGEST_LINE}{hashlib.sha256(''.join(lines).encode()).hexdigest()}\n"
    assert is_whole(FILE)
    for altered in (FILE[:-1], FILE.replace("return 2", "return 0", 1), "".join(lines), FILE + "\n", ""):
        assert not is_whole(altered)
    (tmp_path / "verify.py").write_text(FILE, encoding="utf-8")
    (tmp_path / "record.json").write_text(json.dumps(OPEN, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", "-S", "verify.py", "record.json"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
