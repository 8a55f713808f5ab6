"""Passwords as Argon2 hashes. Few are worked on at a time: each takes 64 MiB."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

_HASHER = PasswordHasher()
_ROOM = BoundedSemaphore(2)


def hashed(password: str) -> str:
    """Return the hash under which a password is kept."""
    with _ROOM:
        return _HASHER.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Say whether a password is the one that was kept; without one (None) it takes as long to say no."""
    try:
        with _ROOM:
            _HASHER.verify(password_hash or _nobody(), password)
    except VerificationError:
        return False
    return password_hash is not None


@cache
def _nobody() -> str:
    return _HASHER.hash("no account has this password")
