"""Allow-lists: which coupons may be applied and which prices may be changed to, whatever else the provider has."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Refused(Exception):
    """The owner does not allow this. It answers 400; `message` may be shown to a customer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AllowList:
    """Ids, or patterns of `fnmatch.fnmatchcase` with `*` and `?` in them. None allows every id, an empty list none."""

    def __init__(self, patterns: Sequence[str] | None = None) -> None:
        # An empty alternation would match the empty text, `(?!)` matches nothing at all.
        self._allowed = None if patterns is None else re.compile("|".join(map(translate, patterns)) or "(?!)")

    def allows(self, identifier: str) -> bool:
        """Whether the id is on the list. Case counts: providers tell ids apart by it."""
        return self._allowed is None or self._allowed.match(identifier) is not None


class Policy:
    """The allow-lists of one backend, the same in both modes."""

    def __init__(self, coupons: AllowList | None = None, prices: AllowList | None = None) -> None:
        self._coupons = coupons or AllowList()
        self._prices = prices or AllowList()

    def offers_coupon(self, coupon_id: str) -> bool:
        """Whether the coupon is listed, and may be applied."""
        return self._coupons.allows(coupon_id)

    def offers_price(self, price_id: str) -> bool:
        """Whether the price is listed, and may be changed to."""
        return self._prices.allows(price_id)

    def require_coupon(self, coupon_id: str) -> None:
        """Raises `Refused` for a coupon that is not offered."""
        if not self.offers_coupon(coupon_id):
            raise Refused("This coupon is not offered here.")

    def require_price(self, price_id: str) -> None:
        """Raises `Refused` for a price that is not offered."""
        if not self.offers_price(price_id):
            raise Refused("This price is not offered here.")
