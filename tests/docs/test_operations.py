"""The operator's page names every setting, schedule, automation and fault code there is."""

import re
from pathlib import Path

import yaml

from control.panel import Panel
from control.register import automations
from tasks.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
CODE = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "control").glob("*.py")))


def test_every_setting_is_on_the_page_and_no_other() -> None:
    wanted = {f"INSPECTION_{name.upper()}" for name in Panel.model_fields | Settings.model_fields}
    assert set(re.findall(r"INSPECTION_[A-Z_]+", PAGE)) == wanted


def test_the_scheduled_deployments_are_on_the_page() -> None:
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    scheduled = [item["name"] for item in deployments if "schedules" in item]
    table = PAGE.partition("| Deployment |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, flags=re.MULTILINE) == scheduled
    assert not any(schedule["active"] for item in deployments for schedule in item.get("schedules", []))


def test_the_automations_are_on_the_page() -> None:
    assert [item.name for item in automations() if item.name not in PAGE] == []


def test_every_fault_code_of_the_switchboard_is_on_the_page() -> None:
    assert set(re.findall(r"CTL-\d{3}", PAGE)) == set(re.findall(r"CTL-\d{3}", CODE))
