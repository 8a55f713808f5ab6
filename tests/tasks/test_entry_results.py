"""Entry results handed in beside the term's: pupils are paired at the door, and only sums of pairs are staged."""

from pathlib import Path

import pytest

from examples.demo_city.run import environment
from inspection.derive.result_students import PAIR_COUNTS
from tasks.ingest import ingest_data_set, staged_data_set
from tasks.plan import plan_of
from tasks.score import derived_for
from tasks.workspace import inbox

ROOT = Path(__file__).resolve().parents[2]
CAMPAIGN, TERM = "2024-2025-2-basic", "2024-2025-2"
CODES = ("3137990003", "3137990004")
PLACE = "示例市东湖区,初级中学,城区"


@pytest.fixture
def term(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a bureau whose plan asks for entry results, and two schools of twenty-five tested pupils."""
    for name, value in environment(tmp_path).items():
        if name.startswith("INSPECTION_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("INSPECTION_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    bureau = tmp_path / "bureau"
    (bureau / "plans").mkdir(parents=True)
    profile = (ROOT / "examples/demo_city/profile.yaml").read_text(encoding="utf-8")
    (bureau / "profile.yaml").write_text(profile.replace("../../", f"{ROOT}/"), encoding="utf-8")
    monkeypatch.setenv("INSPECTION_PROFILE", str(bureau / "profile.yaml"))
    plan = (ROOT / f"examples/demo_city/plans/{CAMPAIGN}.yaml").read_text(encoding="utf-8")
    owed = "  - {data_set: entry_results, due_on: 2025-04-30, is_required: false}\n"
    start, _, _ = plan.partition("  - {data_set: figures")
    start = "\n".join(line for line in start.splitlines() if "data_set: indicators" not in line) + "\n"
    (bureau / "plans" / f"{CAMPAIGN}.yaml").write_text(start + owed, encoding="utf-8")
    folder = inbox(TERM)
    folder.mkdir(parents=True)
    header = "学校标识码,学校名称,所属区县,办学类型,城乡类型,在校生数,班级数,专任教师数"
    schools = [f"{code},示例市第{code[-1]}中学,{PLACE},600,12,50" for code in CODES]
    (folder / "学校基本情况.csv").write_text("\n".join([header, *schools]), encoding="utf-8")
    # Entry: the one school ten points above the other. Exit: both alike.
    (folder / "入口成绩.csv").write_text(scores({CODES[0]: 70, CODES[1]: 60}), encoding="utf-8")
    (folder / "学业质量监测成绩.csv").write_text(scores({CODES[0]: 80, CODES[1]: 80}), encoding="utf-8")
    return tmp_path


def scores(means: dict[str, int]) -> str:
    """Return twenty-five pupils a school, their scores spread evenly about its mean."""
    rows = [
        f"G{code[-4:]}{number:04d},囍小明,{code},初中,9,数学,{mean + number - 12},100"
        for code, mean in means.items()
        for number in range(25)
    ]
    return "\n".join(["学籍号,姓名,学校标识码,学段,年级,学科,成绩,满分", *rows])


def test_pupils_are_paired_and_only_sums_are_staged(term: Path) -> None:
    for name in ("schools", "entry_results", "results"):
        ingest_data_set.fn(CAMPAIGN, name)
    found = staged_data_set(TERM, "results")
    assert sorted(found.beside) == ["pairs", "students"]
    pairs = found.beside["pairs"]
    assert pairs[["school_code", "grade", "subject", *PAIR_COUNTS[:3]]].to_numpy().tolist() == [
        [CODES[0], 9, "数学", 25, 25 * 7000, 25 * 8000],
        [CODES[1], 9, "数学", 25, 25 * 6000, 25 * 8000],
    ]
    staged = b"".join(
        path.read_bytes() for path in (term / "workspace" / "staging").rglob("*") if path.is_file()
    )
    assert "小明".encode() not in staged
    assert f"G{CODES[0][-4:]}0001".encode() not in staged
    derived = derived_for(plan_of(CAMPAIGN)).set_index(["indicator_id", "school_code"])
    gains = [derived.loc[("paired_gain", code), "value"] for code in CODES]
    assert gains[0] == pytest.approx(-gains[1])
    assert -6 < gains[0] < -5  # five of 8.77 points


def test_without_entry_results_nothing_is_paired_and_no_gain_is_told(term: Path) -> None:
    (inbox(TERM) / "入口成绩.csv").unlink()
    for name in ("schools", "entry_results", "results"):
        ingest_data_set.fn(CAMPAIGN, name)
    assert sorted(staged_data_set(TERM, "results").beside) == ["students"]
    derived = derived_for(plan_of(CAMPAIGN))
    told = derived[derived["indicator_id"] == "paired_gain"]
    assert set(told["missing_reason"]) == {"not-submitted"}
