"""A draw the size of a country, from a published directory, is verified in the reader's own browser."""

import csv
import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from inspection.draw import record as records
from inspection.draw.beacon import round_from
from inspection.draw.commitment import commit
from inspection.draw.pool import DrawSetup, PoolInspector, PoolSchool
from inspection.draw.seed import PublicSource, ValueEntry, public_values

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("INSPECTION_TEST_DATA", ROOT.parent / "shared" / "data")) / "england-ks2"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the published tables are not at {DATA}"),
]

BEIJING = timezone(timedelta(hours=8))
DRAWN_AT = datetime(2026, 3, 20, tzinfo=BEIJING)
ROUND = PublicSource(
    source_id="drand",
    kind="drand",
    name=f"drand {round_from('quicknet', DRAWN_AT).title}",
    announced_at=DRAWN_AT,
)


def pool() -> list[PoolSchool]:
    with (DATA / "england_ks2final.csv").open(encoding="latin-1", newline="") as rows:
        return [
            PoolSchool(code=row["URN"], stratum=(row["SCHTYPE"], row["OFSTEDRATING"]))
            for row in csv.DictReader(rows)
        ]


def drawn(schools: list[PoolSchool]) -> dict[str, Any]:
    """Draw one school in twenty, with five hundred made-up inspectors in teams of two."""
    setup = DrawSetup(
        campaign_id="england-2026",
        mode="double-random",
        kind="open",
        matters=("conduct",),
        schools=schools,
        inspectors=[
            PoolInspector(inspector_id=f"t{n:04d}", is_leader=n % 2 == 0, load=4) for n in range(500)
        ],
        relations=[],
        sources=[ROUND],
        ratio="0.05",
        minimum_per_stratum=2,
    )
    made = commit(setup, salt="5a" * 32, as_of=datetime(2026, 3, 1, tzinfo=BEIJING))
    typed = [
        ValueEntry(source_id=ROUND.source_id, actor_id=actor, text="ab" * 32) for actor in ("zhang", "li")
    ]
    values = public_values(records.sources(made.record), typed, as_of=datetime(2026, 3, 21, tzinfo=BEIJING))
    return records.draw(made.record, values)


def test_a_draw_from_sixteen_thousand_schools_is_verified_on_the_page(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    record = drawn(pool())
    assert (len(record["commitment"]["pool"]), len(record["selection"])) == (16_355, 818)
    path = tmp_path / "england.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    page = browser.new_page()
    page.goto((site / "verify.html").as_uri())
    page.locator("#file").set_input_files(path)
    page.wait_for_selector(".verdict")
    assert page.locator("#report").get_attribute("data-outcome") == "pass"
    record["selection"][400], record["selection"][401] = record["selection"][401], record["selection"][400]
    path.write_text(json.dumps(record), encoding="utf-8")
    page.locator("#file").set_input_files(path)
    page.wait_for_selector(".verdict.bad")
    page.context.close()
