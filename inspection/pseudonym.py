"""Keyed pseudonyms of people who must not be named: the same person gives the same pseudonym under one key.

Standard library only. Where the key lies is a setting; what is pseudonymised is said by a source map.
"""

import hmac
from collections.abc import Iterable

from inspection.errors import Fault, SettingError

LENGTH = 24
_LEAST_KEY_BYTES = 32


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
    return [hmac.digest(key, value.encode(), "sha256").hex()[:LENGTH] for value in ids]
