"""The rules of `benchmarks.expectations` as a plain pandera script: lazy, every failing row extracted."""

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

TOLERANCE_PP = 0.05 + 1e-6


def schema(frame: pd.DataFrame, measures: int) -> pa.DataFrameSchema:
    """Make the schema: every figure given and within its range, parts within wholes, rates as counted."""
    columns = {"school_code": pa.Column(str, pa.Check.isin(set(frame["school_code"])))}
    for number in range(measures):
        count, part, rate = (f"{name}_{number:02d}" for name in ("count", "part", "rate"))
        columns[count] = pa.Column(float, pa.Check.in_range(0, 10_000, name=f"range.{count}"))
        columns[part] = pa.Column(
            float,
            [
                pa.Check.in_range(0, 10_000, name=f"range.{part}"),
                pa.Check(lambda s, c=frame[count]: ~(s > c), name=f"within.{part}"),
            ],
        )
        columns[rate] = pa.Column(
            float,
            [
                pa.Check.in_range(0, 100, name=f"range.{rate}"),
                pa.Check(
                    lambda s, c=frame[count], p=frame[part]: (s - 100 * p / c).abs() <= TOLERANCE_PP,
                    name=f"rate.{rate}",
                ),
            ],
        )
    return pa.DataFrameSchema(columns)


def failures(frame: pd.DataFrame, measures: int) -> pd.DataFrame:
    """Return one row for each failing row and rule, with the school it is about."""
    try:
        schema(frame, measures).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        return cases.assign(school_code=frame["school_code"].to_numpy()[cases["index"].astype(int)])
    return pd.DataFrame()
