"""The language of the spec tests: small tables in, outcome and points out, and a record of every example.

Each spec test is also a passage of docs/how-scores-are-computed.md: `page.py` runs the tests with a recorder
and prints what they said. Tables are text, columns parted by `|`; an empty cell is a missing figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from inspection import policy_file
from inspection.derive.formula import Quotient
from inspection.derive.indicator import COLUMNS, IndicatorCatalogue, derive, load_indicators
from inspection.score.evidence import FINDING_COLUMNS, Evidence
from inspection.score.rubric import Rubric, load_rubric
from inspection.score.scoring import Scored, score

RUBRICS = Path(__file__).parents[2] / "rubrics"
BANDS = """
  - {band: excellent, at_least: 90}
  - {band: good, at_least: 80, below: 90}
  - {band: pass, at_least: 60, below: 80}
  - {band: fail, at_least: 0, below: 60}
"""
MINIMUM_COVERAGE_RATE = 60.0


@dataclass(frozen=True)
class Example:
    """One example as it stands in a test."""

    definition: str
    tables: Mapping[str, str]
    scored: Scored


@dataclass
class SpecTest:
    """Checks examples and remembers them."""

    examples: list[Example] = field(default_factory=list)

    def rule(
        self, definition: str, *, weight: float, table: str, expected: Mapping[int, tuple[str, int]]
    ) -> None:
        """Score schools under one criterion, written as in a rubric; figures are named `x`.

        Columns: school, stage, and `x` with its last year, numerator, denominator and missing reason as
        `x.previous`, `x.numerator`, `x.denominator`, `x.missing`; other indicators likewise; a visit's
        `conclusion` and `rating`. Expected: outcome and points in hundredths for each school.
        """
        rubric = one_criterion(definition, weight)
        scored = score(rubric, _evidence(table), minimum_coverage_rate=MINIMUM_COVERAGE_RATE)
        self.examples.append(Example(definition, {"": table}, scored))
        assert _of_criterion(scored, "AA-01") == dict(expected)

    def totals(self, criteria: str, *, table: str, expected: Mapping[int, tuple[int, str, str]]) -> None:
        """Score schools under several criteria. Expected: total in hundredths, band, public band."""
        rubric = policy_file.parse(Rubric, _rubric_text(criteria), place="例")
        scored = score(rubric, _evidence(table), minimum_coverage_rate=MINIMUM_COVERAGE_RATE)
        self.examples.append(Example(criteria, {"": table}, scored))
        rows = scored.totals.itertuples(index=False)
        found = {int(row.school_code): (row.points_centi, row.band, row.public_band) for row in rows}
        assert found == dict(expected)

    def criterion(
        self, criterion_id: str, *, expected: Mapping[int, tuple[str, int]], previous: str = "", **tables: str
    ) -> None:
        """Score schools under a criterion of the Rizhao rubric, from staged columns.

        `tables` are data sets (indicators, parent_survey, results) and `findings`; `previous` is the indicators
        table of last year. A column `rows` repeats a row. Expected: as for `rule`.
        """
        catalogue, rubric = rizhao()
        evidence = _staged_evidence(catalogue, tables, previous)
        scored = score(rubric, evidence, minimum_coverage_rate=MINIMUM_COVERAGE_RATE)
        shown = {**tables, **({"previous": previous} if previous else {})}
        self.examples.append(Example(criterion_id, shown, scored))
        assert _of_criterion(scored, criterion_id) == dict(expected)


def rizhao() -> tuple[IndicatorCatalogue, Rubric]:
    """Return the indicators and the rubric of the basic requirements, as they ship."""
    catalogue = load_indicators(RUBRICS / "indicators.yaml")
    return catalogue, load_rubric(RUBRICS / "rizhao-basic-requirements.yaml", catalogue)


def one_criterion(definition: str, weight: float) -> Rubric:
    """Return a rubric of one criterion worth `weight`, filled up to 100 with one that waits for a visit."""
    body = yaml.safe_load(definition)
    own = {
        "id": "AA-01",
        "clause": "第1条",
        "title": "例",
        "phrase": "例",
        "weight": weight,
        "exam_result": False,
    }
    rest = {**own, "id": "AA-99", "weight": 100 - weight, "rule": {"kind": "checklist"}}
    return policy_file.parse(Rubric, _rubric_text(yaml.safe_dump([own | body, rest])), place="例")


def cells(table: str) -> list[dict[str, str]]:
    """Return the rows of a table of text."""
    lines = [
        line for line in table.strip().splitlines() if line.strip() and not set(line.strip()) <= set("-|+ ")
    ]
    names, *rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [dict(zip(names, row, strict=True)) for row in rows]


def code(school: str) -> str:
    """Return a school code of ten digits."""
    return school.zfill(10)


def _of_criterion(scored: Scored, criterion_id: str) -> dict[int, tuple[str, int]]:
    rows = scored.lines[scored.lines["criterion_id"] == criterion_id].itertuples(index=False)
    return {int(row.school_code): (row.outcome, row.points_centi) for row in rows}


def _rubric_text(criteria: str) -> str:
    head = (
        "rubric: example\nversion: 1\ntitle: 例\ndocument: {title: 例, issuer: 例}\n"
        "stages: [primary, junior]\nperiod: term\n"
    )
    filled = [
        {"clause": "第1条", "title": item["id"], "phrase": "例", "exam_result": False} | item
        for item in yaml.safe_load(criteria)
    ]
    return f"{head}bands:{BANDS}criteria:\n{yaml.safe_dump(filled, allow_unicode=True)}"


def _evidence(table: str) -> Evidence:
    rows = cells(table)
    indicators, previous, findings = [], [], []
    for row in rows:
        key = {"school_code": code(row["school"]), "stage": row.get("stage") or "primary"}
        for name in sorted({column.split(".")[0] for column in row} - _NO_INDICATOR):
            indicators.append(key | _indicator(name, row))
            previous.append(key | _indicator(name, {name: row.get(f"{name}.previous", "")}))
        if row.get("conclusion") or row.get("rating"):
            told = {"conclusion": row.get("conclusion", ""), "rating": _number(row.get("rating", ""))}
            findings.append(key | told | {"item_code": row.get("item") or "AA-01"})
    return Evidence(
        catalogue=_catalogue({item["indicator_id"] for item in indicators}),
        schools=_schools(rows),
        indicators=pd.DataFrame(indicators, columns=COLUMNS),
        previous=pd.DataFrame(previous, columns=COLUMNS),
        findings=pd.DataFrame(findings, columns=FINDING_COLUMNS),
    )


_NO_INDICATOR = {"school", "stage", "conclusion", "rating", "item"}


def _indicator(name: str, row: Mapping[str, str]) -> dict[str, Any]:
    value = _number(row.get(name, ""))
    reason = row.get(f"{name}.missing") or ("not-reported" if np.isnan(value) else "")
    parts = {part: _number(row.get(f"{name}.{part}", "")) for part in ("numerator", "denominator")}
    return {"indicator_id": name, "value": value, "missing_reason": reason, "data_set": "indicators"} | parts


def _catalogue(names: set[str]) -> IndicatorCatalogue:
    indicators = [
        {
            "id": name,
            "title": name,
            "unit": "" if name.endswith("count") else "%",
            "data_set": "indicators",
            "formula": {"kind": "column", "column": name},
        }
        for name in sorted(names | {"x"})
    ]
    return IndicatorCatalogue.model_validate(
        {"catalogue": "example", "title": "例", "indicators": indicators}
    )


def _schools(rows: list[dict[str, str]]) -> pd.DataFrame:
    stages = {code(row["school"]): row.get("stage") or "primary" for row in rows}
    frame = pd.DataFrame({"school_code": list(stages), "stages": list(stages.values())})
    return frame.assign(school_type="primary-school")


def _staged_evidence(catalogue: IndicatorCatalogue, tables: Mapping[str, str], previous: str) -> Evidence:
    schools = _schools([row for table in tables.values() for row in cells(table)])
    findings = [
        {
            "school_code": code(row["school"]),
            "stage": row.get("stage") or "primary",
            "item_code": row["item"],
            "conclusion": row.get("conclusion", ""),
            "rating": _number(row.get("rating", "")),
        }
        for row in cells(tables.get("findings", "school"))
    ]
    now = {name: table for name, table in tables.items() if name != "findings"}
    before = {"indicators": previous} if previous and "results" not in now else {"results": previous}
    return Evidence(
        catalogue=catalogue,
        schools=schools,
        indicators=derive(catalogue, _staged(catalogue, now, schools), {}),
        previous=derive(catalogue, _staged(catalogue, before if previous else {}, schools), {}),
        findings=pd.DataFrame(findings, columns=FINDING_COLUMNS),
    )


def _staged(
    catalogue: IndicatorCatalogue, tables: Mapping[str, str], schools: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    frames = {"schools": schools}
    for name, table in tables.items():
        rows = pd.DataFrame(cells(table)).replace("", np.nan)
        if "rows" in rows:
            rows = rows.loc[rows.index.repeat(rows.pop("rows").astype(int))]
        rows = rows.assign(school_code=rows.pop("school").map(code))
        rows["stage"] = rows.get("stage", "primary")
        formulas = [item.formula for item in catalogue.indicators if item.data_set == name]
        wanted = {column for f in formulas if not isinstance(f, Quotient) for column in f.columns}
        frames[name] = rows.reindex(columns=[*rows.columns, *sorted(wanted - set(rows.columns))])
    return frames


def _number(text: str) -> float:
    return float(text) if text else np.nan
