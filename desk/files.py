"""Opens and writes files of the workspace so that no link and no `..` leads out of it.

Every folder on the way is opened by itself and never through a link; only regular files count.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE = 2**20


def read_inside(root: Path, parts: Sequence[str]) -> bytes:
    """Return the content of `root`/`parts`.

    Raises:
        OSError: it does not exist, is no regular file, or a link stands on the way.
    """
    *folders, name = parts or ("",)
    with _folder(root, folders, is_made=False) as folder:
        handle = os.open(_sound(name), _FILE, dir_fd=folder)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileNotFoundError(name)
            return file.read()


def is_inside(root: Path, parts: Sequence[str]) -> bool:
    """Say whether `root`/`parts` is a regular file that `read_inside` would open."""
    *folders, name = parts or ("",)
    try:
        with _folder(root, folders, is_made=False) as folder:
            found = os.stat(_sound(name), dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode)


def names_inside(root: Path, parts: Sequence[str]) -> list[str]:
    """Return the names of the regular files in a folder, sorted; none when there is no such folder."""
    try:
        with _folder(root, parts, is_made=False) as folder, os.scandir(folder) as entries:
            return sorted(
                entry.name
                for entry in entries
                if entry.is_file(follow_symlinks=False) and entry.name[0] != "."
            )
    except OSError:
        return []


def write_inside(root: Path, parts: Sequence[str], source: BinaryIO) -> None:
    """Write what `source` holds to `root`/`parts`, whole or not at all, readable by this account only.

    Raises:
        OSError: a link stands on the way, or something other than a regular file has that name.
    """
    with _folder(root, parts[:-1], is_made=True) as folder:
        name, partial = _sound(parts[-1]), f".part-{secrets.token_hex(8)}"
        _require_regular(name, folder)
        try:
            with os.fdopen(os.open(partial, _NEW, 0o600, dir_fd=folder), "wb") as target:
                source.seek(0)
                while piece := source.read(_PIECE):
                    target.write(piece)
                target.flush()
                os.fsync(target.fileno())
            os.replace(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _remove(partial, folder)
            raise
        os.fsync(folder)


def remove_inside(root: Path, parts: Sequence[str]) -> None:
    """Remove the regular file `root`/`parts` if there is one."""
    *folders, name = parts
    with _folder(root, folders, is_made=False) as folder:
        _remove(_sound(name), folder)


def digest_of(source: BinaryIO) -> str:
    """Return the SHA-256 of what `source` holds."""
    source.seek(0)
    found = hashlib.sha256()
    while piece := source.read(_PIECE):
        found.update(piece)
    return found.hexdigest()


@contextmanager
def _folder(root: Path, parts: Sequence[str], *, is_made: bool) -> Iterator[int]:
    if is_made:
        root.mkdir(parents=True, exist_ok=True)
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if is_made:
                _make(part, handle)
            inner = os.open(_sound(part), _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _make(part: str, folder: int) -> None:
    try:
        os.mkdir(_sound(part), 0o755, dir_fd=folder)
    except FileExistsError:
        return


def _require_regular(name: str, folder: int) -> None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode):
        raise FileExistsError(name)


def _remove(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def _sound(part: str) -> str:
    """Return a name that stays in its folder."""
    if part in {"", ".", ".."} or "/" in part or "\0" in part:
        raise FileNotFoundError(part)
    return part
