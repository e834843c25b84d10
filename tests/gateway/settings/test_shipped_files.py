"""The files in config/ work as they are, and explain everything there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from adapters.settings import AdapterSettings
from adapters.stripe.settings import StripeSettings
from gateway.contract import Mode
from gateway.settings import SettingsError, load
from gateway.settings.models import CommonSettings

CONFIG = Path(__file__).parents[3] / "config"
STRIPE_VARIABLES = {
    "CK_INTEGRATION_TOKEN": "churnkey-token-1",
    "STRIPE_LIVE_KEY": "rk_live_0123456789",
    "STRIPE_TEST_KEY": "sk_test_0123456789",
}
DEMO_VARIABLES = {
    "SIMULATOR_URL": "http://127.0.0.1:12111",
    "DEMO_TOKEN": "demo-token-1",
    "DEMO_LIVE_KEY": "sk_live_0123456789",
    "DEMO_TEST_KEY": "sk_test_0123456789",
}
SHIPPED = pytest.mark.parametrize(
    ("name", "variables"),
    [pytest.param("stripe.yaml", STRIPE_VARIABLES, id="stripe"), pytest.param("demo.yaml", DEMO_VARIABLES, id="demo")],
)


@SHIPPED
def test_loads_with_its_variables_set(name: str, variables: dict[str, str]) -> None:
    (settings,) = load([CONFIG / name], variables)
    assert (settings.backend, settings.name) == ("stripe", "stripe")
    assert settings.adapter.modes.configured().keys() == set(Mode)


@SHIPPED
def test_needs_all_of_its_variables_and_no_others(name: str, variables: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load([CONFIG / name], {})
    assert set(re.findall(r"the variable (\w+) is not set", str(caught.value))) == set(variables)


@SHIPPED
def test_names_the_schema_for_editors(name: str, variables: dict[str, str]) -> None:
    first, _, _ = (CONFIG / name).read_text().partition("\n")
    assert first == "# yaml-language-server: $schema=backend.schema.json"


def test_the_demo_speaks_to_the_simulator_alone() -> None:
    (settings,) = load([CONFIG / "demo.yaml"], DEMO_VARIABLES)
    addresses = {mode.base_url for mode in settings.adapter.modes.configured().values()}
    assert addresses == {DEMO_VARIABLES["SIMULATOR_URL"]}


def _differences(shown: BaseModel, default: BaseModel, path: str = "") -> Iterator[str]:
    for name in type(shown).model_fields:
        value, usual = getattr(shown, name), getattr(default, name)
        if isinstance(value, BaseModel) and isinstance(usual, BaseModel):
            yield from _differences(value, usual, f"{path}{name}.")
        # None: everything the provider can do, which the file spells out.
        elif value != usual and usual is not None:
            yield f"{path}{name}"


def test_what_stands_uncommented_is_the_default() -> None:
    (settings,) = load([CONFIG / "stripe.yaml"], STRIPE_VARIABLES)
    bare = CommonSettings(backend="stripe", integration_tokens=settings.integration_tokens)
    assert list(_differences(bare, settings)) == []
    assert isinstance(settings.adapter, AdapterSettings)
    assert list(_differences(settings.adapter, StripeSettings.model_validate({"modes": settings.adapter.modes}))) == []


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        pending: list[Any] = [field.annotation]
        while pending:
            annotation = pending.pop()
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                yield from _keys(annotation)
            pending += getattr(annotation, "__args__", ())


def test_every_key_is_in_the_file_with_prose_above_it() -> None:
    text = (CONFIG / "stripe.yaml").read_text()
    missing = {
        key
        for key in {*_keys(CommonSettings), *_keys(StripeSettings)}
        if not re.search(rf"^ *(# )?( *){key}:", text, re.MULTILINE)
    }
    assert missing == set()
