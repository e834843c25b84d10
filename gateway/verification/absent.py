"""Ids of what cannot exist. Whatever is sent without --write names nothing but these, so that nothing can be hit.

That holds at a careless provider, too. One that ignores a missing id may act on everything it has, so none is ever left
out, left empty or null. One that turns ids into numbers may take a word for 0, which in some databases equals every
text: so they begin with digits, of a number that no table has got to. And chance makes each one anew.
"""

from __future__ import annotations

import secrets
from typing import Final

_SMALLEST: Final = 10**15
_NUMBERS: Final = 8 * 10**15
"""The largest is below 2**53, up to which a reader in JavaScript does not round."""


def absent_id() -> str:
    """An id that nothing has."""
    return f"{_SMALLEST + secrets.randbelow(_NUMBERS)}-churnkey-verify-{secrets.token_hex(12)}"


def absent_email() -> str:
    """An address that nobody has: `.invalid` is reserved (RFC 2606)."""
    return f"{absent_id()}@churnkey-verify.invalid"


def absent_phone() -> str:
    """A number that nobody has: the country code 999 is not assigned."""
    return f"+999{secrets.randbelow(10**11):011}"


def wrong_token() -> str:
    """A token that is not the integration's."""
    return f"churnkey-verify-wrong-{secrets.token_hex(16)}"
