"""Every command of the README can be run, and every folder, deployment and setting it names is there."""

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tests.docs.generated import PARTS, ROOT, part_of

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
# Programs of the system or of the database; that they are there is not ours to say.
OUTSIDE = {"createdb", "openssl", "sha256sum"}
CHEAP = (
    "make help",
    ".venv/bin/python -m inspection verify --help",
    ".venv/bin/python -m inspection verify-ledger --help",
    ".venv/bin/python -m control --help",
    ".venv/bin/python -m control up --help",
    ".venv/bin/python -m desk account add --help",
    ".venv/bin/python -m desk account list --help",
    ".venv/bin/python -m examples.demo_city run --help",
)


def commands(page: Path) -> list[str]:
    """Return the lines of a page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))


def require_command(command: str) -> None:
    """Fail unless a command names something that exists: target, module, program, deployment, pool."""
    program, *arguments = shlex.split(command)
    if program == "make":
        targets = [word for word in arguments if "=" not in word]
        variables = {word.partition("=")[0] for word in arguments if "=" in word}
        assert set(targets) <= make_targets(), command
        assert all(f"{name} ?=" in (ROOT / "Makefile").read_text() for name in variables), command
    elif program == "export":
        assert re.fullmatch(r"(INSPECTION|PREFECT)_[A-Z_]+=\S+", arguments[0]), command
    elif program.endswith("python"):
        assert arguments[0] == "-m", command
        assert importlib.util.find_spec(arguments[1]) is not None, command
    elif program.endswith("prefect"):
        _require_prefect(arguments, command)
    elif program == "python3":
        assert arguments[0] == "verify.py", command
    else:
        assert program in OUTSIDE, command


def _require_prefect(arguments: list[str], command: str) -> None:
    assert (Path(sys.executable).parent / "prefect").exists(), command
    names = {item["name"] for item in DEPLOYMENTS}
    pools = {item["work_pool"]["name"] for item in DEPLOYMENTS}
    if arguments[:2] == ["deployment", "run"]:
        flow, _, deployment = arguments[2].partition("/")
        assert flow == deployment, command
        assert deployment in names, command
    for before, word in pairwise(arguments):
        if before in {"--pool", "create"}:
            assert word in pools, command


@pytest.mark.parametrize("command", commands(README))
def test_every_command_names_what_exists(command: str) -> None:
    require_command(command)


@pytest.mark.parametrize("command", CHEAP)
def test_cheap_commands_run(command: str) -> None:
    program, *arguments = shlex.split(command)
    own = shutil.which(program) if program == "make" else sys.executable
    assert own
    done = subprocess.run([own, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_every_subcommand_of_ours_in_the_readme_is_known() -> None:
    """What stands behind `python -m` is asked for its own help."""
    known = {tuple(shlex.split(command)[2:-1]) for command in CHEAP if "python" in command}
    for command in commands(README):
        words = shlex.split(command)
        if words[0].endswith("python"):
            spoken = tuple(word for word in words[2:] if re.fullmatch(r"[a-z._-]+", word))
            assert any(spoken[: len(known_one)] == known_one for known_one in known), command


def test_make_help_lists_the_targets_that_the_readme_names() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    shown = set(re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b(?! a| it| of)", TEXT)) <= shown


def section(heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## )", TEXT, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def test_the_folder_table_names_every_folder_and_no_other() -> None:
    named = re.findall(r"^\| `([\w-]+)/` \|", section("Folders"), re.MULTILINE)
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    folders = {path.partition("/")[0] for path in tracked if "/" in path and not path.startswith(".")}
    assert set(named) == folders


def test_the_deployments_are_those_of_prefect_yaml() -> None:
    named = re.findall(r"^\| `([a-z-]+)` \|", section("How a bureau runs it"), re.MULTILINE)
    assert named == [item["name"] for item in sorted(DEPLOYMENTS, key=lambda item: named.index(item["name"]))]


def test_a_deployment_has_a_schedule_where_the_readme_says_so() -> None:
    lines = re.findall(
        r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]*)\|$", section("How a bureau runs it"), re.MULTILINE
    )
    said = {name for name, schedule in lines if schedule.strip()}
    assert said == {item["name"] for item in DEPLOYMENTS if item.get("schedules")}


def test_every_schedule_is_off_until_switched_on() -> None:
    assert not any(entry["active"] for item in DEPLOYMENTS for entry in item.get("schedules", []))


@pytest.mark.parametrize("part", PARTS["README.md"])
def test_the_tables_of_settings_are_those_of_the_code(part: str) -> None:
    """`python -m tests.docs.generated` would change nothing."""
    assert part_of(TEXT, part) == PARTS["README.md"][part]()
