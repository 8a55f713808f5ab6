"""Getting into the desk and out again: passwords, forms, sessions, waiting, and the commands for accounts."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from desk.__main__ import main
from desk.office import DEMO_SECRET, require_private_way, require_secret
from inspection.errors import SettingError
from inspection.store import account
from inspection.store.engine import reading
from tests.desk_names import CAMPAIGN, PASSWORD, PROFILE, Bureau
from tests.desk_office import build
from tests.desk_person import Person, signed_in
from tests.migrated_store import sqlite_store


@pytest.fixture
def bureau(store_url: str, tmp_path: Path) -> Bureau:
    return build(store_url, tmp_path / "workspace")


@pytest.fixture
def small(tmp_path: Path) -> Bureau:
    """On SQLite alone, for what does not depend on the database."""
    url = sqlite_store(tmp_path)
    return build(url, tmp_path / "workspace")


def test_the_right_password_leads_to_the_page_that_was_asked_for(bureau: Bureau) -> None:
    person = Person(bureau)
    asked = person.get(f"/campaigns/{CAMPAIGN}")
    assert asked.headers["location"] == f"/login?next=/campaigns/{CAMPAIGN}"
    answer = person.log_in("office-01", wanted=f"/campaigns/{CAMPAIGN}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/campaigns/{CAMPAIGN}")
    assert person.get("/").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a?b=//c"],
)
def test_nobody_is_sent_to_another_site_after_logging_in(small: Bureau, wanted: str) -> None:
    assert Person(small).log_in("office-01", wanted=wanted).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_account_are_told_alike(small: Bureau) -> None:
    answers = [Person(small).log_in(name, "wrong-pass-1") for name in ("office-01", "nobody-99")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all("账号或密码不正确。" in answer.text for answer in answers)
    bare = [re.sub(r'value="[0-9a-f]{64}"', "", answer.text) for answer in answers]
    assert bare[0] == bare[1]


@pytest.mark.parametrize("account_id", ["office-01", "nobody-99"])
def test_after_five_wrong_passwords_one_waits_even_over_a_restart(bureau: Bureau, account_id: str) -> None:
    for _ in range(5):
        assert Person(bureau).log_in(account_id, "wrong-pass-1").status_code == 401
    answer = Person(bureau).log_in(account_id)
    assert answer.status_code == 429
    assert "密码输错次数过多，请1分钟后再试。" in answer.text
    bureau.clock.pass_by(seconds=61)
    assert Person(bureau).log_in(account_id, "wrong-pass-1").status_code == 401
    bureau.clock.pass_by(seconds=61)
    assert "请1分钟后再试" in Person(bureau).log_in(account_id).text


def test_the_right_password_after_the_wait_clears_the_count(small: Bureau) -> None:
    for _ in range(5):
        Person(small).log_in("office-01", "wrong-pass-1")
    small.clock.pass_by(seconds=61)
    assert Person(small).log_in("office-01").status_code == 303
    for _ in range(5):
        assert Person(small).log_in("office-01", "wrong-pass-1").status_code == 401


def test_wrong_passwords_are_forgotten_after_a_day(small: Bureau) -> None:
    for _ in range(5):
        Person(small).log_in("office-01", "wrong-pass-1")
    small.clock.pass_by(days=1, seconds=1)
    assert Person(small).log_in("office-01").status_code == 303


def test_an_address_that_tries_many_accounts_waits_and_locks_nobody_else_out(small: Bureau) -> None:
    for number in range(20):
        assert Person(small).log_in(f"guess-{number}", "wrong-pass-1").status_code == 401
    for _ in range(6):
        assert Person(small).log_in("office-01", "wrong-pass-1").status_code == 429
    assert Person(small, address="10.0.0.2").log_in("office-01").status_code == 303


def test_one_who_logs_in_rightly_all_day_is_never_made_to_wait(small: Bureau) -> None:
    for _ in range(25):
        assert Person(small).log_in("office-01").status_code == 303


def test_the_session_cookie_cannot_be_read_by_scripts_nor_sent_from_elsewhere(small: Bureau) -> None:
    cookie = Person(small).log_in("office-01").headers["set-cookie"]
    assert cookie.startswith("desk=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    secure = Bureau(replace(small.office, is_https=True), small.clock)
    cookie = Person(secure).log_in("office-01").headers["set-cookie"]
    assert cookie.startswith("__Host-desk=")
    assert "Secure" in cookie.split("; ")
    assert Person(secure).get("/login").headers["strict-transport-security"] == "max-age=31536000"


def test_logging_in_never_keeps_the_token_one_came_with(small: Bureau) -> None:
    person = Person(small)
    person.cookies.set("desk", "planted-by-somebody-else", domain="desk.local", path="/")
    person.log_in("office-01")
    assert person.cookies["desk"] != "planted-by-somebody-else"
    stolen = Person(small)
    stolen.cookies.set("desk", "planted-by-somebody-else")
    assert stolen.get("/").status_code == 303


def test_the_store_holds_neither_password_nor_token(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    content = (small.office.database_url.removeprefix("sqlite:///"),)
    held = b"".join(path.read_bytes() for path in Path(content[0]).parent.glob("store.db*"))
    assert PASSWORD.encode() not in held
    assert person.cookies["desk"].encode() not in held


def test_a_token_of_another_installation_is_worth_nothing(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    elsewhere = Person(Bureau(replace(small.office, secret="ab" * 32), small.clock))
    elsewhere.cookies.set("desk", person.cookies["desk"])
    assert elsewhere.get("/").status_code == 303


def test_after_logging_out_the_old_cookie_opens_nothing(bureau: Bureau) -> None:
    person = signed_in(bureau, "office-01")
    token = person.cookies["desk"]
    answer = person.submit("/logout", page="/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "desk" not in person.cookies
    again = Person(bureau)
    again.cookies.set("desk", token)
    assert again.get("/").status_code == 303


def test_a_session_ends_when_nobody_uses_it_and_at_the_end_of_the_day(bureau: Bureau) -> None:
    person = signed_in(bureau, "office-01")
    for _ in range(3):
        bureau.clock.pass_by(minutes=29)
        assert person.get("/").status_code == 200
    bureau.clock.pass_by(minutes=31)
    assert person.get("/").status_code == 303
    person.log_in("office-01")
    for _ in range(30):
        bureau.clock.pass_by(minutes=25)
        person.get("/desk.css")
        answer = person.get("/")
    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64, None])
@pytest.mark.parametrize("path", ["/logout", "/account", f"/uploads/{CAMPAIGN}/hearings"])
def test_a_form_from_elsewhere_is_refused(small: Bureau, path: str, token: str | None) -> None:
    person = signed_in(small, "office-01")
    answer = person.post(path, data={} if token is None else {"form_token": token})
    assert answer.status_code == 403
    assert "表单不是从本站打开的" in answer.text
    assert person.get("/").status_code == 200


def test_the_form_of_one_person_does_not_do_for_another(small: Bureau) -> None:
    other = signed_in(small, "director-01").token("/")
    person = signed_in(small, "office-01")
    assert person.post("/logout", data={"form_token": other}).status_code == 403


def test_nobody_can_be_logged_in_from_elsewhere(small: Bureau) -> None:
    person = Person(small)
    form = {"account_id": "office-01", "password": PASSWORD, "next": "/"}
    assert person.post("/login", data=form).status_code == 403
    stolen = Person(small).token("/login")
    assert person.post("/login", data={**form, "form_token": stolen}).status_code == 403
    assert person.get("/").status_code == 303


def test_forms_are_sent_and_pages_are_asked_for_and_nothing_else(small: Bureau) -> None:
    person = signed_in(small, "office-01")
    for method, path in (("GET", "/logout"), ("DELETE", "/account"), ("PUT", "/"), ("POST", "/cases")):
        assert person.request(method, path).status_code == 405


def test_a_long_form_is_refused_before_it_is_read(small: Bureau) -> None:
    answer = Person(small).post("/login", data={"account_id": "x" * 70_000})
    assert answer.status_code == 413
    assert "一次提交的内容不得超过 64 KB。" in answer.text


def test_a_new_password_ends_the_other_sessions(bureau: Bureau) -> None:
    person, elsewhere = signed_in(bureau, "office-01"), signed_in(bureau, "office-01")
    assert "初始密码" in person.get("/").text
    changed = person.submit("/account", old=PASSWORD, new="another-pass-27", again="another-pass-27")
    assert changed.status_code == 303
    assert "初始密码" not in person.get("/").text
    assert elsewhere.get("/").status_code == 303
    assert Person(bureau).log_in("office-01").status_code == 401
    assert Person(bureau).log_in("office-01", "another-pass-27").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (
            "wrong-pass-1",
            "another-pass-27",
            "another-pass-27",
            "密码 “原密码”：应为现在使用的密码，实为不相符。",
        ),
        (
            PASSWORD,
            "another-pass-27",
            "another-pass-28",
            "密码 “新密码”：应为两次输入一致，实为两次输入不同。",
        ),
        (PASSWORD, "short-1", "short-1", "密码：应为不少于10个字符，实为7个字符。"),
    ],
)
def test_a_password_is_changed_only_rightly(small: Bureau, old: str, new: str, again: str, said: str) -> None:
    answer = signed_in(small, "office-01").submit("/account", old=old, new=new, again=again)
    assert answer.status_code == 422
    assert said in answer.text
    assert Person(small).log_in("office-01").status_code == 303


def test_the_desk_does_not_open_without_a_secret_of_its_own() -> None:
    real = PROFILE.model_copy(update={"is_synthetic": False})
    assert require_secret(DEMO_SECRET, PROFILE) == require_secret("", PROFILE) == DEMO_SECRET
    assert require_secret("5" * 64, real) == "5" * 64
    for secret, profile, got in (
        ("", real, "0 个字符"),
        ("ab" * 16, PROFILE, "32 个字符"),
        (DEMO_SECRET, real, "演示用的公开密钥"),
    ):
        with pytest.raises(SettingError) as caught:
            require_secret(secret, profile)
        assert str(caught.value) == (
            "工作台的会话密钥不可用，未启动\n"
            f"- INSPECTION_DESK_SECRET：应为64 位以上的十六进制密钥，且不是演示用的公开密钥，实为{got}。"
            "请运行 openssl rand -hex 32 生成，写入环境变量 INSPECTION_DESK_SECRET，然后重新启动。（SET-021）"
        )


def test_passwords_never_travel_in_the_clear_beyond_this_machine() -> None:
    require_private_way("127.0.0.1", is_https=False)
    require_private_way("0.0.0.0", is_https=True)
    with pytest.raises(SettingError, match="未加密的网络") as caught:
        require_private_way("0.0.0.0", is_https=False)
    assert "请用 --certificate 和 --key 指定证书" in str(caught.value)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run `python -m desk account …` with a password on standard input; return exit code, output, errors."""
    monkeypatch.setenv("INSPECTION_DATABASE_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    monkeypatch.setenv("INSPECTION_PROFILE", str(PROFILE.folders.plans.parent / "profile.yaml"))

    def run(line: str, password: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        code = main(["account", *line.split()])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_an_account_is_added_listed_disabled_and_given_a_new_password(command, tmp_path: Path) -> None:
    assert command("add --id district-01 --role district --scope 379901", PASSWORD) == (
        0,
        "已登记账号 district-01（区县）。请本人首次登录后修改密码。\n",
        "",
    )
    assert command("list")[1] == "district-01\tdistrict\t379901\t在用\n"
    assert command("disable --id district-01")[1] == "已停用账号 district-01。\n"
    assert command("list")[1] == "district-01\tdistrict\t379901\t停用\n"
    assert command("enable --id district-01")[0] == 0
    assert command("password --id district-01", "another-pass-27")[0] == 0
    with reading(f"sqlite:///{tmp_path / 'desk.db'}") as session:
        found = account.get(session, "district-01")
    assert found.is_initial
    assert found.password_hash.startswith("$argon2id$")


def test_an_account_that_is_wrong_is_refused_with_the_reason(command) -> None:
    assert command("add --id office-01 --role office", PASSWORD)[0] == 0
    code, _, said = command("add --id office-01 --role office", PASSWORD)
    assert (code, said) == (
        13,
        "账号已存在\n- 账号 office-01：应为尚未使用的账号，实为已存在。"
        "请用 python -m desk account list 核对。（ACC-003）\n",
    )
    assert "密码不符合要求" in command("add --id office-02 --role office", "short")[2]
    unknown = command("add --id district-02 --role district --scope 999999", PASSWORD)[2]
    assert "应为379901、379902、379903、379904、379905，实为999999" in unknown
    assert "没有这个账号" in command("disable --id nobody-99")[2]
