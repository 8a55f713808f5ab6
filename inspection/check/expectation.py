"""What a data set must look like: the model of `expectations/*.yaml`, and what a check has found.

Each rule has its own id, severity and a reason for the person who must mend the data. `critical` stops the
data set, `warning` sets rows aside, `info` only tells. Running the rules is a task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import Field, model_validator

from inspection import policy_file
from inspection.errors import DocumentError, Fault
from inspection.ingest.data_set import DataSet, row_place, set_aside, set_aside_sums
from inspection.ingest.source_map import SourceMap
from inspection.ingest.table import HIDDEN
from inspection.policy_file import PolicyModel

Severity = Literal["critical", "warning", "info"]
PARAMETER = "$PARAMETER"
ACCEPTED = ".accepted"
PRESENT = "expect_codes_to_be_present"
"""The rule that asks who has not handed in anything: it speaks of accepted schools."""
SCREEN_FILE = "integrity.yaml"
RESULT_COLUMNS = ["rule_id", "severity", "reason", "checked_count", "unexpected_count"]
FAILURE_COLUMNS = ["label", "rule_id", "column", "got", "school_code", "earlier"]
SCHOOL_COLUMNS = ["rule_id", "school_code", "unexpected_count"]
SCHOOL = "school_code"


class Where(PolicyModel):
    """Which rows a rule looks at: those where a column is not this."""

    column: str
    is_not: str


class Expectation(PolicyModel):
    """One rule; with `columns` or `each`, the same rule for several columns, each with an id of its own."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    type: str = Field(pattern=r"^expect_[a-z_]+$", description="Great Expectations 的规则类型")
    kwargs: dict[str, Any] = Field(default={}, description="规则的参数")
    columns: tuple[str, ...] = Field(default=(), description="逐列适用")
    each: tuple[dict[str, Any], ...] = Field(
        default=(), description="逐组列适用，每组写明各自的参数和 column"
    )
    where: Where | None = Field(default=None, description="只核对哪些行")
    column: str = Field(default="", description="向填报人指出的列")
    severity: Severity
    wanted: str = Field(description="应为什么")
    reason: str = Field(description="为什么这样要求、请怎样改，写给填报人看")
    clause: str = ""

    @model_validator(mode="after")
    def _shown(self) -> "Expectation":
        if self.columns and self.each:
            raise ValueError("columns 与 each 只填一项")
        if any("column" not in item for item in self.each):
            raise ValueError("each 的每一组须用 column 写明向填报人指出哪一列")
        is_shown = self.columns or self.each or self.column or "column" in self.kwargs
        if not is_shown and self.kwargs.keys() & {"column_A", "column_list"}:
            raise ValueError("比较几列的规则须用 column 写明向填报人指出哪一列")
        return self

    @property
    def shown_column(self) -> str:
        """The column a fault points at; "" for a rule about the whole data set."""
        return self.column or str(self.kwargs.get("column", ""))

    @property
    def read_columns(self) -> tuple[str, ...]:
        """Every column the rule looks at, the shown one first."""
        named = [self.kwargs.get(name) for name in ("column", "column_A", "column_B")]
        listed = self.kwargs.get("column_list", ())
        names = [self.shown_column, *(str(name) for name in named if name), *listed]
        return tuple(dict.fromkeys(name for name in names if name))


class Suite(PolicyModel):
    """The rules of one data set."""

    data_set: str
    title: str
    owner: str = Field(description="由谁负责修订")
    expectations: tuple[Expectation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> "Suite":
        ids = [rule.id for rule in self.rules]
        if repeated := sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1}):
            raise ValueError(f"规则编号 {'、'.join(repeated)} 重复")
        return self

    @property
    def rules(self) -> tuple[Expectation, ...]:
        """The rules, those for several columns written out one by one."""
        return tuple(rule for entry in self.expectations for rule in _written_out(entry))

    @property
    def severities(self) -> dict[str, str]:
        """The severity of each rule by its id."""
        return {rule.id: rule.severity for rule in self.rules}

    @property
    def earlier(self) -> frozenset[str]:
        """What the rules compare with the last term, as `schools.student_count` or `indicator.myopia_rate`."""
        return frozenset(str(rule.kwargs["earlier"]) for rule in self.rules if "earlier" in rule.kwargs)

    @property
    def parameters(self) -> frozenset[str]:
        """What the rules must be told, as `data_set.column`: the codes known there."""
        return frozenset(
            str(value[PARAMETER])
            for rule in self.expectations
            for value in rule.kwargs.values()
            if isinstance(value, dict) and PARAMETER in value
        )


@dataclass(frozen=True)
class CheckReport:
    """What the rules of one suite have found.

    `results` has one row for each rule (`RESULT_COLUMNS`); `failures` one for each failing row and rule
    (`FAILURE_COLUMNS`): its label in the frame that was checked (-1: the data set as a whole), the column the
    fault points at, the value there, the school it is about ("" for none) and, for a rule that compares
    terms, the last term's figure.
    """

    suite: Suite
    results: pd.DataFrame
    failures: pd.DataFrame

    @property
    def by_school(self) -> pd.DataFrame:
        """How many rows of each school break each rule (`SCHOOL_COLUMNS`), where any does."""
        told = self.failures[self.failures[SCHOOL] != ""]
        keys = [told["rule_id"].astype(str), told[SCHOOL].astype(str)]
        counts = told.groupby(keys, sort=True).size().rename("unexpected_count").reset_index()
        return counts[SCHOOL_COLUMNS]

    @property
    def is_stopped(self) -> bool:
        """Whether a critical rule failed."""
        failed = self.results[self.results["unexpected_count"] > 0]
        return bool((failed["severity"] == "critical").any())


