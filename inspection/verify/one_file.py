"""The verifier as one file that anybody can download: the modules of `verify` that it needs joined, nothing else changed.

The last line holds the SHA-256 of all lines above it, so that a file cut short or altered by accident shows it
by itself; against a forger stands the digest of the whole file on the site's page. Not here: the verifier.
"""

import ast
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from inspection.verify import anew, published_ledger, record, record_format, seats

PARTS: tuple[Path, ...] = tuple(
    Path(str(part.__file__)) for part in (record_format, seats, anew, published_ledger, record)
)
"""The modules in the order in which they need one another; the last has the command and the file's docstring."""
DIGEST_LINE = "# SHA-256 of all lines above: "


def one_file() -> str:
    """Return the verifier as the text of one Python file."""
    texts = [path.read_text(encoding="utf-8") for path in PARTS]
    docstring = _source(texts[-1], ast.parse(texts[-1]).body[:1])
    body = "\n\n\n".join([f"{docstring}\n\n{_imports(texts)}", *(_without_imports(text) for text in texts)])
    return f"{body}\n\n{DIGEST_LINE}{_digest(body)}\n"


def is_whole(text: str) -> bool:
    """Say whether the last line of a verifier file holds the digest of the lines above it."""
    body, _, stated = text.rpartition(f"\n\n{DIGEST_LINE}")
    return stated == f"{_digest(body)}\n"


def _digest(body: str) -> str:
    # With the line break and the blank line before the digest: `head -n -1 verify.py | sha256sum` says the same.
    return hashlib.sha256(f"{body}\n\n".encode()).hexdigest()


def _imports(texts: Iterable[str]) -> str:
    """Return the imports of all parts, each once; those of one part from another fall away."""
    plain, named = set[str](), dict[str, set[str]]()
    for node in (node for text in texts for node in ast.parse(text).body):
        if isinstance(node, ast.Import):
            plain |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("inspection"):
            named.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
    lines = [f"import {name}" for name in sorted(plain)]
    lines += [f"from {name} import {', '.join(sorted(named[name]))}" for name in sorted(named)]
    return "\n".join(lines)


def _without_imports(text: str) -> str:
    """Return a part without its docstring and its imports, which stand at its head."""
    nodes = ast.parse(text).body[1:]
    first = next(node for node in nodes if not isinstance(node, (ast.Import, ast.ImportFrom)))
    return "\n".join(text.splitlines()[first.lineno - 1 :]).rstrip()


def _source(text: str, nodes: Sequence[ast.stmt]) -> str:
    return "\n".join(ast.get_source_segment(text, node) or "" for node in nodes)
