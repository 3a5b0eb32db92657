"""What a collector is given: alert rules and a dashboard that ask for metrics which the service really has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml

from files.places import HOME
from web import vitals

FOLDER = HOME / "deploy" / "monitoring"
_OF_PROMETHEUS = {"up"}
"""What Prometheus says itself."""


def alerts() -> list[dict]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return group["rules"]


def panels() -> list[dict]:
    return json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))["panels"]


def told() -> set[str]:
    """The names under which the metrics come out, with those of the parts of a histogram."""
    names = set()
    for family in vitals.REGISTRY.collect():
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        names |= {family.name + end for end in ends}
    return names | _OF_PROMETHEUS


def asked(expression: str) -> set[str]:
    without_labels = re.sub(r"\{[^}]*\}|\bby \([^)]*\)", "", expression)
    return set(re.findall(r"\b(?:gandan|process)_\w+|\bup\b", without_labels))


def test_every_alert_asks_for_metrics_that_are_told_and_says_where_help_stands():
    headings = set(
        re.findall(r"^##+ (.*)$", (HOME / "docs" / "operations.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for rule in alerts():
        names = asked(rule["expr"])
        assert names and names <= told(), rule["alert"]
        assert rule["annotations"]["see"].removeprefix("docs/operations.md: ") in headings, rule["alert"]


def test_every_panel_asks_for_metrics_that_are_told():
    for panel in panels():
        for target in panel["targets"]:
            names = asked(target["expr"])
            assert names and names <= told(), panel["title"]


def test_each_alert_is_tried_with_a_fault_and_without():
    tried = yaml.safe_load((FOLDER / "alerts_test.yaml").read_text(encoding="utf-8"))["tests"]
    for of in tried:
        assert {one["alertname"] for one in of["alert_rule_test"]} == {rule["alert"] for rule in alerts()}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not at hand")
@pytest.mark.parametrize(
    "words",
    [["check", "rules", "alerts.yaml"], ["check", "config", "prometheus.yaml"], ["test", "rules", "alerts_test.yaml"]],
)
def test_promtool_finds_nothing_wrong(words):
    found = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout + found.stderr
