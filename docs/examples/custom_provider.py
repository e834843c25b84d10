"""A custom provider for Churnkey in one file, with nothing but Python's standard library.

    export CK_INTEGRATION_TOKEN=a-token-of-your-own
    python custom_provider.py --port 8085 &
    churnkey-gateway verify --url http://127.0.0.1:8085

It bills nobody: the accounts are in memory. Put your billing in the place of `Account`, and serve it behind TLS. Trials
and changes of price are off in the manifest, to show that a provider may offer a part of the contract only.
"""

from __future__ import annotations

import argparse
import copy
import hmac
import json
import os
import re
import threading
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

LARGEST_BODY = 64 * 1024
LARGEST_PAGE = 100
NO_PATH = "There is nothing at this path."
MONTHS = {"month": 1, "year": 12}

Row = dict[str, Any]
Query = dict[str, str]

FEATURES = {
    "controllers": {
        "customers": True,
        "subscriptions": True,
        "prices": {"enabled": True, "type": "standalone"},
        "coupons": True,
        "products": {"enabled": False, "type": "standalone"},
        "families": False,
    },
    "actions": {
        "cancel": {"enabled": True, "schedules": {"immediate": True, "end-of-period": True}},
        "pause": {
            "enabled": True,
            "startDates": {"immediate": True, "end-of-period": False},
            "durations": {"period": True, "date": True},
            "allowAnnual": False,
        },
        "extendTrial": {"enabled": False, "multiple": False, "durations": {"period": True, "date": True}},
        "applyCoupon": {"enabled": True},
        "changePrice": {
            "enabled": False,
            "schedules": {"immediate": True, "end-of-period": True},
            "prorate": False,
        },
    },
}


class Refused(Exception):
    """A request that is not carried out. Churnkey reads its message, and may show it to the customer."""

    def __init__(self, status: HTTPStatus, message: str = "") -> None:
        self.status = status
        self.message = message or status.phrase
        super().__init__(self.message)


class Account:
    """What there is in one mode. Customers, prices and coupons are in the contract's own form already."""

    def __init__(self, mode: str) -> None:
        monthly = {"amount": 1, "unit": "month"}
        amount = {"model": "fixed", "currency": "usd"}
        price = {"type": "standalone", "duration": monthly}
        self.prices: list[Row] = [
            {"id": "basic", "name": "Basic", **price, "amount": amount | {"unit": 900}},
            {"id": "pro", "name": "Pro", **price, "amount": amount | {"unit": 2900}},
        ]
        self.coupons: list[Row] = [
            {"id": "stay", "code": "STAY", "duration": {"type": "once"}, "value": {"type": "percentage", "percent": 30}}
        ]
        self.customers: list[Row] = [
            {"id": f"{mode}-ada", "name": "Ada", "email": "ada@example.com", "phone": "+1 555 0100", "currency": "usd"},
            {"id": f"{mode}-bo", "name": "Bo", "email": "bo@example.com"},
        ]
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
        self.subscriptions: list[Row] = [
            {
                "id": f"{mode}-1",
                "customerId": f"{mode}-ada",
                "status": {"name": "active", "currentPeriod": {"start": moment(start), "end": moment(later(start, 1))}},
                "start": moment(start),
                "duration": monthly,
                "items": [{"price": self.prices[1], "quantity": 2}],
                "discounts": [],
            }
        ]
        self.ending: set[str] = set()
        """The ids of the subscriptions that end with their period."""

    def customer(self, name: str, value: str) -> Row:
        """The one customer with this e-mail or phone; letters may be large or small."""
        found = [row for row in self.customers if name in row and row[name].casefold() == value.casefold()]
        if len(found) != 1:
            raise Refused(HTTPStatus.NOT_FOUND)
        return found[0]

    def held_by(self, customer: object) -> list[Row]:
        """The subscriptions of a customer, after what is due by now."""
        one(self.customers, customer)
        held = [row for row in self.subscriptions if row["customerId"] == customer]
        now = moment(datetime.now(UTC))
        for row in held:
            status = row["status"]
            if status["name"] == "paused" and status["end"] <= now:
                status = row["status"] = {"name": "active", "currentPeriod": status["currentPeriod"]}
            if row["id"] in self.ending and status["name"] == "active" and status["currentPeriod"]["end"] <= now:
                row["status"] = {"name": "canceled", "canceledAt": status["currentPeriod"]["end"]}
        return held

    def cancel(self, held: Row, body: Row) -> None:
        """End a subscription, now or with its period. One that has ended already is as it should be."""
        when = body.get("scheduledAt")
        if when == "end-of-period":
            self.ending.add(held["id"])
        elif when == "immediate":
            if held["status"]["name"] != "canceled":
                held["status"] = {"name": "canceled", "canceledAt": moment(datetime.now(UTC))}
        else:
            raise Refused(HTTPStatus.BAD_REQUEST, "scheduledAt: expected immediate or end-of-period")

    def pause(self, held: Row, body: Row) -> None:
        """Pause an active subscription from now on."""
        if body.get("startAt") != "immediate":
            raise Refused(HTTPStatus.BAD_REQUEST, "startAt: only immediate is offered")
        start = datetime.now(UTC)
        end = end_of(body.get("duration"), start)
        if held["status"]["name"] != "active":
            raise Refused(HTTPStatus.BAD_REQUEST, "Only an active subscription can be paused.")
        held["status"] = {**held["status"], "name": "paused", "start": moment(start), "end": moment(end)}

    def apply_coupon(self, held: Row, body: Row) -> None:
        """Put a coupon in the place of the one before."""
        # The documentation has both names.
        identifier = body.get("coupon", body.get("id"))
        if not isinstance(identifier, str):
            raise Refused(HTTPStatus.BAD_REQUEST, "coupon: expected an id")
        if held["status"]["name"] == "canceled":
            raise Refused(HTTPStatus.BAD_REQUEST, "The subscription has ended.")
        held["discounts"] = [{"coupon": one(self.coupons, identifier), "start": moment(datetime.now(UTC))}]


