"""The risk class: a documented sum of points, never lowered by more on record."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.risk import CLASSES, RiskRule, SchoolRecord, load_rule, risk_of
from inspection.errors import DocumentError

RULES = Path(__file__).resolve().parents[3] / "rubrics"
RULE = load_rule(RULES) or RiskRule.model_construct()
BANDS = ["", "excellent", "good", "pass", "fail", "not-established"]


@pytest.mark.parametrize(
    ("record", "risk_class", "points"),
    [
        (SchoolRecord(), "A", {}),
        (SchoolRecord(last_band="good"), "A", {}),
        (SchoolRecord(last_band="pass"), "B", {"last-band": 1}),
        (SchoolRecord(last_band="fail"), "C", {"last-band": 3}),
        (SchoolRecord(signal_ids=("copied-term",)), "B", {"integrity-screen": 1}),
        (SchoolRecord(complaint_count=9), "C", {"complaints": 3}),
        (
            SchoolRecord(last_band="fail", is_overdue=True),
            "D",
            {"last-band": 3, "overdue-rectification": 2},
        ),
    ],
)
def test_what_is_on_record_makes_the_class(record: SchoolRecord, risk_class: str, points: dict) -> None:
    found = risk_of(record, RULE)
    assert (found.risk_class, dict(found.points), found.total) == (risk_class, points, sum(points.values()))


@given(st.sampled_from(BANDS), st.integers(0, 9), st.booleans(), st.sets(st.sampled_from("abcdef")))
def test_more_on_record_never_lowers_the_class(
    band: str, complaints: int, late: bool, signals: set[str]
) -> None:
    record = SchoolRecord(
        last_band=band, complaint_count=complaints, is_overdue=late, signal_ids=tuple(sorted(signals))
    )
    more = SchoolRecord(
        last_band=band, complaint_count=complaints + 1, is_overdue=True, signal_ids=(*record.signal_ids, "z")
    )
    assert CLASSES.index(risk_of(more, RULE).risk_class) >= CLASSES.index(risk_of(record, RULE).risk_class)


def test_classes_out_of_order_are_refused(tmp_path: Path) -> None:
    text = (RULES / "risk.yaml").read_text(encoding="utf-8").replace("B: 1, C: 3", "B: 3, C: 1")
    (tmp_path / "risk.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load_rule(tmp_path)
    assert "class_from 须写明 A、B、C、D 四级，A 从 0 起，依次增大" in str(caught.value)


def test_a_bureau_without_a_rule_has_none(tmp_path: Path) -> None:
    assert load_rule(tmp_path) is None
