"""A purged term: nothing of a student is left in workspace, store or Prefect; what must be kept is kept."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prefect.settings import PREFECT_HOME, temporary_settings
from sqlalchemy import select

from inspection.canonical import digest_bytes
from inspection.errors import Fault, ProtocolError
from inspection.ingest.submission import Received
from inspection.store import ledger, submission
from inspection.store.case_tables import Case, Notice
from inspection.store.engine import engine, reading, writing
from inspection.store.tables import Campaign, Cycle, Submission, SubmissionFault, Term
from tasks.purge import find_traces, main, preview, purge

ROOT = Path(__file__).resolve().parents[2]
TERM = "2025-2026-2"
NAME, STUDENT = "囍小明", "X379901000042"
HEADER = "学籍号,姓名,学校标识码,学段,年级,学科,成绩,满分"
RESULTS = f"{HEADER}\r\n{STUDENT},{NAME},2137990001,小学,5,语文,80,100\r\n".encode("gb18030")
DIGEST = digest_bytes(RESULTS)
AFTER, DURING = date(2026, 9, 1), date(2026, 7, 1)


@pytest.fixture
def term(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A term that is over, with a student's id and name wherever they could have come to lie."""
    workspace = tmp_path / "workspace"
    monkeypatch.setenv("INSPECTION_WORKSPACE", str(workspace))
    monkeypatch.setenv("INSPECTION_DATABASE_URL", store_url)
    monkeypatch.setenv("INSPECTION_PROFILE", str(ROOT / "examples" / "demo_city" / "profile.yaml"))
    plant(workspace)
    enter(store_url)
    with temporary_settings({PREFECT_HOME: tmp_path / "prefect"}):
        yield workspace
    engine(store_url).dispose()


def plant(workspace: Path) -> None:
    said = f"{STUDENT},{NAME}".encode()
    files = {
        f"inbox/{TERM}/学业质量监测成绩.csv": RESULTS,
        f"inbox/private/{TERM}/学业质量监测成绩-旧.csv": RESULTS,
        f"inbox/received/{DIGEST}.csv": RESULTS,
        f"inbox/{TERM}/.part-0123": RESULTS,
        f"staging/{TERM}/results.quarantined.parquet": said,
        f"outbox/{TERM}/corrections/results-问题清单.csv": said,
        f"outbox/{TERM}/quality/data_docs/index.html": said,
        f"inbox/{TERM}/学校名录.csv": "学校标识码,学校名称\r\n2137990001,示例小学\r\n".encode(),
        f"staging/{TERM}/schools.rows.parquet": b"kept",
        "inbox/2024-2025-2/学业质量监测成绩.csv": b"another term",
    }
    for name, content in files.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_bytes(content)
    with zipfile.ZipFile(
        workspace / f"outbox/{TERM}/corrections/{receipt().submission_id}.xlsx", "w"
    ) as book:
        book.writestr("xl/sharedStrings.xml", said)


def receipt() -> Received:
    quote = Fault(place="学业质量监测成绩.csv", row=2, code="IN-101", wanted="空白", got=f"{NAME}{STUDENT}")
    return Received(
        term_id=TERM,
        data_set="results",
        file_name="学业质量监测成绩.csv",
        content_digest=DIGEST,
        read_count=1,
        accepted_count=1,
        faults=((quote, "warning"),),
    )


def enter(url: str) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    with writing(url) as session:
        session.add(Cycle(cycle_id="c", phase="rollout"))
        session.add(Term(term_id=TERM, title="学期", starts_on=date(2026, 2, 20), ends_on=date(2026, 7, 10)))
        session.flush()
        campaign = {
            "campaign_id": "k",
            "term_id": TERM,
            "cycle_id": "c",
            "title": "抽查",
            "mode": "double-random",
        }
        session.add(Campaign(**campaign, plan_digest="0" * 64, state="DECIDED"))
        session.flush()
        case = {"case_id": "k-1", "campaign_id": "k", "school_code": "2137990001", "measure": "m"}
        facts = {"direction": "warning", "reasons": "[]", "reasons_digest": "0" * 64}
        session.add(Case(**case, **facts, state="CLOSED", proposed_on=date(2026, 6, 10)))
        session.flush()
        notice = {
            "notice_id": "n",
            "case_id": "k-1",
            "year": 2026,
            "number": 1,
            "kind": "warning",
            "facts": "{}",
        }
        digests = dict.fromkeys(("facts_digest", "template_digest", "ledger_head"), "0" * 64)
        session.add(Notice(**notice, **digests, issued_on=date(2026, 6, 26)))
        submission.enter(session, TERM, [receipt()], at=at)


