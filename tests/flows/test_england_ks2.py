"""The same flows over England's published Key Stage 2 tables: only files under examples/ know about England."""

import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from flows.draw_inspection import draw_inspection
from flows.inspect_term import inspect_term
from inspection.request import DrawRequest, GatedRequest, PublicValueEntry
from inspection.store import draw as draws
from inspection.store import score as scores
from inspection.store.engine import reading
from inspection.store.frames import frame_of
from inspection.store.tables import School
from inspection.verify.record import verify
from tests.flows.city_term import office

ROOT = Path(__file__).parents[2]
HOME = ROOT / "examples" / "england-ks2"
DATA = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "england-ks2"
TERMS = {"ks2-2016": "2015-2016", "ks2-2017": "2016-2017", "ks2-2018": "2017-2018"}
SCHOOLS = {"ks2-2016": 232, "ks2-2017": 233, "ks2-2018": 235}
CHANGES = ["KS-02", "KS-07", "KS-10"]
LOTTERY, DICE = "02,09,14,20,27,31+06", "6513246351" * 6

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the published tables are not at {DATA}")


@pytest.fixture(scope="module")
def surrey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of Surrey through inspect-term, the last one drawn; returns the folder of the run."""
    folder = tmp_path_factory.mktemp("surrey")
    with office(folder, INSPECTION_PROFILE=str(HOME / "profile.yaml")):
        for campaign, term in TERMS.items():
            inbox = folder / "workspace" / "inbox" / term
            inbox.mkdir(parents=True)
            name = f"{campaign.removeprefix('ks2-')}-936-ks2.csv"
            shutil.copyfile(DATA / name, inbox / name)
            if campaign == "ks2-2018":
                shutil.copyfile(HOME / "inspectors.csv", inbox / "inspectors.csv")
            inspect_term(GatedRequest(campaign_id=campaign, as_of=date(2018, 12, 20)))
        draw_inspection(DrawRequest(campaign_id="ks2-2018", as_of=date(2019, 1, 3), values=typed()))
    return folder


def typed() -> tuple[PublicValueEntry, ...]:
    """Made-up public values, typed by two people."""
    values = {"ssq-2019001": LOTTERY, "dice": DICE}
    return tuple(
        PublicValueEntry(source_id=source, value=value, entered_by=clerk)
        for source, value in values.items()
        for clerk in ("clerk-01", "clerk-02")
    )


@pytest.mark.parametrize("campaign", TERMS)
def test_every_school_is_read_and_scored(surrey: Path, campaign: str) -> None:
    with reading(f"sqlite:///{surrey / 'inspection.db'}") as session:
        assert len(frame_of(session, School, term_id=TERMS[campaign])) == SCHOOLS[campaign]
        assert len(scores.totals(session, campaign, "reported")) == SCHOOLS[campaign]


@pytest.mark.parametrize("campaign", ["ks2-2017", "ks2-2018"])
def test_year_on_year_criteria_are_scored_against_the_year_before(surrey: Path, campaign: str) -> None:
    with reading(f"sqlite:///{surrey / 'inspection.db'}") as session:
        lines = scores.lines(session, campaign, "reported")
    changes = lines[lines.criterion_id.isin(CHANGES)]
    scored = changes[changes.outcome.isin(["met", "partly", "not-met"])]
    assert scored.previous_value.notna().all()
    assert scored.groupby("criterion_id").size().min() > 150


def test_the_first_year_has_nothing_to_compare_with(surrey: Path) -> None:
    with reading(f"sqlite:///{surrey / 'inspection.db'}") as session:
        lines = scores.lines(session, "ks2-2016", "reported")
    assert set(lines[lines.criterion_id.isin(CHANGES)].outcome) == {"not-established"}


def test_a_tenth_of_the_schools_is_drawn_in_public(surrey: Path) -> None:
    with reading(f"sqlite:///{surrey / 'inspection.db'}") as session:
        record = draws.record_of(session, "ks2-2018")
        visits = draws.visits(session, "ks2-2018")
    assert len(record["selection"]) == len(visits) == 24
    assert {step.outcome for step in verify(record)} <= {"pass", "later"}


def test_no_code_knows_about_england() -> None:
    words = re.compile("england|surrey|\\bks2\\b|SUPP\\b", re.IGNORECASE)
    code = [path for room in ("flows", "tasks", "inspection") for path in (ROOT / room).rglob("*.py")]
    assert [path.name for path in code if words.search(path.read_text(encoding="utf-8"))] == []
