"""Running `check` against simulated providers: who they are, and what it says of them, row by row."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from click.testing import CliRunner, Result

from gateway.cli import main
from simulators import chargebee, paddle, stripe
from simulators.chargebee.store import READ_ONLY
from simulators.simulator import Simulator
from tests.support.log import recorded_log

EMAIL: Final = "ada.lovelace@example.com"
TOKEN: Final = "integration-token-of-the-check"


class Lack(NamedTuple):
    """Rights that a key lacks, as the simulator calls them, and the permissions that are then missing."""

    rights: frozenset[str]
    permissions: frozenset[str]


def lack(rights: str, *permissions: str) -> Lack:
    """Of rights in one text, apart by spaces; the permissions are called the same where none is given."""
    return Lack(frozenset(rights.split()), frozenset(permissions or rights.split()))


@dataclass(frozen=True)
class Provider:
    """A provider as `check` meets it."""

    name: str
    key: str
    unknown_key: str
    live_key: str
    account: Callable[[], Any]
    simulator: Callable[[Mapping[str, Any]], Simulator[Any, Any]]
    restrict: Callable[[Any, frozenset[str] | None], None]
    every_right: frozenset[str]
    """What the simulator calls the rights of a key that lacks nothing that can be proven."""
    lacks: tuple[Lack, ...]
    unproven: tuple[str, ...]
    """The permissions that only a write could prove."""
    version: str
    harmless: tuple[str, ...] = ()
    """What is sent beside GETs: previews and estimates, by how their paths end."""

    def __str__(self) -> str:
        return self.name

    def settings(self, address: str, *, key: str | None = None, more: str = "") -> str:
        """The YAML of a backend in test mode that is served at the address."""
        return (
            f"backend: {self.name}\nintegration_tokens: [{TOKEN}]\n"
            f"modes: {{test: {{api_key: '{key or self.key}', base_url: '{address}'}}}}\n{more}"
        )


def _stripe_account() -> stripe.Account:
    account = stripe.Account()
    account.add_customer(id="cus_ada", name="Ada Lovelace", email=EMAIL)
    account.add_product(id="prod_pro", name="Pro")
    account.add_price(id="price_pro", product="prod_pro")
    account.add_subscription(id="sub_active", customer="cus_ada", prices=["price_pro"])
    return account


def _chargebee_site() -> chargebee.Site:
    site = chargebee.Site()
    site.add_customer(id="ada", first_name="Ada", last_name="Lovelace", email=EMAIL)
    site.add_item_price(id="pro-USD-Monthly", item_id="pro")
    site.add_subscription(id="active", customer_id="ada", items=["pro-USD-Monthly"])
    return site


def _paddle_account() -> paddle.Account:
    account = paddle.Account()
    customer = account.add_customer(name="Ada Lovelace", email=EMAIL)
    account.add_address(customer=customer["id"])
    price = account.add_price()
    account.add_subscription(customer=customer["id"], prices=[price["id"]])
    return account


def _restrict(account: Any, rights: frozenset[str] | None) -> None:
    account.restricted = rights


def _permit(account: Any, rights: frozenset[str] | None) -> None:
    account.permissions = rights


STRIPE: Final = Provider(
    name="stripe",
    key="rk_test_51OfTheCheck",
    unknown_key="rk_test_51OfNobody",
    live_key="rk_live_51OfTheCheck",
    account=_stripe_account,
    simulator=lambda accounts: stripe.StripeSimulator(accounts=accounts),
    restrict=_restrict,
    every_right=frozenset(
        {"rak_customer_read", "rak_subscription_read", "rak_plan_read", "rak_product_read", "rak_coupon_read"}
    ),
    lacks=(
        lack("rak_customer_read", "Customers: read"),
        lack("rak_subscription_read", "Subscriptions: read"),
        lack("rak_plan_read", "Plans: read"),
        lack("rak_product_read", "Products: read"),
        lack("rak_coupon_read", "Coupons: read"),
    ),
    unproven=("Subscriptions: write",),
    version="2026-10-28.endive",
    harmless=("/invoices/create_preview",),
)
CHARGEBEE: Final = Provider(
    name="chargebee",
    key="test_OfTheCheck",
    unknown_key="test_OfNobody",
    live_key="live_OfTheCheck",
    account=_chargebee_site,
    simulator=lambda accounts: chargebee.ChargebeeSimulator(accounts=accounts),
    restrict=_restrict,
    every_right=READ_ONLY | {"coupons:read", "estimates:read"},
    lacks=(
        lack("customers:read", "customers: read"),
        lack("subscriptions:read", "subscriptions: read"),
        lack("items:read", "item prices: read", "items: read", "item families: read"),
        lack("coupons:read", "coupons: read"),
        lack("estimates:read", "estimates"),
    ),
    unproven=("subscriptions: write",),
    version="v2",
    harmless=("/pause_subscription_estimate",),
)
PADDLE: Final = Provider(
    name="paddle",
    key="pdl_sdbx_apikey_OfTheCheck",
    unknown_key="pdl_sdbx_apikey_OfNobody",
    live_key="pdl_live_apikey_OfTheCheck",
    account=_paddle_account,
    simulator=lambda accounts: paddle.PaddleSimulator(accounts=accounts),
    restrict=_permit,
    every_right=frozenset(
        {
            "customer.read",
            "address.read",
            "subscription.read",
            "subscription.write",
            "price.read",
            "product.read",
            "discount.read",
        }
    ),
    lacks=(
        lack("customer.read"),
        lack("address.read"),
        lack("subscription.write"),
        # To write includes to read.
        lack("subscription.read subscription.write"),
        lack("price.read"),
        lack("product.read"),
        lack("discount.read"),
    ),
    unproven=(),
    version="1",
)
PROVIDERS: Final = (STRIPE, CHARGEBEE, PADDLE)


class Row(NamedTuple):
    """What `check` says of one subject."""

    result: str
    what: str
    advice: str | None


Rows: TypeAlias = Mapping[str, Row]


@dataclass(frozen=True)
class Checked:
    """What became of one run of the command with `--json`."""

    result: Result

    @property
    def exit_code(self) -> int:
        return self.result.exit_code

    @property
    def rows(self) -> Rows:
        """The rows by their subject."""
        listed = json.loads(self.result.stdout)
        return {row["subject"]: Row(row["result"], row["what"], row["advice"]) for row in listed}

    @property
    def findings(self) -> set[str]:
        """The subjects that something has to be done about."""
        return {subject for subject, row in self.rows.items() if row.result == "finding"}


async def run_check(path: Path, *options: str) -> Result:
    """The command as a user calls it."""
    # It sets up the log of the whole process, which is put back as it was.
    with recorded_log():
        return await asyncio.to_thread(CliRunner().invoke, main, ["check", "--config", str(path), *options])
