"""Runs the demo city's two terms from end to end, through the same flows a bureau schedules.

`python -m examples.demo_city run` sets the environment (see `environment`) and calls `run`. The people of the
term (clerks who type public values, inspectors, schools, the director) are played by `people` and `chance`.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from examples.demo_city.chance import public_values
from examples.demo_city.city import Sizes
from examples.demo_city.comparison import caught_faults, caught_signs, compare, compare_signs
from examples.demo_city.faults import read_answer_key
from examples.demo_city.people import fill_all, fill_hearings
from examples.demo_city.term import CURRENT_TERM, STRAY_FILES, campaign_id, write_city
from inspection.errors import Fault, SourceError
from inspection.receipt import Receipt

PREVIOUS = "2024-2025-2-basic"
DIRECTOR = "director-01"
DAYS = {
    "deployed": date(2026, 3, 5),
    "inspected": date(2026, 5, 8),
    "drawn": date(2026, 5, 13),
    "found": date(2026, 6, 9),
    "proposed": date(2026, 6, 10),
    "decided": date(2026, 6, 26),
    "rechecked": date(2026, 7, 2),
    "evaluated": date(2026, 7, 3),
}


def environment(folder: Path) -> dict[str, str]:
    """Return what a demo run sets before the first import of Prefect; the keys are published, so demo only."""
    home = folder.resolve()
    return {
        "INSPECTION_PROFILE": str(Path(__file__).with_name("profile.yaml")),
        "INSPECTION_WORKSPACE": str(home / "workspace"),
        "INSPECTION_DATABASE_URL": os.environ.get(
            "INSPECTION_DATABASE_URL", f"sqlite:///{home / 'inspection.db'}"
        ),
        "INSPECTION_PSEUDONYM_KEY": "ab" * 32,
        "INSPECTION_DRAW_SECRET": "de" * 32,
        "INSPECTION_DESK_SECRET": "de" * 32,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
    }


@dataclass
class Journal:
    """What a run did: a line a stage as it happens, and the whole at the end."""

    folder: Path
    stages: list[dict[str, Any]] = field(default_factory=list)

    def stage(self, title: str, work: Callable[[], Iterable[Receipt]]) -> None:
        """Run one stage and say what it did."""
        started = time.perf_counter()
        receipts = list(work())
        seconds = round(time.perf_counter() - started, 2)
        steps = [
            {"step": r.stage, "counts": dict(r.counts), "content_digest": r.content_digest} for r in receipts
        ]
        self.stages.append({"stage": title, "seconds": seconds, "steps": steps})
        told = "；".join(receipt.sentence for receipt in receipts if receipt.counts)
        sys.stdout.write(f"{title:<8}\t{seconds:6.1f} 秒\t{told}\n")
        sys.stdout.flush()

    def write(self, **facts: Any) -> None:
        """Write `run.json`."""
        content = {"synthetic": True, **facts, "stages": self.stages}
        (self.folder / "run.json").write_text(
            json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8"
        )


def run(folder: Path, *, seed: str, sizes: Sizes, is_resumed: bool = False, is_sealed: bool = False) -> int:
    """Run both terms and return the exit code: 0 when every planted fault was caught and none invented.

    A resumed run keeps the files and the store it finds: whatever was killed is taken up where it stood.
    """
    started = time.perf_counter()
    workspace = folder / "workspace"
    if not is_resumed:
        shutil.rmtree(workspace, ignore_errors=True)
    journal = Journal(folder)
    _keep_environment(folder)
    if not (workspace / "answer-key.json").is_file():
        journal.stage("合成数据", lambda: [_written(workspace, seed, sizes)])
    current = campaign_id(sizes, is_sealed=is_sealed)
    refused = run_term(journal, workspace, current, seed=seed)
    journal.stage("得分说明", lambda: _explained(current))
    key = read_answer_key(workspace / "answer-key.json")
    caught = compare(key, [*caught_faults(), *refused])
    seconds = round(time.perf_counter() - started, 1)
    asked = compare_signs(key, caught_signs())
    journal.write(schools=sizes.school_count, seed=seed, seconds=seconds, faults=caught, signs=asked)
    _close(folder, current, caught, asked, seconds)
    return int(bool(caught["missed"] or caught["invented"] or asked["missed"]))


def _explained(current: str) -> list[Receipt]:
    """Write the score sheet of every school and stage, with the findings of the visits."""
    from flows.explain_scores import explain_scores
    from inspection.request import CampaignRequest

    return list(explain_scores(CampaignRequest(campaign_id=current, as_of=DAYS["evaluated"])))


def run_term(journal: Journal, workspace: Path, current: str, *, seed: str) -> list[Fault]:
    """Run every flow of the two terms in the bureau's order; return the faults of the run that was refused."""
    refused = run_to_findings(journal, workspace, current, seed=seed)
    run_from_opening(journal, workspace, current, seed=seed)
    return refused


