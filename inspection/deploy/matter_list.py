"""The published list 抽查事项清单: what a bureau may inspect at all, and on what ground. A YAML document.

Here: the document. Not here: the matters a plan takes from it (`plan`), whether a plan keeps to it (`gate`).
"""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from inspection import policy_file
from inspection.policy_file import PolicyModel


class ListedMatter(PolicyModel):
    """One entry of the list; `kind` is key 重点检查事项 or general 一般检查事项."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    kind: Literal["key", "general"]
    basis: str = Field(min_length=1, description="检查依据；没有法律、法规、规章依据的不得列入")


class MatterList(PolicyModel):
    """The list as published, and the day from which it holds."""

    matter_list: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    organ: str = Field(description="公布清单的机关")
    published_on: date
    matters: tuple[ListedMatter, ...] = Field(min_length=1)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all matters that may be inspected."""
        return frozenset(matter.code for matter in self.matters)

    @model_validator(mode="after")
    def _distinct(self) -> "MatterList":
        if len(self.codes) < len(self.matters):
            raise ValueError("互不相同的事项编号 code")
        return self


def load_matter_list(path: Path) -> MatterList:
    """Read a bureau's list.

    Raises:
        DocumentError: the file is absent or wrong.
    """
    return policy_file.load(MatterList, path)
