"""What the demo prints: who is there, what changes, and as commands to be pasted every reading, every action and the
verification."""

from __future__ import annotations

import json
import shlex
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from gateway import __version__
from gateway.contract import Mode, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulators.tour import Demo, Tour

_WIDTH: Final = 96
_INDENT: Final = "  "
_TWO_MONTHS: Final = {"type": "period", "amount": 2, "unit": "month"}
_PRICE_CHANGES: Final = {
    "immediate": "Change the price at once",
    "end-of-period": "Change the price when the period ends (until then it shows the old one)",
}
_TEN_DAYS: Final = {"type": "period", "amount": 10, "unit": "day"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A request to try. `path` is what comes after the API URL; with a `body` it is a POST."""

    title: str
    path: str
    body: Mapping[str, object] | None = None

    def as_curl(self, url: str, token: str, mode: Mode) -> str:
        """The command. It can be pasted alone: nothing has to be set before."""
        # A write answers 200 and nothing else, so the status is what there is to show.
        shown = r"\n" if self.body is None else r"%{http_code}\n"
        lines = [
            f"curl -sSw '{shown}' {shlex.quote(url + self.path)}",
            f"  -H 'Authorization: Bearer {token}' -H 'X-Churnkey-Mode: {mode}'",
        ]
        if self.body is not None:
            lines += ["\n".join(_lines(self.body, "  -d '", "      ")) + "'"]
        return " \\\n".join(lines)


def introduction(demo: Demo, url: str, token: str) -> str:
    """Where it is, how to ask, and who there is to ask for."""
    width = max(len(customer.id) for customer in demo.customers)
    return "\n".join(
        [
            f"Churnkey gateway {__version__} before a simulated {demo.provider}. Nothing real is touched.",
            "",
            f"  API URL  {url}",
            f"  Token    {token}",
            "  Modes    live and test, two accounts apart. What follows is for test, unless it says live.",
            "",
            "Sample customers",
            *(f"  {customer.id:{width}}  {customer.note}" for customer in demo.customers),
            "",
        ]
    )


def before_and_after(subscription: str, before: object, path: str, answer: int, after: object) -> str:
    """One action that the demo has just performed through the gateway, and what it changed."""
    return "\n".join(
        [
            f"Before and after: {subscription}, live mode, was paused for two months just now",
            *_labelled("before  ", before),
            f"  POST {path} answered {answer}",
            *_labelled("after   ", after),
            "",
        ]
    )


def suggestions(demo: Demo, url: str, token: str) -> str:
    """Every reading and every action, each as a command."""
    tour = demo.tours[Mode.TEST]
    return "\n".join(
        [
            "Read",
            *_commands(readings(tour), url, token),
            "",
            "Act, then read the subscription again (each action has a subscription or customer of its own)",
            *_commands(actions(tour), url, token),
            "",
            "Verify, as Churnkey's button does (changes nothing)",
            "",
            textwrap.indent(verification(url, token), _INDENT),
            "",
            "Every request shows below. Ctrl-C ends the demo.",
        ]
    )


def verification(url: str, token: str) -> str:
    """The command that plays Churnkey against what is shown, by the interpreter that shows it."""
    program = Path(sys.executable)
    here = Path.cwd()
    shown = program.relative_to(here) if program.is_relative_to(here) else program
    return f"CK_INTEGRATION_TOKEN={token} \\\n  {shlex.quote(str(shown))} -m gateway verify --url {url}"


def subscription_path(tour: Tour, subscription: str) -> str:
    """Where a subscription of the tour's customer is read."""
    return f"/churnkey/customers/{tour.customer}/subscriptions/{subscription}"


def readings(tour: Tour) -> Iterator[Suggestion]:
    """One request for every kind of reading that the demo's settings offer."""
    customer = f"/churnkey/customers/{tour.customer}"
    yield Suggestion("What can be done here", "/churnkey/features")
    yield Suggestion("A customer", customer)
    yield Suggestion("A customer by e-mail", f"/churnkey/customers/email/{quote(tour.email, safe='')}")
    if tour.phone is not None:
        yield Suggestion("A customer by phone", f"/churnkey/customers/phone/{quote(tour.phone, safe='')}")
    yield Suggestion("All customers, three a page", "/churnkey/customers?limit=3")
    yield Suggestion("A customer's subscriptions", f"{customer}/subscriptions")
    yield Suggestion("One subscription", subscription_path(tour, tour.pause))
    yield Suggestion("A price", f"/churnkey/prices/{tour.target_price}")
    yield Suggestion("All prices", "/churnkey/prices")
    yield Suggestion("A coupon", f"/churnkey/coupons/{tour.coupon}")
    yield Suggestion("All coupons", "/churnkey/coupons")
    yield Suggestion("A product", f"/churnkey/products/{tour.product}")
    yield Suggestion("All products", "/churnkey/products")
    if tour.family is not None:
        yield Suggestion("A product family", f"/churnkey/families/{tour.family}")
        yield Suggestion("All product families", "/churnkey/families")


def actions(tour: Tour) -> Iterator[Suggestion]:
    """One request for every action, each on a subscription or customer for which it works."""
    yield pause(tour)
    yield _action(
        "Extend a trial by ten days", Target.SUBSCRIPTION_EXTEND_TRIAL, tour, tour.extend_trial, duration=_TEN_DAYS
    )
    yield _action("Apply a coupon", Target.SUBSCRIPTION_APPLY_COUPON, tour, tour.apply_coupon, coupon=tour.coupon)
    yield _action(
        _PRICE_CHANGES[tour.price_changes],
        Target.SUBSCRIPTION_CHANGE_PRICE,
        tour,
        tour.change_price,
        price=tour.target_price,
        scheduledAt=tour.price_changes,
    )
    yield _action(
        "Cancel when the period ends",
        Target.SUBSCRIPTION_CANCEL,
        tour,
        tour.cancel,
        scheduledAt="end-of-period",
    )
    yield Suggestion(
        "Pause all subscriptions of a customer",
        f"/churnkey/actions/{Target.CUSTOMER_PAUSE}",
        {"customerId": tour.pause_all, "startAt": "immediate", "duration": _TWO_MONTHS},
    )
    yield Suggestion(
        "Cancel all subscriptions of a customer",
        f"/churnkey/actions/{Target.CUSTOMER_CANCEL}",
        {"customerId": tour.cancel_all, "scheduledAt": "immediate"},
    )


def pause(tour: Tour) -> Suggestion:
    """The action that the demo also performs itself."""
    return _action(
        "Pause for two months",
        Target.SUBSCRIPTION_PAUSE,
        tour,
        tour.pause,
        startAt="immediate",
        duration=_TWO_MONTHS,
    )


def _action(title: str, target: Target, tour: Tour, subscription: str, **rest: object) -> Suggestion:
    body = {"customerId": tour.customer, "subscriptionId": subscription, **rest}
    return Suggestion(title, f"/churnkey/actions/{target}", body)


def _commands(suggested: Iterable[Suggestion], url: str, token: str) -> Iterator[str]:
    for suggestion in suggested:
        yield ""
        yield f"{_INDENT}# {suggestion.title}"
        yield textwrap.indent(suggestion.as_curl(url, token, Mode.TEST), _INDENT)


def _labelled(label: str, value: object) -> list[str]:
    return _lines(value, _INDENT + label, " " * len(_INDENT + label))


def _lines(value: object, first: str = "", rest: str = "") -> list[str]:
    """JSON over several lines. They break after commas only: no value here has a space in it."""
    return textwrap.wrap(
        json.dumps(value, separators=(", ", ":")),
        _WIDTH - len(_INDENT),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
