"""The verifier as a command: one file, nothing installed, every step told in Chinese."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from inspection import ledger
from inspection.verify.one_file import PARTS, one_file
from inspection.verify.record import main
from inspection.verify.record_format import STEPS
from tests.rules.draw.example_draw import in_ledger


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    made, chain = in_ledger()
    bad = made | {"tickets": [{"school": line["school"], "ticket": "0.1"} for line in made["tickets"]]}
    texts = {
        "record.json": json.dumps(made, ensure_ascii=False),
        "bad.json": json.dumps(bad),
        "ledger.json": json.dumps(ledger.document(chain)),
        "broken.json": "{",
        "twice.json": '{"state": "drawn", "state": "drawn"}',
        "deep.json": "[" * 99_999,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: str(tmp_path / name) for name in (*texts, "absent.json")} | {"head": chain[-1].entry_hash}


def test_the_command_prints_every_step(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([files["record.json"], "--ledger", files["ledger.json"], "--head", files["head"]]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "√ 记录格式：各项齐全，状态为“公开抽取”"
    assert lines[-2] == "√ 台账：4条首尾相接，承诺有效且唯一，含此前公布的台账头"
    assert lines[-1] == "结论：能够核验的各步全部通过。"
    assert len(lines) == len(STEPS) + 1


def test_the_command_says_what_fails(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([files["bad.json"]]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:5] for line in lines if line.startswith("×")] == ["× 抽签号", "× 结果摘"]
    assert "— 台账：没有提供台账文件，未核验" in lines
    assert lines[-1] == "结论：未通过：抽签号、结果摘要。"


def test_what_was_noted_may_be_typed_in_capitals(files: dict[str, str]) -> None:
    record = json.loads(Path(files["record.json"]).read_text(encoding="utf-8"))
    typed = ["--ledger", files["ledger.json"], "--head", f" {files['head'].upper()} "]
    assert main([files["record.json"], *typed, "--commitment", record["commitment_digest"].upper()]) == 0
    assert main([files["record.json"], *typed, "--commitment", "AB" * 32]) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.json", "No such file"),
        ("broken.json", "Expecting property name"),
        ("twice.json", "同一对象中有重复的项名"),
        ("deep.json", "maximum recursion depth"),
    ],
)
def test_an_unreadable_file_is_named(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    assert main([files[name]]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"无法读取{files[name]}：")
    assert said in message


def test_the_file_alone_verifies_with_nothing_installed(files: dict[str, str], tmp_path: Path) -> None:
    alone = tmp_path / "download" / "verify.py"
    alone.parent.mkdir()
    alone.write_text(one_file(), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(alone), files["record.json"], "--ledger", files["ledger.json"]]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("结论：能够核验的各步全部通过。\n")


def test_the_verifier_imports_nothing_of_the_project_and_nothing_installed() -> None:
    own = {f"inspection.verify.{path.stem}" for path in PARTS}
    sources = {path.name: path.read_text(encoding="utf-8") for path in PARTS}
    for name, source in {**sources, "verify.py as published": one_file()}.items():
        imported = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module))
        imported -= own if name in sources else set()
        assert {module.partition(".")[0] for module in imported} <= sys.stdlib_module_names, name
        assert not re.search(r"\brandom\b|\bnow\(|\btoday\(", source), name
