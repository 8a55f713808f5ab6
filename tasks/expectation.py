"""Runs the rules of `expectations/*.yaml` with Great Expectations; the one place that knows that library.

The frame's labels are the row ids: asking the library for id columns costs seventeen times as much when many
rows fail. The library is imported when it is first needed; that takes seconds.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from inspection import expectation
from inspection.errors import DocumentError, Fault
from inspection.expectation import (
    FAILURE_COLUMNS,
    PARAMETER,
    RESULT_COLUMNS,
    CheckReport,
    Expectation,
    Suite,
)

logger = logging.getLogger(__name__)


def load_suites(folder: Path) -> dict[str, Suite]:
    """Return the suites of a folder, every rule made once, so that a misspelt one is found before data come.

    Raises:
        DocumentError: a suite is wrong, or names a rule or an argument that does not exist.
    """
    suites = expectation.load_suites(folder)
    _prove(folder, tuple(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))))
    return suites


@lru_cache(maxsize=8)
def _prove(folder: Path, _texts: tuple[str, ...]) -> None:
    """Make every rule of a folder once; texts that stay the same need no second proof."""
    faults: list[Fault] = []
    for suite in expectation.load_suites(folder).values():
        try:
            _made(suite, folder / f"{suite.data_set}.yaml")
        except DocumentError as error:
            faults += error.faults
    if faults:
        raise DocumentError(f"核对规则有 {len(faults)} 处需要改正", faults)


def check(frame: pd.DataFrame, suite: Suite, *, parameters: Mapping[str, Sequence[str]]) -> CheckReport:
    """Run every rule of a suite on a staged frame labelled 0, 1, …; find all failing rows.

    `parameters` holds, for each `data_set.column` the rules refer to, the codes known there.

    Raises:
        DocumentError: a rule does not exist, or cannot be run on this frame.
    """
    import great_expectations as gx

    made = gx.ExpectationSuite(name=suite.data_set, expectations=_made(suite, Path(f"{suite.data_set}.yaml")))
    rules = {rule.id: rule for rule in suite.rules}
    assert len(made.expectations) == len(rules)
    told = {_plain_name(name): list(values) for name, values in parameters.items()}
    context = gx.get_context(mode="ephemeral", project_config=_without_docs())
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("staged")
    batches = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    outcome = batches.get_batch({"dataframe": frame}).validate(
        made, result_format={"result_format": "COMPLETE"}, expectation_parameters=told
    )
    found = {str(result.expectation_config.meta["rule_id"]): result for result in outcome.results}
    assert found.keys() == rules.keys()
    _refuse_broken(suite, rules, found)
    results = [_result(rules[rule_id], found[rule_id], len(frame)) for rule_id in sorted(found)]
    failures = [_failures(rules[rule_id], found[rule_id], frame) for rule_id in sorted(found)]
    report = CheckReport(
        suite,
        pd.DataFrame(results, columns=RESULT_COLUMNS),
        pd.concat([_no_failures(), *(part for part in failures if len(part))], ignore_index=True),
    )
    logger.info(
        "checked %s: %d rows, %d rules, %d failures",
        suite.data_set,
        len(frame),
        len(rules),
        len(report.failures),
    )
    return report


def _without_docs() -> Any:
    """A context in memory; by default the library leaves a temporary folder behind for each one."""
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    return DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))


def _made(suite: Suite, path: Path) -> list[Any]:
    """Make the library's expectations; its own loader would drop a misspelt one silently.

    Raises:
        DocumentError: a type or argument does not exist.
    """
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from pydantic.v1 import ValidationError

    import tasks.parts_and_whole  # noqa: F401 - makes our own expectation types known

    made, faults = [], []
    for rule in suite.rules:
        configuration = ExpectationConfiguration(
            type=rule.type,
            kwargs=_plain_kwargs(rule),
            severity=rule.severity,
            meta={"rule_id": rule.id},
        )
        try:
            made.append(configuration.to_domain_obj())
        except ExpectationNotFoundError:
            faults.append(_fault(path, rule, "type", "Great Expectations 有的规则类型", rule.type))
        except ValidationError as error:
            wrong = "；".join(f"{'.'.join(map(str, item['loc']))} {item['msg']}" for item in error.errors())
            faults.append(_fault(path, rule, "kwargs", "该类型规则接受的参数", wrong))
    if faults:
        raise DocumentError(f"核对规则文件 {path.name} 有 {len(faults)} 处需要改正", faults)
    return made


def _plain_kwargs(rule: Expectation) -> dict[str, Any]:
    """Write parameter names and conditions as the library's own language has them."""
    from great_expectations.expectations.row_conditions import Column

    where = {"row_condition": Column(rule.where.column) != rule.where.is_not} if rule.where else {}
    return where | {
        name: {PARAMETER: _plain_name(value[PARAMETER])}
        if isinstance(value, dict) and PARAMETER in value
        else value
        for name, value in rule.kwargs.items()
    }


def _plain_name(parameter: str) -> str:
    return parameter.replace(".", "__")


def _refuse_broken(suite: Suite, rules: Mapping[str, Expectation], found: Mapping[str, Any]) -> None:
    """A rule that could not be run must not pass for one that found nothing."""
    faults = []
    for rule_id, result in sorted(found.items()):
        told = result.exception_info
        exceptions = [told] if "raised_exception" in told else list(told.values())
        if broken := [item["exception_message"] for item in exceptions if item["raised_exception"]]:
            path = Path(f"{suite.data_set}.yaml")
            faults.append(_fault(path, rules[rule_id], "kwargs", "可以执行的规则", str(broken[0])[:200]))
    if faults:
        raise DocumentError(f"核对规则文件 {suite.data_set}.yaml 有 {len(faults)} 条规则无法执行", faults)


def _result(rule: Expectation, result: Any, row_count: int) -> list[object]:
    checked = result.result.get("element_count", row_count) - result.result.get("missing_count", 0)
    unexpected = result.result.get("unexpected_count", int(not result.success))
    return [rule.id, rule.severity, rule.reason, int(checked), int(unexpected)]


def _failures(rule: Expectation, result: Any, frame: pd.DataFrame) -> pd.DataFrame:
    if result.success:
        return _no_failures()
    labels = result.result.get("unexpected_index_list")
    if not labels:
        observed = str(result.result.get("observed_value", ""))
        return pd.DataFrame([[-1, rule.id, rule.shown_column, observed]], columns=FAILURE_COLUMNS)
    values = frame.loc[labels, rule.shown_column]
    columns = {
        "label": labels,
        "rule_id": rule.id,
        "column": rule.shown_column,
        "got": values.to_numpy(object),
    }
    return pd.DataFrame(columns, columns=FAILURE_COLUMNS)


def _no_failures() -> pd.DataFrame:
    kinds = {"label": "int64", "rule_id": "str", "column": "str", "got": "object"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _fault(path: Path, rule: Expectation, part: str, wanted: str, got: str) -> Fault:
    return Fault(
        place=path.name,
        row=_line(path, rule),
        column=f"{rule.id}.{part}",
        code="DOC-014",
        wanted=wanted,
        got=got,
        remedy="请对照 Great Expectations 的规则说明改正。",
    )


def _line(path: Path, rule: Expectation) -> int:
    """Return the line where a rule begins, 0 when the file is not at hand."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if line.strip().removeprefix("- ").startswith("id:") and rule.id.startswith(
            line.split("id:")[1].strip()
        ):
            return number
    return 0
