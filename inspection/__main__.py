"""The command line of the rules: check a draw record, its annex or a ledger with nothing but Python's standard library.

    python -m inspection verify record.json [--ledger ledger.json] [--head HASH] [--commitment HASH]
    python -m inspection verify-annex record.json annex.json [--names names.csv] [--commitment HASH]
    python -m inspection verify-ledger ledger.json [--head HASH]

Exit status of `verify` and `verify-annex`: 0 all well, 1 a step fails, 2 a file cannot be read; otherwise that of the error.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from inspection import ledger
from inspection.errors import Fault, InspectionError, SourceError
from inspection.verify import annex, record


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["verify"]:
        return record.main(given[1:])
    if given[:1] == ["verify-annex"]:
        return annex.main(given[1:])
    parser = argparse.ArgumentParser(prog="python -m inspection", description="核验抽取记录、附件和台账。")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    commands.add_parser("verify", help="核验抽取记录（加 --help 查看用法）", add_help=False)
    commands.add_parser("verify-annex", help="核验附件（供纪检机构使用）", add_help=False)
    chain = commands.add_parser("verify-ledger", help="核验台账是否首尾相接")
    chain.add_argument("ledger", help="公开的台账文件（JSON）")
    chain.add_argument("--head", default=None, help="此前公布的台账头")
    options = parser.parse_args(given)
    try:
        sys.stdout.write(_verify_ledger(Path(options.ledger), options.head and options.head.strip().lower()))
    except InspectionError as error:
        sys.stderr.write(f"{error.full_text}\n")
        return error.exit_code
    return 0


def _verify_ledger(path: Path, head: str | None) -> str:
    entries = ledger.read(_text(path), place=path.name)
    ledger.require_sound(entries, published_head=head)
    newest = entries[-1].entry_hash if entries else ledger.GENESIS
    return f"√ 台账共{len(entries)}条，首尾相接，台账头{newest}\n"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(
            place=path.name,
            code="LED-006",
            wanted="可读取的UTF-8文件",
            got=error.__class__.__name__,
            remedy=f"请确认{path}存在且可读。",
        )
        raise SourceError(f"无法读取{path}", [fault]) from error


if __name__ == "__main__":
    sys.exit(main())
