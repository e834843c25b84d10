"""What each provider can do and what its words mean, from what the adapters declare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from inspect import getdoc
from typing import Final, TypeAlias

from adapters import registry
from adapters.capabilities import Capabilities, ExtendTrialCapability
from adapters.chargebee import errors as chargebee_errors
from adapters.chargebee import states as chargebee_states
from adapters.chargebee import subscriptions as chargebee_subscriptions
from adapters.errors import AdapterError
from adapters.paddle import errors as paddle_errors
from adapters.paddle import states as paddle_states
from adapters.paddle import subscriptions as paddle_subscriptions
from adapters.state import Standing
from adapters.stripe import errors as stripe_errors
from adapters.stripe import states as stripe_states
from adapters.stripe import statuses as stripe_statuses
from gateway.contract import Action, Controller, DurationKind, PriceType, Schedule, StatusName
from gateway.server.errors import STATUSES
from references.tables import NO, YES, code, codes, page, prose, table, yes

Fact: TypeAlias = Callable[[Capabilities], str]
Codes: TypeAlias = Mapping[str, tuple[type[AdapterError], str]]

_TITLE: Final = "What each provider can do"
_INTRODUCTION: Final = f"""
From what the adapters declare. An account may be able to do less, and the settings may turn more off: `check` and
`manifest` tell for yours. What is not offered is absent from the features manifest, or off in it, and is refused with
400. `{YES}`: it can; `{NO}`: it cannot.
"""

_ON_STATUSES: Final = """
What Churnkey is shown for the provider's word, and what an action takes the subscription for. A word that is not here
is unknown, unless the dates of a subscription at Paddle or Stripe prove that it has ended: it is left out of lists, is
an error where it is asked for alone, and nothing is done to it. For actions it is apart that billing is paused or a
payment is due, so that Paddle's `paused` is active, with a pause. `-`: it is not shown at all.
""".strip()

_ON_ERRORS: Final = """
Whatever goes wrong is one of these. The message may be shown to a customer; what the provider said is in the log alone.
""".strip()

_ON_CODES: Final = """
The providers' codes that mean something of their own. Any other error goes by its status.
""".strip()

_STANDINGS: Final[Mapping[str, Mapping[str, Standing]]] = {
    "chargebee": chargebee_states.STANDINGS,
    "paddle": paddle_states.STANDINGS,
    "stripe": stripe_states.STANDINGS,
}
_SHOWN: Final[Mapping[str, Mapping[str, StatusName]]] = {
    "chargebee": chargebee_subscriptions.SHOWN,
    "paddle": paddle_subscriptions.SHOWN,
    "stripe": stripe_statuses.SHOWN,
}
_SHOWN_WHERE: Final[Mapping[str, Mapping[str, Mapping[str, StatusName]]]] = {
    "chargebee": chargebee_subscriptions.SHOWN_WHERE,
    "paddle": paddle_subscriptions.SHOWN_WHERE,
    "stripe": stripe_statuses.SHOWN_WHERE,
}
_CODES: Final[Mapping[str, Codes]] = {
    "chargebee": {**chargebee_errors.BY_OLDER_CODE, **chargebee_errors.BY_CODE},
    "paddle": paddle_errors.BY_CODE,
    "stripe": stripe_errors.BY_CODE,
}


def capabilities(adapters: Sequence[str]) -> str:
    """The page, with a column for each of these adapters, or a table."""
    able = [registry.find(name).capabilities for name in adapters]
    headings = ["", *(f"[{name.title()}](../providers/{name}.md)" for name in adapters)]

    def compared(facts: Mapping[str, Fact]) -> str:
        return table(headings, ([name, *map(fact, able)] for name, fact in facts.items()))

    parts = ["## Reading", compared(_READING), "## Actions", compared(_ACTIONS), _AFTER_ACTIONS]
    parts += ["## Statuses", _ON_STATUSES, *_for_each(adapters, _statuses)]
    parts += ["## Errors", _ON_ERRORS, _errors(), "## Codes", _ON_CODES, *_for_each(adapters, _codes)]
    return page(_TITLE, _INTRODUCTION, parts)


def _reads(controller: Controller, able: Capabilities) -> str:
    return yes(controller in able.controllers)


_READING: Final[Mapping[str, Fact]] = {
    **{controller.value: partial(_reads, controller) for controller in Controller},
    "a customer by e-mail": lambda able: yes(able.find_by_email),
    "a customer by phone": lambda able: yes(able.find_by_phone),
    "prices belong to products": lambda able: yes(able.price_type is PriceType.PRODUCT),
}

_ACTIONS: Final[Mapping[str, Fact]] = {
    "cancel at once": lambda able: yes(able.cancel and Schedule.IMMEDIATE in able.cancel.schedules),
    "cancel at the period's end": lambda able: yes(able.cancel and Schedule.END_OF_PERIOD in able.cancel.schedules),
    "pause at once": lambda able: yes(able.pause and Schedule.IMMEDIATE in able.pause.start_dates),
    "pause from the period's end": lambda able: yes(able.pause and Schedule.END_OF_PERIOD in able.pause.start_dates),
    "pause for a length": lambda able: yes(able.pause and DurationKind.PERIOD in able.pause.durations),
    "pause until a date": lambda able: yes(able.pause and DurationKind.DATE in able.pause.durations),
    "pause what is paid by the year": lambda able: yes(able.pause and able.pause.annual),
    "a scheduled cancellation stays beside a pause": lambda able: yes(able.pause and able.pause.keeps_cancellation),
    "extend a trial by a length": lambda able: yes(
        able.extend_trial and DurationKind.PERIOD in able.extend_trial.durations
    ),
    "extend a trial to a date": lambda able: yes(
        able.extend_trial and DurationKind.DATE in able.extend_trial.durations
    ),
    "extend a trial again": lambda able: yes(able.extend_trial and able.extend_trial.multiple),
    "latest end of a trial, in days from now": lambda able: _days(able.extend_trial),
    "apply a coupon in place of others": lambda able: yes(able.apply_coupon and "replace" in able.apply_coupon.modes),
    "apply a coupon beside others": lambda able: yes(able.apply_coupon and "stack" in able.apply_coupon.modes),
    "change the price at once": lambda able: yes(
        able.change_price and Schedule.IMMEDIATE in able.change_price.schedules
    ),
    "change the price at the period's end": lambda able: yes(
        able.change_price and Schedule.END_OF_PERIOD in able.change_price.schedules
    ),
    "prorate a change of price": lambda able: yes(able.change_price and able.change_price.prorate),
    "tell what a change would charge at once": lambda able: yes(able.previews_charges),
    "refused with 409 while a change is scheduled": lambda able: codes(
        action for action in Action if action in able.loses_scheduled_change
    ),
}

_AFTER_ACTIONS: Final = (
    "Cancelling and pausing all of a customer's subscriptions come with cancelling and pausing one. What a change\n"
    "would charge has to be known for `policy.max_immediate_charge`."
)


def _days(able: ExtendTrialCapability | None) -> str:
    if able is None:
        return NO
    return "no limit known" if able.longest_days is None else str(able.longest_days)


def _for_each(adapters: Sequence[str], part: Callable[[str], str]) -> Iterator[str]:
    for name in adapters:
        yield f"### {name.title()}"
        yield part(name)


def _statuses(adapter: str) -> str:
    rows = ([code(word), _shown(adapter, word), code(it)] for word, it in _STANDINGS[adapter].items())
    return table(("status", "Churnkey is shown", "actions take it for"), rows)


def _shown(adapter: str, word: str) -> str:
    usual = _SHOWN[adapter].get(word)
    instead = [
        f"{code(shown[word])} where {condition}" for condition, shown in _SHOWN_WHERE[adapter].items() if word in shown
    ]
    return "; ".join([NO if usual is None else code(usual), *instead])


def _codes(adapter: str) -> str:
    rows = [
        [code(word), code(kind.__name__), str(_status_of(kind)), prose(message)]
        for word, (kind, message) in _CODES[adapter].items()
    ]
    return table(("code", "error", "status", "message"), rows)


def _errors() -> str:
    rows = [
        [code(kind.__name__), str(status), prose(_first_sentence(kind)), _message(kind)]
        for kind, status in STATUSES.items()
    ]
    return table(("error", "status", "means", "message, unless another fits better"), rows)


def _status_of(kind: type[AdapterError]) -> int:
    return next(STATUSES[ancestor] for ancestor in kind.__mro__ if ancestor in STATUSES)


def _first_sentence(kind: type[Exception]) -> str:
    return (getdoc(kind) or "").split("\n\n", 1)[0].split(". ", 1)[0].rstrip(".") + "."


def _message(kind: type[Exception]) -> str:
    return prose(kind.default_message) if issubclass(kind, AdapterError) else NO
