"""The alerts: each can fire, says what it means, and leads to a paragraph that says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
from promql_parser import MatchOp
from ruamel.yaml import YAML

from adapters import errors
from gateway.contract import Mode
from gateway.observability import Metrics
from gateway.observability.metrics import StateMetrics
from tests.deploy.promql import read
from tests.deploy.served import COMES_LATER, served
from tests.support.commands import ROOT

RULES: Final = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD: Final = ROOT / "deploy" / "grafana" / "churnkey-gateway.json"
CASES: Final = Path(__file__).with_name("alerts.test.yaml")
PREFIX: Final = "churnkey_gateway_"

COME_WITH_REQUESTS: Final = (
    f"{PREFIX}requests",
    f"{PREFIX}request_seconds",
    f"{PREFIX}provider_calls_total",
    f"{PREFIX}provider_call_seconds",
    *COMES_LATER,
)
"""What cannot be known before. Alerts on it are about many of them, or come again, or are no rates."""

VALUES: Final = {
    (f"{PREFIX}requests_total", "status"): {str(status) for status in range(100, 600)},
    (f"{PREFIX}provider_calls_total", "outcome"): {"ok", "timeout", "aborted"}
    | {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)},
}
"""All that these labels can be."""

promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool (of Prometheus, e.g. the Debian package) is not on the PATH; the other tests here do without",
)


def loaded(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def rules() -> list[dict[str, Any]]:
    return [rule for group in loaded(RULES)["groups"] for rule in group["rules"]]


each_alert = pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))


@promtool
def test_prometheus_accepts_the_rules() -> None:
    checked = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@promtool
def test_each_alert_fires_when_it_should_and_only_then() -> None:
    tested = subprocess.run(["promtool", "test", "rules", CASES], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_there_is_a_case_in_which_each_alert_fires_and_one_in_which_it_does_not() -> None:
    tested = {
        (case["alertname"], bool(case["exp_alerts"]))
        for test in loaded(CASES)["tests"]
        for case in test["alert_rule_test"]
    }
    assert tested == {(rule["alert"], fires) for rule in rules() for fires in (True, False)}


@each_alert
def test_an_alert_says_how_urgent_it_is_what_it_means_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert sorted(rule["annotations"]) == ["runbook", "summary"]


@each_alert
def test_the_runbook_has_a_paragraph_on_it(rule: dict[str, Any]) -> None:
    document, _, anchor = rule["annotations"]["runbook"].partition("#")
    text = (ROOT / document).read_text(encoding="utf-8")
    assert anchor == rule["alert"].lower()
    _, heading, rest = text.partition(f"\n### {rule['alert']}\n")
    assert heading, f"{document} has no heading {rule['alert']}"
    paragraph = rest.split("\n#", 1)[0]
    assert "\n- **See**" in paragraph
    assert "\n- **Do**" in paragraph


def test_the_runbook_has_no_paragraph_on_an_alert_that_does_not_exist() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (ChurnkeyGateway\w+)$", text, re.MULTILINE) == [rule["alert"] for rule in rules()]


def test_the_log_lines_and_panels_that_the_runbook_names_exist() -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Alerts\n")[2]
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "gateway").rglob("*.py"))
    lines = {name for name in re.findall(r"`([a-z][^`]* [^`]*)`", runbook) if not name.startswith("churnkey-gateway")}
    panels = set(re.findall(r"\*([A-Z][^*]+)\*(?!\*)", re.sub(r"\s+", " ", runbook.replace("**", "")))) - {"Import"}
    assert len(lines) > 5
    assert {name for name in lines if f'"{name}"' not in sources} == set()
    assert len(panels) > 5
    assert panels <= {panel["title"] for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]}


@each_alert
def test_a_label_that_the_summary_shows_is_one_that_the_alert_has(rule: dict[str, Any]) -> None:
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert shown <= read(rule["expr"]).labels


async def test_what_an_alert_asks_for_is_counted(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway:
        assert await gateway.get("/customers/cus_ada") == 200
        labels = {one.name: one.labels.keys() for one in await gateway.scrape()} | COMES_LATER
    for rule in rules():
        named = read(rule["expr"])
        for selector in named.selectors:
            assert selector.name in labels, f"{rule['alert']} asks for {selector.name}"
            asked = {label for _, label, _ in selector.matchers} | named.labels - {"job", "instance"}
            assert asked <= labels[selector.name], f"{rule['alert']}: {selector.name} has no {asked}"


async def test_what_is_rare_is_there_from_the_start_so_that_the_first_time_raises_an_alert(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway:
        series = await gateway.scrape()
    for rule in rules():
        for selector in read(rule["expr"]).selectors:
            if not selector.name.startswith(COME_WITH_REQUESTS):
                found = [one for one in series if one.name == selector.name and selector.finds(one.labels)]
                assert found, f"{rule['alert']}: nothing is selected by {selector}"


@each_alert
def test_a_value_that_comes_with_requests_is_one_that_can_occur(rule: dict[str, Any]) -> None:
    for selector in read(rule["expr"]).selectors:
        for how, label, value in selector.matchers:
            known = VALUES.get((selector.name, label))
            if known is not None:
                wanted = value.split("|") if how == MatchOp.Re else [value]
                assert all(any(re.fullmatch(one, other) for other in known) for one in wanted)


def test_what_comes_later_has_the_labels_that_are_relied_upon() -> None:
    metrics = Metrics()
    metrics.of("stripe", Mode.LIVE).unknown_value("subscription.status")
    StateMetrics(metrics, "stripe")
    metrics.count_verifications_of("stripe")
    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    assert {one.name: one.labels.keys() for one in samples if one.name in COMES_LATER} == COMES_LATER


async def test_a_provider_that_is_killed_shows_as_a_circuit_that_is_not_closed(tmp_path: Path) -> None:
    async with served(tmp_path, "limits: {retry_wait_s: 0.001, breaker: {failures: 2}}\n") as gateway:
        await gateway.provider.close()
        answers = [await gateway.get("/customers/cus_ada") for _ in range(4)]
        assert set(answers) == {503}
        labels = {"backend": "stripe", "mode": "test"}
        circuit = f"{PREFIX}provider_circuit"
        assert await gateway.sum_of(circuit, state="closed", **labels) == 0
        assert await gateway.sum_of(circuit, state="open", **labels) == 1
        assert await gateway.sum_of(f"{PREFIX}requests_total", status="503", **labels) == 4
        assert await gateway.sum_of(f"{PREFIX}provider_calls_total", outcome="Unavailable", **labels) >= 2


async def test_a_journal_that_cannot_be_written_shows_as_lines_lost(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway:
        journal = tmp_path / "journal.jsonl"
        journal.unlink()
        journal.mkdir()
        assert await gateway.cancel() == 200
        assert await gateway.sum_of(f"{PREFIX}journal_lines_lost_total", mode="test") == 2


async def test_a_wrong_token_shows_as_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as gateway:
        assert await gateway.get("/features", Authorization="Bearer another") == 401
        assert await gateway.sum_of(f"{PREFIX}requests_total", backend="stripe", status="401") == 1
