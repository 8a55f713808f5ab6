"""Who detects what somebody with every right on the database does to a draw, and by which evidence alone.

Run as `python -m tests.lab.attacks`; writes `docs/lab/attacks.md`. Everything hangs on the numbers 1 to 1,078
(attacks) and 1 to 1,000 (honest draws), so that anybody gets the same page.
"""

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from inspection.verify.annex import verify_annex
from inspection.verify.record import verify
from tests.lab.attack_case import Anchors, Published, Store, honest_case, perform, retell
from tests.lab.attack_kinds import KINDS, UNSEEN, Kind, migrate_in_batch

ATTEMPTS = 77
HONEST = 1_000
PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "attacks.md"
EVIDENCE = {
    "record": "只重算记录",
    "ledger": "加台账",
    "commitment": "加抄下的承诺摘要",
    "head_at_commit": "加承诺时的台账头",
    "head_at_draw": "加抽取时的台账头",
    "annex": "附件核验",
    "named": "列出其他批次",
    "refused": "数据库当场拒绝",
    "unprotected": "触发器缺失",
}
ANCHORED = ("record", "ledger", "commitment", "head_at_commit", "head_at_draw", "annex")
CONTROLS = (
    "靠检查人员如实申报、督导室在承诺之前核实和事后举报，核验程序无从代替",
    "台账头印在文书上，并随公示网站公布；抄下的台账头越新，能够改动的就越少",
    "连同台账核验时，核验程序和核验页面列出同一事项的其他批次和是否已经抽取（上表“列出其他批次”），由读者判断是否重复抽取",
)


def seen(published: Published, anchors: Anchors) -> set[str]:
    """Return which evidence detects: each stands alone, beside record, ledger and annex as they are now."""
    found = set()
    if _fails(published):
        found.add("record")
    if _fails(published, ledger=True, only="ledger"):
        found.add("ledger")
    if _fails(published, only="commitment", commitment=anchors.commitment):
        found.add("commitment")
    if _names_another(published):
        found.add("named")
    for name in ("head_at_commit", "head_at_draw"):
        if _fails(published, ledger=True, only="ledger", head=getattr(anchors, name)):
            found.add(name)
    annex = verify_annex(published.record, published.annex, commitment=anchors.commitment)
    if any(step.outcome == "fail" for step in annex):
        found.add("annex")
    return found


def _names_another(published: Published) -> bool:
    return "同一事项另有批次" in verify(published.record, ledger=published.ledger)[-1].message


def noted(anchors: Anchors, published: Published, campaign_id: str) -> Anchors:
    """Return what readers can have noted: under another id it is another promise, published in time like any."""
    if published.record["commitment"]["campaign"] == campaign_id:
        return anchors
    return replace(anchors, commitment=published.record["commitment_digest"])


def _fails(published: Published, *, ledger: bool = False, only: str = "", **anchor: str) -> bool:
    steps = verify(published.record, ledger=published.ledger if ledger else None, **anchor)
    return any(step.outcome == "fail" and step.code == (only or step.code) for step in steps)


def attempt(store: Store, kind: Kind, number: int) -> set[str]:
    """Draw honestly, attack, publish from the changed store; return which evidence detects it."""
    case = honest_case(number)
    store.renew()
    anchors = perform(case, store.url)
    honest = store.published(case.campaign_id)
    forged = kind.attack(case, honest, number)
    found = {"refused"} if store.refuses(*kind.statements) else set()
    if kind.is_migration:
        migrate_in_batch(store)
        found -= {"refused"}
    if forged != honest:
        # A careful forger puts the triggers back; every other one forgets, and so does a migration.
        store.forge(forged, kind.way, protected_again=number % 2 == 0 and not kind.is_migration)
    if store.unprotected():
        found.add("unprotected")
    published = store.published(case.campaign_id)
    if published != forged:
        raise AssertionError("the store does not hold what the forger wrote")
    return found | seen(published, noted(anchors, published, case.campaign_id))


def honest(store: Store, number: int) -> set[str]:
    """Draw honestly; return which evidence gives a false alarm."""
    case = honest_case(number)
    store.renew()
    anchors = perform(case, store.url)
    published = store.published(case.campaign_id)
    if published != retell(case):
        raise AssertionError("the forger's workshop tells another story than the store")
    return seen(published, anchors) | ({"unprotected"} if store.unprotected() else set())


def measure(store: Store, kind: Kind, numbers: range) -> Counter[str]:
    """Return how many attempts each evidence detects; "bound" counts those all that binds them detects."""
    counts: Counter[str] = Counter()
    for number in numbers:
        found = attempt(store, kind, number)
        counts.update(found)
        counts["any"] += bool(found & set(ANCHORED))
        counts["bound"] += bool(kind.bound_by) and set(kind.bound_by) <= found
    return counts