def moment(when: datetime) -> str:
    """As Churnkey reads it: UTC, with milliseconds."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(when: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one of a month that is shorter."""
    years, month = divmod(when.month - 1 + months, 12)
    year = when.year + years
    return when.replace(year=year, month=month + 1, day=min(when.day, monthrange(year, month + 1)[1]))


def end_of(duration: object, start: datetime) -> datetime:
    """When a duration ends that is a number of months or years, or a date."""
    match duration:
        case {"type": "period", "amount": int(amount), "unit": "month" | "year" as unit} if amount in range(1, 25):
            return later(start, amount * MONTHS[unit])
        case {"type": "date", "date": str(text)}:
            try:
                end = datetime.fromisoformat(text)
            except ValueError:
                end = start
            if end.tzinfo is not None and end > start:
                return end
    raise Refused(HTTPStatus.BAD_REQUEST, "duration: expected a period, or a date to come")


def one(rows: list[Row], identifier: object) -> Row:
    """The row with this id."""
    for row in rows:
        if row["id"] == identifier:
            return row
    raise Refused(HTTPStatus.NOT_FOUND)


def page(rows: list[Row], query: Query) -> Row:
    """A part of a list. The cursor is the id of the last row of the page before."""
    limit = query.get("limit", str(LARGEST_PAGE))
    if not re.fullmatch("[1-9][0-9]{0,5}", limit):
        raise Refused(HTTPStatus.BAD_REQUEST, "limit: expected a number above 0")
    first = 0
    if cursor := query.get("cursor"):
        first = next((number for number, row in enumerate(rows, 1) if row["id"] == cursor), -1)
    if first < 0:
        raise Refused(HTTPStatus.BAD_REQUEST, "cursor: unknown")
    last = first + min(int(limit), LARGEST_PAGE)
    following = {"next": rows[last - 1]["id"]} if last < len(rows) else {}
    return {"data": rows[first:last], **following}


READS: list[tuple[str, Callable[[Account, list[str], Query], object]]] = [
    ("features", lambda account, ids, query: FEATURES),
    ("customers", lambda account, ids, query: page(account.customers, query)),
    # Before those that take any word in its place.
    ("customers/email/*", lambda account, ids, query: account.customer("email", ids[0])),
    ("customers/phone/*", lambda account, ids, query: account.customer("phone", ids[0])),
    ("customers/*", lambda account, ids, query: one(account.customers, ids[0])),
    ("customers/*/subscriptions", lambda account, ids, query: page(account.held_by(ids[0]), query)),
    ("customers/*/subscriptions/*", lambda account, ids, query: one(account.held_by(ids[0]), ids[1])),
    ("prices", lambda account, ids, query: page(account.prices, query)),
    ("prices/*", lambda account, ids, query: one(account.prices, ids[0])),
    ("coupons", lambda account, ids, query: page(account.coupons, query)),
    ("coupons/*", lambda account, ids, query: one(account.coupons, ids[0])),
]
ACTIONS: dict[str, Callable[[Account, Row, Row], None]] = {
    "cancel": Account.cancel,
    "pause": Account.pause,
    "apply-coupon": Account.apply_coupon,
}


