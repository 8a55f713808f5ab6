"""The workspace: where files lie, and how one is written so that a kill leaves the old one or the new one."""

import os
import tempfile
from pathlib import Path

import pandas as pd

from inspection.canonical import digest_bytes
from inspection.unranked import require_unranked_file, require_unranked_table
from tasks.settings import settings


def inbox(term_id: str) -> Path:
    """Return where a term's files arrive."""
    return settings().workspace / "inbox" / term_id


def originals() -> Path:
    """Return where files that came in are kept under their digests; those with student rows never are."""
    return settings().workspace / "inbox" / "received"


def returned(campaign_id: str, kind: str) -> Path:
    """Return where a campaign's filled-in workbooks come back: `findings` or `hearings`."""
    return settings().workspace / "inbox" / campaign_id / kind


def staged(term_id: str, name: str) -> Path:
    """Return where a term's staged frame lies."""
    return settings().workspace / "staging" / term_id / name


def corrections(term_id: str) -> Path:
    """Return where the lists of what must be mended in a term's files lie."""
    return settings().workspace / "outbox" / term_id / "corrections"


def blanks(term_id: str) -> Path:
    """Return where the forms lie that districts fill in for their schools."""
    return settings().workspace / "outbox" / term_id / "blanks"


def quality_reports(term_id: str) -> Path:
    """Return where a term's reports of data quality lie, and what schools are asked for."""
    return settings().workspace / "outbox" / term_id / "quality"


def analyses(term_id: str) -> Path:
    """Return where a term's analyses of quality and teaching lie; no one of them is for everybody."""
    return settings().workspace / "outbox" / term_id / "analyses"


def outbox(campaign_id: str) -> Path:
    """Return where what is sent out lies: dossiers, workbooks, drafts, notices."""
    return settings().workspace / "outbox" / campaign_id


def refusals(campaign_id: str) -> Path:
    """Return where the office reads in full why a run of a campaign was refused or failed."""
    return settings().workspace / "outbox" / campaign_id / "refusals"


def public(campaign_id: str) -> Path:
    """Return where a campaign's publication site lies."""
    return settings().workspace / "public" / campaign_id


def write_whole(path: Path, content: bytes) -> str:
    """Write a file so that it is whole or absent; return its SHA-256. Equal content is left alone.

    Raises:
        ProtocolError: it ranks somebody by examination result.
    """
    # What came in is kept as it came, whatever it holds and however it is encoded.
    if not path.is_relative_to(settings().workspace / "inbox"):
        require_unranked_file(path, content)
    digest = digest_bytes(content)
    if path.is_file() and digest_bytes(path.read_bytes()) == digest:
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)
    return digest


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet, whole or not at all.

    Raises:
        ProtocolError: it has a column of places. Its order is no content: readers sort by key.
    """
    require_unranked_table(list(frame.columns), (), place=path.name)
    write_whole(path, frame.to_parquet(index=False))


def read_frame(path: Path) -> pd.DataFrame:
    """Read a staged frame."""
    return pd.read_parquet(path)
