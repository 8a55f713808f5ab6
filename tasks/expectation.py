"""Runs the rules of `expectations/*.yaml` with Great Expectations; the one place that knows that library.

The frame's labels are the row ids: asking the library for id columns costs seventeen times as much when many
rows fail. Rules of one kind go in as one expectation, since the library's time is a price per expectation;
each keeps its id, severity, reason and result. The library is imported when it is first needed; that takes
seconds.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from inspection.check import expectation, row_rule
from inspection.check.expectation import (
    ACCEPTED,
    FAILURE_COLUMNS,
    PARAMETER,
    PRESENT,
    RESULT_COLUMNS,
    SCHOOL,
    CheckReport,
    Expectation,
    Suite,
)
from inspection.errors import DocumentError, Fault

logger = logging.getLogger(__name__)


def load_suites(folder: Path) -> dict[str, Suite]:
    """Return the suites of a folder, every rule made once, so that a misspelt one is found before data come.

    Raises:
        DocumentError: a suite is wrong, or names a rule or an argument that does not exist.
    """
    suites = expectation.load_suites(folder)
    _prove(folder, tuple(path.read_text(encoding="utf-8") for path in expectation.suite_paths(folder)))
    return suites


@lru_cache(maxsize=8)
def _prove(folder: Path, _texts: tuple[str, ...]) -> None:
    """Make every rule of a folder once; texts that stay the same need no second proof."""
    faults: list[Fault] = []
    for suite in expectation.load_suites(folder).values():
        try:
            _made(suite.rules, folder / f"{suite.data_set}.yaml")
        except DocumentError as error:
            faults += error.faults
    if faults:
        raise DocumentError(f"核对规则有 {len(faults)} 处需要改正", faults)


def check(
    frame: pd.DataFrame,
    suite: Suite,
    *,
    parameters: Mapping[str, Sequence[str]],
    earlier: Mapping[str, Any] | None = None,
) -> CheckReport:
    """Run every rule of a suite on a staged frame labelled 0, 1, …; find all failing rows.

    `parameters` holds, for each `data_set.column` the rules refer to, the codes known there; `earlier`, for
    each of the suite's `earlier` names, the last term's figure of each row of the frame.

    Raises:
        DocumentError: a rule does not exist, or cannot be run on this frame.
    """
    frame = frame.assign(**{row_rule.EARLIER + name: values for name, values in (earlier or {}).items()})
    known = {name + ACCEPTED: codes for name, codes in parameters.items()} | dict(parameters)
    found = _found(frame, suite, {_plain_name(name): list(codes) for name, codes in known.items()})
    rules = {rule.id: rule for rule in suite.rules}
    assert found.keys() == rules.keys()
    results = [_result(rules[rule_id], found[rule_id], len(frame)) for rule_id in sorted(found)]
    report = CheckReport(suite, pd.DataFrame(results, columns=RESULT_COLUMNS), _failures(rules, found, frame))
    logger.info(
        "checked %s: %d rows, %d rules, %d failures",
        suite.data_set,
        len(frame),
        len(rules),
        len(report.failures),
    )
    return report


def _found(
    frame: pd.DataFrame, suite: Suite, parameters: Mapping[str, Sequence[str]]
) -> dict[str, Mapping[str, Any]]:
    """Return the library's result of each rule by its id."""
    import great_expectations as gx

    path = Path(f"{suite.data_set}.yaml")
    shared = _shareable(suite, frame)
    single = [rule for rule in suite.rules if rule.id not in shared]
    together = _made_together([rule for rule in suite.rules if rule.id in shared], parameters)
    expectations = [*_made(single, path), *together]
    made = gx.ExpectationSuite(name=suite.data_set, expectations=expectations)
    assert len(made.expectations) == len(expectations)
    context = gx.get_context(mode="ephemeral", project_config=_without_docs())
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("staged")
    batches = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("all")
    outcome = batches.get_batch({"dataframe": frame}).validate(
        made, result_format={"result_format": "COMPLETE"}, expectation_parameters=dict(parameters)
    )
    broken = {
        str(result.expectation_config.meta["rule_id"]): message
        for result in outcome.results
        if (message := _exception(result))
    }
    _refuse_broken(suite, path, broken)
    found: dict[str, Mapping[str, Any]] = {}
    for result in outcome.results:
        rule_id = str(result.expectation_config.meta["rule_id"])
        told = {**result.result, "success": result.success}
        found |= told["rules"] if rule_id in row_rule.KINDS else {rule_id: told}
    return found


def _shareable(suite: Suite, frame: pd.DataFrame) -> set[str]:
    """Return the rules that may run together: plain ones over figures that are there. The library runs the rest."""
    return {
        rule.id
        for rule in suite.rules
        if not rule.where
        and row_rule.is_known(rule.type, rule.kwargs)
        and row_rule.can_run(rule.type, rule.kwargs, frame)
    }


