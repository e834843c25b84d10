"""The YAML of a Paddle backend: keys that are of another account are refused before anything starts with them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import ValidationError

from adapters.holes import Runtime
from adapters.paddle.adapter import PaddleAdapter
from adapters.paddle.settings import PaddleSettings
from adapters.registry import find
from adapters.settings import AdapterSettings
from gateway.contract import Mode
from gateway.settings import SettingsError, load

FILE: Final = Path(__file__).parents[3] / "config" / "paddle.yaml"
LIVE: Final = "pdl_live_apikey_01gtgztp8f4kek3yd4g1wrksa3_q6TGTJyvoIz7LDtXT65bX7_AQO"
SANDBOX: Final = "pdl_sdbx_apikey_01gtgztp8f4kek3yd4g1wrksa3_q6TGTJyvoIz7LDtXT65bX7_AQO"
OLD: Final = "0123456789abcdef0123456789abcdef0123456789abcdef01"
VARIABLES: Final = {"CK_INTEGRATION_TOKEN": "churnkey-token-1", "PADDLE_LIVE_KEY": LIVE, "PADDLE_SANDBOX_KEY": SANDBOX}


def settings(mode: str, key: str) -> PaddleSettings:
    return PaddleSettings.model_validate({"modes": {mode: {"api_key": key}}})


@pytest.mark.parametrize(
    ("mode", "key"),
    [("live", LIVE), ("test", SANDBOX), ("live", OLD), ("test", OLD)],
    ids=["live", "sandbox", "an old one as live", "an old one as sandbox"],
)
def test_keys_that_fit(mode: str, key: str) -> None:
    assert settings(mode, key).modes.configured().keys() == {Mode(mode)}


@pytest.mark.parametrize(
    ("mode", "key", "message"),
    [
        pytest.param("live", SANDBOX, "is a sandbox key: it must begin with pdl_live_apikey_", id="sandbox as live"),
        pytest.param("test", LIVE, "is a live key: it must begin with pdl_sdbx_apikey_", id="live as sandbox"),
        pytest.param("live", "live_7d279f61a3499fed520f7cd8c08", "is not a Paddle API key", id="a client-side token"),
        pytest.param("live", "pdl_ntfset_01gkpjp8bkm3tm53kdgkx6sms7", "is not a Paddle API key", id="a webhook secret"),
        pytest.param("test", OLD[:-1], "is not a Paddle API key", id="an old one, cut"),
        pytest.param("test", f"Bearer {SANDBOX}", "without spaces", id="with the word before it"),
    ],
)
def test_keys_that_do_not_fit_are_refused_without_being_told(mode: str, key: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(mode, key)
    assert message in str(caught.value)
    assert key not in str(caught.value)


def test_settings_of_another_kind_are_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="Paddle backend"):
        PaddleAdapter(Mode.TEST, AdapterSettings.model_validate({"modes": {"test": {}}}), Runtime())


def test_the_registry_knows_it() -> None:
    assert find("paddle") is PaddleAdapter


def test_the_shipped_file_loads_with_its_variables_set() -> None:
    (loaded,) = load([FILE], VARIABLES)

    assert (loaded.backend, loaded.name) == ("paddle", "paddle")
    assert loaded.adapter.modes.configured().keys() == set(Mode)
    assert loaded.adapter.model_dump(exclude={"actions", "modes"}) == PaddleSettings.model_validate(
        {"modes": loaded.adapter.modes}
    ).model_dump(exclude={"actions", "modes"})


def test_it_needs_all_of_them_and_no_others() -> None:
    with pytest.raises(SettingsError) as caught:
        load([FILE], {})
    assert set(re.findall(r"the variable (\w+) is not set", str(caught.value))) == set(VARIABLES)


@pytest.mark.parametrize(
    ("mode", "offered"),
    [("replace", True), ("stack", False)],
)
def test_what_paddle_cannot_do_is_not_offered(mode: str, offered: bool) -> None:
    chosen: Any = {"modes": {"test": {"api_key": SANDBOX}}, "actions": {"apply_coupon": {"mode": mode}}}
    adapter = PaddleAdapter(Mode.TEST, PaddleSettings.model_validate(chosen), Runtime())
    manifest = adapter.features().model_dump(by_alias=True, exclude_none=True)

    assert manifest["actions"]["applyCoupon"]["enabled"] is offered
    assert "families" not in manifest["controllers"]
    assert manifest["actions"]["changePrice"]["schedules"] == {"immediate": True, "end-of-period": False}
