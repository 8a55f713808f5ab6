"""Each package that pyproject.toml names has one line that says why, and no line is stale."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")


def listed(heading: str) -> list[str]:
    """Return the packages of a section, in its order."""
    text = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    names = re.findall(r"^\| ([^|]+?) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    return [name for name in names if name != "Package" and not name.startswith("-")]


def test_each_dependency_has_its_line_and_no_line_is_stale() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "Running": project["project"]["dependencies"],
        "Developing": project["dependency-groups"]["dev"],
    }
    for heading, requirements in wanted.items():
        names = sorted(canonicalize_name(Requirement(text).name) for text in requirements)
        assert sorted(listed(heading)) == names, heading
