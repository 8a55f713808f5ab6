"""Evidence of public values at the desk: handed in by the office, kept by its content, seen by those who watch a draw."""

from pathlib import Path

import pytest

from inspection.canonical import digest_bytes
from inspection.store import value_evidence
from inspection.store.engine import reading
from tests.desk_names import CAMPAIGN, Bureau
from tests.desk_office import build
from tests.desk_person import signed_in
from tests.migrated_store import sqlite_store

PAGE = f"/evidence/{CAMPAIGN}"
PHOTO = b"\xff\xd8\xff\xe0 a photograph of sixty throws"


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    url = sqlite_store(tmp_path)
    return build(url, tmp_path / "workspace")


def test_a_photograph_is_kept_by_its_digest_and_both_sides_can_open_it(bureau: Bureau) -> None:
    person, digest = signed_in(bureau, "office-01"), digest_bytes(PHOTO)
    assert "现场公开掷骰60次" in person.get(PAGE).text
    for name in ("现场照片.jpeg", "又一次.jpg"):
        assert person.upload(PAGE, name, PHOTO).status_code == 303
    kept = bureau.office.workspace / "inbox/evidence" / CAMPAIGN / f"{digest}.jpg"
    assert kept.read_bytes() == PHOTO
    with reading(bureau.office.database_url) as session:
        (line,) = value_evidence.evidence(session, CAMPAIGN)
    assert (line.kind, line.account_id, line.recorded_at) == ("jpg", "office-01", bureau.clock())
    for account in ("office-01", "discipline-01", "director-01"):
        reader = signed_in(bureau, account)
        assert digest in reader.get(PAGE).text
        answer = reader.get(f"/documents/campaigns/{CAMPAIGN}/evidence/{digest}")
        assert (answer.status_code, answer.content) == (200, PHOTO)
        assert answer.headers["content-type"] == "image/jpeg"
    assert PAGE in person.get("/records").text


@pytest.mark.parametrize("account", ["school-a", "district-01", "inspector-01", "engineer-01"])
def test_nobody_else_sees_the_page_or_a_file(bureau: Bureau, account: str) -> None:
    digest = digest_bytes(PHOTO)
    assert signed_in(bureau, "discipline-01").upload(PAGE, "照片.jpg", PHOTO).status_code == 303
    person = signed_in(bureau, account)
    assert person.get(PAGE).status_code == 403
    assert person.get(f"/documents/campaigns/{CAMPAIGN}/evidence/{digest}").status_code == 403


def test_who_only_reads_has_no_form_and_cannot_send_around_it(bureau: Bureau) -> None:
    person = signed_in(bureau, "director-01")
    assert "选择文件" not in person.get(PAGE).text
    form = {"form_token": person.token("/account")}
    answer = person.post(PAGE, data=form, files={"file": ("照片.jpg", PHOTO)})
    assert answer.status_code == 403


def test_a_file_that_shows_nothing_is_not_taken(bureau: Bureau) -> None:
    person = signed_in(bureau, "office-01")
    answer = person.upload(PAGE, "照片.jpg", b"MZ\x90\x00")
    assert answer.status_code == 422
    assert "应为PDF 文件或者 JPG、PNG 照片，实为其他文件" in answer.text
    assert not (bureau.office.workspace / "inbox/evidence").exists()


def test_a_campaign_without_a_promise_has_no_evidence(bureau: Bureau) -> None:
    assert signed_in(bureau, "office-01").get("/evidence/2025-2026-2-none").status_code == 404