def run_to_findings(journal: Journal, workspace: Path, current: str, *, seed: str) -> list[Fault]:
    """Run the flows until the teams' findings are in; return the faults of the run that was refused."""
    from flows.deploy_cycle import deploy_cycle
    from flows.draw_inspection import draw_inspection
    from flows.inspect_term import inspect_term
    from flows.record_findings import record_findings
    from flows.run_pilot import run_pilot
    from inspection.request import DrawRequest, GatedRequest
    from tasks.plan import plan_of

    inbox, outbox = workspace / "inbox", workspace / "outbox" / current
    previous = GatedRequest(campaign_id=PREVIOUS, as_of=DAYS["deployed"])
    deployed, inspected, found = (
        GatedRequest(campaign_id=current, as_of=DAYS[day]) for day in ("deployed", "inspected", "found")
    )
    journal.stage("上年数据", lambda: inspect_term(previous))
    journal.stage("启动部署", lambda: deploy_cycle(deployed))
    refused = _refused_before(inbox / f"{CURRENT_TERM}-退回")
    if any((inbox / CURRENT_TERM / name).is_file() for name in STRAY_FILES):
        refused = _refused(lambda: inspect_term(inspected))
        journal.stage("退回无关文件", lambda: [_put_aside(inbox / CURRENT_TERM, refused)])
    journal.stage("试点推进", lambda: run_pilot(inspected))
    journal.stage("学期评定", lambda: inspect_term(inspected))
    values = public_values(plan_of(current))
    drawn = DrawRequest(campaign_id=current, as_of=DAYS["drawn"], values=values)
    journal.stage("随机抽取", lambda: draw_inspection(drawn))
    members, days = _sent(current)
    if not (inbox / current / "findings").is_dir():
        fill_all(outbox / "teams", inbox / current / "findings", seed=seed, members=members, days=days)
    journal.stage("收回记录", lambda: record_findings(found))
    return refused


def run_from_opening(journal: Journal, workspace: Path, current: str, *, seed: str) -> None:
    """Run the flows from the opening of the draw to the evaluation; a sealed one is shown closed first."""
    from examples.demo_city.rechecks import rectified
    from flows.evaluate_cycle import evaluate_cycle
    from flows.follow_up import follow_up
    from flows.issue_notices import issue_notices
    from flows.open_draw import open_draw
    from flows.publish_site import publish_site
    from inspection.draw.opening import OpenRequest
    from inspection.request import FollowUpRequest, GatedRequest, NoticeRequest
    from tasks.plan import plan_of

    def on(day: str) -> GatedRequest:
        return GatedRequest(campaign_id=current, as_of=DAYS[day])

    inbox, outbox = workspace / "inbox", workspace / "outbox" / current
    plan = plan_of(current)
    if plan.draw and plan.draw.kind == "sealed":
        journal.stage("密封公示", lambda: publish_site(on("found")))
    opened = OpenRequest(campaign_id=current, as_of=DAYS["found"])
    journal.stage("公开抽取", lambda: open_draw(opened))
    proposed = NoticeRequest(campaign_id=current, as_of=DAYS["proposed"])
    journal.stage("提出建议", lambda: issue_notices(proposed))
    journal.stage("期间公示", lambda: publish_site(on("proposed")))
    register = outbox / "告知答复登记表.xlsx"
    replies = inbox / current / "hearings" / register.name
    if register.is_file() and not replies.is_file():
        replies.parent.mkdir(parents=True, exist_ok=True)
        fill_hearings(register, replies, seed=seed, replied_on=date(2026, 6, 15))
    decided = NoticeRequest(campaign_id=current, as_of=DAYS["decided"], decisions=_approve_all(current))
    journal.stage("审批制发", lambda: issue_notices(decided))
    journal.stage("跟踪整改", lambda: follow_up(FollowUpRequest(campaign_id=current, as_of=DAYS["decided"])))
    journal.stage(
        "复查销号", lambda: follow_up(rectified(current, approver_id=DIRECTOR, day=DAYS["rechecked"]))
    )
    journal.stage("公示网站", lambda: publish_site(on("rechecked")))
    journal.stage("总结评估", lambda: evaluate_cycle(on("evaluated")))