def suite_paths(folder: Path) -> list[Path]:
    """Return the files of a folder that hold suites; the integrity screen lies beside them."""
    return [path for path in sorted(folder.glob("*.yaml")) if path.name != SCREEN_FILE]


def load_suites(folder: Path) -> dict[str, Suite]:
    """Return the suite of each data set that has one.

    Raises:
        DocumentError: a suite is wrong, or two speak for one data set.
    """
    suites: dict[str, Suite] = {}
    faults: list[Fault] = []
    for path in suite_paths(folder):
        try:
            suite = policy_file.load(Suite, path)
        except DocumentError as error:
            faults += error.faults
            continue
        if suite.data_set != path.stem:
            faults.append(
                Fault(
                    place=path.name,
                    column="data_set",
                    code="DOC-013",
                    wanted=f"与文件名相同的数据集 {path.stem}",
                    got=suite.data_set,
                    remedy="请改文件名或 data_set。",
                )
            )
        suites[suite.data_set] = suite
    if faults:
        raise DocumentError(f"核对规则有 {len(faults)} 处需要改正", faults)
    return suites


def parameters(suite: Suite, found: Mapping[str, DataSet]) -> dict[str, list[str]]:
    """Return the codes that a suite's rules refer to, from the data sets read so far.

    A code counts as known when it could be read, even if its row was set aside for another fault; under the
    name with `ACCEPTED` are those of accepted rows, who owe something. Of a data set that was not handed in
    nothing is known.
    """
    known: dict[str, list[str]] = {}
    for name in suite.parameters:
        data_set, column = name.split(".", 1)
        is_there = data_set in found
        known[name] = sorted(found[data_set].known(column)) if is_there else []
        accepted = found[data_set].rows[column].dropna().unique() if is_there else ()
        known[name + ACCEPTED] = sorted(code for code in accepted if code)
    return known


def beside(rows: pd.DataFrame, figures: pd.DataFrame) -> "pd.Series[float]":
    """Return for each row the figure of its school and stage, NaN where there is none.

    `figures` has `school_code`, `stage` ("" where a figure is the whole school's) and `value`.
    """
    by_stage = "stage" in rows and (figures["stage"] != "").any()
    stages = rows["stage"].fillna("").astype(str) if by_stage else pd.Series("", rows.index)
    keys = pd.MultiIndex.from_arrays([rows[SCHOOL].astype(str), stages])
    known = figures.dropna(subset=["value"]).set_index([SCHOOL, "stage"])["value"]
    return pd.Series(known.reindex(keys).to_numpy(float), rows.index)


def settle(found: DataSet, report: CheckReport, source_map: SourceMap) -> DataSet:
    """Return a data set with the faults of a check; rows that failed a critical or warning rule are set aside."""
    severities = report.suite.severities
    failures = report.failures
    is_kept_out = failures["rule_id"].map(severities).isin(["critical", "warning"]) & (failures["label"] >= 0)
    labels = sorted(set(failures.loc[is_kept_out, "label"]))
    faults = _faults(found, report, source_map)
    if found.is_reduced:
        return set_aside_sums(found, labels, faults)
    return set_aside(
        found, [row_place(row) for row in found.checkable.loc[labels].to_dict("records")], faults
    )


def _faults(found: DataSet, report: CheckReport, source_map: SourceMap) -> list[Fault]:
    rules = {rule.id: rule for rule in report.suite.rules}
    headings = {file.file_name: file.headings for file in found.files}
    rows = found.checkable
    faults = []
    for failure in report.failures.to_dict("records"):
        rule, label = rules[str(failure["rule_id"])], int(failure["label"])
        place, got = (source_map.title, "", 0), _text(failure["got"])
        if label >= 0:
            row = {str(name): value for name, value in rows.loc[label].items()}
            place, got = row_place(row), _got(row, rule, source_map, failure["earlier"])
        heading = headings.get(place[0], {}).get(rule.shown_column, source_map.title_of(rule.shown_column))
        faults.append(Fault(*place, heading, rule.id, rule.wanted, got, rule.reason))
    return faults


def _got(row: Mapping[str, object], rule: Expectation, source_map: SourceMap, earlier: object) -> str:
    """Say what stands there, and what stands in the other columns the rule looked at or stood last term."""
    texts = [
        HIDDEN if name in source_map.personal_columns else _text(row[name]) for name in rule.read_columns
    ]
    if "earlier" in rule.kwargs:
        return f"{texts[0]}（上次为{_text(earlier)}）"
    if len(texts) == 1:
        return texts[0]
    titles = [source_map.title_of(name) for name in rule.read_columns]
    beside = "、".join(f"{title}为{text}" for title, text in zip(titles[1:], texts[1:], strict=True))
    return f"{texts[0]}（{beside}）"


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def _written_out(entry: Expectation) -> list[Expectation]:
    cases = [*({"column": column} for column in entry.columns), *entry.each]
    return [_case(entry, case) for case in cases] if cases else [entry]


def _case(entry: Expectation, case: Mapping[str, Any]) -> Expectation:
    """One column's own rule. What only points the reader to a column is no argument of a rule about several."""
    column = str(case["column"])
    kwargs = {**entry.kwargs, **case}
    if kwargs.keys() & {"column_A", "column_list"}:
        del kwargs["column"]
    update = {"id": f"{entry.id}.{column}", "columns": (), "each": (), "column": column, "kwargs": kwargs}
    return entry.model_copy(update=update)
