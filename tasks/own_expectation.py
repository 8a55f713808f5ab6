"""Our own Great Expectations types: rules that the library has none for, and many rules in one pass.

Importing this module makes them known to the library. What a rule says is arithmetic (`inspection.check.row_rule`);
here it is only dressed as the library wants it. Nearly all the time the library takes goes into preparing
each single expectation, whatever the data: see decision 0006.
"""

from typing import Any, ClassVar

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation, MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from inspection.check import row_rule

SHARED = "expect_rules_of_one_kind"
_ROW_DOMAIN = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")


class PartsSumToWhole(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Row by row: the last column is the sum of the others."""

    condition_metric_name = "multicolumn_values.parts_sum_to_whole"
    condition_value_keys = ()
    condition_domain_keys = _ROW_DOMAIN

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> "pd.Series[bool]":  # noqa: N805
        outcome = row_rule.parts_make_whole(column_list, {"column_list": list(column_list)})
        return pd.Series(~outcome.is_unexpected, index=column_list.index)


class ExpectPartsToSumToWhole(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect the last of the columns to be the sum of the others."""

    map_metric = "multicolumn_values.parts_sum_to_whole"
    args_keys = ("column_list",)


class RateTimesCount(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Row by row: rate × count = number, within a tolerance in percentage points."""

    condition_metric_name = "multicolumn_values.rate_times_count"
    condition_value_keys = ("tolerance_pp",)
    condition_domain_keys = _ROW_DOMAIN

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,  # noqa: N805
        column_list: pd.DataFrame,
        tolerance_pp: float = 0.05,
        **_: Any,
    ) -> "pd.Series[bool]":
        told = {"column_list": list(column_list), "tolerance_pp": tolerance_pp}
        outcome = row_rule.rate_makes_number(column_list, told)
        return pd.Series(~outcome.is_unexpected, index=column_list.index)


class ExpectRateTimesCountToBeNumber(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect of [rate, count, number] that the rate is 100 × number ÷ count."""

    tolerance_pp: float = 0.05

    map_metric = "multicolumn_values.rate_times_count"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "tolerance_pp")
    args_keys = ("column_list", "tolerance_pp")


class PlausibleChange(TableMetricProvider):  # type: ignore[misc]
    """The rows whose change on the last term is out of bounds."""

    metric_name = "table.plausible_change"
    value_keys = ("column", "earlier", "maximum_change_rate", "maximum_change_pp", "least_count")

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, execution_engine: Any, metric_value_kwargs: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N805
        return _found(
            execution_engine.batch_manager.active_batch_data.dataframe, cls.kind, metric_value_kwargs
        )

    kind = "expect_change_to_be_plausible"


class ExpectChangeToBePlausible(BatchExpectation):  # type: ignore[misc]
    """Expect a figure to have changed on the last term by no more than a share, or by no more than an amount."""

    column: str
    earlier: str
    maximum_change_rate: float | None = None
    maximum_change_pp: float | None = None
    least_count: float = 1

    metric_dependencies = ("table.plausible_change",)
    success_keys: ClassVar[tuple[str, ...]] = PlausibleChange.value_keys
    args_keys = PlausibleChange.value_keys

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        found = metrics["table.plausible_change"]
        return {"success": not found["unexpected_count"], "result": found}


class AbsentCodes(TableMetricProvider):  # type: ignore[misc]
    """The codes of a list that stand in no row."""

    metric_name = "table.absent_codes"
    value_keys = ("column", "value_set")

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, execution_engine: Any, metric_value_kwargs: dict[str, Any], **_: Any) -> list[str]:  # noqa: N805
        frame = execution_engine.batch_manager.active_batch_data.dataframe
        present = set(frame[metric_value_kwargs["column"]].dropna())
        return sorted(set(metric_value_kwargs["value_set"] or ()) - present)


class ExpectCodesToBePresent(BatchExpectation):  # type: ignore[misc]
    """Expect every code of a list, such as the schools of the roster, to have handed in something."""

    column: str
    value_set: list[Any] | dict[str, Any] | None = None

    metric_dependencies = ("table.absent_codes",)
    success_keys: ClassVar[tuple[str, ...]] = AbsentCodes.value_keys
    args_keys = AbsentCodes.value_keys

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        absent = metrics["table.absent_codes"]
        listed = len(self._get_success_kwargs()["value_set"] or ())
        counts = {"element_count": listed, "unexpected_count": len(absent), "missing_count": 0}
        return {"success": not absent, "result": {**counts, "absent_codes": absent}}


class RulesOfOneKind(TableMetricProvider):  # type: ignore[misc]
    """What each of many rules of one kind finds, in one pass over the frame."""

    metric_name = "table.rules_of_one_kind"
    value_keys = ("kind", "rules")

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, execution_engine: Any, metric_value_kwargs: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N805
        frame = execution_engine.batch_manager.active_batch_data.dataframe
        kind = metric_value_kwargs["kind"]
        return {
            rule_id: _found(frame, kind, kwargs) for rule_id, kwargs in metric_value_kwargs["rules"].items()
        }


class ExpectRulesOfOneKind(BatchExpectation):  # type: ignore[misc]
    """Expect many rules of one kind to hold; each keeps its own id and its own counts in the result."""

    kind: str
    rules: dict[str, dict[str, Any]]

    metric_dependencies = ("table.rules_of_one_kind",)
    success_keys: ClassVar[tuple[str, ...]] = RulesOfOneKind.value_keys
    args_keys = RulesOfOneKind.value_keys

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        found = metrics["table.rules_of_one_kind"]
        broken = sum(item["unexpected_count"] > 0 for item in found.values())
        return {"success": not broken, "result": {"observed_value": broken, "rules": found}}


def _found(frame: pd.DataFrame, kind: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    outcome = row_rule.KINDS[kind](frame, kwargs)
    return {
        "element_count": len(frame),
        "missing_count": int(len(frame) - outcome.is_checked.sum()),
        "unexpected_count": int(outcome.is_unexpected.sum()),
        "unexpected_index_list": outcome.is_unexpected.nonzero()[0],
    }
