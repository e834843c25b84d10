"""A custom provider in memory, as the contract would have it, and a way to break one thing of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from aiohttp import web

TOKEN: Final = "integration-token-of-the-verification"
JSON: Final = "application/json; charset=utf-8"

START: Final = "2026-01-31T00:00:00.000Z"
END: Final = "2026-02-28T00:00:00.000Z"
LATER: Final = "2026-03-31T00:00:00.000Z"
PERIOD: Final = {"start": START, "end": END}
MONTHLY: Final = {"amount": 1, "unit": "month"}

PERSONAL: Final = ("lovelace", "hopper", "kwolek", "+1 555", "secret-of-a-customer", "Ada", "Grace", "Jackson")
"""Parts of whatever is personal in the sample data."""

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. `segments` are those behind `/churnkey`, decoded."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    mode: str | None
    token: str | None
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `body` is sent as JSON, bytes as they are."""

    status: int
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def having(self, **members: Any) -> Reply:
        return replace(self, body={**self.body, **members})

    def without(self, name: str) -> Reply:
        return replace(self, body={key: value for key, value in self.body.items() if key != name})


def error(status: int, message: str = "Sorry.") -> Reply:
    return Reply(status, {"code": status, "message": message})


def price(number: int, **more: Any) -> Row:
    amount = {"model": "fixed", "currency": "usd", "unit": 1000 * number}
    of_product = {"type": "product", "productId": "product_1"}
    return {"id": f"price_{number}", **of_product, "duration": MONTHLY, "amount": amount, **more}


def subscription(number: int, customer: str, status: Row, **more: Any) -> Row:
    return {
        "id": f"sub_{number}",
        "customerId": customer,
        "status": status,
        "start": START,
        "duration": MONTHLY,
        "items": [{"price": price(1), "quantity": 2}],
        "metadata": {"seats": "2"},
        **more,
    }


def coupon(number: int) -> Row:
    return {"id": f"coupon_{number}", "duration": {"type": "once"}, "value": {"type": "percentage", "percent": 20}}


@dataclass(slots=True)
class Account:
    """All there is in one mode."""

    features: Row
    customers: list[Row]
    subscriptions: list[Row]
    prices: list[Row]
    coupons: list[Row]
    products: list[Row]

    def of(self, controller: str) -> list[Row]:
        rows: list[Row] = getattr(self, controller)
        return rows

    def subscription(self, number: int) -> Row:
        return next(row for row in self.subscriptions if row["id"].endswith(f"sub_{number}"))


def sample_account(mode: str) -> Account:
    """A few of everything; the ids of customers and subscriptions begin with the mode."""
    ada, grace, bare = (f"{mode}_{name}" for name in ("a", "g", "b"))
    schedules = {"immediate": True, "end-of-period": True}
    durations = {"period": True, "date": True}
    account = Account(
        features={
            "controllers": {
                "customers": True,
                "subscriptions": True,
                "prices": {"enabled": True, "type": "product"},
                "coupons": True,
                "products": {"enabled": True, "type": "standalone"},
            },
            "actions": {
                "cancel": {"enabled": True, "schedules": schedules},
                "pause": {"enabled": True, "startDates": schedules, "durations": durations, "allowAnnual": False},
                "extendTrial": {"enabled": True, "multiple": True, "durations": durations},
                "applyCoupon": {"enabled": True},
                "changePrice": {"enabled": True, "schedules": schedules, "prorate": True},
            },
        },
        customers=[
            {
                "id": ada,
                "name": "Ada Lovelace",
                "email": "ada.lovelace@example.com",
                "phone": "+1 555 0100",
                "currency": "usd",
                "addresses": [{"country": "GB", "line1": "1 lovelace Street"}],
                "metadata": {"note": "secret-of-a-customer"},
            },
            {"id": grace, "name": "Grace Hopper", "email": "grace.hopper@example.com", "phone": "+1 555 0101"},
            {"id": bare},
            {"id": f"{mode}_k", "name": "S. Kwolek", "email": "kwolek@example.com", "lastName": None},
            {"id": f"{mode}_x"},
        ],
        subscriptions=[
            subscription(1, ada, {"name": "active", "currentPeriod": PERIOD}),
            subscription(2, ada, {"name": "trial", "trial": PERIOD}),
            subscription(3, ada, {"name": "unpaid"}, discounts=[{"coupon": coupon(1), "start": START}]),
            subscription(4, grace, {"name": "paused", "start": START, "end": LATER}),
            subscription(5, grace, {"name": "canceled", "canceledAt": END}),
            subscription(6, grace, {"name": "active", "currentPeriod": PERIOD}, items=[]),
        ],
        prices=[price(number) for number in (1, 2, 3)],
        coupons=[coupon(number) for number in (1, 2)],
        products=[{"id": f"product_{number}", "type": "standalone", "name": "Pro"} for number in (1, 2)],
    )
    for row in account.subscriptions:
        row["id"] = f"{mode}_{row['id']}"
    return copy.deepcopy(account)