def _keep_environment(folder: Path) -> None:
    """Leave the demo's settings where `make up FOLDER=…` finds them."""
    lines = [
        f"{name}={value}" for name, value in environment(folder).items() if name.startswith("INSPECTION_")
    ]
    path = folder / "inspection.env"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)


def _written(workspace: Path, seed: str, sizes: Sizes) -> Receipt:
    key = write_city(workspace, seed=seed, sizes=sizes)
    files = [path for path in (workspace / "inbox").rglob("*") if path.is_file()]
    return Receipt("写出文件", {"文件": len(files), "学校": sizes.school_count, "预埋错误": len(key.faults)})


def _refused(work: Callable[[], object]) -> list[Fault]:
    """Run the term as the files came, with a stranger among them: it is refused whole."""
    try:
        work()
    except SourceError as error:
        return list(error.faults)
    raise AssertionError("a term with files nobody knows was not refused")


def _refused_before(aside: Path) -> list[Fault]:
    """Return what an earlier attempt was told, if there was one."""
    told = aside / "refused.json"
    return [Fault(**item) for item in json.loads(told.read_text(encoding="utf-8"))] if told.is_file() else []


def _put_aside(inbox: Path, faults: Sequence[Fault]) -> Receipt:
    aside = inbox.parent / f"{inbox.name}-退回"
    aside.mkdir(parents=True, exist_ok=True)
    (aside / "refused.json").write_text(json.dumps([vars(fault) for fault in faults]), encoding="utf-8")
    for name in STRAY_FILES:
        if (inbox / name).is_file():
            (inbox / name).replace(aside / name)
    return Receipt("整批退回一次", {"无法识别的文件": len(faults)})


def _sent(current: str) -> tuple[dict[str, tuple[str, ...]], dict[str, date]]:
    """Return who makes up each team, and the day of each school's visit."""
    from inspection.store import draw as draws
    from inspection.store.engine import reading
    from tasks.settings import settings

    with reading(settings().database_url) as session:
        visits, members = draws.visits(session, current), draws.members(session, current)
    teams: dict[str, tuple[str, ...]] = {}
    for row in members:
        teams[row["team_code"]] = (*teams.get(row["team_code"], ()), row["inspector_id"])
    return teams, {row["school_code"]: row["visit_on"] for row in visits}


def _approve_all(current: str) -> tuple[Any, ...]:
    from inspection.request import Decision
    from inspection.store import case as cases
    from inspection.store.engine import reading
    from tasks.settings import settings

    with reading(settings().database_url) as session:
        known = [case for case in cases.cases(session, current) if case.state in {"PROPOSED", "HEARD"}]
    return tuple(Decision(case_id=case.case_id, decision="approve", approver_id=DIRECTOR) for case in known)


def _close(folder: Path, current: str, caught: dict[str, Any], asked: dict[str, Any], seconds: float) -> None:
    outbox, site = folder / "workspace/outbox" / current, folder / "workspace/public" / current
    planted, found = sum(caught["planted"].values()), sum(caught["caught"].values())
    record = site / "data/draw-record.json"
    lines = [
        ("文书", f"{len(list((outbox / 'notices').glob('*.pdf')))} 份", f"{outbox}/notices/*.pdf"),
        ("告知书", f"{len(list(outbox.glob('cases/*/*.pdf')))} 份", f"{outbox}/cases/"),
        ("工作手册", f"{len(list(outbox.glob('teams/*/dossier.pdf')))} 份", f"{outbox}/teams/*/dossier.pdf"),
        ("得分明细", f"{len(list(outbox.glob('scores/*.pdf')))} 份", f"{outbox}/scores/"),
        ("公示网站", f"{sum(path.is_file() for path in site.rglob('*'))} 个文件", f"{site}/index.html"),
        ("抽取记录", "1 份", f".venv/bin/python -m inspection verify {record}"),
        ("运行记录", f"{seconds} 秒", f"{folder}/run.json"),
        (
            "错误核对",
            f"预埋 {planted} 处，查出 {found} 处，误报 {len(caught['invented'])} 处",
            "answer-key.json",
        ),
        (
            "完整性筛查",
            f"预埋 {asked['planted']} 处，提示 {asked['planted'] - len(asked['missed'])} 处，"
            f"其他学校提示 {len(asked['elsewhere'])} 处",
            "answer-key.json",
        ),
    ]
    sys.stdout.write("\n" + "\n".join(f"{a}\t{b}\t{c}" for a, b, c in lines) + "\n")
