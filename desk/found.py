"""What an address of the desk stands for: a kind, whose it is, and where its content lies."""

from dataclasses import dataclass

from inspection.access import Kind, Owner


@dataclass(frozen=True, kw_only=True)
class Found:
    """What an address stands for.

    `owner` is None when there is no such thing. Its content is `text`, or the file `parts` of the workspace,
    whose bytes must have the SHA-256 `digest` where one is on record.
    """

    kind: Kind
    owner: Owner | None
    name: str = ""
    text: str = ""
    parts: tuple[str, ...] = ()
    digest: str = ""
