"""Cursors: the provider's own, wrapped so that one list's cursor cannot be used on another.

A cursor is opaque to Churnkey and URL-safe. It begins with a digest over itself and over the list it belongs to, so
that one that was cut, altered, or taken from another backend, mode, list or customer is recognised before the provider
is asked. The digest is no signature: whoever has a backend's token may see all of that backend's lists anyway.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from gateway.contract import RequestError

if TYPE_CHECKING:
    from gateway.contract import Controller, Mode

LONGEST_CURSOR: Final = 2048
"""Characters; a request line has room for it."""

_DIGEST_SIZE: Final = 9
_FORM: Final = b"churnkey-1"
"""Changes with the layout, so that an older version's cursors are recognised as such."""

_ALPHABET: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Scope:
    """The list that a cursor belongs to. `owner` is the customer whose subscriptions are listed, else empty."""

    backend: str
    mode: Mode
    controller: Controller
    owner: str = ""


def wrap(scope: Scope, cursor: str) -> str:
    """The cursor to hand out for the provider's. Raises `ValueError` for one that is too long to come back."""
    content = cursor.encode()
    wrapped = urlsafe_b64encode(_digest(scope, content) + content).decode().rstrip("=")
    if len(wrapped) > LONGEST_CURSOR:
        raise ValueError("the provider's cursor is too long")
    return wrapped


def unwrap(scope: Scope, wrapped: str) -> str:
    """The provider's cursor in one of ours. Raises `RequestError` for anything that `wrap` did not make."""
    if len(wrapped) <= LONGEST_CURSOR and _ALPHABET.fullmatch(wrapped):
        try:
            raw = urlsafe_b64decode(wrapped + "=" * (-len(wrapped) % 4))
            cursor = raw[_DIGEST_SIZE:].decode()
        except (binascii.Error, UnicodeDecodeError):
            pass
        else:
            # Making it anew also refuses the other spellings that base64 has for the same bytes.
            if cursor and wrap(scope, cursor) == wrapped:
                return cursor
    raise RequestError("cursor", "expected the next of this list's previous page")


def _digest(scope: Scope, content: bytes) -> bytes:
    digest = blake2b(digest_size=_DIGEST_SIZE, person=_FORM)
    for part in (scope.backend, scope.mode, scope.controller, scope.owner):
        encoded = part.encode(errors="surrogatepass")
        # With its length before it no part can pass for the end of another.
        digest.update(len(encoded).to_bytes(4) + encoded)
    digest.update(content)
    return digest.digest()
