"""What is verified, as data: the modules in their order, and the checks of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.contract import Action, ContractModel, Controller, Coupon, Customer, Family, Price, Product
from gateway.verification import bodies
from gateway.verification.checks import access, customers, effects, lists, modes, references, refusals, subscriptions

if TYPE_CHECKING:
    from gateway.verification.offer import Offer
    from gateway.verification.visit import Check


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check and what it is called. Where an `essential` one has nothing to look at, its module is not proven."""

    name: str
    run: Check
    essential: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the contract that stands or falls as a whole, as at Churnkey.

    `required` tells whether the verdict depends on it, `offered` whether the manifest has it switched on. `checks` run
    in their order where it is, `checks_off` where it is not, and `writing_checks` where the actions may be tried.
    """

    name: str
    required: Callable[[Offer], bool]
    checks: tuple[NamedCheck, ...]
    offered: Callable[[Offer], bool] = lambda offer: True
    checks_off: tuple[NamedCheck, ...] = ()
    writing_checks: tuple[NamedCheck, ...] = ()


def _always(offer: Offer) -> bool:
    return True


def _controller(controller: Controller, checks: tuple[NamedCheck, ...]) -> Module:
    return Module(
        controller.value,
        required=lambda offer: offer.needs(controller),
        offered=lambda offer: controller in offer.controllers,
        checks=checks,
    )


def _catalogue(controller: Controller, model: type[ContractModel], *more: NamedCheck) -> Module:
    """Prices, coupons, products and families: a list, and objects by their ids."""
    return _controller(
        controller,
        (
            NamedCheck("list", lists.list_of(controller, model)),
            NamedCheck("pages", lists.pages_of(controller)),
            NamedCheck("retrieve", lists.objects_of(controller, model), essential=True),
            NamedCheck("unknown id", lists.unknown_in(controller)),
            *more,
        ),
    )


def _action(action: Action) -> Module:
    checks = [
        NamedCheck("unknown ids", refusals.of_unknown_ids(action)),
        NamedCheck("what is off", refusals.of_what_is_off(action)),
    ]
    if bodies.SHAPES[action].has_duration or bodies.SHAPES[action].reference:
        checks.append(NamedCheck("missing details", refusals.of_missing_details(action)))
    if action in bodies.FOR_ALL:
        checks.append(NamedCheck("all of a customer's", refusals.for_all(action)))
    return Module(
        action.value,
        # Without cancel there is no cancel flow; where it is offered, it has to be right.
        required=lambda offer: action is Action.CANCEL and action in offer.actions,
        offered=lambda offer: action in offer.actions,
        checks=tuple(checks),
        checks_off=(NamedCheck("what is off", refusals.of_what_is_off(action)),),
        writing_checks=tuple(NamedCheck(name, check) for name, check in effects.CHECKS[action].items()),
    )


ACCESS: Final = Module(
    "authentication",
    _always,
    (
        NamedCheck("without a token", access.without_token),
        NamedCheck("wrong token", access.with_wrong_token),
        NamedCheck("right token", access.with_token),
    ),
)

MODES: Final = Module(
    "modes",
    _always,
    (
        NamedCheck("unknown mode", modes.unknown_mode),
        NamedCheck("live and test apart", modes.apart),
        NamedCheck("no mode is live", modes.without_mode),
    ),
)

MODULES: Final[tuple[Module, ...]] = (
    Module(
        "features",
        _always,
        (NamedCheck("manifest", access.manifest), NamedCheck("what is required", access.necessities)),
    ),
    _controller(
        Controller.CUSTOMERS,
        (
            NamedCheck("list", lists.list_of(Controller.CUSTOMERS, Customer, optional=True)),
            NamedCheck("pages", lists.pages_of(Controller.CUSTOMERS)),
            NamedCheck("retrieve", customers.retrieving, essential=True),
            NamedCheck("unknown id", lists.unknown_in(Controller.CUSTOMERS)),
            NamedCheck("find by e-mail", customers.by_email),
            NamedCheck("find by phone", customers.by_phone),
        ),
    ),
    _controller(
        Controller.SUBSCRIPTIONS,
        (
            NamedCheck("list", subscriptions.listing),
            NamedCheck("pages", subscriptions.pages),
            NamedCheck("retrieve", subscriptions.retrieving, essential=True),
            NamedCheck("of another customer", subscriptions.of_another_customer),
            NamedCheck("unknown id", subscriptions.unknown),
            NamedCheck("prices on them", references.prices_of_subscriptions),
        ),
    ),
    _catalogue(
        Controller.PRICES,
        Price,
        NamedCheck("one type", references.one_type(Controller.PRICES)),
        NamedCheck("their products", references.products_of_prices),
    ),
    _catalogue(Controller.COUPONS, Coupon, NamedCheck("coupons in use", references.coupons_in_use)),
    _catalogue(
        Controller.PRODUCTS,
        Product,
        NamedCheck("one type", references.one_type(Controller.PRODUCTS)),
        NamedCheck("their families", references.families_of_products),
    ),
    _catalogue(Controller.FAMILIES, Family),
    # Before the actions: nothing is tried for a test that could hit what is live.
    MODES,
    # In the order in which they can be tried on one subscription: each leaves the next one possible, the cancellation
    # comes last.
    _action(Action.EXTEND_TRIAL),
    _action(Action.APPLY_COUPON),
    _action(Action.CHANGE_PRICE),
    _action(Action.PAUSE),
    _action(Action.CANCEL),
)
