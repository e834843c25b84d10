"""The files in config/ work as they are, and explain everything there is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel

from adapters import registry
from adapters.settings import AdapterSettings
from gateway.contract import Mode
from gateway.settings import SettingsError, load
from gateway.settings.models import CommonSettings

CONFIG = Path(__file__).parents[3] / "config"
VARIABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "chargebee": {
        "CK_INTEGRATION_TOKEN": "churnkey-token-1",
        "CHARGEBEE_SITE": "acme",
        "CHARGEBEE_LIVE_KEY": "live_0123456789",
        "CHARGEBEE_TEST_KEY": "test_0123456789",
    },
    "paddle": {
        "CK_INTEGRATION_TOKEN": "churnkey-token-1",
        "PADDLE_LIVE_KEY": "pdl_live_apikey_0123456789",
        "PADDLE_SANDBOX_KEY": "pdl_sdbx_apikey_0123456789",
    },
    "stripe": {
        "CK_INTEGRATION_TOKEN": "churnkey-token-1",
        "STRIPE_LIVE_KEY": "rk_live_0123456789",
        "STRIPE_TEST_KEY": "sk_test_0123456789",
    },
}
"""By adapter: what its file takes from the environment."""
DEMOS: Final[Mapping[str, Mapping[str, str]]] = {
    backend: {
        "DEMO_BACKEND": backend,
        "SIMULATOR_URL": "http://127.0.0.1:12111",
        "DEMO_TOKEN": "demo-token-1",
        "DEMO_LIVE_KEY": live,
        "DEMO_TEST_KEY": test,
    }
    for backend, live, test in [
        ("chargebee", "live_0123456789", "test_0123456789"),
        ("paddle", "pdl_live_apikey_0123456789", "pdl_sdbx_apikey_0123456789"),
        ("stripe", "sk_live_0123456789", "sk_test_0123456789"),
    ]
}
"""By adapter: what the demo sets."""
OF_EACH_ADAPTER: Final = pytest.mark.parametrize("backend", registry.built_in_names())
SHIPPED: Final = pytest.mark.parametrize(
    ("name", "backend", "variables"),
    [
        *(pytest.param(f"{name}.yaml", name, variables, id=name) for name, variables in VARIABLES.items()),
        *(pytest.param("demo.yaml", name, variables, id=f"demo of {name}") for name, variables in DEMOS.items()),
    ],
)


def test_every_adapter_has_a_file_and_a_demo() -> None:
    assert sorted(VARIABLES) == sorted(DEMOS) == registry.built_in_names()
    assert {path.stem for path in CONFIG.glob("*.yaml")} == {*registry.built_in_names(), "demo"}


@SHIPPED
def test_loads_with_its_variables_set(name: str, backend: str, variables: Mapping[str, str]) -> None:
    (settings,) = load([CONFIG / name], variables)
    assert (settings.backend, settings.name) == (backend, backend)
    assert settings.adapter.modes.configured().keys() == set(Mode)


@SHIPPED
def test_needs_all_of_its_variables_and_no_others(name: str, backend: str, variables: Mapping[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load([CONFIG / name], {})
    assert set(re.findall(r"the variable (\w+) is not set", str(caught.value))) == set(variables)


@pytest.mark.parametrize("path", sorted(CONFIG.glob("*.yaml")), ids=lambda path: path.name)
def test_names_the_schema_for_editors(path: Path) -> None:
    first, _, _ = path.read_text().partition("\n")
    assert first == "# yaml-language-server: $schema=backend.schema.json"


@OF_EACH_ADAPTER
def test_the_demo_speaks_to_the_simulator_alone(backend: str) -> None:
    (settings,) = load([CONFIG / "demo.yaml"], DEMOS[backend])
    addresses = {mode.base_url for mode in settings.adapter.modes.configured().values()}
    assert addresses == {DEMOS[backend]["SIMULATOR_URL"]}


def _differences(shown: BaseModel, default: BaseModel, path: str = "") -> Iterator[str]:
    for name in type(shown).model_fields:
        value, usual = getattr(shown, name), getattr(default, name)
        if isinstance(value, BaseModel) and isinstance(usual, BaseModel):
            yield from _differences(value, usual, f"{path}{name}.")
        # None: everything the provider can do, which the file spells out.
        elif value != usual and usual is not None:
            yield f"{path}{name}"


@OF_EACH_ADAPTER
def test_what_stands_uncommented_is_the_default(backend: str) -> None:
    (settings,) = load([CONFIG / f"{backend}.yaml"], VARIABLES[backend])
    bare = CommonSettings(backend=backend, integration_tokens=settings.integration_tokens)
    assert list(_differences(bare, settings)) == []
    assert isinstance(settings.adapter, AdapterSettings)
    usual = registry.find(backend).settings_model.model_validate({"modes": settings.adapter.modes})
    assert list(_differences(settings.adapter, usual)) == []


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield name
        pending: list[Any] = [field.annotation]
        while pending:
            annotation = pending.pop()
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                yield from _keys(annotation)
            pending += getattr(annotation, "__args__", ())


@OF_EACH_ADAPTER
def test_every_key_is_in_the_file_with_prose_above_it(backend: str) -> None:
    text = (CONFIG / f"{backend}.yaml").read_text()
    missing = {
        key
        for key in {*_keys(CommonSettings), *_keys(registry.find(backend).settings_model)}
        if not re.search(rf"^ *(# )?( *){key}:", text, re.MULTILINE)
    }
    assert missing == set()


@OF_EACH_ADAPTER
def test_direct_mode_can_be_uncommented(backend: str, tmp_path: Path) -> None:
    text = (CONFIG / f"{backend}.yaml").read_text()
    section = re.search(r"^# direct:\n(?:#   .*\n)+", text, re.MULTILINE)
    assert section is not None
    file = tmp_path / "backend.yaml"
    file.write_text(text.replace(section[0], re.sub("^# ", "", section[0], flags=re.MULTILINE)))
    variables = {"CK_APP_TOKEN": "app-token-1", "CK_APP_ID": "app_1", "CK_CANCEL_FLOW_KEY": "ck-api-key-1"}
    (settings,) = load([file], {**VARIABLES[backend], **variables})
    assert settings.direct is not None
    assert settings.direct.app_id == "app_1"


@OF_EACH_ADAPTER
def test_no_file_speaks_of_another_provider(backend: str) -> None:
    text = (CONFIG / f"{backend}.yaml").read_text().casefold()
    assert [other for other in registry.built_in_names() if other != backend and other in text] == []
