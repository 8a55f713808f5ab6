"""What a run raises is whole inside the process and veiled wherever Prefect keeps it."""

import pickle
import re
import traceback
from pathlib import Path

import pytest

from inspection.errors import Fault, SourceError
from tasks.border import DefectError, veiled

ROOT = Path(__file__).parents[2]
CAMPAIGN = "2025-2026-2-small"
CELL = "王小明 13800138000"


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECTION_WORKSPACE", str(tmp_path))
    return tmp_path


def refuse(campaign_id: str) -> None:
    try:
        int(CELL)
    except ValueError as cause:
        faults = [
            Fault("学生名单.xlsx", "名单", row, "年龄", "IN-103", "数字", CELL, "请只填数字。")
            for row in (3, 9, 9, 12, 20, 31, 44)
        ]
        faults.append(Fault(f"学校 {CELL}", code="FND-001", wanted="一所学校", got=CELL))
        raise SourceError("名单有 8 处需要改正", faults) from cause


def break_down(campaign_id: str) -> None:
    raise KeyError(CELL)


def test_a_refusal_shows_codes_files_and_rows_and_where_the_rest_is(workspace: Path) -> None:
    with pytest.raises(SourceError) as caught:
        veiled(refuse)(CAMPAIGN)
    (kept,) = (workspace / "outbox" / CAMPAIGN / "refusals").iterdir()
    assert str(caught.value) == (
        "名单有 8 处需要改正\n"
        "- （FND-001）1 处\n"
        "- 学生名单.xlsx 第3、9、12、20、31行等（IN-103）7 处\n"
        f"共 8 处，详见 outbox/{CAMPAIGN}/refusals/{kept.name}"
    )
    assert CELL not in "".join(traceback.format_exception(caught.value))
    assert CELL in kept.read_text(encoding="utf-8-sig")


def test_in_the_process_the_error_stays_whole() -> None:
    with pytest.raises(SourceError) as caught:
        veiled(refuse)(CAMPAIGN)
    assert len(caught.value.faults) == 8
    assert f"- 学生名单.xlsx 名单 第3行 “年龄”：应为数字，实为{CELL}。" in caught.value.full_text


def test_what_is_kept_as_a_result_is_veiled_too() -> None:
    with pytest.raises(SourceError) as caught:
        veiled(refuse)(CAMPAIGN)
    kept = pickle.loads(pickle.dumps(caught.value))
    assert (type(kept), str(kept)) == (SourceError, str(caught.value))
    assert CELL.encode() not in pickle.dumps(caught.value)


def test_an_error_that_crosses_two_borders_is_kept_once(workspace: Path) -> None:
    with pytest.raises(SourceError) as caught:
        veiled(veiled(refuse))(CAMPAIGN)
    assert str(caught.value).count("详见") == 1
    assert len(list((workspace / "outbox").rglob("*.csv"))) == 1


def test_a_bug_shows_its_kind_and_place_and_keeps_its_traceback(workspace: Path) -> None:
    with pytest.raises(DefectError) as caught:
        veiled(break_down)(CAMPAIGN)
    (kept,) = (workspace / "outbox" / CAMPAIGN / "refusals").iterdir()
    told = r"KeyError at test_border\.py:\d+ break_down, traceback in outbox/.+/[0-9a-f]{12}\.txt"
    assert re.fullmatch(told, str(caught.value))
    assert CELL not in "".join(traceback.format_exception(caught.value))
    assert f"KeyError: '{CELL}'" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_workspace_that_cannot_be_written_does_not_hide_the_refusal(workspace: Path) -> None:
    (workspace / "outbox").write_text("a file where a folder should be")
    with pytest.raises(SourceError, match="名单有 8 处需要改正") as caught:
        veiled(refuse)(CAMPAIGN)
    assert "详见" not in str(caught.value)


def test_nothing_but_the_border_makes_flows_and_tasks() -> None:
    made = re.compile(r"^from prefect import .*\b(task|flow)\b|prefect\.(task|flow)\(", re.M)
    found = [
        path.name
        for room in ("flows", "tasks")
        for path in (ROOT / room).glob("*.py")
        if made.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["border.py"]