def page(attacks: dict[str, Counter[str]], unseen: dict[str, Counter[str]], alarms: Counter[str]) -> str:
    """Return the page of the measured counts."""
    head = (
        "| 手法 | 次数 | 发现 | "
        + " | ".join(EVIDENCE.values())
        + " |\n"
        + "|---" * (len(EVIDENCE) + 3)
        + "|\n"
    )
    return _TEXT.format(
        attempts=ATTEMPTS * len(attacks),
        found=sum(row["any"] for row in attacks.values()),
        table=head + "".join(_row(title, row) for title, row in attacks.items()),
        bound="".join(_bound(kind, attacks[kind.title]) for kind in KINDS),
        unseen=head + "".join(_row(title, row) for title, row in unseen.items()),
        controls="".join(
            f"- {kind.title}：{control}。\n" for kind, control in zip(UNSEEN, CONTROLS, strict=True)
        ),
        honest=HONEST,
        alarms=alarms.total(),
    )


def _row(title: str, row: Counter[str]) -> str:
    cells = " | ".join(str(row[code]) for code in EVIDENCE)
    return f"| {title} | {ATTEMPTS} | {row['any']} | {cells} |\n"


def _bound(kind: Kind, row: Counter[str]) -> str:
    evidence = "、".join(EVIDENCE[code] for code in kind.bound_by)
    return f"| {kind.title} | {evidence} | {row['bound']}/{ATTEMPTS} |\n"


_TEXT = """# 改动抽取能否被发现：模拟检验

<!-- 本页由 python -m tests.lab.attacks 生成，请勿直接修改。 -->

每次先在真实的 SQLite 库中公正地抽取一次，再由拥有数据库全部权限的人改动，凡能重算的摘要一律重算，然后重新公布。
核验人手中只有重新公布的记录和台账（纪检机构另有附件），以及此前抄下的一个数。半数改动人事后把触发器装了回去。
编号 1 至 {attempts}，任何人重做都得到同一页。

共改动 {attempts} 次，发现 {found} 次。

## 凭哪一项证据发现

各列互相独立：“加……”是指手中除记录（和台账）外只有这一项时，由这一项发现的次数。
“列出其他批次”不是发现不符：结论仍是相符，但连同台账核验时列出了同一事项的其他批次。后两列说的是数据库自身：未拆触发器时是否拒绝改动，改动之后是否缺少触发器；两者都不能代替抄下的数，拆过又装回的触发器看不出来。

{table}
## 已公布的数必须发现的

下表所列证据，每一项单独都应发现该手法的每一次改动。

| 手法 | 单独即可发现的证据 | 每项都发现的次数 |
|---|---|---|
{bound}
“改动种子一位”连同全部摘要重算时，记录自身前后一致，靠抽取时的台账头发现；另外，开奖公告等原始出处也会与记录不符。
“删去台账末尾”之后再抽一次，同样靠抽取时的台账头发现。附件核验时，纪检机构同时核对抄下的承诺摘要。
“有了结果后撤销重抽”只往台账末尾加条目，原有条目一条不动，数据库不拒绝，此前公布的台账头也都还在；台账中原方案已有结果，
核验因此不能通过。放宽条件而重新公布的方案，原方案没有结果，并由新方案写明，不在此列。
“形近编号”在第一步（记录格式）即被发现，公开核验到此为止，台账和抄下的数各列因此为零。

## 核验看不出来的

{unseen}
这些事不在已公布的数之内，靠别的办法：

{controls}- 公开数值被串通录错：两人分别录入，附原始凭证，任何人都可以与开奖公告对照。
- 从未公布过任何承诺、私下抽取：检查须先承诺、后抽取，台账中没有有效承诺的记录，连同台账核验时不能通过。

## 公正的抽取会不会误报

公开抽取、密封抽取各半，其中三分之一有递补。共 {honest} 次，误报 {alarms} 次。
"""


def main() -> None:
    """Measure everything and write the page."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        attacks = {
            kind.title: measure(store, kind, range(place * ATTEMPTS + 1, (place + 1) * ATTEMPTS + 1))
            for place, kind in enumerate(KINDS)
        }
        unseen = {kind.title: measure(store, kind, range(1, ATTEMPTS + 1)) for kind in UNSEEN}
        alarms: Counter[str] = Counter()
        for number in range(1, HONEST + 1):
            alarms.update(honest(store, number))
    PAGE.write_text(page(attacks, unseen, alarms), encoding="utf-8")


if __name__ == "__main__":
    main()
