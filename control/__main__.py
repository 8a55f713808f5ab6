"""The switchboard's commands: `python -m control up|down|status [--folder DIR]`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from control.panel import HOME, Installation, Panel, installation, usual_folder
from control.service import standing_panel
from inspection.errors import InspectionError

_NOT_WELL = 1
_NUMBERS = ("server_port", "site_port", "desk_port", "worker_limit")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do what it says; return the exit code."""
    chosen = _parser().parse_args(arguments)
    folder = chosen.folder and chosen.folder.resolve()
    # Relative settings mean the same here as in the services, all of which start from the program's folder.
    os.chdir(HOME)
    folder = folder or usual_folder().resolve()
    try:
        arguments_given = {name: getattr(chosen, name, None) for name in Panel.model_fields}
        room = installation(folder, arguments_given, standing=standing_panel(folder))
        os.environ.clear()
        os.environ.update(room.work_environment())
        return int(chosen.run(room))
    except InspectionError as error:
        sys.stderr.write(f"{error.full_text}\n")
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m control", description="控制室")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, words in (
        ("up", _up, "start every service, or what is missing of them"),
        ("down", _down, "stop every service"),
        ("status", _status, "show how every service is; exit code 1 when one is not well"),
    ):
        command = commands.add_parser(name, help=words)
        command.set_defaults(run=run)
        command.add_argument(
            "--folder", type=Path, help="state, logs, Prefect; else control in the workspace"
        )
    for field, about in Panel.model_fields.items():
        if field in _NUMBERS or field.endswith("_host"):
            kind = int if field in _NUMBERS else str
            words = about.description or f"else {about.default}"
            commands.choices["up"].add_argument(f"--{field.replace('_', '-')}", type=kind, help=words)
    return parser


def _up(room: Installation) -> int:
    from control.switchboard import up

    up(room)
    return _status(room)


def _down(room: Installation) -> int:
    from control.switchboard import down

    killed = down(room)
    told = f"已停止；强行结束：{'、'.join(killed)}" if killed else "已停止"
    sys.stdout.write(f"{told}\n")
    return 0


def _status(room: Installation) -> int:
    from control import status
    from control.service import why_no_desk
    from control.switchboard import plan
    from tasks.settings import profile

    lines = status.lines(room, plan(room))
    sys.stdout.write(f"{status.table(lines)}\n")
    if reason := why_no_desk(room, profile()):
        sys.stdout.write(f"工作台未启用：{reason}\n")
    return 0 if all(line.is_well for line in lines) else _NOT_WELL


if __name__ == "__main__":
    sys.exit(main())
