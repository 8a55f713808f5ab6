"""Whether the two verifiers, written apart, say the same of honest and of attacked draws; and a country in a browser.

Run as `python -m tests.lab.verifiers`; writes `docs/lab/verifiers.md`. The page of the site runs in a real
Chromium, cut off from every network. Draws and attacks are those of `tests.lab.attacks`, by the same numbers.
The country needs the published tables of England; without them its part of the page says so.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from inspection import ledger
from inspection.errors import InspectionError
from inspection.verify.record import verify
from tasks.site import write_site
from tests.browser import test_country_draw as country
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.documents.example_site import facts
from tests.lab.attack_case import Published, honest_case, retell
from tests.lab.attack_kinds import KINDS, UNSEEN, Kind
from tests.lab.attacks import ATTEMPTS, HONEST

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lab" / "verifiers.md"
_AT_ONCE = 50
_QUESTIONS = 4
_COUNTRY_ROUNDS = 5
_ASK = """pairs => pairs.map(([text, noted, ledger]) =>
  checkText(text, noted, ledger).steps.filter(step => step.outcome === "fail").map(step => step.id))"""


@dataclass(frozen=True)
class Told:
    """What is handed to both: a publication, and the commitment and the head that somebody noted earlier."""

    published: Published
    commitment: str
    head: str


def told(number: int, attack: Callable[..., Published] | None = None) -> Told:
    """Return draw number so-and-so as published, attacked or not, with what was noted on the day of the draw."""
    case = honest_case(number)
    honest = retell(case)
    heads = {item["kind"]: item["entry_hash"] for item in honest.ledger["entries"]}
    forged = attack(case, honest, number) if attack else honest
    # Under another id it is another promise, and published in time like any.
    is_other = forged.record["commitment"]["campaign"] != case.campaign_id
    promised = (forged if is_other else honest).record["commitment_digest"]
    return Told(forged, promised, heads["draw"])


def of_program(item: Told) -> list[list[str]]:
    """Return what the Python verifier finds fault with.

    The record, the record by its commitment, the ledger by its head, the record beside its ledger.
    """
    record = item.published.record
    alone, noted, beside = (
        [step.code for step in verify(record, **given) if step.outcome == "fail"]
        for given in ({}, {"commitment": item.commitment}, {"ledger": item.published.ledger})
    )
    return [alone, noted, _ledger_faults(item), beside]


def _ledger_faults(item: Told) -> list[str]:
    try:
        entries = ledger.read(json.dumps(item.published.ledger), place="ledger.json")
        ledger.require_sound(entries, published_head=item.head)
    except InspectionError:
        return ["ledger"]
    return []


def of_page(page: Page, items: list[Told]) -> Iterator[list[list[str]]]:
    """Return likewise what the page finds, for each item."""
    pairs = [
        pair
        for item in items
        for record in [json.dumps(item.published.record, ensure_ascii=False)]
        for ledger_text in [json.dumps(item.published.ledger, ensure_ascii=False)]
        for pair in (
            [record, "", ""],
            [record, item.commitment, ""],
            [ledger_text, item.head, ""],
            [record, "", ledger_text],
        )
    ]
    found = page.evaluate(_ASK, pairs)
    return (found[place : place + _QUESTIONS] for place in range(0, len(found), _QUESTIONS))


def compare(page: Page, items: Iterator[Told]) -> Counter[str]:
    """Count the items, the agreements on each of four questions, and those that fail anywhere."""
    counts: Counter[str] = Counter()
    while some := list(islice(items, _AT_ONCE)):
        for own, its in zip(map(of_program, some), of_page(page, some), strict=True):
            counts["all"] += 1
            counts["steps"] += own[0] == its[0] and own[3] == its[3]
            for name, one, other in zip(("record", "noted", "ledger", "beside"), own, its, strict=True):
                counts[name] += bool(one) == bool(other)
            counts["failed"] += any(own)
    return counts


def measured(page: Page) -> dict[str, Counter[str]]:
    """Return the counts of honest draws, of every kind of attack and of those that no verifier can see."""
    found = {"公正的抽取": compare(page, (told(number) for number in range(1, HONEST + 1)))}
    for place, kind in enumerate(KINDS):
        found[kind.title] = compare(page, _attacked(kind, place * ATTEMPTS + 1))
    for kind in UNSEEN:
        found[f"{kind.title}（核验看不出来）"] = compare(page, _attacked(kind, 1))
    return found


def _attacked(kind: Kind, first: int) -> Iterator[Told]:
    return (told(number, kind.attack) for number in range(first, first + ATTEMPTS))


def country_seconds(page: Page, folder: Path) -> tuple[int, int, list[float], float]:
    """Return schools, drawn schools, the seconds of each verification on the page, and of one by the program.

    On the page the clock runs from choosing the file to the verdict that is shown.
    """
    record = country.drawn(country.pool())
    path = folder / "country.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    seconds = []
    for _ in range(_COUNTRY_ROUNDS):
        page.reload()
        begun = time.perf_counter()
        page.locator("#file").set_input_files(path)
        page.wait_for_selector(".verdict")
        seconds.append(time.perf_counter() - begun)
        if page.locator("#report").get_attribute("data-outcome") != "pass":
            raise AssertionError("the page finds fault with an honest draw")
    begun = time.perf_counter()
    failed = [step.code for step in verify(record) if step.outcome == "fail"]
    if failed:
        raise AssertionError(f"the program finds fault with an honest draw: {failed}")
    own = time.perf_counter() - begun
    return len(record["commitment"]["pool"]), len(record["selection"]), seconds, own


@contextmanager
def verifying_page(folder: Path) -> Iterator[Page]:
    """Open the site's verifying page in a browser without network."""
    write_site(facts(), folder / "site")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        opened = browser.new_context(offline=True).new_page()
        opened.goto((folder / "site" / "verify.html").as_uri())
        yield opened
        browser.close()


