"""Every requirement comes to a result in a real term: `python -m tests.lab.requirements`.

A demo city of 24 schools and a senior school runs its term once for each of the seven rubrics, through the real
flows: files, checks, indicators, scores, targets, and, where a rubric asks what only a visit can answer, the draw,
the visits and their workbooks. What each requirement came to is read back from the store. The city is synthetic.
"""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

import openpyxl  # type: ignore[import-untyped]
import pandas as pd

from examples.demo_city.city import Sizes
from examples.demo_city.people import fill_all
from examples.demo_city.run import DAYS, PREVIOUS, environment
from examples.demo_city.term import CURRENT_TERM, PREVIOUS_TERM, STRAY_FILES, campaign_id, write_city
from tests.spec.coverage import ROOT, numbers, rubrics

PAGE = ROOT / "docs" / "lab" / "requirements.md"
SEED, SIZES = "requirements", Sizes(school_count=24, students_per_school=60, answers_per_school=40)
FOUND_ON = date(2026, 7, 6)
BASIC = "rizhao-basic-requirements"
WITH_RESULT = ("met", "partly", "not-met")
SENIOR = ("3437990099", "示例市东湖区高级中学")
SENIOR_FIGURES = (
    ("完成2个课题研究或项目设计的学生", 180, 200, None),
    ("有资源平台使用制度", None, None, "有"),
    ("数字化实验室", None, None, 1),
)


def main() -> None:
    """Run the terms and write the page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="requirements-"))
    try:
        os.environ.update(environment(folder))
        PAGE.write_text(page(run(folder)), encoding="utf-8")
    finally:
        if len(sys.argv) == 1:
            shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path) -> pd.DataFrame:
    """Run every rubric's campaign and return what each criterion and target came to (see `_lines`)."""
    from flows.deploy_cycle import deploy_cycle
    from flows.inspect_term import inspect_term
    from inspection.request import GatedRequest

    workspace = folder / "workspace"
    write_city(workspace, seed=SEED, sizes=SIZES)
    for name in STRAY_FILES:
        (workspace / "inbox" / CURRENT_TERM / name).unlink()
    for term in (PREVIOUS_TERM, CURRENT_TERM):
        add_senior_school(workspace / "inbox" / term)
    inbox = workspace / "inbox" / CURRENT_TERM
    mend_district_figures(inbox)
    inspect_term(GatedRequest(campaign_id=PREVIOUS, as_of=DAYS["deployed"]))
    found = []
    for rubric in sorted(rubrics(), key=lambda item: item.rubric != "bijie-quality-evaluation"):
        campaign = campaign_id(SIZES) if rubric.rubric == BASIC else f"{CURRENT_TERM}-{rubric.rubric}"
        sys.stdout.write(f"{campaign}\n")
        entry = add_entry_results(inbox) if campaign.endswith("bijie-quality-evaluation") else None
        deploy_cycle(GatedRequest(campaign_id=campaign, as_of=DAYS["deployed"]))
        inspect_term(GatedRequest(campaign_id=campaign, as_of=DAYS["inspected"]))
        visit(workspace, campaign)
        if entry:
            entry.unlink()
        found.append(_lines(campaign).assign(rubric=rubric.rubric))
    return pd.concat(found, ignore_index=True)


def add_senior_school(inbox: Path) -> None:
    """Enter a senior school in the roster and, with what is asked of senior schools alone, in its district's file."""
    code, name = SENIOR
    roster = next(inbox.glob("学校基本情况*.xlsx"))
    book = openpyxl.load_workbook(roster)
    sheet = book.active
    headings = {
        str(cell.value): cell.column for row in sheet.iter_rows(max_row=5) for cell in row if cell.value
    }
    total = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "合计")
    cells = {"学校标识码": code, "学校名称": name, "所属区县": "示例市东湖区", "办学类型": "高级中学"}
    cells |= {"城乡类型": "城区", "在校生数": 1200, "班级数": 30, "专任教师数": 110}
    for column in ("在校生数", "班级数", "专任教师数"):
        # Some totals are planted wrong, and stay as wrong as they were.
        sheet.cell(total, headings[column]).value += cells[column]
    sheet.insert_rows(total)
    for heading, value in cells.items():
        sheet.cell(total, headings[heading]).value = value
    book.save(roster)
    _add_figures(next(inbox.glob("学校数据项-示例市东湖区.*")), code, name)


def mend_district_figures(inbox: Path) -> None:
    """Mend the row of a district that nobody knows, as the clerk who gets it back would."""
    path = inbox / "区县数据项.csv"
    path.write_bytes(path.read_bytes().replace("示例市高新区".encode(), "示例市东湖区".encode()))


