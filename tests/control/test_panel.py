"""The switchboard gives each service what it needs, and says what is wrong with its settings."""

from pathlib import Path

import pytest

from control.panel import HOME, Installation, installation
from inspection.errors import SettingError

NOTHING: dict[str, object] = {}
KEYS = ("INSPECTION_PSEUDONYM_KEY", "INSPECTION_DRAW_SECRET", "INSPECTION_DESK_SECRET")
DATABASE = "PREFECT_API_DATABASE_CONNECTION_URL"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SERVER_PORT", "SITE_PORT", "DESK_PORT", "SERVER_HOST", "HAS_DESK", "WORKSPACE"):
        monkeypatch.delenv(f"INSPECTION_{name}", raising=False)
    monkeypatch.delenv("PREFECT_SERVER_API_AUTH_STRING", raising=False)


def settings_file(folder: Path, *lines: str) -> None:
    path = folder / "inspection.env"
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)


def room(folder: Path, **arguments: object) -> Installation:
    return installation(folder, arguments, standing=NOTHING)


def test_by_default_everything_listens_on_this_machine_only(tmp_path: Path) -> None:
    panel = room(tmp_path).panel
    assert (panel.server_host, panel.site_host) == ("127.0.0.1", "127.0.0.1")
    assert (panel.server_port, panel.site_port, panel.desk_port) == (4200, 8480, 8490)


def test_arguments_go_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_file(
        tmp_path,
        "# ports",
        "INSPECTION_SERVER_PORT=4301",
        "INSPECTION_SITE_PORT='4302'",
        "INSPECTION_DESK_PORT=4303",
    )
    monkeypatch.setenv("INSPECTION_SITE_PORT", "5302")
    monkeypatch.setenv("INSPECTION_DESK_PORT", "5303")
    panel = room(tmp_path, desk_port=6303, site_port=None).panel
    assert (panel.server_port, panel.site_port, panel.desk_port) == (4301, 5302, 6303)


def test_the_bureaus_keys_reach_worker_and_desk_only(tmp_path: Path) -> None:
    settings_file(tmp_path, *(f"{name}=key" for name in KEYS))
    given = room(tmp_path)
    assert set(KEYS) <= given.work_environment().keys()
    assert not set(KEYS) & given.server_environment().keys()
    assert not set(KEYS) & given.site_environment().keys()


def test_the_password_of_prefects_database_reaches_the_server_only(tmp_path: Path) -> None:
    settings_file(tmp_path, f"{DATABASE}=postgresql+asyncpg://prefect:word@db/prefect")
    given = room(tmp_path)
    assert DATABASE in given.server_environment()
    assert DATABASE not in given.work_environment()
    assert DATABASE not in given.site_environment()


def test_worker_and_desk_know_prefects_password(tmp_path: Path) -> None:
    settings_file(tmp_path, "PREFECT_SERVER_API_AUTH_STRING=admin:word")
    assert room(tmp_path).work_environment()["PREFECT_API_AUTH_STRING"] == "admin:word"


def test_nothing_leaves_the_machine_unasked(tmp_path: Path) -> None:
    environment = room(tmp_path).server_environment()
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4200"


def test_the_developers_own_prefect_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_PROFILE", "mine")
    environment = room(tmp_path, server_port=4310).work_environment()
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:4310/api"
    assert environment["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert environment["INSPECTION_HOME"] == str(HOME)
    assert "PREFECT_PROFILE" not in environment


def test_wrong_settings_are_all_named(tmp_path: Path) -> None:
    settings_file(tmp_path, "INSPECTION_SERVER_PORT=many", "INSPECTION_SITE_PORT=0")
    with pytest.raises(SettingError) as refused:
        room(tmp_path)
    assert [(fault.place, fault.got, fault.code) for fault in refused.value.faults] == [
        ("INSPECTION_SERVER_PORT", "many", "CTL-005"),
        ("INSPECTION_SITE_PORT", "0", "CTL-005"),
    ]


def test_a_settings_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    settings_file(tmp_path, "INSPECTION_DRAW_SECRET=key")
    (tmp_path / "inspection.env").chmod(0o644)
    with pytest.raises(SettingError) as refused:
        room(tmp_path)
    assert str(refused.value) == (
        "设置文件任何人都能读取，未启动\n"
        f"- {tmp_path}/inspection.env：应为只有本机管理人员可读，实为权限 644。"
        f"文件内有密钥，请运行 chmod 600 {tmp_path}/inspection.env。（CTL-006）"
    )


def test_prefect_is_not_opened_to_the_network_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        room(tmp_path, server_host="0.0.0.0")
    assert str(refused.value) == (
        "运行服务不得在没有口令时对外开放，未启动\n"
        "- INSPECTION_SERVER_HOST：应为127.0.0.1，或同时设置 PREFECT_SERVER_API_AUTH_STRING，实为0.0.0.0。"
        "请设置口令（形如 admin:口令），或改回本机地址。（CTL-004）"
    )
    settings_file(tmp_path, "PREFECT_SERVER_API_AUTH_STRING=admin:word")
    assert room(tmp_path, server_host="0.0.0.0").api_url == "http://127.0.0.1:4200/api"


def test_what_runs_keeps_its_ports_until_it_is_stopped(tmp_path: Path) -> None:
    standing = room(tmp_path, site_port=8481).panel.model_dump()
    assert installation(tmp_path, {}, standing=standing).panel.site_port == 8481
    with pytest.raises(SettingError) as refused:
        installation(tmp_path, {"site_port": 8482, "server_port": 4200}, standing=standing)
    assert str(refused.value) == (
        "服务正在运行，地址和端口不能更改\n"
        "- --site-port：应为8481，实为8482。请先运行 python -m control down，再用新的设置启动。（CTL-008）"
    )
