"""The web server of the publication site gives out what is published, and nothing else."""

import json
import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from control.site import make_app, read_inside

CAMPAIGN = "2025-2026-2-basic"
SECRET = "dossier"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A workspace with one published campaign, and things beside it that nobody may see."""
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox/dossier.txt").write_text(SECRET)
    folder = tmp_path / "public"
    site = folder / CAMPAIGN
    (site / "data").mkdir(parents=True)
    (site / "index.html").write_text("<h1>检查一览</h1>", encoding="utf-8")
    (site / "verify.py").write_text("# verifier", encoding="utf-8")
    facts = {
        "bureau": "示例市教育局",
        "office": "示例市人民政府教育督导室",
        "campaign": "基本要求<双随机>抽查",
        "term": "2025—2026学年第二学期",
        "mode": "双随机抽查",
        "as_of": "2026-06-26",
        "is_synthetic": True,
    }
    (site / "data/plan.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    (site / "out.txt").symlink_to(tmp_path / "outbox/dossier.txt")
    (site / "away").symlink_to(tmp_path / "outbox")
    (folder / "linked").symlink_to(tmp_path / "outbox")
    (site / ".part-1").write_text(SECRET)
    (folder / f".{CAMPAIGN}-x").mkdir()
    (folder / f".{CAMPAIGN}-x/index.html").write_text(SECRET)
    return folder


@pytest.fixture
def reader(public: Path) -> TestClient:
    return TestClient(make_app(public), follow_redirects=False)


def test_the_start_page_lists_the_campaigns(reader: TestClient) -> None:
    page = reader.get("/")
    assert page.status_code == 200
    assert f'<a href="/{CAMPAIGN}/">基本要求&lt;双随机&gt;抽查</a>' in page.text
    assert "2025—2026学年第二学期　双随机抽查　数据截至2026年6月26日" in page.text
    assert "演示数据，非真实学校。" in page.text
    assert page.text.count("<li>") == 1
    assert reader.get("/site.css").headers["content-type"] == "text/css; charset=utf-8"


def test_nothing_published_is_said(tmp_path: Path) -> None:
    page = TestClient(make_app(tmp_path / "public")).get("/")
    assert page.status_code == 200
    assert "尚无公示内容。" in page.text


def test_published_files_are_served_as_what_they_are(reader: TestClient) -> None:
    page = reader.get(f"/{CAMPAIGN}/")
    assert page.text == "<h1>检查一览</h1>"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert reader.get(f"/{CAMPAIGN}").headers["location"] == f"/{CAMPAIGN}/"
    assert reader.get(f"/{CAMPAIGN}/verify.py").headers["content-type"] == "text/plain; charset=utf-8"
    assert reader.get(f"/{CAMPAIGN}/data/plan.json").json()["is_synthetic"] is True


def test_a_page_that_has_not_changed_is_not_sent_again(reader: TestClient) -> None:
    tag = reader.get(f"/{CAMPAIGN}/").headers["etag"]
    again = reader.get(f"/{CAMPAIGN}/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", f"/{CAMPAIGN}/", f"/{CAMPAIGN}/data/plan.json", "/nothing"])
def test_every_answer_carries_the_headers(reader: TestClient, path: str) -> None:
    headers = reader.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    if headers["content-type"].startswith("text/html"):
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "../outbox/dossier.txt",
        "%2e%2e/outbox/dossier.txt",
        "..%2foutbox%2fdossier.txt",
        "%252e%252e/outbox/dossier.txt",
        f"{CAMPAIGN}/..%2f..%2foutbox/dossier.txt",
        f"{CAMPAIGN}/out.txt",
        f"{CAMPAIGN}/away/dossier.txt",
        "linked/dossier.txt",
        f"{CAMPAIGN}/.part-1",
        f".{CAMPAIGN}-x/index.html",
        f".{CAMPAIGN}-x/",
        f"{CAMPAIGN}//index.html",
        f"{CAMPAIGN}/data/",
        f"{CAMPAIGN}/index.html%00.png",
        "/etc/passwd",
        f"{CAMPAIGN}/..\\..\\outbox\\dossier.txt",
    ],
)
def test_nothing_outside_the_public_folder_is_reachable(reader: TestClient, path: str) -> None:
    answer = reader.get(f"/{path}")
    assert answer.status_code == 404
    assert SECRET not in answer.text


def test_a_pipe_in_the_folder_does_not_hold_the_server_up(public: Path) -> None:
    os.mkfifo(public / CAMPAIGN / "pipe")
    assert read_inside(public, f"{CAMPAIGN}/pipe") is None


def test_the_site_is_read_only(reader: TestClient) -> None:
    assert [getattr(reader, verb)(f"/{CAMPAIGN}/").status_code for verb in ("post", "put", "delete")] == [
        405
    ] * 3
    assert reader.head(f"/{CAMPAIGN}/").status_code == 200
