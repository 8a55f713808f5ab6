"""Keyed pseudonyms of people who must not be named: the same person gives the same pseudonym under one key.

Standard library only. Where the key lies is a setting; what is pseudonymised is said by a source map.
"""

import hashlib
from collections.abc import Iterable

from inspection.errors import Fault, SettingError

LENGTH = 24
_LEAST_KEY_BYTES = 32
_BLOCK_BYTES = 64


def pseudonyms(ids: Iterable[str], key: bytes) -> list[str]:
    """Return the pseudonym (24 hexadecimal digits of HMAC-SHA-256) of each id.

    Raises:
        SettingError: the key is absent or shorter than 256 bits.
    """
    if len(key) < _LEAST_KEY_BYTES:
        fault = Fault(
            place="INSPECTION_PSEUDONYM_KEY",
            code="SET-011",
            wanted="a key of at least 64 hexadecimal digits",
            got=f"{len(key)} bytes",
            remedy="Set it to the output of: openssl rand -hex 32",
        )
        raise SettingError("Student files cannot be read without a pseudonym key.", [fault])
    inner, outer = _keyed(key, 0x36), _keyed(key, 0x5C)
    found = []
    for value in ids:
        first, second = inner.copy(), outer.copy()
        first.update(value.encode())
        second.update(first.digest())
        found.append(second.hexdigest()[:LENGTH])
    return found


def _keyed(key: bytes, mask: int) -> "hashlib._Hash":
    """Return SHA-256 begun with the key, as HMAC begins (RFC 2104); copying it is a third of a new HMAC."""
    block = hashlib.sha256(key).digest() if len(key) > _BLOCK_BYTES else key
    return hashlib.sha256(bytes(byte ^ mask for byte in block.ljust(_BLOCK_BYTES, b"\0")))
