"""The verifying page in a real browser: it agrees with the Python verifier on honest and on tampered records."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from inspection import ledger
from inspection.canonical import canonical, digest
from inspection.draw import record as records
from inspection.draw.beacon import round_from
from inspection.draw.commitment import commit
from inspection.draw.pool import PoolInspector, Relation
from inspection.draw.seed import PublicSource, PublicValue, public_values
from inspection.draw.substitution import replace_inspector, substitute
from inspection.errors import ProtocolError
from inspection.verify.record import verify
from tests.rules.draw import test_risk_ratios as risk_ratios
from tests.rules.draw.example_draw import (
    COMMITTED_AT,
    DRAWN_AT,
    SALT,
    committed,
    drawn,
    entries,
    in_ledger,
    school,
    setup,
)

pytestmark = pytest.mark.browser

STEPS = [
    "format",
    "commitment",
    "pool",
    "sizes",
    "entropy",
    "values",
    "seed",
    "tickets",
    "selection",
    "teams",
    "result",
    "substitutions",
    "ledger",
    "noted",
]
Record = dict[str, Any]
OPEN = drawn()
SUBSTITUTED = substitute(OPEN, OPEN["selection"][0]["school"], reason="暂停办学")
RESEATED = replace_inspector(
    substitute(OPEN, "3711020003", reason="停课"), "i-264a0c354327", ["3711020008"], reason="因病"
)
UNOPENED = drawn("sealed")
OPENED = records.open_draw(UNOPENED, committed("sealed").annex)
FORMAT = Path(__file__).resolve().parents[2] / "docs" / "record-format.md"


@pytest.fixture(scope="module")
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The page opened from a file, cut off from every network; anything it complains of fails the test."""
    context = browser.new_context(offline=True)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto((site / "verify.html").as_uri())
    yield opened
    assert complaints == []
    context.close()


def report(page: Page, made: Any, noted: str = "") -> dict[str, str]:
    """Return the outcome of each step for a record (or its text)."""
    text = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False)
    steps = page.evaluate("([text, noted]) => checkText(text, noted).steps", [text, noted])
    return {step["id"]: step["outcome"] for step in steps}


def failing(outcomes: dict[str, str]) -> list[str]:
    return [code for code, outcome in outcomes.items() if outcome == "fail"]


def test_the_sites_own_record_is_verified_by_one_button(page: Page) -> None:
    page.get_by_role("button", name="核验本站公布的记录").click()
    assert page.locator("#report").get_attribute("data-outcome") == "pass"
    assert page.locator(".verdict").text_content() == "相符：抽取结果与重新计算的完全一致。"
    assert page.locator(".checks li").evaluate_all("all => all.map(li => li.dataset.step)") == STEPS
    assert page.locator(".checks .pass").count() == len(STEPS) - 2
    assert page.evaluate("document.activeElement.className") == "verdict good"


def test_a_chosen_file_that_was_tampered_with_is_shown_to_fail_and_where(page: Page, tmp_path: Path) -> None:
    bad = copy.deepcopy(OPEN)
    bad["tickets"][2]["ticket"] = bad["tickets"][2]["ticket"][:-1] + "0"
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(bad, ensure_ascii=False, indent=2), encoding="utf-8")
    page.locator("#file").set_input_files(path)
    page.wait_for_selector(".verdict.bad")
    assert page.locator(".verdict").text_content() == "不相符：2步没有通过核验。"
    assert page.locator("li.fail strong").all_text_contents() == ["每所学校的抽取号码", "抽取结果的指纹"]
    school_code, ticket = OPEN["tickets"][2]["school"], OPEN["tickets"][2]["ticket"]
    assert page.locator("li.fail .fault").first.text_content() == f"学校 {school_code} 的号码应为 {ticket}"
    assert page.locator("#report .note").text_content() == "核验对象：bad.json"


