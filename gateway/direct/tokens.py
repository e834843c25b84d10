"""Churnkey's session tokens and auth hashes, byte for byte as its own package makes them.

Source: @churnkey/node 0.2 (github.com/churnkey/sdk, packages/node/src/index.ts). A token is not signed as a whole: the
hash in it covers one id and nothing else, neither the mode nor the time. It has no end of its own.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.contract import Mode

_PREFIX: Final = "ck_"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def auth_hash(api_key: str, identifier: str) -> str:
    """HMAC-SHA256 of an id under the Cancel Flow API key, in small hexadecimal letters."""
    return hmac.digest(api_key.encode(), identifier.encode(), "sha256").hex()


def session_token(
    *,
    app_id: str,
    customer_id: str,
    hashed: str,
    mode: Mode,
    issued: datetime,
    subscription_id: str | None = None,
) -> str:
    """A session token; `hashed` is the `auth_hash` and `issued` the present moment (UTC).

    The ids must be ASCII: who reads the token in a browser takes each byte for a character.
    """
    content: dict[str, str | int] = {
        "a": app_id,
        "c": customer_id,
        "h": hashed,
        "m": mode.value,
        "t": (issued - _EPOCH) // _MILLISECOND,
    }
    if subscription_id is not None:
        content["s"] = subscription_id
    # JSON.stringify writes it with the names in this order and without spaces.
    text = json.dumps(content, separators=(",", ":"))
    return _PREFIX + urlsafe_b64encode(text.encode()).decode().rstrip("=")
