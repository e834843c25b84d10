"""What the manifest offers, as the checks ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from gateway.contract import Action, Controller, Features, Target
from gateway.verification.documents import JsonObject, inner, is_object
from gateway.verification.judging import judge
from gateway.verification.report import Finding, Grade
from gateway.verification.spelling import ACTION_KEYS, OPTION_GROUPS, in_one_spelling

REQUIRED: Final = frozenset({Controller.CUSTOMERS, Controller.SUBSCRIPTIONS, Controller.PRICES})
"""The controllers that Churnkey requires (proven: integrations/publish and the controllers' pages)."""

BELONGING: Final = {Controller.PRICES: "product", Controller.PRODUCTS: "family"}
"""The type of the rows of a controller that belong to rows of another one."""


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """One action that is on. `options` has the switches in each group, `switches` those that are in none."""

    options: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    switches: Mapping[str, bool] = field(default_factory=dict)

    def enabled(self, group: str) -> list[str]:
        """The options of a group that are on: `durations` may have period and date."""
        return [name for name, is_on in self.options.get(group, {}).items() if is_on]

    def disabled(self, group: str) -> list[str]:
        """The options of a group that are there and off."""
        return [name for name, is_on in self.options.get(group, {}).items() if not is_on]


@dataclass(frozen=True, slots=True)
class Offer:
    """What is switched on. `types` are of the prices and the products; `is_known` is false where no manifest tells."""

    controllers: frozenset[Controller]
    types: Mapping[Controller, str] = field(default_factory=dict)
    actions: Mapping[Action, ActionOffer] = field(default_factory=dict)
    is_known: bool = True

    @classmethod
    def unknown(cls) -> Self:
        """What is looked at where no manifest can be read: what Churnkey requires."""
        return cls(REQUIRED, is_known=False)

    def needs(self, controller: Controller) -> bool:
        """Whether the verdict depends on a controller: prices may belong to products, and those to families."""
        match controller:
            case Controller.PRODUCTS:
                return self._belong(Controller.PRICES)
            case Controller.FAMILIES:
                return self._belong(Controller.PRICES) and self._belong(Controller.PRODUCTS)
            case _:
                return controller in REQUIRED

    def _belong(self, controller: Controller) -> bool:
        return self.types.get(controller) == BELONGING[controller]


def action_of(target: Target) -> Action:
    """The action that is posted to this path."""
    return Action(target.value.rpartition("/")[2])


def read_offer(document: object) -> tuple[Offer, list[Finding]]:
    """What a manifest offers, and what is wrong with it. What cannot be read is not offered."""
    found: list[Finding] = []
    plain = in_one_spelling(document, found)
    found += judge(plain, Features, "features", own_rules=Grade.FAILURE)
    return (_offer(plain) if is_object(plain) else Offer.unknown()), found


def _offer(plain: JsonObject) -> Offer:
    controllers, actions = inner(plain, "controllers"), inner(plain, "actions")
    given = {action: inner(actions, key) for action, key in ACTION_KEYS.items()}
    types = {one: inner(controllers, one.value).get("type") for one in BELONGING}
    return Offer(
        controllers=frozenset(one for one in Controller if _is_on(controllers.get(one.value))),
        types={one: name for one, name in types.items() if isinstance(name, str)},
        actions={action: _action(one) for action, one in given.items() if one.get("enabled") is True},
    )


def _action(given: JsonObject) -> ActionOffer:
    return ActionOffer(
        options={group: _switches(inner(given, group)) for group in OPTION_GROUPS}, switches=_switches(given)
    )


def _switches(given: JsonObject) -> dict[str, bool]:
    return {name: value for name, value in given.items() if isinstance(value, bool)}


def _is_on(controller: object) -> bool:
    return controller is True or (is_object(controller) and controller.get("enabled") is True)
