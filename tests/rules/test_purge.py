"""When a term's student files may go: every reason against it, at once."""

from datetime import date
from pathlib import Path

from inspection.ingest.source_map import load_source_maps
from inspection.profile import Deadlines
from inspection.purge import TermFacts, appeals_end_on, still_open, student_data_sets

ROOT = Path(__file__).resolve().parents[2]
DEADLINES = Deadlines(review_days=30, appeal_days=15)


def facts(**changed: object) -> TermFacts:
    """Return a term that is over and done with."""
    known: dict[str, object] = {
        "term_id": "2025-2026-2",
        "ends_on": date(2026, 7, 10),
        "campaigns": {"2025-2026-2-basic": "DECIDED"},
        "cases": {"case-1": "RECTIFYING", "case-2": "CLOSED"},
        "served_on": {"case-1": date(2026, 7, 1)},
    }
    return TermFacts(**(known | changed))  # type: ignore[arg-type]


def test_a_term_over_and_past_its_appeals_may_be_purged() -> None:
    last_day = appeals_end_on(date(2026, 7, 1), DEADLINES)
    assert last_day == date(2026, 8, 15)
    assert still_open(facts(), DEADLINES, as_of=date(2026, 8, 16)) == ()


def test_everything_that_still_needs_the_files_is_told_at_once() -> None:
    unfinished = facts(
        campaigns={"2025-2026-2-basic": "DECIDED", "2025-2026-2-safety": "VISITING"},
        cases={"case-1": "RECTIFYING", "case-2": "HEARD", "case-3": "RETURNED"},
    )
    found = still_open(unfinished, DEADLINES, as_of=date(2026, 7, 10))
    assert [fault.sentence for fault in found] == [
        "学期 2025-2026-2：应为已于2026-07-10之后，实为2026-07-10，学期未结束。请在办结并期满之后再清除。（PUR-001）",
        "案 case-1：应为复核、申诉期限已满，实为期限至2026-08-15。请在办结并期满之后再清除。（PUR-004）",
        "案 case-2：应为已办结或已送达，实为“已听取意见，待审批”。请在办结并期满之后再清除。（PUR-003）",
        "案 case-3：应为已办结或已送达，实为“已退回，需重新研究”。请在办结并期满之后再清除。（PUR-003）",
        "检查批次 2025-2026-2-safety：应为处理意见已决定，实为“已派组入校”。请在办结并期满之后再清除。（PUR-002）",
    ]


def test_the_files_of_children_go_and_the_roster_of_inspectors_stays() -> None:
    found = student_data_sets(load_source_maps(ROOT / "sources").values())
    assert "results" in found
    assert not {"inspectors", "schools", "indicators"} & set(found)
