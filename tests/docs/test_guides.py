"""What the pages say is there is there: links, paths, names, commands, fault codes, generated tables."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from control.panel import SETTINGS_FILE
from tests.docs.generated import PARTS, ROOT, part_of
from tests.docs.test_readme import commands, require_command

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
OWN = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/glossary.md",
        "docs/naming.md",
        "docs/guide-clerks.md",
        "docs/guide-inspectors.md",
        *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))),
    )
]
PACKAGES = ("flows", "tasks", "inspection", "desk", "control")
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
# What stands for a name of the reader's own, and what only a run makes.
STAND_INS = ("NAME", "verb_noun", "demo-output")
CODES = re.compile(r"\b[A-Z]{2,4}-\d{3}\b")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def in_backticks(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize("page", OWN, ids=name_of)
def test_paths_that_a_page_names_exist(page: Path) -> None:
    for text in in_backticks(page):
        folder, slash, _ = text.partition("/")
        is_path = bool(slash) and folder in FOLDERS and re.fullmatch(r"[\w./*-]+", text, re.ASCII)
        if is_path and not any(word in text for word in STAND_INS):
            assert list(ROOT.glob(text.rstrip("/"))), text


@pytest.mark.parametrize("page", OWN, ids=name_of)
def test_modules_and_functions_that_a_page_names_exist(page: Path) -> None:
    for text in in_backticks(page):
        if re.fullmatch(rf"({'|'.join(PACKAGES)})(\.\w+)+", text) and text != SETTINGS_FILE:
            assert is_there(text), text


def is_there(dotted: str) -> bool:
    """Say whether a module exists, or a module with a top-level name."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:count])
        path = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
        if path.is_file():
            return not parts[count:] or parts[count] in top_level(path)
    return False


def top_level(path: Path) -> set[str]:
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_a_name_that_is_gone_is_noticed() -> None:
    assert is_there("tasks.draw.commit_draw")
    assert not is_there("tasks.draw.commit_drew")
    assert not is_there("tasks.drew")


@pytest.mark.parametrize("page", OWN, ids=name_of)
def test_commands_that_a_page_shows_can_be_run(page: Path) -> None:
    for command in commands(page):
        require_command(command)


@pytest.mark.parametrize("page", OWN, ids=name_of)
def test_fault_codes_that_a_page_names_are_in_the_code(page: Path) -> None:
    sources = [path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py")]
    known = {code for path in sources for code in CODES.findall(path.read_text(encoding="utf-8"))}
    groups = {code.partition("-")[0] for code in known}
    named = {code for code in CODES.findall(page.read_text(encoding="utf-8")) if code[:-4] in groups}
    assert named <= known


@pytest.mark.parametrize(("page", "part"), [(page, part) for page in PARTS for part in PARTS[page]])
def test_generated_parts_are_current(page: str, part: str) -> None:
    """`python -m tests.docs.generated` would change nothing."""
    assert part_of((ROOT / page).read_text(encoding="utf-8"), part) == PARTS[page][part]()


def test_the_index_of_decisions_lists_every_page() -> None:
    folder = ROOT / "docs" / "decisions"
    linked = set(re.findall(r"\]\(([^)]+)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert linked == {path.name for path in folder.glob("*.md")} - {"README.md"}


def test_the_inspectors_guide_walks_through_every_flow() -> None:
    text = (ROOT / "docs" / "guide-inspectors.md").read_text(encoding="utf-8")
    document = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert [item["name"] for item in document["deployments"] if f"`{item['name']}`" not in text] == []


def test_every_module_of_a_command_can_be_found() -> None:
    modules = {
        match for page in OWN for match in re.findall(r"python -m ([\w.]+)", page.read_text(encoding="utf-8"))
    }
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []
