"""A sealed draw from end to end: nothing tells who was drawn until the visits are over, then everything does."""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from control.site import make_app
from examples.demo_city.run import Journal, environment, run_from_opening
from flows.follow_up import follow_up
from flows.open_draw import open_draw
from flows.publish_site import publish_site
from inspection.draw.opening import OpenRequest
from inspection.request import FollowUpRequest, GatedRequest
from inspection.store import draw as draws
from inspection.store.engine import reading
from inspection.store.tables import Inspector, School, Table
from inspection.verify.record import verify
from tests.flows import sealed_term
from tests.flows.city_term import office
from tests.flows.sealed_term import CAMPAIGN, PASSWORD, PLANTED, SEED

# One sealed term serves all of these.
pytestmark = pytest.mark.xdist_group("sealed")

RISK_WORDS = ("risk_class", "风险等级", "风险类别")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A term's folder as it stands before the opening, its process gone."""
    folder = tmp_path_factory.mktemp("sealed")
    with (folder / "output.log").open("wb") as output:
        command = [sys.executable, "-m", "tests.flows.sealed_term", str(folder)]
        # The harness's own settings must not lead the process to the harness's server.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=clean, check=False, timeout=600
        )
    assert done.returncode == 0, (folder / "output.log").read_text(encoding="utf-8")[-3000:]
    return folder


def rows(folder: Path, table: type[Table]) -> list[Any]:
    with reading(environment(folder)["INSPECTION_DATABASE_URL"]) as session:
        return list(session.query(table).all())


def drawn_codes(folder: Path) -> set[str]:
    with reading(environment(folder)["INSPECTION_DATABASE_URL"]) as session:
        return {row["school_code"] for row in draws.visits(session, CAMPAIGN)}


def secrets(folder: Path) -> set[str]:
    from tasks.draw import derived_key

    known = environment(folder)
    with office(folder):
        derived = {derived_key(purpose, CAMPAIGN) for purpose in ("annex", "draw", "case")}
    return derived | {known["INSPECTION_DRAW_SECRET"], known["INSPECTION_PSEUDONYM_KEY"], PASSWORD}


def forbidden(folder: Path) -> set[str]:
    """Everything that no run may tell: schools, inspectors, planted persons, risk classes, secrets."""
    schools, people = rows(folder, School), rows(folder, Inspector)
    return {
        *(school.school_name for school in schools),
        *(school.school_code for school in schools),
        *(person.inspector_name for person in people),
        *(person.inspector_id for person in people),
        *PLANTED,
        *RISK_WORDS,
        *secrets(folder),
    }


def spellings(text: str) -> set[bytes]:
    """How a text may stand in a file: as it is, escaped as in JSON, in the three phases of base64."""
    plain = text.encode()
    inner = {base64.b64encode(b"\0" * phase + plain)[4 if phase else 0 : -4] for phase in range(3)}
    return {plain, json.dumps(text)[1:-1].encode(), *(found for found in inner if len(found) > 8)}


def hits(content: bytes, needles: set[str]) -> list[str]:
    return sorted(needle for needle in needles if any(found in content for found in spellings(needle)))


def cells(database: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every cell of a database with its table: a long text lies scattered over the file's pages."""
    with sqlite3.connect(database) as connection:
        connection.text_factory = bytes
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            for row in connection.execute(f'SELECT * FROM "{name.decode()}"'):
                yield name.decode(), b"\0".join(c if isinstance(c, bytes) else str(c).encode() for c in row)


def unpacked(path: Path) -> bytes:
    """What a kept result holds: Prefect stores it pickled, in base64 with line breaks, some of it inside JSON."""
    if path.parent.name != "storage":
        return b""
    content = path.read_bytes()
    return base64.b64decode(json.loads(content)["result"] if content.startswith(b"{") else content)


def test_what_must_not_leak_is_really_there(closed: Path) -> None:
    text = sealed_term.results_file(closed).read_bytes().decode("gb18030")
    assert all(planted in text for planted in PLANTED)
    book = openpyxl.load_workbook(sealed_term.refused_workbook(closed))
    typed = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert all(planted in typed for planted in PLANTED)
    assert len(drawn_codes(closed)) == 10
    assert len({school.school_code for school in rows(closed, School)}) == 14
    assert len(rows(closed, Inspector)) > 5


def test_the_office_reads_in_full_why_a_run_was_refused(closed: Path) -> None:
    lists = list((closed / "workspace/outbox" / CAMPAIGN / "refusals").glob("*.csv"))
    kept = "".join(path.read_text(encoding="utf-8-sig") for path in lists)
    assert all(planted in kept for planted in PLANTED)


def test_prefects_database_tells_of_no_school_person_or_secret(closed: Path) -> None:
    database = closed / "prefect" / "prefect.db"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    needles = forbidden(closed)
    found = {(table, needle) for table, content in cells(database) for needle in hits(content, needles)}
    assert found == set()
    kept = [path for path in (closed / "prefect").rglob("*") if path.is_file()]
    assert database in kept
    assert any(b"SourceError" in unpacked(path) for path in kept)
    for path in kept:
        assert hits(path.read_bytes() + unpacked(path), needles) == [], path


def test_prefect_has_kept_the_refusals_and_says_where_the_whole_is(closed: Path) -> None:
    content = Counter(table for table, _ in cells(closed / "prefect" / "prefect.db"))
    assert content["log"] > 100
    assert content["task_run"] > 30
    told = "\n".join(
        cell.decode("utf-8", "replace")
        for table, cell in cells(closed / "prefect" / "prefect.db")
        if table in {"flow_run_state", "task_run_state", "log"}
    )
    assert "检查记录表有" in told
    assert "（FND-004）" in told
    assert f"详见 outbox/{CAMPAIGN}/refusals/" in told
    assert "Traceback" in told


def test_what_the_process_said_tells_nothing_either(closed: Path) -> None:
    said = (closed / "output.log").read_bytes()
    assert len(said) > 1000
    assert hits(said, forbidden(closed)) == []


def public_files(folder: Path) -> dict[str, bytes]:
    home = folder / "workspace" / "public" / CAMPAIGN
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_the_site_before_the_opening_names_schools_of_the_pool_and_no_other_thing(closed: Path) -> None:
    files, drawn = public_files(closed), drawn_codes(closed)
    schools = {school.school_code for school in rows(closed, School)}
    needles = forbidden(closed) - {s.school_name for s in rows(closed, School)} - schools
    for name, content in files.items():
        assert hits(content, needles) == [], name
    record = json.loads(files["data/draw-record.json"])
    assert record["state"] == "sealed"
    pool = {line["school"] for line in record.pop("commitment")["pool"]}
    assert drawn < pool
    assert not any(code in json.dumps(record) for code in schools)
    for name in set(files) - {"data/draw-record.json", "verify.html"}:
        # The page for the projector carries the record itself.
        carried = files["data/draw-record.json"] if name == "ceremony.html" else b""
        told = {code: files[name].count(code.encode()) - carried.count(code.encode()) for code in pool}
        assert len(set(told.values())) == 1, (name, told)


def test_the_site_says_by_when_the_names_are_told(closed: Path) -> None:
    told = "已密封抽取；名单在入校检查结束后公布，不晚于2026年6月19日"
    assert told in public_files(closed)["draw.html"].decode()


WAYS_OUT = [
    "../../outbox/{}",
    "%2e%2e/%2e%2e/outbox/{}",
    "..%2f..%2foutbox%2f{}",
    "%2e%2e%2f%2e%2e%2foutbox%2f{}",
    "%252e%252e/%252e%252e/outbox/{}",
    "..\\..\\outbox\\{}",
    "..%5c..%5coutbox%5c{}",
    "data/../../../outbox/{}",
    "./../../outbox/{}",
    "..;/..;/outbox/{}",
    "..%c0%af..%c0%afoutbox/{}",
    "index.html%00/../../../outbox/{}",
    "../../outbox/{}%00.html",
    "linked/{}",
]


def test_no_file_of_the_outbox_is_reachable_from_the_site(closed: Path, tmp_path: Path) -> None:
    outbox, public = closed / "workspace/outbox", tmp_path / "public"
    shutil.copytree(closed / "workspace/public", public)
    shutil.copytree(outbox, tmp_path / "outbox")
    (public / CAMPAIGN / "linked").symlink_to(tmp_path / "outbox")
    (public / "linked").symlink_to(tmp_path / "outbox")
    reader = TestClient(make_app(public), follow_redirects=True)
    names = sorted(str(path.relative_to(outbox)) for path in outbox.rglob("*") if path.is_file())
    kinds = {Path(name).name.split("-")[0]: name for name in names}
    assert {"dossier.pdf", "检查记录"} <= set(kinds)
    contents = {path.read_bytes() for path in outbox.rglob("*") if path.is_file()}
    assert reader.get(f"/{CAMPAIGN}/index.html").status_code == 200
    for name in kinds.values():
        absolute = str(tmp_path / "outbox" / name)
        for way in [*(f"{CAMPAIGN}/{way}".format(name) for way in WAYS_OUT), f"linked/{name}", absolute]:
            for start in ("/", "//"):
                answer = reader.get(f"http://testserver{start}{way}")
                assert answer.status_code == 404, way
                assert answer.content not in contents, way


@pytest.fixture(scope="module")
def opened(closed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the same term, its names overdue, then opened and run to its end."""
    folder = tmp_path_factory.mktemp("opened") / "term"
    shutil.copytree(closed, folder)
    late = FollowUpRequest(campaign_id=CAMPAIGN, as_of=date(2026, 6, 22))
    shutil.copytree(folder / "workspace/public", folder / "before")
    with office(folder):
        in_time = follow_up(FollowUpRequest(campaign_id=CAMPAIGN, as_of=date(2026, 6, 19)), return_state=True)
        alarmed = follow_up(late, return_state=True)
        (folder / "alarms").write_text(f"{in_time.message}\n{alarmed.message}", encoding="utf-8")
        run_from_opening(Journal(folder), folder / "workspace", CAMPAIGN, seed=SEED)
    return folder


def test_a_name_list_that_is_overdue_raises_an_alarm(opened: Path) -> None:
    assert (opened / "alarms").read_text(encoding="utf-8").splitlines() == [
        "整改情况已更新",
        "整改情况已更新；密封抽取的名单逾期未公布，请立即办理",
    ]


def test_once_opened_the_whole_record_is_public_and_verifies_against_what_was_published_before(
    opened: Path,
) -> None:
    before = opened / "before" / CAMPAIGN / "data"
    sealed = json.loads((before / "draw-record.json").read_text(encoding="utf-8"))
    head = json.loads((before / "ledger.json").read_text(encoding="utf-8"))["entries"][-1]["entry_hash"]
    files = public_files(opened)
    record, ledger = (json.loads(files[f"data/{name}.json"]) for name in ("draw-record", "ledger"))
    assert record["state"] == "opened"
    assert {line["school"] for line in record["selection"]} == drawn_codes(opened)
    assert record["result_hash"] == sealed["result_hash"]
    for made in (record, sealed):
        steps = verify(made, ledger=ledger, head=head, commitment=sealed["commitment_digest"])
        assert [step for step in steps if step.outcome == "fail"] == []
    assert steps[-1].outcome == "pass"
    draw_page = files["draw.html"].decode()
    names = {s.school_code: s.school_name for s in rows(opened, School)}
    assert all(names[code] in draw_page for code in drawn_codes(opened))


def test_opening_again_changes_nothing(opened: Path) -> None:
    url = environment(opened)["INSPECTION_DATABASE_URL"]
    with reading(url) as session:
        before = draws.get(session, CAMPAIGN).record_digest
    with office(opened):
        open_draw(OpenRequest(campaign_id=CAMPAIGN, as_of=date(2026, 6, 9)))
        publish_site(GatedRequest(campaign_id=CAMPAIGN, as_of=date(2026, 6, 26)))
    with reading(url) as session:
        assert draws.get(session, CAMPAIGN).record_digest == before
