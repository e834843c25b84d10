"""Adapters are found by entry point; one that is broken stands in nobody else's way."""

from __future__ import annotations

import pytest

from adapters import registry
from adapters.settings import AdapterSettings
from gateway.settings import backend_schema
from tests.gateway.settings.conftest import MINIMAL, Install, Load, Problems

ADAPTER = """
    from pydantic import Field
    from adapters.base import BillingAdapter, Capabilities
    from adapters.settings import AdapterSettings
    from gateway.contract import PriceType

    class Settings(AdapterSettings):
        {field}: int = Field(1, ge=0, description="Of its own.")

    class Adapter(BillingAdapter):
        name = "{name}"
        settings_model = Settings
        capabilities = Capabilities(controllers=frozenset(), price_type=PriceType.STANDALONE)
"""
MODES = MINIMAL.replace("rk_test_0123456789", "x").replace("{api_key: x}", "{}")


def test_an_adapter_is_found_by_its_name(install: Install) -> None:
    install("acme", ADAPTER.format(name="acme", field="region"))
    assert "acme" in registry.names()
    assert registry.find("acme").name == "acme"
    assert issubclass(registry.find("acme").settings_model, AdapterSettings)


def test_only_what_comes_with_the_gateway_is_built_in(install: Install) -> None:
    install("acme", ADAPTER.format(name="acme", field="region"))
    assert "stripe" in registry.built_in_names()
    assert "acme" not in registry.built_in_names()


def test_the_keys_of_an_installed_adapter_are_known(load_text: Load, problems: Problems, install: Install) -> None:
    install("acme", ADAPTER.format(name="acme", field="region"))
    content = MODES.replace("stripe", "acme")
    assert load_text(f"{content}region: 7\n").adapter.model_dump()["region"] == 7
    assert problems(f"{content}regoin: 7\n") == ["backend.yaml:4: regoin: unknown key; did you mean region?"]
    assert "region" in backend_schema(["acme"])["$defs"]["acme"]["properties"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param("import nothing_of_that_name", "cannot be imported: ModuleNotFoundError", id="a failing import"),
        pytest.param("raise RuntimeError('no')", "cannot be imported: RuntimeError: no", id="code that raises"),
        pytest.param("", "cannot be imported: AttributeError", id="no such class"),
        pytest.param("Adapter = 5", "is not a subclass of BillingAdapter", id="not a class"),
        pytest.param("class Adapter: name = 'broken'", "is not a subclass of BillingAdapter", id="another class"),
        pytest.param(
            "from adapters.base import BillingAdapter\nclass Adapter(BillingAdapter): name = 'broken'",
            "has no settings_model derived from AdapterSettings",
            id="no settings",
        ),
        pytest.param(
            ADAPTER.format(name="broken", field="region").replace("capabilities =", "nothing ="),
            "declares no capabilities",
            id="no capabilities",
        ),
        pytest.param(ADAPTER.format(name="other", field="region"), "calls itself by another name", id="another name"),
        pytest.param(
            ADAPTER.format(name="broken", field="limits"),
            "has settings called limits, which the gateway has already",
            id="a key of the gateway's",
        ),
    ],
)
def test_a_broken_adapter_is_a_problem_of_the_files_that_name_it(
    problems: Problems, load_text: Load, install: Install, source: str, reason: str
) -> None:
    install("broken", source)
    (problem,) = problems(MINIMAL.replace("stripe", "broken"))
    assert problem.startswith(f"backend.yaml:1: backend: this adapter cannot be used: it {reason}")
    assert load_text(MINIMAL).backend == "stripe"


GUARD = "policy: {max_immediate_charge: {usd: 5000}}"


def test_a_money_guard_that_the_adapter_cannot_hold_is_refused(problems: Problems, install: Install) -> None:
    install("acme", ADAPTER.format(name="acme", field="region"))
    (problem,) = problems(f"{MODES.replace('stripe', 'acme')}{GUARD}\n")
    assert problem.startswith("backend.yaml:4: policy.max_immediate_charge: cannot be held: this adapter does not know")


def test_a_money_guard_is_taken_where_the_adapter_can_preview(load_text: Load, install: Install) -> None:
    install(
        "acme", "from tests.support.memory_adapter import MemoryAdapter\nclass Adapter(MemoryAdapter): name = 'acme'"
    )
    settings = load_text(f"{MINIMAL.replace('stripe', 'acme')}{GUARD}\n")
    assert settings.policy.max_immediate_charge == {"usd": 5000}


def test_a_name_that_two_packages_claim_is_given_to_neither(problems: Problems, install: Install) -> None:
    install("stripe", ADAPTER.format(name="stripe", field="region"))
    (problem,) = problems(MINIMAL)
    assert problem.startswith("backend.yaml:1: backend: this adapter cannot be used: it is registered more than once: ")


def test_an_unknown_adapter_is_named_with_the_known() -> None:
    with pytest.raises(registry.UnknownAdapter, match=r"there is no adapter nobody; installed: .*stripe") as caught:
        registry.find("nobody")
    assert caught.value.name == "nobody"
    assert "stripe" in caught.value.known
