"""The manifest has the documented shape, and it is true: what it says is on works, what it says is off is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from adapters.conformance import asks
from adapters.conformance.asks import ACTIONS, AT_ONCE, WITH_THE_PERIOD, Ask, Make
from adapters.conformance.provider import ProviderCase, Samples
from adapters.conformance.world import Start, World, is_on
from gateway.contract import Features, Mode

SWITCH: Final = "true or false"
SCHEDULES: Final = {"immediate": SWITCH, "end-of-period": SWITCH}
DURATIONS: Final = {"period": SWITCH, "date": SWITCH}

CONTROLLERS: Final[Mapping[str, Any]] = {
    "customers": SWITCH,
    "prices": {"enabled": SWITCH, "type": ("standalone", "product")},
    "subscriptions": SWITCH,
    "coupons": SWITCH,
    "products": {"enabled": SWITCH, "type": ("standalone", "family")},
    "families": SWITCH,
}
OPTIONAL_CONTROLLERS: Final = {"coupons", "products", "families"}
ACTION_FEATURES: Final[Mapping[str, Any]] = {
    "cancel": {"enabled": SWITCH, "schedules": SCHEDULES},
    "pause": {"enabled": SWITCH, "startDates": SCHEDULES, "durations": DURATIONS, "allowAnnual": SWITCH},
    "extendTrial": {"enabled": SWITCH, "multiple": SWITCH, "durations": DURATIONS},
    "applyCoupon": {"enabled": SWITCH},
    "changePrice": {"enabled": SWITCH, "schedules": SCHEDULES, "prorate": SWITCH},
}
TWINS: Final = {
    "end-of-period": "end_of_period",
    "extendTrial": "extend-trial",
    "applyCoupon": "apply-coupon",
    "changePrice": "change-price",
}


def has_shape(value: object, shape: object) -> bool:
    """Whether a value has exactly these keys, and what belongs there."""
    if shape is SWITCH:
        return isinstance(value, bool)
    if isinstance(shape, tuple):
        return value in shape
    if not isinstance(value, dict) or not isinstance(shape, Mapping) or value.keys() != shape.keys():
        return False
    return all(has_shape(value[key], shape[key]) for key in shape)


def with_twins(value: Any) -> Any:
    """The same with every doubtful key in both spellings."""
    if not isinstance(value, dict):
        return value
    doubled = {key: with_twins(entry) for key, entry in value.items()}
    return doubled | {TWINS[key]: doubled[key] for key in value if key in TWINS}


LISTS: Final = {"customers": (), "prices": ("enabled",), "coupons": (), "products": ("enabled",), "families": ()}


OFF: Final[Mapping[str, tuple[Mapping[str, object], Make]]] = {
    "cancel": ({"cancel": False}, lambda samples: asks.cancel(samples.active)),
    "cancel all": ({"cancel": False}, lambda samples: asks.cancel_all(samples.customer)),
    "cancel at once": (
        {"cancel": {"schedules": ["end-of-period"]}},
        lambda samples: asks.cancel(samples.active, AT_ONCE),
    ),
    "cancel with the period": (
        {"cancel": {"schedules": ["immediate"]}},
        lambda samples: asks.cancel(samples.active, WITH_THE_PERIOD),
    ),
    "pause": ({"pause": False}, lambda samples: asks.pause(samples.active)),
    "pause all": ({"pause": False}, lambda samples: asks.pause_all(samples.customer)),
    "pause at once": (
        {"pause": {"start_dates": ["end-of-period"]}},
        lambda samples: asks.pause(samples.active, start=AT_ONCE),
    ),
    "pause with the period": (
        {"pause": {"start_dates": ["immediate"]}},
        lambda samples: asks.pause(samples.active, start=WITH_THE_PERIOD),
    ),
    "pause for a length": ({"pause": {"durations": ["date"]}}, lambda samples: asks.pause(samples.active)),
    "pause until a date": (
        {"pause": {"durations": ["period"]}},
        lambda samples: asks.pause(samples.active, asks.until(asks.FAR_END)),
    ),
    "extend trial": (
        {"extend_trial": False},
        lambda samples: asks.extend_trial(samples.trial, asks.ONE_MONTH),
    ),
    "extend trial by a length": (
        {"extend_trial": {"durations": ["date"]}},
        lambda samples: asks.extend_trial(samples.trial, asks.ONE_MONTH),
    ),
    "extend trial to a date": (
        {"extend_trial": {"durations": ["period"]}},
        lambda samples: asks.extend_trial(samples.trial, asks.until(asks.FAR_END)),
    ),
    "apply coupon": ({"apply_coupon": False}, lambda samples: asks.apply_coupon(samples.active, samples.coupon)),
    "change price": ({"change_price": False}, lambda samples: asks.change_price(samples.active, samples.price)),
    "change price at once": (
        {"change_price": {"schedules": ["end-of-period"]}},
        lambda samples: asks.change_price(samples.active, samples.price, AT_ONCE),
    ),
    "change price with the period": (
        {"change_price": {"schedules": ["immediate"]}},
        lambda samples: asks.change_price(samples.active, samples.price, WITH_THE_PERIOD),
    ),
    "prorate": (
        {"change_price": {"prorate": False}},
        lambda samples: asks.change_price(samples.active, samples.price, prorate=True),
    ),
}


CONTROLLERS_OFF: Final[Mapping[str, tuple[str, Callable[[Samples], str], Make | None]]] = {
    "prices": ("prices", lambda samples: samples.price, ACTIONS["change price at once"]),
    "coupons": ("coupons", lambda samples: samples.coupon, ACTIONS["apply coupon"]),
    "products": ("products", lambda samples: samples.product, None),
}


class TestManifest:
    """The manifest has the documented shape, and it is true: what is on works, what is off is refused."""

    @pytest.mark.parametrize("mode", list(Mode), ids=str)
    async def test_the_shape_is_the_documented_one(self, start: Start, mode: Mode) -> None:
        world = await start({"manifest_compat": False})
        answer = await world.get("/features", mode)
        manifest = answer.json
        assert manifest.keys() == {"controllers", "actions"}
        controllers, actions = manifest["controllers"], manifest["actions"]
        assert CONTROLLERS.keys() - OPTIONAL_CONTROLLERS <= controllers.keys() <= CONTROLLERS.keys()
        assert actions.keys() <= ACTION_FEATURES.keys()
        assert has_shape(controllers, {name: CONTROLLERS[name] for name in controllers})
        assert has_shape(actions, {name: ACTION_FEATURES[name] for name in actions})

    async def test_it_is_a_manifest_to_the_contracts_own_model(self, start: Start) -> None:
        world = await start({"manifest_compat": False})
        text = (await world.get("/features")).text
        assert Features.model_validate_json(text).to_json() == text

    async def test_doubtful_keys_are_there_in_both_spellings_unless_that_is_switched_off(self, start: Start) -> None:
        plain, doubled = await start({"manifest_compat": False}), await start()
        assert doubled.manifest == with_twins(plain.manifest)
        assert doubled.manifest != plain.manifest

    async def test_it_costs_no_call_of_the_provider(self, world: World) -> None:
        world.case.forget_calls()
        await world.get("/features")
        assert world.case.calls() == []

    async def test_what_churnkey_cannot_do_without_is_on(self, world: World) -> None:
        for required in (("customers",), ("subscriptions",), ("prices", "enabled")):
            assert is_on(world.manifest["controllers"], required)

    @pytest.mark.parametrize("make", ACTIONS.values(), ids=ACTIONS.keys())
    async def test_an_action_is_done_exactly_where_the_manifest_offers_it(self, world: World, make: Make) -> None:
        ask = make(world.samples)
        before = world.effect_on(ask)
        assert (await world.does(ask)) is (world.effect_on(ask) != before)

    @pytest.mark.parametrize("everything", [False, True], ids=["by default", "with everything on"])
    @pytest.mark.parametrize("controller", LISTS)
    async def test_a_list_is_answered_exactly_where_the_manifest_offers_it(
        self, start: Start, provider: type[ProviderCase], controller: str, everything: bool
    ) -> None:
        world = await start(provider.everything if everything else {})
        offered = is_on(world.manifest["controllers"], (controller, *LISTS[controller]))
        listed, retrieved = await world.get(f"/{controller}"), await world.get(f"/{controller}/whatever")
        if offered:
            assert listed.status == 200
            assert retrieved.is_error(404)
        else:
            assert listed.is_error(400)
            assert retrieved.is_error(400)

    @pytest.mark.parametrize(("actions", "make"), OFF.values(), ids=OFF.keys())
    async def test_what_the_settings_turn_off_is_off_in_the_manifest_and_refused(
        self, start: Start, actions: Mapping[str, object], make: Make
    ) -> None:
        world = await start({"actions": actions})
        ask = make(world.samples)
        assert not world.offers(ask)
        assert not await world.does(ask)

    @pytest.mark.parametrize(("controller", "an_id", "make"), CONTROLLERS_OFF.values(), ids=CONTROLLERS_OFF.keys())
    async def test_a_controller_that_is_off_is_refused_and_takes_what_needs_it_along(
        self, start: Start, controller: str, an_id: Callable[[Samples], str], make: Callable[[Samples], Ask] | None
    ) -> None:
        world = await start({"controllers": {controller: False}})
        world.case.forget_calls()
        assert (await world.get(f"/{controller}")).is_error(400)
        assert (await world.get(f"/{controller}/{an_id(world.samples)}")).is_error(400)
        assert world.case.calls() == []
        if make is not None:
            assert not world.offers(make(world.samples))
            assert not await world.does(make(world.samples))

    async def test_without_products_no_price_names_one(self, start: Start) -> None:
        world = await start({"controllers": {"products": False}})
        assert world.manifest["controllers"]["prices"]["type"] == "standalone"
        prices = await world.walk("/prices")
        assert prices
        assert all(price["type"] == "standalone" and "productId" not in price for price in prices)
