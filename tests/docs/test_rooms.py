"""The picture of the rooms of the rules is the one that the code itself draws."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = {path.parent.name for path in (ROOT / "inspection").glob("*/__init__.py")} - {"store"}
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def imports(room: str) -> set[str]:
    """Return the other rooms that a room's modules import from."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "inspection" / room).glob("*.py")
    ]
    names = [
        node.module or "" for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    ]
    return {name.split(".")[1] for name in names if name.startswith("inspection.")} & ROOMS - {room}


def drawn() -> dict[str, set[str]]:
    """Return the arrows of the picture, by the room from which they start."""
    picture = next(text for text in PAGE.split("```mermaid") if 'verify["' in text).partition("```")[0]
    lines = re.findall(r'^  (\w+)\[".*?"\](?: --> (.+))?$', picture, re.MULTILINE)
    return {room: set(known.split(" & ")) if known else set() for room, known in lines}


def test_the_picture_of_the_rooms_has_the_arrows_of_the_code() -> None:
    assert len(ROOMS) > 5
    assert drawn() == {room: imports(room) for room in ROOMS}