Answering: TypeAlias = Callable[[Ask, Reply], Reply]
Spoiling: TypeAlias = Callable[[Account], None]


class Provider:
    """Answers from memory. `spoil` changes what there is in both modes, `answering` what is said."""

    def __init__(self, spoil: Spoiling | None = None, answering: Answering | None = None) -> None:
        self.accounts = {mode: sample_account(mode) for mode in ("live", "test")}
        self.asked: list[Ask] = []
        self._answering = answering
        for account in self.accounts.values():
            if spoil is not None:
                spoil(account)

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/churnkey/{rest:.*}", self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or None
        ask = Ask(
            request.method,
            tuple(request.path.removeprefix("/churnkey/").split("/")),
            request.query,
            request.headers.get("X-Churnkey-Mode"),
            token,
            json.loads(body) if body else None,
        )
        self.asked.append(ask)
        reply = self.reply(ask)
        if self._answering is not None:
            # What there is must not change with what is said of it.
            reply = self._answering(ask, copy.deepcopy(reply))
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        kind = {"Content-Type": JSON} if content else {}
        return web.Response(status=reply.status, body=content, headers={**kind, **reply.headers})

    def reply(self, ask: Ask) -> Reply:
        if ask.token != TOKEN:
            return error(401)
        account = self.accounts.get(ask.mode or "live")
        if account is None:
            return error(400)
        if ask.method == "POST":
            return act(account, ask)
        return read(account, ask)


def read(account: Account, ask: Ask) -> Reply:
    match ask.segments:
        case ("features",):
            return Reply(200, account.features)
        case ("customers", "email", email):
            return found(row for row in account.customers if str(row.get("email")).lower() == email.lower())
        case ("customers", "phone", phone):
            return found(row for row in account.customers if row.get("phone") == phone)
        case ("customers", customer, "subscriptions", *rest):
            if not any(row["id"] == customer for row in account.customers):
                return error(404)
            own = [row for row in account.subscriptions if row["customerId"] == customer]
            return found(row for row in own if row["id"] == rest[0]) if rest else page(own, ask)
        case ("customers" | "prices" | "coupons" | "products" as controller, *rest):
            rows = account.of(controller)
            return found(row for row in rows if row["id"] == rest[0]) if rest else page(rows, ask)
        case _:
            return error(404, "No such path.")


def found(rows: Any) -> Reply:
    row = next(iter(rows), None)
    return error(404) if row is None else Reply(200, row)


def page(rows: list[Row], ask: Ask) -> Reply:
    limit, offset = int(ask.query.get("limit", "100")), int(ask.query.get("cursor", "0"))
    following = {"next": offset + limit} if len(rows) > offset + limit else {}
    return Reply(200, {"data": rows[offset : offset + limit], **following})


def act(account: Account, ask: Ask) -> Reply:
    """Do what the body says to the one subscription that it names."""
    body = ask.body
    held = next((row for row in account.subscriptions if row["id"] == body.get("subscriptionId")), None)
    if ask.segments[:2] != ("actions", "subscription") or ask.segments[-1] not in EFFECTS:
        return error(404, "No such path.")
    if held is None or held["customerId"] != body.get("customerId"):
        return error(404)
    EFFECTS[ask.segments[-1]](account, held, body)
    return Reply(200)


def cancel(account: Account, held: Row, body: Row) -> None:
    if body["scheduledAt"] == "immediate":
        held["status"] = {"name": "canceled", "canceledAt": START}


def pause(account: Account, held: Row, body: Row) -> None:
    held["status"] = {"name": "paused", "start": START, "end": "2026-03-02T00:00:00.000Z"}


def extend_trial(account: Account, held: Row, body: Row) -> None:
    held["status"]["trial"]["end"] = body["duration"]["date"]


def apply_coupon(account: Account, held: Row, body: Row) -> None:
    chosen = next(row for row in account.coupons if row["id"] == body["id"])
    held["discounts"] = [{"coupon": chosen, "start": START}]


def change_price(account: Account, held: Row, body: Row) -> None:
    held["items"][0]["price"] = next(row for row in account.prices if row["id"] == body["id"])


EFFECTS: Final[Mapping[str, Callable[[Account, Row, Row], None]]] = {
    "cancel": cancel,
    "pause": pause,
    "extend-trial": extend_trial,
    "apply-coupon": apply_coupon,
    "change-price": change_price,
}
