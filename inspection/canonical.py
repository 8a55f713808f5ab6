"""Canonical JSON (RFC 8785, restricted to strings, integers, booleans, lists and maps) and content digests.

Everything that is hashed or signed passes through here once. Standard library only.
"""

import hashlib
import json
import math
from collections.abc import Iterable
from typing import Any


def canonical(value: Any) -> str:
    """Return the RFC 8785 text of a value made of strings, integers, booleans, lists and maps.

    Floats and nulls are refused (`TypeError`): their text differs between languages. Keys sort by UTF-16
    code units as the standard says.
    """
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(key)}:{_text(value[key])}" for key in keys) + "}"
    raise TypeError(f"canonical JSON holds no {type(value).__name__}: {value!r}")


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical text, as 64 hexadecimal digits."""
    return digest_bytes(canonical(value).encode())


def digest_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_rows(rows: Iterable[Iterable[object]]) -> str:
    """Return the content digest of a table: its rows as canonical text, sorted, so that order is no content.

    Floats are written with 6 decimals and nulls as the empty string; dates by `str`.
    """
    lines = sorted(canonical([_cell(cell) for cell in row]) for row in rows)
    return digest(lines)


def _cell(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return f"{cell:.6f}" if isinstance(cell, float) else str(cell)
