"""What the switchboard is set to: its folder, where each service listens, which environment each one gets.

Here: settings and environments. Nothing else of `control` reads the environment of the process.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inspection.errors import Fault, SettingError

HOME = Path(__file__).resolve().parent.parent
POOL = "inspection"
SETTINGS_FILE = "inspection.env"
# Every process of an installation carries this, so that none can be mistaken for ours and none gets lost.
MARK = "INSPECTION_SWITCHBOARD"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_WORKER = {
    # Whoever starts a run from the form should not wait longer than it takes to look up.
    "PREFECT_WORKER_QUERY_SECONDS": "3",
    # What tasks say belongs on the page of the run.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,tasks",
}
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_PROMPT": "false",
}
_SERVER = {
    # Slots held in memory would be lost with the server, and the deployment stay busy for ever.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}
_SERVER_ONLY = ("PREFECT_API_DATABASE_", "PREFECT_SERVER_")

Port = Annotated[int, Field(ge=1, le=65535)]


class Panel(BaseModel):
    """Where the services listen, from `INSPECTION_*`; an argument of the command line goes before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    server_host: str = Field(default="127.0.0.1", description="where Prefect listens")
    server_port: Port = Field(default=4200)
    site_host: str = Field(default="127.0.0.1", description="where the publication site listens")
    site_port: Port = Field(default=8480)
    has_desk: bool = Field(default=True, description="whether the office desk runs on this machine")
    desk_port: Port = Field(default=8490, description="the desk listens on this machine only")
    desk_behind_https: bool = Field(default=False, description="a proxy on this machine speaks HTTPS")
    worker_limit: int = Field(default=2, ge=1, le=32, description="flow runs at one time")


@dataclass(frozen=True)
class Installation:
    """One running system: a folder for its state, its panel, and the settings it was given."""

    folder: Path
    panel: Panel
    given: Mapping[str, str]

    @property
    def api_url(self) -> str:
        """Prefect's API as this machine reaches it."""
        return f"{url(self.panel.server_host, self.panel.server_port)}/api"

    @property
    def workspace(self) -> Path:
        """The bureau's workspace, as worker and desk see it."""
        return HOME / self.given.get("INSPECTION_WORKSPACE", "workspace")

    @property
    def logs(self) -> Path:
        """Where each service writes its log."""
        return self.folder / "logs"

    @property
    def pids(self) -> Path:
        """Where it is noted which process each service is."""
        return self.folder / "run"

    def mark(self, service: str) -> str:
        """Return the mark that the processes of a service carry in their environment."""
        return f"{self.folder}#{service}"

    def server_environment(self) -> dict[str, str]:
        """Return what Prefect's server gets: its own settings and none of the bureau's keys."""
        return {
            **{name: value for name, value in self.given.items() if not name.startswith("INSPECTION_")},
            **_SERVER,
            # Under whatever name a browser has found the pages, their API is beside them.
            "PREFECT_SERVER_UI_API_URL": "/api",
            # By default any web page could call the API from the browser of whoever has it open.
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": url(self.panel.server_host, self.panel.server_port),
            **{name: value for name, value in self.given.items() if name.startswith("PREFECT_SERVER_")},
            **self._common(),
        }

    def site_environment(self) -> dict[str, str]:
        """Return what the publication site gets: nothing but the language of its process."""
        names = ("PATH", "LANG", "LC_ALL", "TZ")
        return {name: self.given[name] for name in names if name in self.given}

    def work_environment(self) -> dict[str, str]:
        """Return what worker and desk get: the bureau's settings and keys, but not Prefect's database."""
        own = {name: value for name, value in self.given.items() if not name.startswith(_SERVER_ONLY)}
        password = self.given.get("PREFECT_SERVER_API_AUTH_STRING", "")
        asked = {"PREFECT_API_AUTH_STRING": password} if password else {}
        desk = {"INSPECTION_DESK_URL": url("127.0.0.1", self.panel.desk_port)}
        return {**_WORKER, **desk, **own, **asked, **self._common(), "PREFECT_API_URL": self.api_url}

    def _common(self) -> dict[str, str]:
        return {**_QUIET, "PREFECT_HOME": str(self.folder / "prefect"), "INSPECTION_HOME": str(HOME)}


