"""What the YAML of a Paddle backend may say beyond what all backends share."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr

from adapters.settings import AdapterSettings, Modes, ModeSettings, Secret

_KEY: Final = re.compile(r"pdl_(?P<environment>live|sdbx)_apikey_\w+", re.ASCII)
_OLD_KEY: Final = re.compile(r"[0-9A-Za-z]{50}")
"""Keys made before 2025-05-06 do not tell what they are for."""
_CALLED: Final = {"live": "live", "sdbx": "sandbox"}


def _key_of(environment: str) -> AfterValidator:
    """Checks that a key is one for the environment, before anything starts with it. A key works on its own host only.

    Forms of keys: https://developer.paddle.com/api-reference/about/authentication.
    """

    def check(secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        wanted = f"it must begin with pdl_{environment}_apikey_"
        match = _KEY.fullmatch(text)
        if match is not None and match["environment"] != environment:
            raise ValueError(f"is a {_CALLED[match['environment']]} key: {wanted}")
        if match is None and _OLD_KEY.fullmatch(text) is None:
            raise ValueError(f"is not a Paddle API key: {wanted}, or be an old key of 50 letters and digits")
        return secret

    return AfterValidator(check)


def is_old(secret: SecretStr) -> bool:
    """Whether a key was made before keys had permissions and ended: it may do everything.

    https://developer.paddle.com/changelog/2025/api-key-improvements
    """
    return _KEY.fullmatch(secret.get_secret_value()) is None


_KEY_DESCRIPTION: Final = "An API key (pdl_...) with the permissions that the provider's page lists."


class PaddleModeSettings(ModeSettings):
    """One environment of Paddle."""

    api_key: Secret = Field(description=_KEY_DESCRIPTION)


class PaddleLiveSettings(PaddleModeSettings):
    """The live account."""

    api_key: Annotated[Secret, _key_of("live")] = Field(description=_KEY_DESCRIPTION)


class PaddleTestSettings(PaddleModeSettings):
    """The sandbox account, which is an account of its own."""

    api_key: Annotated[Secret, _key_of("sdbx")] = Field(description=_KEY_DESCRIPTION)


class PaddleModes(Modes):
    """The modes of a Paddle backend."""

    live: PaddleLiveSettings | None = Field(None, description="Real customers and real money.")
    test: PaddleTestSettings | None = Field(None, description="The sandbox.")


class PaddleSettings(AdapterSettings):
    """A Paddle backend."""

    modes: PaddleModes = Field(description="Credentials for live and test.")
