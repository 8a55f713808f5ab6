"""The page on rubrics tells every way of making an indicator, and none that there is not."""

import re
from pathlib import Path
from typing import get_args

from inspection.derive.indicator import Formula

ROOT = Path(__file__).resolve().parents[2]


def test_every_kind_of_formula_stands_in_the_table() -> None:
    page = (ROOT / "docs" / "rubrics.md").read_text(encoding="utf-8")
    table = page.partition("| `formula.kind` |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    known = [get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(Formula)[0])]
    assert sorted(told) == sorted(known)
