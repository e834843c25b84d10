"""An error is printed, logged and pasted into tickets: what was written as a value is never in it."""

from __future__ import annotations

import string
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.settings import SettingsError, load
from tests.gateway.settings.conftest import MINIMAL, Install, Problems

# Begins with a digit, so that it is no name, no word of a message and no Stripe key.
SECRETS = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=10, max_size=40).map(
    lambda text: f"7{text}"
)

PLACES = {
    "an API key": "modes: {live: {api_key: %s}}",
    "an address": "modes: {live: {api_key: rk_live_1, base_url: %s}}",
    "a mode": "modes: {live: %s}",
    "all modes": "modes: %s",
    "an unknown key": "modes: {live: {apikey: %s}}",
    "an unknown section": "secrets: {live: {api_key: %s}}",
    "the name": "name: %s",
    "a number": "limits: {deadline_s: %s}",
    "a whole number": "limits: {max_in_flight: %s}",
    "a switch": "policy: {dry_run: %s}",
    "a section": "limits: %s",
    "a list": "policy: {coupons: {allow: %s}}",
    "an action": "actions: {pause: %s}",
    "a choice": "actions: {pause: {behavior: %s}}",
    "an entry of a list": "actions: {cancel: {schedules: [immediate, %s]}}",
    "a path": "name: {file: %s}",
    "a state": "state: %s",
    "the same token twice": "integration_tokens: [%s, %s]",
}
RAW_PLACES = {
    "a block": "modes:\n  live:\n    api_key: %s\n    base_url: 1\n",
    "a list": "integration_tokens:\n  - %s\nlimits: 1\n",
    "a number": "limits:\n  deadline_s: %s\n  max_in_flight: 0\n",
}


def _error(content: str, environment: Mapping[str, str]) -> SettingsError:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "backend.yaml"
        file.write_text(content)
        with pytest.raises(SettingsError) as caught:
            load([file], environment)
    return caught.value


def _quoted(secret: str) -> str:
    doubled = secret.replace("'", "''")
    return f"'{doubled}'"


# There are fifty places, and what matters of a secret is where it stands.
in_each_place = settings(max_examples=30)


def _everything_shown(error: SettingsError) -> str:
    shown = [str(error), repr(error), repr(error.problems), *traceback.format_exception(error)]
    # The path of the file is not what this is about, and random.
    return "\n".join(shown).replace(str(Path(error.problems[0].file).parent), "")


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@in_each_place
@given(secret=SECRETS)
def test_a_value_from_a_variable_is_not_shown(place: str, secret: str) -> None:
    written = place.replace("%s", "'${SECRET}'")
    error = _error(f"backend: stripe\n{written}\nzzz: 1\n", {"SECRET": secret})
    assert secret not in _everything_shown(error)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@in_each_place
@given(secret=SECRETS)
def test_a_value_in_the_file_is_not_shown(place: str, secret: str) -> None:
    written = place.replace("%s", _quoted(secret))
    error = _error(f"backend: stripe\n{written}\nzzz: 1\n", {})
    assert secret not in _everything_shown(error)


@pytest.mark.parametrize("place", RAW_PLACES.values(), ids=RAW_PLACES)
@in_each_place
# With two letters that no word of the gateway's own code begins with: a traceback shows that code.
@given(secret=st.text(string.ascii_letters + string.digits + string.punctuation, min_size=10).map(lambda x: f"Zq{x}"))
def test_a_value_that_breaks_the_yaml_is_not_shown(place: str, secret: str) -> None:
    error = _error(f"backend: stripe\nmode: x\n{place % secret}", {})
    assert secret not in _everything_shown(error)


@pytest.mark.parametrize("place", ["%s: x", "limits: {%s: 5}", "%s: {a: b}", "%s: 1\n%s: 2", "name: ${%s}"])
@in_each_place
@given(secret=SECRETS.map(lambda text: f"sk_live_{text}"))
def test_a_secret_on_the_wrong_side_of_a_colon_is_not_shown(place: str, secret: str) -> None:
    error = _error(f"backend: stripe\n{place.replace('%s', _quoted(secret))}\n", {})
    assert secret not in _everything_shown(error)


TALKATIVE = """
    from typing import Annotated
    from pydantic import AfterValidator, SecretStr
    from pydantic_core import PydanticCustomError
    from adapters.base import AdapterSettings, BillingAdapter, Capabilities
    from adapters.settings import ModeSettings, Modes
    from gateway.contract import PriceType

    def check(value):
        text = value.get_secret_value()
        %s

    class TalkativeMode(ModeSettings):
        api_key: Annotated[SecretStr, AfterValidator(check)]

    class TalkativeModes(Modes):
        test: TalkativeMode | None = None

    class TalkativeSettings(AdapterSettings):
        modes: TalkativeModes

    class Adapter(BillingAdapter):
        name = "talkative"
        settings_model = TalkativeSettings
        capabilities = Capabilities(controllers=frozenset(), price_type=PriceType.STANDALONE)
"""


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("raise ValueError(f'{text} is not a key')", id="in a ValueError"),
        pytest.param("raise ValueError(repr(text))", id="quoted"),
        pytest.param("assert not text, f'not this: {text}'", id="in an assertion"),
        pytest.param("raise PydanticCustomError('key', 'no: {key}', {'key': text})", id="in an error of its own"),
    ],
)
@pytest.mark.parametrize("secret", ["acct-0123456789", 'it\'s \\\\ not "easy"'])
def test_an_adapter_that_repeats_the_value_is_not_quoted(
    problems: Problems, install: Install, statement: str, secret: str
) -> None:
    install("talkative", TALKATIVE % statement)
    content = MINIMAL.replace("stripe", "talkative").replace("rk_test_0123456789", "'${SECRET}'")
    assert problems(content, {"SECRET": secret}) == [
        "backend.yaml:3: modes.test.api_key: is not valid (the reason repeats what was written, and is withheld)"
    ]


def test_settings_do_not_show_their_secrets() -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "backend.yaml"
        file.write_text(MINIMAL)
        (loaded,) = load([file], {})
    for shown in (str(loaded), repr(loaded), loaded.model_dump_json(), repr(loaded.adapter)):
        assert "churnkey-token-1" not in shown
        assert "rk_test_0123456789" not in shown
