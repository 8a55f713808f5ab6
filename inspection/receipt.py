"""What a task hands back: which stage, how many of what, and the content digest of what it made."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Receipt:
    """Counts and a digest; never rows, names or content."""

    stage: str
    counts: Mapping[str, int] = field(default_factory=dict)
    content_digest: str = ""

    @property
    def sentence(self) -> str:
        """The receipt in one line, for logs and closing tables."""
        counts = "，".join(f"{name} {count}" for name, count in self.counts.items())
        return f"{self.stage}：{counts}"
