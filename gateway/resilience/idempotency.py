"""Idempotency keys: fresh for each inbound request, the same for each repetition of one provider call."""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from msgspec.json import Encoder

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEED_BYTES: Final = 16
_DIGEST_BYTES: Final = 8
_written: Final = Encoder(order="sorted", enc_hook=str).encode


class WriteKey:
    """Makes the keys of the provider writes of one inbound request.

    The random part is made once for the request: two equal requests a day apart both act. The rest is a digest of
    the call: repeating a call repeats its key, so a provider that has seen it does not act twice, and a request
    that takes several calls uses a key for each.
    """

    __slots__ = ("_seed",)

    def __init__(self) -> None:
        self._seed = os.urandom(_SEED_BYTES).hex()

    def of(self, method: str, path: str, parameters: Mapping[str, object]) -> str:
        """The key of one call, 49 characters, made of letters, digits and a hyphen."""
        call = _written((method, path, parameters))
        return f"{self._seed}-{blake2b(call, digest_size=_DIGEST_BYTES).hexdigest()}"

    def renew(self) -> None:
        """Use other keys from now on.

        Only right when the provider has answered, so that nothing is still under way: a recorded fault would
        otherwise be replayed to every repetition under the old key.
        """
        self._seed = os.urandom(_SEED_BYTES).hex()
