"""Data Docs of a term, made by Great Expectations from the results on record: for the office desk only.

A page for each data set and an index. What is rendered are counts and rules; no cell of any file is handed to
the library, so none can land in a page. The library's pages load styles and scripts from elsewhere; those are
taken out, and a plain style sheet stands in for them: nothing here needs a network.
"""

import html
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from inspection.canonical import digest
from inspection.check.expectation import PARAMETER, Expectation, Suite
from inspection.unranked import require_unranked_table
from tasks.document import ROOT
from tasks.workspace import write_whole

_FOREIGN = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<footer\b.*?</footer>|url\([^)]*\)",
    re.DOTALL | re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"https?://[^\s\"'<>)]+|(?<=[\"'])//[^\"']+", re.IGNORECASE)
_RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STYLE = ROOT / "data_docs.css"
DIGEST_FILE = ".content-digest"


def write_data_docs(
    folder: Path, suites: Mapping[str, Suite], results: pd.DataFrame, *, term_id: str, issued_on: date
) -> str:
    """Write the pages of a term's results (`data_set`, `rule_id` and counts); return their content digest.

    The same results leave the pages alone.

    Raises:
        ProtocolError: they rank somebody by examination result.
    """
    require_unranked_table(list(results.columns), results.to_numpy().tolist(), place=f"{term_id} Data Docs")
    style = STYLE.read_text(encoding="utf-8")
    told = [{name: str(value) for name, value in row.items()} for row in results.to_dict("records")]
    rules = [suite.model_dump_json() for suite in suites.values()]
    content = digest([term_id, style, told, rules])
    marker = folder / DIGEST_FILE
    if marker.is_file() and marker.read_text(encoding="utf-8") == content:
        return content
    names = [name for name in suites if (results["data_set"] == name).any()]
    for name in names:
        page = _page(suites[name], results[results["data_set"] == name], term_id, issued_on)
        write_whole(folder / f"{name}.html", _alone(page, style).encode())
    for stale in set(folder.glob("*.html")) - {folder / f"{name}.html" for name in [*names, "index"]}:
        stale.unlink()
    write_whole(
        folder / "index.html", _index({n: suites[n] for n in names}, results, term_id, style).encode()
    )
    write_whole(marker, content.encode())
    return content


def _page(suite: Suite, results: pd.DataFrame, term_id: str, issued_on: date) -> str:
    """Let the library render one data set's results."""
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    import tasks.own_expectation  # noqa: F401 - makes our own expectation types known

    rules = {rule.id: rule for rule in suite.rules}
    found = [
        _result(rules[row["rule_id"]], row) for row in results.to_dict("records") if row["rule_id"] in rules
    ]
    passed = sum(item.success for item in found)
    statistics = {
        "evaluated_expectations": len(found),
        "successful_expectations": passed,
        "unsuccessful_expectations": len(found) - passed,
        "success_percent": 100 * passed / len(found) if found else None,
    }
    meta = {
        "run_id": {"run_name": term_id, "run_time": f"{issued_on.isoformat()}T00:00:00+00:00"},
        "active_batch_definition": {"data_asset_name": suite.title},
        "great_expectations_version": "",
    }
    outcome = ExpectationSuiteValidationResult(
        success=passed == len(found),
        results=found,
        suite_name=suite.title,
        statistics=statistics,
        meta=meta,
    )
    rendered = ValidationResultsPageRenderer(run_info_at_end=True).render(outcome)
    return str(DefaultJinjaPageView().render(rendered))


def _result(rule: Expectation, row: Mapping[str, Any]) -> Any:
    """Return one rule's result as the library has it: counts and no value."""
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    checked, unexpected = int(row["checked_count"]), int(row["unexpected_count"])
    percent = 100 * unexpected / checked if checked else 0.0
    return ExpectationValidationResult(
        success=unexpected == 0,
        expectation_config=ExpectationConfiguration(
            type=rule.type,
            kwargs={name: _shown(value) for name, value in rule.kwargs.items()},
            meta={
                "rule_id": rule.id,
                "notes": {"format": "string", "content": [f"{rule.id}：{rule.reason}"]},
            },
            severity=rule.severity,
        ),
        result={
            "element_count": checked,
            "unexpected_count": unexpected,
            "unexpected_percent": percent,
            "unexpected_percent_total": percent,
            "observed_value": f"核查{checked}，不符{unexpected}",
            "partial_unexpected_list": [],
        },
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
        meta={},
    )


def _shown(value: Any) -> Any:
    """A list that is looked up elsewhere is named, not written out."""
    return [str(value[PARAMETER])] if isinstance(value, dict) and PARAMETER in value else value


def _alone(page: str, style: str) -> str:
    """Return a page that stands alone: nothing loaded, no script, the same ids every time."""
    page = _ELSEWHERE.sub("", _FOREIGN.sub("", page))
    page = page.replace("</head>", f'<meta name="robots" content="noindex"><style>{style}</style></head>', 1)
    known: dict[str, str] = {}
    return _RANDOM_ID.sub(lambda found: known.setdefault(found[0], f"part-{len(known)}"), page)


def _index(suites: Mapping[str, Suite], results: pd.DataFrame, term_id: str, style: str) -> str:
    rows = []
    for name, suite in suites.items():
        mine = results[results["data_set"] == name]
        broken = int((mine["unexpected_count"] > 0).sum())
        rows.append(
            f'<tr><td><a href="{name}.html">{html.escape(suite.title)}</a></td><td>{len(mine)}</td>'
            f"<td>{broken}</td><td>{int(mine['unexpected_count'].sum())}</td></tr>"
        )
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>核查明细</title>'
        f"<style>{style}</style></head><body><h1>核查明细　{html.escape(term_id)}</h1>"
        "<p>只列规则和数量，不含上报表中的内容。</p><table><thead><tr><th>核对规则</th><th>规则数</th>"
        f"<th>有不符的规则</th><th>不符数</th></tr></thead><tbody>{''.join(rows)}</tbody></table></body></html>\n"
    )
