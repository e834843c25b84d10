"""The dashboard: every panel shows something of a gateway that is in use."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.observability import Metrics
from tests.deploy.promql import read
from tests.deploy.served import COMES_LATER, Served, served
from tests.support.commands import ROOT

DASHBOARD: Final[dict[str, Any]] = json.loads(
    (ROOT / "deploy" / "grafana" / "churnkey-gateway.json").read_text(encoding="utf-8")
)
PANELS: Final = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
GRAFANAS_OWN: Final = {"$__rate_interval": "5m", "$__range": "6h", "$backend": ".*", "$mode": ".*"}
"""Grafana's variables and the dashboard's, each with what could stand for it."""


def expressions(panel: dict[str, Any]) -> list[str]:
    """The panel's queries as Grafana would send them."""
    pattern = re.compile("|".join(map(re.escape, GRAFANAS_OWN)))
    return [pattern.sub(lambda found: GRAFANAS_OWN[found[0]], target["expr"]) for target in panel["targets"]]


async def use(gateway: Served) -> None:
    """Do what every operator's day has in it."""
    assert await gateway.get("/customers/cus_ada") == 200
    assert await gateway.cancel() == 200
    await gateway.provider.close()
    assert await gateway.get("/customers/cus_grace") == 503


async def test_every_panel_shows_something_of_a_gateway_in_use(tmp_path: Path) -> None:
    async with served(tmp_path, "limits: {retry_wait_s: 0.001}\n") as gateway:
        await use(gateway)
        series = await gateway.scrape()
    for panel in PANELS:
        for expression in expressions(panel):
            named = read(expression)
            assert named.selectors, panel["title"]
            for selector in named.selectors:
                found = [one.labels for one in series if one.name == selector.name and selector.finds(one.labels)]
                labels = COMES_LATER.get(selector.name) or (set(found[0]) if found else None)
                assert labels is not None, f"{panel['title']}: nothing is selected by {selector}"
                assert named.labels - {"job", "instance"} <= labels, panel["title"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_legend_shows_labels_that_the_query_leaves(panel: dict[str, Any]) -> None:
    for target, expression in zip(panel["targets"], expressions(panel), strict=True):
        shown = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert shown - {"instance"} <= read(expression).labels


def test_panels_have_titles_of_their_own_and_say_what_they_show() -> None:
    titles = [panel["title"] for panel in PANELS]
    assert len(set(titles)) == len(titles)
    assert all(panel["description"].endswith(".") for panel in PANELS)


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_metric_of_the_gateway_is_shown() -> None:
    shown = {selector.name for panel in PANELS for one in expressions(panel) for selector in read(one).selectors}
    families = {family.name for family in Metrics().registry.collect() if family.name.startswith("churnkey_gateway")}
    assert len(families) > 10
    assert {name for name in families if not any(one.startswith(name) for one in shown)} == set()