def add_entry_results(inbox: Path) -> Path:
    """Write what the same pupils scored when they came in: schools were much more alike then than they are now."""
    rows = pd.read_csv(inbox / "学业质量监测成绩.csv", encoding="gb18030", dtype=str)
    score = pd.to_numeric(rows["成绩"], errors="coerce")
    rows, score = rows[score.between(0, 100)], score[score.between(0, 100)]
    mean = score.groupby([rows["学校标识码"], rows["学科"]]).transform("mean")
    rng = Random(SEED)
    entry = 70 + 0.2 * (mean - 70) + 0.6 * (score - mean)
    noisy = [max(0, min(100, round(value + rng.gauss(0, 5)))) for value in entry]
    path = inbox / "入口成绩.csv"
    told = rows.assign(成绩=noisy).drop_duplicates(["学籍号", "学科"])
    told.to_csv(path, index=False, encoding="gb18030")
    return path


def _add_figures(path: Path, code: str, name: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.active
    rows = [(code, name, "高中", title, part, whole, value) for title, part, whole, value in SENIOR_FIGURES]
    sheet.insert_rows(4, len(rows))
    for at, row in enumerate(rows, start=4):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column).value = value
    book.save(path)


def visit(workspace: Path, campaign: str) -> None:
    """Draw, visit and take the findings back, where the plan sends anybody out."""
    from examples.demo_city.chance import public_values
    from flows.draw_inspection import draw_inspection
    from flows.record_findings import record_findings
    from inspection.request import DrawRequest, GatedRequest
    from inspection.store import draw as draws
    from inspection.store.engine import reading
    from tasks.plan import plan_of
    from tasks.settings import settings

    plan = plan_of(campaign)
    if plan.draw is None:
        return
    draw_inspection(DrawRequest(campaign_id=campaign, as_of=DAYS["drawn"], values=public_values(plan)))
    with reading(settings().database_url) as session:
        days = {row["school_code"]: row["visit_on"] for row in draws.visits(session, campaign)}
        teams: dict[str, tuple[str, ...]] = {}
        for row in draws.members(session, campaign):
            teams[row["team_code"]] = (*teams.get(row["team_code"], ()), row["inspector_id"])
    sent, back = workspace / "outbox" / campaign / "teams", workspace / "inbox" / campaign / "findings"
    fill_all(sent, back, seed=SEED, members=teams, days=days)
    record_findings(GatedRequest(campaign_id=campaign, as_of=FOUND_ON))


def _lines(campaign: str) -> pd.DataFrame:
    """Return id, outcome and whether there was a value, for each criterion and target of each unit."""
    from inspection.store import score as scores
    from inspection.store.engine import reading
    from tasks.plan import plan_of
    from tasks.settings import settings
    from tasks.target import targets_path

    with reading(settings().database_url) as session:
        lines = scores.lines(session, campaign, scores.latest_basis(session, campaign))
    found = lines.rename(columns={"criterion_id": "id"})[["id", "outcome", "value"]]
    path = targets_path(plan_of(campaign).term.id, campaign)
    if path.exists():
        targets = pd.read_parquet(path).rename(columns={"target_id": "id"})
        found = pd.concat([found, targets[["id", "outcome", "value"]]], ignore_index=True)
    return found


def page(found: pd.DataFrame) -> str:
    """Return the page: a row for each requirement, and how many are without a result."""
    rows, without = [], []
    told = dict(iter(found.groupby("id")))
    for requirement in wanted():
        ids = [name for name in told if name == requirement or name[:-1] == requirement]
        mine = pd.concat([told[name] for name in ids]) if ids else found.iloc[:0]
        counts = _counts(mine)
        if not counts["结果"]:
            without.append(requirement)
        rows.append(
            f"| {requirement} | {'、'.join(ids) or '—'} | " + " | ".join(map(str, counts.values())) + " |"
        )
    total = len(rows)
    return "\n".join(
        [
            "# 各项要求在一个学期中的评定结果",
            "",
            "<!-- 本页由 python -m tests.lab.requirements 生成，请勿直接修改。 -->",
            "",
            f"示例市（合成数据，种子 {SEED}）{SIZES.school_count}所义务教育学校和1所高中，按七份细则各办一个批次，从文件到"
            "评分都由正式流程办理；只有现场才能回答的项目，抽取学校入校核查后评定。单位为学校的学段，目标为区县或者全市。"
            "城市的文件带有预埋的差错，其中区县数据项的一处已按更正表改正。“样本不足”是有数值、但不足以判定；“没有数据”是应有的数据没有报送或者被退回。",
            "",
            f"{total}项要求中，{total - len(without)}项有评定结果。"
            + (f"没有结果的：{'、'.join(without)}。" if without else ""),
            "",
            "| 要求 | 指标项 | 有结果 | 样本不足 | 没有数据 | 待核查、不适用 |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def wanted() -> Iterable[str]:
    """Return the numbers of all requirements, in the documents' order."""
    return list(numbers())


def _counts(lines: pd.DataFrame) -> dict[str, int]:
    outcomes = Counter(lines["outcome"])
    is_open = lines["outcome"] == "not-established"
    has_value = lines["value"].notna()
    return {
        "结果": sum(outcomes[name] for name in WITH_RESULT),
        "样本不足": int((is_open & has_value).sum()),
        "没有数据": int((is_open & ~has_value).sum()),
        "其他": outcomes["awaiting-visit"] + outcomes["not-applicable"],
    }


if __name__ == "__main__":
    main()
