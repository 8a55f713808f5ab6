"""Runs every check and counts the failures; `--write` makes the generated pages anew first.

A check that fails does not hide the next one: all are run, then the outcome is said in one line.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BIN = Path(sys.executable).parent
CODE = ["flows", "desk", "control", "tasks", "inspection"]
CHECKS = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "mypy"],
    "floors": [BIN / "lint-imports"],
    "coverage": [BIN / "python", "-m", "tests.spec.coverage", "--check"],
    "spelling": [BIN / "codespell", "--quiet-level=2", *CODE, "docs", "README.md", "CHANGELOG.md"],
}


def run(name: str, command: list[object]) -> bool:
    """Run one check and print its output only when it fails."""
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        [str(part) for part in command], check=False, capture_output=True, text=True, env=environment
    )
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


PAGES = [
    ["-m", "tests.spec.page"],
    ["-m", "tests.spec.coverage"],
    ["-m", "tests.spec.worked_example"],
    ["docs/write_source_maps.py"],
    ["docs/write_rubric_schema.py"],
    ["-m", "tests.docs.generated"],
]


def write_pages() -> None:
    """Make the generated pages anew."""
    for arguments in PAGES:
        subprocess.run([sys.executable, *arguments], check=True)


def is_lock_current() -> bool:
    """Say whether every requirement of pyproject.toml is met by the pin in requirements.lock."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lines = Path("requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [
        line.split(" \\")[0].split(" ;")[0].split("==") for line in lines if "==" in line and line[0] != " "
    ]
    versions = {canonicalize_name(name): version for name, version in pins}
    loose = [
        text
        for text in wanted
        if not (need := Requirement(text)).specifier.contains(versions.get(canonicalize_name(need.name), "0"))
    ]
    print(f"{'FAIL' if loose else 'ok  '} lock {' '.join(loose)}")
    return not loose


if "--write" in sys.argv:
    write_pages()
failed = [name for name, command in CHECKS.items() if not run(name, command)]
failed += [] if is_lock_current() else ["lock"]
print(f"{len(CHECKS) + 1 - len(failed)} checks passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
