"""Our own Great Expectations types, for rules that the library has none for.

Importing this module makes them known to the library.
"""

from typing import Any

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)


class PartsSumToWhole(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Row by row: the last column is the sum of the others; rows with a missing cell are left alone."""

    condition_metric_name = "multicolumn_values.parts_sum_to_whole"
    condition_value_keys = ()
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_list",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> "pd.Series[bool]":  # noqa: N805
        whole = column_list.iloc[:, -1]
        return (column_list.iloc[:, :-1].sum(axis=1) - whole).abs() < 1e-6


class ExpectPartsToSumToWhole(MulticolumnMapExpectation):  # type: ignore[misc]
    """Expect the last of the columns to be the sum of the others."""

    map_metric = "multicolumn_values.parts_sum_to_whole"
    args_keys = ("column_list",)