def test_nothing_of_a_student_is_left_and_the_digest_is_kept(term: Path, store_url: str) -> None:
    assert len(find_traces([STUDENT])) >= 8
    done = purge(TERM, as_of=AFTER)
    assert done.counts == {"文件": 8, "问题记录": 1, "抽查学籍号": 1, "残留": 0}
    assert find_traces([STUDENT, NAME]) == []
    assert sorted(path.name for path in term.rglob("*") if path.is_file()) == [
        "schools.rows.parquet",
        "学业质量监测成绩.csv",
        "学校名录.csv",
    ]
    with reading(store_url) as session:
        kept = session.execute(select(Submission)).scalar_one()
        assert (kept.content_digest, kept.fault_count) == (DIGEST, 1)
        assert session.execute(select(SubmissionFault)).all() == []
        entry = ledger.entries(session)[-1]
    assert (entry.kind, entry.payload["term"], entry.payload["files"]) == ("purge", TERM, 8)


def test_a_second_purge_finds_nothing_and_changes_nothing(term: Path, store_url: str) -> None:
    purge(TERM, as_of=AFTER)
    with reading(store_url) as session:
        head = ledger.head(session)
    assert purge(TERM, as_of=AFTER).counts == {"文件": 0, "问题记录": 0, "抽查学籍号": 0, "残留": 0}
    with reading(store_url) as session:
        assert ledger.head(session) == head


def test_before_the_appeals_are_over_nothing_is_touched(term: Path) -> None:
    before = sorted(term.rglob("*"))
    with pytest.raises(ProtocolError) as refused:
        purge(TERM, as_of=date(2026, 8, 10))
    assert [fault.sentence for fault in refused.value.faults] == [
        "案 k-1：应为复核、申诉期限已满，实为期限至2026-08-10。请在办结并期满之后再清除。（PUR-004）"
    ]
    assert sorted(term.rglob("*")) == before


def test_a_preview_lists_what_would_go_and_touches_nothing(
    term: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(term.rglob("*"))
    assert len(preview(TERM, as_of=AFTER).files) == 8
    assert main([TERM]) == 0
    assert "以上 8 个文件将被删除，1 份回执只保留摘要" in capsys.readouterr().out
    assert main(["1999-2000-1"]) == ProtocolError.exit_code
    assert "没有学期 1999-2000-1" in capsys.readouterr().out
    assert sorted(term.rglob("*")) == before


def test_what_was_left_elsewhere_is_found_and_named(term: Path) -> None:
    stray = term / "outbox" / "k" / "备注.txt"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(f"复制自 {STUDENT}".encode("gb18030"))
    with pytest.raises(ProtocolError, match="清除后仍检出学生信息") as left:
        purge(TERM, as_of=AFTER)
    assert [fault.place for fault in left.value.faults] == [str(stray)]


def test_the_way_through_a_kill_is_to_run_it_again(term: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, gone = Path.unlink, []

    def killed(path: Path, missing_ok: bool = False) -> None:
        if len(gone) == 3:
            raise KeyboardInterrupt
        gone.append(path)
        real(path, missing_ok=missing_ok)

    with monkeypatch.context() as power_cut:
        power_cut.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            purge(TERM, as_of=AFTER)
    assert purge(TERM, as_of=AFTER).counts["文件"] == 5
    assert find_traces([STUDENT, NAME]) == []
