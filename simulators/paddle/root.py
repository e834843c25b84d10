"""The API root, which tells who is asking: https://developer.paddle.com/api-reference/api-root/get-api-root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulators.paddle.calls import Answer

if TYPE_CHECKING:
    from simulators.paddle.account import Account
    from simulators.types import Json

PERMISSIONS: Final = frozenset(
    f"{entity}.{kind}"
    for entity in ("address", "customer", "discount", "price", "product", "subscription", "transaction")
    for kind in ("read", "write")
)
"""What a key may be given, as far as anything here asks for it:
https://developer.paddle.com/api-reference/about/permissions."""


def root(account: Account | None, *, livemode: bool) -> Answer:
    """Who asks, and what the key may do; `account` None: it asked without a key.

    Whether a permission to read is named beside one to write, which includes it, is not documented: here it is not.
    """
    caller: Json = {"auth_type": None, "account": None, "permissions": []}
    if account is not None:
        held = PERMISSIONS if account.permissions is None else account.permissions
        caller = {"auth_type": "api_key", "account": {"id": account.id}, "permissions": sorted(held)}
    api = {
        "name": "Paddle API",
        "version": "1",
        "environment": "production" if livemode else "sandbox",
        "documentation_url": "https://developer.paddle.com/api-reference",
    }
    return Answer({"api": api, "caller": caller})