def usual_folder() -> Path:
    """Return the folder of an installation for which none was named: `control` in the workspace."""
    return Path(os.environ.get("INSPECTION_WORKSPACE", "workspace")) / "control"


def installation(
    folder: Path, arguments: Mapping[str, object], *, standing: Mapping[str, object]
) -> Installation:
    """Return the installation of a folder: its `inspection.env`, over it the environment, over it arguments.

    Args:
        folder: absolute.
        arguments: of the command line, by the panel's fields; `None` where not given.
        standing: the panel of what is running, which stays as it is until it is stopped.

    Raises:
        SettingError: a setting is wrong, open to everybody, or other than what is running; all faults at once.
    """
    given = {**_settings_file(folder / SETTINGS_FILE), **os.environ}
    # Both are of the developer at the keyboard, not of the installation.
    for name in ("PREFECT_PROFILE", "PREFECT_API_URL"):
        given.pop(name, None)
    fields = {
        name: given[f"INSPECTION_{name.upper()}"]
        for name in Panel.model_fields
        if f"INSPECTION_{name.upper()}" in given
    }
    chosen = {name: value for name, value in arguments.items() if value is not None}
    others = [_other(name, chosen[name], standing[name]) for name in chosen if name in standing]
    if faults := [fault for fault in others if fault]:
        raise SettingError("服务正在运行，地址和端口不能更改", faults)
    try:
        panel = Panel.model_validate({**fields, **chosen, **standing})
    except ValidationError as error:
        raise SettingError("控制室的设置有误", [_wrong(item) for item in error.errors()]) from error
    _require_password(panel, given)
    return Installation(folder, panel, given)


def url(host: str, port: int) -> str:
    """Return the address at which this machine reaches a service."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def _settings_file(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines, as systemd does: comments after `#`, quotes around a value taken off."""
    if not path.is_file():
        return {}
    if path.stat().st_mode & 0o007:
        fault = Fault(
            place=str(path),
            code="CTL-006",
            wanted="只有本机管理人员可读",
            got=f"权限 {path.stat().st_mode & 0o777:o}",
            remedy=f"文件内有密钥，请运行 chmod 600 {path}。",
        )
        raise SettingError("设置文件任何人都能读取，未启动", [fault])
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip(): _unquoted(value.strip()) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    is_quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def _wrong(item: Mapping[str, object]) -> Fault:
    place = item["loc"]
    name = str(place[0]).upper() if isinstance(place, tuple) and place else ""
    return Fault(
        place=f"INSPECTION_{name}",
        code="CTL-005",
        wanted=str(item["msg"]),
        got=str(item["input"]),
        remedy="请更正这项设置或命令行参数。",
    )


def _other(name: str, wanted: object, got: object) -> Fault | None:
    if wanted == got:
        return None
    place = f"--{name.replace('_', '-')}"
    remedy = "请先运行 python -m control down，再用新的设置启动。"
    return Fault(place=place, code="CTL-008", wanted=str(got), got=str(wanted), remedy=remedy)


def _require_password(panel: Panel, given: Mapping[str, str]) -> None:
    """Refuse to show Prefect beyond this machine without a password: whoever has its UI is administrator."""
    if panel.server_host in _LOOPBACK or given.get("PREFECT_SERVER_API_AUTH_STRING"):
        return
    fault = Fault(
        place="INSPECTION_SERVER_HOST",
        code="CTL-004",
        wanted="127.0.0.1，或同时设置 PREFECT_SERVER_API_AUTH_STRING",
        got=panel.server_host,
        remedy="请设置口令（形如 admin:口令），或改回本机地址。",
    )
    raise SettingError("运行服务不得在没有口令时对外开放，未启动", [fault])
