"""What Churnkey reads: every path, with the samples' ids in it, and what has to be on for it to be answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from adapters.conformance.provider import Held, Samples


@dataclass(frozen=True, slots=True)
class Read:
    """One of the read endpoints. `path` comes after `/churnkey`; `controller` is the manifest's word for its group.

    `finds_by` is set for the two look-ups, which the manifest says nothing of.
    """

    controller: str
    path: Callable[[Samples], str]
    finds_by: str | None = None


def escaped(identifier: str) -> str:
    """An id as it stands in a path."""
    return quote(identifier, safe="")


def subscription_path(held: Held) -> str:
    return f"/customers/{escaped(held.customer)}/subscriptions/{escaped(held.subscription)}"


LISTS: Final[Mapping[str, Read]] = {
    "/customers": Read("customers", lambda samples: "/customers"),
    "/customers/{customerId}/subscriptions": Read(
        "subscriptions", lambda samples: f"/customers/{escaped(samples.many)}/subscriptions"
    ),
    "/prices": Read("prices", lambda samples: "/prices"),
    "/coupons": Read("coupons", lambda samples: "/coupons"),
    "/products": Read("products", lambda samples: "/products"),
    "/families": Read("families", lambda samples: "/families"),
}
OBJECTS: Final[Mapping[str, Read]] = {
    "/customers/{customerId}": Read("customers", lambda samples: f"/customers/{escaped(samples.customer)}"),
    "/customers/{customerId}/subscriptions/{subscriptionId}": Read(
        "subscriptions", lambda samples: subscription_path(samples.active)
    ),
    "/prices/{priceId}": Read("prices", lambda samples: f"/prices/{escaped(samples.price)}"),
    "/coupons/{couponId}": Read("coupons", lambda samples: f"/coupons/{escaped(samples.coupon)}"),
    "/products/{productId}": Read("products", lambda samples: f"/products/{escaped(samples.product)}"),
    "/families/{familyId}": Read("families", lambda samples: f"/families/{escaped(samples.family)}"),
}
LOOK_UPS: Final[Mapping[str, Read]] = {
    "/customers/email/{email}": Read(
        "customers", lambda samples: f"/customers/email/{escaped(samples.email)}", finds_by="email"
    ),
    "/customers/phone/{phone}": Read(
        "customers", lambda samples: f"/customers/phone/{escaped(samples.phone)}", finds_by="phone"
    ),
}
READS: Final[Mapping[str, Read]] = {**LISTS, **OBJECTS, **LOOK_UPS}
"""By their paths in the table of routes."""