def _made_together(rules: Sequence[Expectation], parameters: Mapping[str, Sequence[str]]) -> list[Any]:
    """Make one expectation for the rules of each kind; its results are found under the kind's name."""
    from tasks.own_expectation import ExpectRulesOfOneKind

    codes = {name: row_rule.Codes(values) for name, values in parameters.items()}
    kinds = sorted({rule.type for rule in rules})
    return [
        ExpectRulesOfOneKind(
            kind=kind,
            rules={rule.id: _told(rule, codes) for rule in rules if rule.type == kind},
            meta={"rule_id": kind},
        )
        for kind in kinds
    ]


def _told(rule: Expectation, codes: Mapping[str, row_rule.Codes]) -> dict[str, Any]:
    """Return a rule's arguments with the codes it refers to."""
    return {
        name: codes[_plain_name(value[PARAMETER])]
        if isinstance(value, dict) and PARAMETER in value
        else value
        for name, value in rule.kwargs.items()
    }


def _without_docs() -> Any:
    """A context in memory; by default the library leaves a temporary folder behind for each one."""
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    return DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))


def _made(rules: Sequence[Expectation], path: Path) -> list[Any]:
    """Make the library's expectations; its own loader would drop a misspelt one silently.

    Raises:
        DocumentError: a type or argument does not exist.
    """
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from pydantic.v1 import ValidationError

    import tasks.own_expectation  # noqa: F401 - makes our own expectation types known

    made, faults = [], []
    for rule in rules:
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
        name: {PARAMETER: _plain_name(value[PARAMETER] + (ACCEPTED if rule.type == PRESENT else ""))}
        if isinstance(value, dict) and PARAMETER in value
        else value
        for name, value in rule.kwargs.items()
    }


def _plain_name(parameter: str) -> str:
    return parameter.replace(".", "__")


def _exception(result: Any) -> str:
    """Return what kept a rule from running, or nothing."""
    told = result.exception_info
    exceptions = [told] if "raised_exception" in told else list(told.values())
    return next((str(item["exception_message"]) for item in exceptions if item["raised_exception"]), "")


def _refuse_broken(suite: Suite, path: Path, broken: Mapping[str, str]) -> None:
    """A rule that could not be run must not pass for one that found nothing."""
    rules = {rule.id: rule for rule in suite.rules}
    assert broken.keys() <= rules.keys(), broken
    faults = [
        _fault(path, rules[rule_id], "kwargs", "可以执行的规则", message[:200])
        for rule_id, message in sorted(broken.items())
    ]
    if faults:
        raise DocumentError(f"核对规则文件 {path.name} 有 {len(faults)} 条规则无法执行", faults)


def _result(rule: Expectation, result: Mapping[str, Any], row_count: int) -> list[object]:
    checked = result.get("element_count", row_count) - result.get("missing_count", 0)
    unexpected = result.get("unexpected_count", int(not result.get("success", True)))
    return [rule.id, rule.severity, rule.reason, int(checked), int(unexpected)]


def _failures(
    rules: Mapping[str, Expectation], found: Mapping[str, Mapping[str, Any]], frame: pd.DataFrame
) -> pd.DataFrame:
    """Return every failing row of every rule, by rule and row."""
    schools = frame[SCHOOL].fillna("").astype(str).to_numpy(object) if SCHOOL in frame else None
    parts = []
    for rule_id in sorted(found):
        result = found[rule_id]
        labels = np.asarray(result.get("unexpected_index_list", ()), np.int64)
        if len(labels):
            parts.append(_failing_rows(rules[rule_id], labels, frame, schools))
        elif not result.get("success", True):
            parts.append(_failing_whole(rules[rule_id], result))
    columns: list[Any] = [
        np.concatenate([part[place] for part in parts]) if parts else [] for place in range(6)
    ]
    kinds = ("int64", "str", "str", "object", "str", "float64")
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=kind)
            for name, values, kind in zip(FAILURE_COLUMNS, columns, kinds, strict=True)
        }
    )


def _failing_rows(rule: Expectation, labels: Any, frame: pd.DataFrame, schools: Any) -> list[Any]:
    count = len(labels)
    earlier = row_rule.EARLIER + str(rule.kwargs.get("earlier", ""))
    return [
        labels,
        np.full(count, rule.id, object),
        np.full(count, rule.shown_column, object),
        frame[rule.shown_column].to_numpy()[labels].astype(object),
        np.full(count, "", object) if schools is None else schools[labels],
        frame[earlier].to_numpy(float)[labels] if earlier in frame else np.full(count, np.nan),
    ]


def _failing_whole(rule: Expectation, result: Mapping[str, Any]) -> list[Any]:
    """A rule about the data set as a whole fails once, or once for each school that is absent from it."""
    absent = list(result.get("absent_codes", ()))
    got = [f"没有{code}的数据" for code in absent] or [str(result.get("observed_value", ""))]
    count = len(got)
    return [
        np.full(count, -1, np.int64),
        np.full(count, rule.id, object),
        np.full(count, rule.shown_column, object),
        np.array(got, object),
        np.array(absent or [""], object),
        np.full(count, np.nan),
    ]


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
