"""The command line of the rules runs on the standard library and tells its outcome by exit status."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import inspection
from inspection import ledger
from inspection.__main__ import main
from tests.rules.draw.example_draw import in_ledger

HOME = Path(inspection.__file__).parents[1]


@pytest.fixture
def record_file(tmp_path: Path) -> Path:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(in_ledger()[0], ensure_ascii=False), encoding="utf-8")
    return path


def written(path: Path, entries: list[ledger.Entry]) -> Path:
    path.write_text(json.dumps(ledger.document(entries)), encoding="utf-8")
    return path


def test_verify_is_the_verifier(record_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(record_file)]) == 0
    assert capsys.readouterr().out.endswith("结论：能够核验的各步全部通过。\n")
    assert main(["verify", "absent.json"]) == 2


def test_a_sound_ledger_is_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain = in_ledger()[1]
    path = written(tmp_path / "ledger.json", chain)
    assert main(["verify-ledger", str(path), "--head", chain[1].entry_hash]) == 0
    assert capsys.readouterr().out == f"√ 台账共4条，首尾相接，台账头{chain[-1].entry_hash}\n"


def test_an_empty_ledger_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-ledger", str(written(tmp_path / "ledger.json", []))]) == 0
    assert capsys.readouterr().out == f"√ 台账共0条，首尾相接，台账头{'0' * 64}\n"


def test_a_broken_ledger_ends_with_the_status_of_its_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = in_ledger()[1]
    path = written(tmp_path / "ledger.json", [chain[0], replace(chain[1], kind="cancel"), *chain[2:]])
    assert main(["verify-ledger", str(path)]) == 13
    assert capsys.readouterr().err.startswith("台账核验未通过，共 1 处\n- 台账第2条：应为哈希值")


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"{}"])
def test_an_unreadable_ledger_ends_with_the_status_of_its_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    path = tmp_path / "ledger.json"
    if content is not None:
        path.write_bytes(content)
    assert main(["verify-ledger", str(path)]) == 11
    assert "ledger.json" in capsys.readouterr().err


def test_an_unknown_command_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["redraw"])
    assert caught.value.code == 2
    assert "verify-ledger" in capsys.readouterr().err


def test_the_command_needs_the_standard_library_only(record_file: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(HOME)!r})\n"
        "from inspection.__main__ import main\n"
        f"status = main(['verify', {str(record_file)!r}])\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "sys.exit(status or sorted(tops - sys.stdlib_module_names - {'inspection', '__main__'}) or 0)"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_it_runs_as_a_module(record_file: Path) -> None:
    command = [sys.executable, "-m", "inspection", "verify", str(record_file)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=HOME)
    assert (run.returncode, run.stderr) == (0, "")