def read(account: Account, segments: list[str], query: Query) -> object:
    """What is to be read at a path. Raises `Refused` where there is nothing."""
    for template, answer in READS:
        wanted = template.split("/")
        if len(wanted) == len(segments) and all(name in {"*", got} for name, got in zip(wanted, segments, strict=True)):
            ids = [got for name, got in zip(wanted, segments, strict=True) if name == "*"]
            return answer(account, ids, query)
    raise Refused(HTTPStatus.NOT_FOUND, NO_PATH)


def act(account: Account, segments: list[str], body: object) -> None:
    """Carry out an action on one subscription. Raises `Refused` where it is not done."""
    if segments[:-1] != ["actions", "subscription"] or segments[-1] not in ACTIONS:
        raise Refused(HTTPStatus.NOT_FOUND, NO_PATH)
    if not isinstance(body, dict):
        raise Refused(HTTPStatus.BAD_REQUEST, "expected a JSON object")
    # Among the customer's own: nobody may act on what somebody else pays for.
    held = one(account.held_by(body.get("customerId")), body.get("subscriptionId"))
    ACTIONS[segments[-1]](account, held, body)


class Handler(BaseHTTPRequestHandler):
    """Answers Churnkey, and nobody else."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    # Head and body go out together; apart, the body would wait for the head to be acknowledged.
    wbufsize = -1
    token = ""
    accounts: dict[str, Account]
    lock = threading.Lock()

    def do_GET(self) -> None:
        """Read."""
        self._answer(lambda account, segments, query, body: read(account, segments, query))

    def do_POST(self) -> None:
        """Act."""
        self._answer(lambda account, segments, query, body: act(account, segments, body))

    def _answer(self, do: Callable[[Account, list[str], Query, object], object]) -> None:
        try:
            # First of all: what is left of a body would be taken for the next request.
            body = self._body()
            self._authenticate()
            account = self._account()
            segments, query = self._asked_for()
            with self.lock:
                # A copy: it is sent when others may change the account.
                answer = copy.deepcopy(do(account, segments, query, body))
        except Refused as refused:
            self._send(refused.status, {"code": refused.status.value, "message": refused.message})
        else:
            self._send(HTTPStatus.OK, answer)

    def _asked_for(self) -> tuple[list[str], Query]:
        path, _, query = self.path.partition("?")
        # Decoded after the split: an id may have a slash in it.
        root, *segments = [unquote(segment) for segment in path.strip("/").split("/")]
        if root != "churnkey":
            raise Refused(HTTPStatus.NOT_FOUND, NO_PATH)
        return segments, dict(parse_qsl(query))

    def _body(self) -> object:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            raise Refused(HTTPStatus.BAD_REQUEST, "expected a short body with its length")
        try:
            return json.loads(self.rfile.read(int(length)) or b"null")
        except (ValueError, RecursionError):
            return None

    def _authenticate(self) -> None:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise Refused(HTTPStatus.UNAUTHORIZED)

    def _account(self) -> Account:
        account = self.accounts.get(self.headers.get("X-Churnkey-Mode", "live"))
        if account is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "X-Churnkey-Mode: expected live or test")
        return account

    def _send(self, status: HTTPStatus, answer: object) -> None:
        # An action is answered with nothing.
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *message: object) -> None:
        """Nothing: a path may have somebody's e-mail address in it."""


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A custom provider for Churnkey, with sample data.")
    parser.add_argument("--port", type=int, default=8085)
    token = os.environ.get("CK_INTEGRATION_TOKEN", "")
    if not token:
        parser.error("CK_INTEGRATION_TOKEN is not set")
    Handler.token = token
    Handler.accounts = {mode: Account(mode) for mode in ("live", "test")}
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