def text(rows: dict[str, Counter[str]], country_line: str) -> str:
    """Return the page of the measured counts."""
    total: Counter[str] = sum(rows.values(), Counter())
    names = ("all", "failed", "steps", "record", "noted", "ledger", "beside")
    lines = [
        f"| {title} | {' | '.join(str(row[name]) for name in names)} |"
        for title, row in [*rows.items(), ("**合计**", total)]
    ]
    return _TEXT.format(table="\n".join(lines), country=country_line, total=total["all"])


_TEXT = """# 两个核验程序说的是否一样

<!-- 本页由 python -m tests.lab.verifiers 生成，请勿直接修改。 -->

Python 核验程序（verify.py）和公示网站的核验页面（JavaScript，在真实的 Chromium 中断网运行）各自按记录格式编写。
下表的抽取和改动与[改动抽取能否被发现](attacks.md)相同，编号也相同，共 {total} 份，每份回答四问：单看记录；
记录加此前抄下的承诺摘要；台账加抽取时抄下的台账头；记录加台账。

“指出同样的步骤”是单看记录和记录加台账时，两个程序认为不符的步骤逐一相同；其余四列是两个程序同说“相符”或者同说“不符”的份数。

| 抽取或者改动 | 份数 | 其中有不符 | 指出同样的步骤 | 单看记录，结论相同 | 加承诺摘要，结论相同 | 台账加台账头，结论相同 | 记录加台账，结论相同 |
|---|---|---|---|---|---|---|---|
{table}

## 一国之大的抽取，在读者自己的浏览器中核验

{country}
"""


def main() -> None:
    """Measure everything and write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with verifying_page(folder) as page:
            line = "没有英格兰的公开数据，未测。"
            if country.DATA.is_dir():
                pool, chosen, seconds, own = country_seconds(page, folder)
                line = (
                    f"英格兰 {pool:,} 所学校（公开数据），按类型和评级分层抽取 {chosen} 所、每组 2 人：从选取记录文件到页面显示结论，"
                    f"{len(seconds)} 次分别用时 {'、'.join(f'{one:.1f}' for one in seconds)} 秒，要求 5 秒以内；"
                    f"Python 程序核验同一记录用时 {own:.1f} 秒。秒数随机器而异。"
                )
            rows = measured(page)
    PAGE.write_text(text(rows, line), encoding="utf-8")


if __name__ == "__main__":
    main()
