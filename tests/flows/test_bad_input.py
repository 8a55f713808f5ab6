"""Bad input ends in one clear message and a failed flow run, and leaves the store as it was."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from prefect.states import State
from sqlalchemy import inspect

from examples.demo_city.city import Sizes
from examples.demo_city.term import CURRENT_TERM, STRAY_FILES, campaign_id, write_city
from flows.inspect_term import inspect_term
from inspection.errors import InspectionError
from inspection.request import GatedRequest
from inspection.store.engine import engine
from tests.flows.city_term import SEED, office

SIZES = Sizes(school_count=12, students_per_school=20, answers_per_school=10, has_kept=False)
CAMPAIGN = campaign_id(SIZES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A city's files without the stray ones."""
    write_city(tmp_path / "workspace", seed=SEED, sizes=SIZES)
    for name in STRAY_FILES:
        (tmp_path / "workspace" / "inbox" / CURRENT_TERM / name).unlink()
    return tmp_path


def failure(folder: Path, **overrides: str) -> InspectionError:
    """Run the term and return what a person is told; the run must have failed."""
    with office(folder, **overrides):
        state: State = inspect_term(GatedRequest(campaign_id=CAMPAIGN), return_state=True)
        assert state.is_failed()
        error = state.result(raise_on_failure=False)
    assert isinstance(error, InspectionError), error
    return error


def assert_untouched(folder: Path) -> None:
    """Nothing was entered: the store has no table yet."""
    assert inspect(engine(f"sqlite:///{folder / 'inspection.db'}")).get_table_names() == []


def empty(inbox: Path) -> None:
    shutil.rmtree(inbox)
    inbox.mkdir()


def stranger(inbox: Path) -> None:
    (inbox / "会议通知.docx").write_bytes(b"PK")


def roster_without_codes(inbox: Path) -> None:
    import openpyxl

    path = inbox / "学校基本情况一览表.xlsx"
    book = openpyxl.load_workbook(path)
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value in {"学校标识码", "学校代码"}:
                cell.value = "序列"
    book.save(path)


def no_survey(inbox: Path) -> None:
    for path in inbox.glob("家长满意度调查*"):
        path.unlink()


@pytest.mark.parametrize(
    ("spoil", "summary", "fault"),
    [
        (empty, "中没有可读取的文件", "请把本学期各单位报送的文件放入收件箱后重新运行。（IN-001）"),
        (stranger, f"收件箱 {CURRENT_TERM} 有 1 个文件问题", "会议通知.docx：应为规定的文件名（"),
        (
            no_survey,
            f"收件箱 {CURRENT_TERM} 有 1 个文件问题",
            "“家长满意度调查”：应为文件名如：家长满意度调查",
        ),
        (roster_without_codes, "没有可用的文件", "学校标识码"),
    ],
    ids=["empty folder", "unknown file", "missing data set", "roster without codes"],
)
def test_a_wrong_inbox_is_refused(
    folder: Path, spoil: Callable[[Path], None], summary: str, fault: str
) -> None:
    spoil(folder / "workspace" / "inbox" / CURRENT_TERM)
    message = failure(folder).full_text
    assert summary in message
    assert fault in message
    assert_untouched(folder)
    given_back = {
        path.suffix for path in (folder / "workspace/outbox" / CURRENT_TERM / "corrections").glob("*")
    }
    assert given_back == ({".csv", ".xlsx"} if spoil is roster_without_codes else set())


def test_a_missing_rubric_is_named(folder: Path) -> None:
    message = failure(folder, INSPECTION_PROFILE=str(_bureau_without_rubric(folder))).full_text
    assert message.startswith(f"检查批次 {CAMPAIGN} 所需的文件有 1 处需要改正")
    assert "rizhao-basic-requirements.yaml：应为可读取的 UTF-8 文件" in message
    assert_untouched(folder)


def test_a_database_that_is_down_is_named(folder: Path) -> None:
    url = "postgresql://office:hush@127.0.0.1:1/inspection"
    message = failure(folder, INSPECTION_DATABASE_URL=url).full_text
    assert message.startswith("无法使用业务数据库\n- INSPECTION_DATABASE_URL：应为可连接的数据库")
    assert "hush" not in message


def test_a_campaign_without_a_plan_is_named(folder: Path) -> None:
    with office(folder):
        state = inspect_term(GatedRequest(campaign_id="2099-none"), return_state=True)
        error = state.result(raise_on_failure=False)
    assert isinstance(error, InspectionError)
    message = error.full_text
    assert "2099-none.yaml 存在且可读。（DOC-001）" in message
    assert_untouched(folder)


def _bureau_without_rubric(folder: Path) -> Path:
    root = Path(__file__).parents[2]
    bureau = folder / "bureau"
    shutil.copytree(root / "examples/demo_city/plans", bureau / "plans")
    shutil.copytree(root / "rubrics", bureau / "rubrics")
    (bureau / "rubrics" / "rizhao-basic-requirements.yaml").unlink()
    text = (root / "examples/demo_city/profile.yaml").read_text(encoding="utf-8")
    text = text.replace("../../rubrics", "rubrics").replace("../../", f"{root}/")
    path = bureau / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    return path