def test_a_dropped_file_is_verified(page: Page) -> None:
    text = json.dumps(SUBSTITUTED, ensure_ascii=False)
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.json"));
          document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
        }""",
        text,
    )
    page.locator("#report .note", has_text="dropped.json").wait_for()
    assert page.locator("#report").get_attribute("data-outcome") == "pass"
    assert page.locator("li[data-step=substitutions] p").first.text_content() == "1次递补均为同层下一个号码"


def test_a_ledger_is_followed_to_a_head_noted_earlier(page: Page, site: Path) -> None:
    text = (site / "data" / "ledger.json").read_text(encoding="utf-8")
    published = json.loads(text)
    older = published["entries"][0]["entry_hash"]
    assert report(page, text, older) == {"chain": "pass", "noted": "pass"}
    assert report(page, text, older[:16]) == {"chain": "pass", "noted": "pass"}
    assert report(page, text, older[:15]) == {"chain": "pass", "noted": "fail"}
    assert report(page, text) == {"chain": "pass", "noted": "later"}
    assert failing(report(page, text, "0" * 64)) == ["noted"]


@pytest.mark.parametrize("part", ["seq", "kind", "payload", "prev_hash", "entry_hash"])
def test_a_ledger_changed_anywhere_is_refused(page: Page, part: str) -> None:
    chain = in_ledger()[1]
    published = json.loads(json.dumps(ledger.document(chain)))
    published["entries"][1][part] = {"payload": {}, "seq": 7}.get(part, "ab" * 32)
    assert failing(report(page, published, chain[-1].entry_hash))[0] == "chain"
    del published["entries"][1][part]
    assert failing(report(page, published))[0] == "chain"


def test_a_commitment_noted_earlier_unmasks_another_consistent_draw(page: Page, site: Path) -> None:
    own = json.loads((site / "data" / "draw-record.json").read_text(encoding="utf-8"))
    page.locator("#noted").fill(own["commitment_digest"].upper())
    page.locator("#verify-own").click()
    assert page.locator("li[data-step=noted]").get_attribute("class") == "pass"
    assert failing(report(page, OPEN, own["commitment_digest"])) == ["noted"]
    page.locator("#noted").fill("")


def test_the_page_alone_is_enough_when_it_is_saved(browser: Browser, site: Path, tmp_path: Path) -> None:
    saved = tmp_path / "核验.html"
    saved.write_bytes((site / "verify.html").read_bytes())
    alone = browser.new_page()
    alone.goto(saved.as_uri())
    alone.get_by_role("button", name="核验本站公布的记录").click()
    assert alone.locator("#report").get_attribute("data-outcome") == "pass"
    assert alone.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith(
        '"Noto Serif'
    )
    alone.close()


@pytest.mark.parametrize("kind", ["open", "sealed"])
def test_every_state_of_an_honest_record_is_said_rightly(page: Page, kind: str) -> None:
    alone = report(page, records.committed(committed(kind).record))
    assert failing(alone) == []
    assert [code for code, outcome in alone.items() if outcome == "pass"] == STEPS[:5]
    whole = OPEN if kind == "open" else OPENED
    assert report(page, whole) == dict.fromkeys(STEPS, "pass") | {"ledger": "later", "noted": "later"}


def test_a_sealed_record_passes_as_far_as_it_goes(page: Page) -> None:
    outcomes = report(page, records.sealed(UNOPENED))
    assert [code for code, outcome in outcomes.items() if outcome == "pass"] == STEPS[:6]
    assert failing(outcomes) == []


def test_the_hash_published_while_sealed_is_found_again_in_the_opened_record(page: Page) -> None:
    noted = records.sealed(UNOPENED)["result_hash"]
    assert report(page, OPENED, noted) == dict.fromkeys(STEPS, "pass") | {"ledger": "later"}
    assert report(page, records.sealed(UNOPENED), noted)["noted"] == "pass"
    assert failing(report(page, OPENED, "ab" * 32)) == ["noted"]
    assert failing(report(page, OPEN, noted)) == ["noted"]


def test_a_sealed_record_kept_inside_is_refused_as_the_sealed_or_the_opened_one(page: Page) -> None:
    for state in ("sealed", "drawn"):
        assert failing(report(page, UNOPENED | {"state": state})) != []


def test_the_vectors_of_the_format_page_hold(page: Page) -> None:
    vectors = dict(
        re.findall(r"<!-- vector: (\w+) -->\n```json\n(.*?)\n```", FORMAT.read_text(encoding="utf-8"), re.S)
    )
    made = json.loads(vectors["record"]) | {
        "commitment": json.loads(vectors["commitment"]),
        "substitutions": [json.loads(vectors["substitution"])],
    }
    assert failing(report(page, made)) == []
    assert failing(report(page, made | {"substitutions": [json.loads(vectors["replacement"])]})) == []
    sealed = json.loads(vectors["sealed"])
    assert page.evaluate("text => sha256(text)", f"result-salt:{sealed['secret']}") == page.evaluate(
        "text => sha256After(text.slice(0, 64))(text.slice(64))", f"result-salt:{sealed['secret']}"
    )


def put(*path: Any, value: Any) -> Callable[[Record], None]:
    def change(made: Record) -> None:
        place: Any = made
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value

    return change


def drop_school(made: Record) -> None:
    del made["commitment"]["pool"][3]


def swap_selection(made: Record) -> None:
    made["selection"][0], made["selection"][1] = made["selection"][1], made["selection"][0]


def swap_team_members(made: Record) -> None:
    first, second = made["teams"][0]["members"], made["teams"][1]["members"]
    first[1]["inspector"], second[1]["inspector"] = second[1]["inspector"], first[1]["inspector"]


def recommit(made: Record) -> None:
    made["commitment"]["not_assignable"].pop()
    made["commitment_digest"] = digest(made["commitment"])


def other_substitute(made: Record) -> None:
    made["substitutions"][0]["reason"] = "换一所"


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (put("format", value="school-inspection/draw-record/2"), "format"),
        (put("extra", value="1"), "format"),
        (drop_school, "commitment"),
        (put("commitment", "excluded", 0, "reason", value="另有安排"), "commitment"),
        (put("commitment", "sources", 0, "name", value="另一期"), "commitment"),
        (recommit, "seed"),
        (put("values", 1, "value", value="03 08 12 19 26 31+08"), "seed"),
        (put("values", 1, "value", value="3 08 12 19 26 31+07"), "values"),
        (put("seed", value="{}"), "seed"),
        (put("tickets", 0, "ticket", value="0.1"), "tickets"),
        (swap_selection, "selection"),
        (put("inclusion", 0, "probability", value="4/5"), "selection"),
        (swap_team_members, "teams"),
        (put("teams", 0, "members", 0, "passed", value=[]), "teams"),
        (put("result_digest", value="0" * 64), "result"),
        (other_substitute, "substitutions"),
        (put("substitutions", 0, "number", value=2), "substitutions"),
    ],
)
def test_a_tampered_record_fails_at_the_step_that_was_tampered_with(
    page: Page, change: Callable[[Record], None], first: str
) -> None:
    made = copy.deepcopy(SUBSTITUTED)
    change(made)
    assert failing(report(page, made))[:1] == [first]


@pytest.mark.parametrize(
    "change",
    [
        put("substitutions", 1, "seats", 0, "inspector", value="i-ec99e8d6acae"),
        put("substitutions", 1, "seats", 0, "passed", value=[]),
        put("substitutions", 1, "seats", 0, "role", value="ordinary"),
        put("substitutions", 1, "inspector", value="i-5c4abe75cf56"),
        put("substitutions", 1, "seats", value=[]),
    ],
)
def test_an_inspector_replaced_otherwise_than_by_rule_is_found_by_both(
    page: Page, change: Callable[[Record], None]
) -> None:
    assert failing(report(page, RESEATED)) == []
    made = copy.deepcopy(RESEATED)
    change(made)
    item = made["substitutions"][1]
    item["digest"] = digest({key: value for key, value in item.items() if key != "digest"})
    assert failing(report(page, made)) == ["substitutions"]
    assert [step.code for step in verify(made) if step.outcome == "fail"] == ["substitutions"]


@pytest.mark.parametrize("tamper", [None, *risk_ratios.TAMPERS])
def test_strata_with_ratios_of_their_own_are_checked(
    page: Page, tamper: Callable[[Record], None] | None
) -> None:
    made = copy.deepcopy(drawn(**risk_ratios.GIVEN))
    if tamper is None:
        assert failing(report(page, made)) == []
        return
    tamper(made["commitment"])
    made["commitment_digest"] = digest(made["commitment"])
    assert failing(report(page, made))[0] == "sizes"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        canonical(OPEN).replace('"load":2', '"load":2.0', 1),
        canonical(OPEN).replace('"load":2', '"load":2,"load":2', 1),
        canonical(OPEN).replace('"secret":""', '"secret":null', 1),
        canonical(OPEN).replace("3711020001", "371102000１", 1),
    ],
)
def test_what_is_no_record_fails_at_the_format(page: Page, text: str) -> None:
    assert report(page, text) == {"format": "fail"}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if not value:
        return "0" * 64
    return value[:-1] + ("0" if value[-1] != "0" else "1")


def mutations(made: Record) -> Iterator[tuple[str, Record]]:
    """Every single value changed, every item of a list dropped or repeated."""
    for path in leaves(made):
        bad = copy.deepcopy(made)
        place: Any = bad
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = changed(place[path[-1]])
        yield ".".join(map(str, path)), bad
    firsts = {leaf[: at + 1] for leaf in leaves(made) for at in range(len(leaf)) if leaf[at] == 0}
    for path in sorted(firsts, key=str):
        for twice in (False, True):
            bad = copy.deepcopy(made)
            place = bad
            for part in path[:-1]:
                place = place[part]
            place[:] = [place[0], *place] if twice else place[1:]
            yield f"{'repeated' if twice else 'dropped'} {path}", bad


@pytest.mark.parametrize("made", [SUBSTITUTED, OPENED], ids=["open", "opened"])
def test_both_verifiers_refuse_every_single_change(page: Page, made: Record) -> None:
    names, bad = zip(*mutations(made), strict=True)
    reports = page.evaluate(
        "texts => texts.map(text => checkText(text, '').steps.some(step => step.outcome === 'fail'))",
        [json.dumps(item, ensure_ascii=False) for item in bad],
    )
    by_page = [name for name, refused in zip(names, reports, strict=True) if not refused]
    by_python = [
        name
        for name, item in zip(names, bad, strict=True)
        if not any(step.outcome == "fail" for step in verify(item))
    ]
    assert len(names) > 230
    # A record without its last substitution is the same draw at an earlier hour; only the ledger tells.
    earlier = ["dropped ('substitutions', 0)"] if made["substitutions"] else []
    assert by_page == by_python == earlier


def tight_draw(number: int) -> Record | None:
    """Return a draw whose teams are hard to make up, or none where they cannot be."""
    people = tuple(
        PoolInspector(
            inspector_id=f"t{n:02d}",
            is_leader=(n * 7 + number) % 3 == 0,
            expertise=("primary",) if (n + number) % 2 else ("junior", "primary"),
            load=1 + (n * number) % 2,
        )
        for n in range(8)
    )
    schools = tuple(school(n, "371102", requires=("primary",) if n % 2 else ("junior",)) for n in range(1, 9))
    relations = tuple(
        Relation(person.inspector_id, place.code, "declared_interest")
        for a, person in enumerate(people)
        for b, place in enumerate(schools)
        if (a * 5 + b * 3 + number) % 4 == 0
    )
    try:
        made = commit(
            setup(
                campaign_id=f"2025-2026-2-{number:04d}",
                schools=schools,
                inspectors=people,
                relations=relations,
                ratio="0.5",
            ),
            salt=SALT,
            as_of=COMMITTED_AT,
        )
        whole = records.draw(
            made.record, public_values(records.sources(made.record), entries(), as_of=DRAWN_AT)
        )
        return substitute(whole, whole["selection"][-1]["school"], reason="停课")
    except ProtocolError:
        return None


def test_teams_that_were_hard_to_make_up_are_replayed_seat_by_seat(page: Page) -> None:
    made = [found for found in map(tight_draw, range(60)) if found]
    assert len(made) > 10
    assert sum("needed-elsewhere" in canonical(item) for item in made) > 3
    assert [failing(report(page, item)) for item in made] == [[]] * len(made)
    for item in made:
        for team in item["teams"]:
            for member in team["members"]:
                for line in member["passed"]:
                    line["reason"] = line["reason"].replace("needed-elsewhere", "load-exhausted")
    hard = [item for item in made if failing(report(page, item))]
    assert all("teams" in failing(report(page, item)) for item in hard)
    assert len(hard) > 3


def test_a_whole_province_is_verified_in_seconds(page: Page) -> None:
    schools = tuple(school(1, f"d{n % 40:02d}", code=f"{2100000000 + n}", requires=()) for n in range(16_000))
    people = tuple(PoolInspector(inspector_id=f"t{n:03d}", is_leader=n % 2 == 0, load=8) for n in range(40))
    round_one = PublicSource(
        source_id="drand",
        kind="drand",
        name=f"drand {round_from('quicknet', DRAWN_AT).title}",
        announced_at=DRAWN_AT,
    )
    made = commit(
        setup(schools=schools, inspectors=people, relations=(), ratio="", number=100, sources=(round_one,)),
        salt=SALT,
        as_of=COMMITTED_AT,
    )
    whole = records.draw(made.record, [PublicValue("drand", "ab" * 32)])
    seconds = page.evaluate(
        """text => {
          const start = performance.now();
          const steps = checkText(text, "").steps;
          return steps.some(step => step.outcome === "fail") ? -1 : (performance.now() - start) / 1000;
        }""",
        json.dumps(whole, ensure_ascii=False),
    )
    assert 0 < seconds < 5
