"""The desk's commands: `python -m desk serve`, `python -m desk account add|list|disable|enable|password`."""

import argparse
import getpass
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desk.office import Office, require_private_way, require_secret
from desk.password import hashed
from inspection.access import ROLE_TITLES, Role, require_account, require_password
from inspection.errors import Fault, InspectionError, ProtocolError
from inspection.store import account as accounts
from inspection.store.engine import migrate, reading, writing
from tasks.settings import profile, settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and do what it says; return the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except InspectionError as error:
        sys.stderr.write(f"{error.full_text}\n")
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desk", description="教育督导工作台")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="open the desk")
    serve.add_argument("--host", default="127.0.0.1", help="beyond this machine only with HTTPS")
    serve.add_argument("--port", type=int, default=4300)
    serve.add_argument("--certificate", type=Path, help="PEM file; with --key the desk speaks HTTPS itself")
    serve.add_argument("--key", type=Path, help="PEM file")
    serve.add_argument("--behind-https", action="store_true", help="a proxy on this machine speaks HTTPS")
    serve.set_defaults(run=_serve)
    account = commands.add_parser("account", help="who may log in").add_subparsers(required=True)
    for name, run in _ACCOUNT_COMMANDS.items():
        command = account.add_parser(name, help=(run.__doc__ or "").partition("\n")[0])
        command.set_defaults(run=run)
        if name != "list":
            command.add_argument("--id", required=True, help="such as director-01; an approver's own id")
        if name == "add":
            command.add_argument("--role", required=True, choices=[role.value for role in Role])
            command.add_argument("--scope", default="", help="inspector id, school code or district code")
    return parser


def _serve(chosen: argparse.Namespace) -> None:
    import uvicorn

    from desk.app import make_app

    is_https = bool(chosen.behind_https or (chosen.certificate and chosen.key))
    require_private_way(chosen.host, is_https=is_https)
    given, bureau = settings(), profile()
    office = Office(
        database_url=given.database_url,
        workspace=given.workspace,
        profile=bureau,
        secret=require_secret(given.desk_secret.get_secret_value(), bureau),
        is_https=is_https,
    )
    migrate(office.database_url)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    uvicorn.run(
        make_app(office, now=lambda: datetime.now(UTC)),
        host=chosen.host,
        port=chosen.port,
        ssl_certfile=chosen.certificate,
        ssl_keyfile=chosen.key,
        access_log=False,
        server_header=False,
    )


def _add(chosen: argparse.Namespace) -> None:
    """Enter an account; its first password comes from the prompt or from standard input."""
    role = require_account(chosen.id, chosen.role, chosen.scope)
    _require_known_district(role, chosen.scope)
    password_hash = hashed(_new_password(chosen.id))
    migrate(settings().database_url)
    with writing(settings().database_url) as session:
        accounts.add(
            session,
            account_id=chosen.id,
            role=role.value,
            scope=chosen.scope,
            password_hash=password_hash,
            at=datetime.now(UTC),
        )
    _say(f"已登记账号 {chosen.id}（{ROLE_TITLES[role]}）。请本人首次登录后修改密码。")


def _list(_chosen: argparse.Namespace) -> None:
    """List the accounts."""
    migrate(settings().database_url)
    with reading(settings().database_url) as session:
        for account in accounts.accounts(session):
            state = "在用" if account.is_active else "停用"
            _say("\t".join((account.account_id, account.role, account.scope or "-", state)))


def _disable(chosen: argparse.Namespace) -> None:
    """Keep an account out, and end its sessions."""
    with writing(settings().database_url) as session:
        accounts.set_active(session, chosen.id, is_active=False)
    _say(f"已停用账号 {chosen.id}。")


def _enable(chosen: argparse.Namespace) -> None:
    """Let an account in again."""
    with writing(settings().database_url) as session:
        accounts.set_active(session, chosen.id, is_active=True)
    _say(f"已启用账号 {chosen.id}。")


def _password(chosen: argparse.Namespace) -> None:
    """Give an account a new first password, and end its sessions."""
    with reading(settings().database_url) as session:
        accounts.get(session, chosen.id)
    password_hash = hashed(_new_password(chosen.id))
    with writing(settings().database_url) as session:
        accounts.set_password(session, chosen.id, password_hash, is_initial=True)
    _say(f"已重设账号 {chosen.id} 的密码。请本人登录后修改。")


_ACCOUNT_COMMANDS = {
    "add": _add,
    "list": _list,
    "disable": _disable,
    "enable": _enable,
    "password": _password,
}


def _new_password(account_id: str) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass("密码：")
        if getpass.getpass("再输入一次：") != password:
            fault = Fault(
                place="密码", code="ACC-004", wanted="两次输入一致", got="两次输入不同", remedy="请重新运行。"
            )
            raise ProtocolError("密码未设置", [fault])
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    require_password(password, account_id=account_id)
    return password


def _require_known_district(role: Role, scope: str) -> None:
    known = [district.code for district in profile().districts]
    if role is Role.DISTRICT and scope not in known:
        fault = Fault(
            place="工作台账号",
            column="范围",
            code="ACC-001",
            wanted="、".join(known),
            got=scope,
            remedy="请填写机构配置中列明的区县代码。",
        )
        raise ProtocolError("账号信息有误", [fault])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
