"""A whole installation for the journey: a small bureau's store, its people, and every service started."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from examples.demo_city.run import environment
from inspection.store.engine import migrate, writing
from tests.tasks.special_office import fill

FIRST_PASSWORD = "cha-yue-2026-05"


@dataclass(frozen=True)
class Room:
    """Where the services of an installation answer."""

    folder: Path
    server: str
    desk: str


@contextmanager
def started(folder: Path) -> Iterator[Room]:
    """Start an installation of the small bureau, and stop it."""
    values = {name: value for name, value in environment(folder).items() if name.startswith("INSPECTION_")}
    values["INSPECTION_DATABASE_URL"] = f"sqlite:///{folder / 'inspection.db'}"
    ports = _free_ports("server", "site", "desk")
    values |= {f"INSPECTION_{name.upper()}_PORT": str(port) for name, port in ports.items()}
    _write_settings(folder / "inspection.env", values)
    migrate(values["INSPECTION_DATABASE_URL"])
    with writing(values["INSPECTION_DATABASE_URL"]) as session:
        fill(session)
    _run(["desk", "account", "add", "--id", "director-01", "--role", "director"], values, FIRST_PASSWORD)
    try:
        _run(["control", "up", "--folder", str(folder)], values)
        yield Room(folder, *(f"http://127.0.0.1:{ports[name]}" for name in ("server", "desk")))
    finally:
        _run(["control", "down", "--folder", str(folder)], values)


def _run(command: list[str], values: Mapping[str, str], said: str = "") -> None:
    subprocess.run(
        [sys.executable, "-m", *command],
        env=os.environ | values,
        input=f"{said}\n",
        stdout=subprocess.DEVNULL,
        text=True,
        timeout=150,
        check=True,
    )


def _write_settings(path: Path, values: Mapping[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    path.chmod(0o600)


def _free_ports(*names: str) -> dict[str, int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
    try:
        return {name: line.getsockname()[1] for name, line in zip(names, held, strict=True)}
    finally:
        for line in held:
            line.close()
