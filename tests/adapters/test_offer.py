"""What is offered: what the adapter can do, less what the account cannot, less what the settings turn off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from adapters.base import AdapterSettings, Capabilities, Offer
from adapters.capabilities import ApplyCouponCapability, CancelCapability, PauseCapability
from adapters.offer import BY_PROVIDER, BY_SETTINGS, NOTHING_LEFT, features, offer
from gateway.contract import Controller, DurationKind, Features, PriceType, ProductType, Schedule, manifest
from tests.adapters.able import EVERYTHING, NOTHING, with_field
from tests.support.replacing import replace
from tests.support.scripted_adapter import ScriptedAdapter

ONLY_CORE: Final = replace(
    NOTHING, controllers=frozenset({Controller.CUSTOMERS, Controller.SUBSCRIPTIONS, Controller.PRICES})
)
BY_ACCOUNT: Final = "this account has not switched it on"

ON: Final[Mapping[str, object]] = {
    "cancel": {"enabled": True, "schedules": {"immediate": True, "end-of-period": True}},
    "pause": {
        "enabled": True,
        "startDates": {"immediate": True, "end-of-period": True},
        "durations": {"period": True, "date": True},
        "allowAnnual": False,
    },
    "extendTrial": {"enabled": True, "multiple": True, "durations": {"period": True, "date": True}},
    "applyCoupon": {"enabled": True},
    "changePrice": {"enabled": True, "schedules": {"immediate": True, "end-of-period": True}, "prorate": True},
}
"""The actions of the manifest when nothing is taken away; pausing yearly subscriptions is off until it is asked for."""

OFF: Final[Mapping[str, object]] = {
    "cancel": {"enabled": False, "schedules": {"immediate": False, "end-of-period": False}},
    "pause": {
        "enabled": False,
        "startDates": {"immediate": False, "end-of-period": False},
        "durations": {"period": False, "date": False},
        "allowAnnual": False,
    },
    "extendTrial": {"enabled": False, "multiple": False, "durations": {"period": False, "date": False}},
    "applyCoupon": {"enabled": False},
    "changePrice": {"enabled": False, "schedules": {"immediate": False, "end-of-period": False}, "prorate": False},
}
FEATURE: Final = {
    "cancel": "cancel",
    "pause": "pause",
    "extend_trial": "extend-trial",
    "apply_coupon": "apply-coupon",
    "change_price": "change-price",
}
KEY: Final = dict(zip(FEATURE, ON, strict=True))
every_action = pytest.mark.parametrize("field", FEATURE)


def offered(
    able: Capabilities = EVERYTHING,
    settings: Mapping[str, object] | None = None,
    lacks: Mapping[str, str] | None = None,
    *,
    families: bool = True,
) -> Offer:
    chosen = AdapterSettings.model_validate({"modes": {"test": {}}, **(settings or {})})
    return offer(able, chosen, lacks or {}, families=families)


def manifest_of(able: Capabilities, what: Offer) -> Features:
    return features(able, what)


def actions_of(able: Capabilities, what: Offer) -> object:
    return manifest(features(able, what), compatible=False)["actions"]


def reasons(what: Offer) -> dict[str, str]:
    return {off.feature: off.reason for off in what.off}


def test_everything_is_offered_when_nothing_takes_it_away() -> None:
    what = offered()
    assert actions_of(EVERYTHING, what) == ON
    assert reasons(what) == {"pause.allowAnnual": BY_SETTINGS}


@pytest.mark.parametrize(
    ("settings", "lacks"),
    [
        pytest.param({}, {}, id="nothing is taken away"),
        pytest.param({"actions": {"pause": {"enabled": False}}}, {}, id="an action"),
        pytest.param({"actions": {"cancel": {"schedules": ["immediate"]}}}, {}, id="an option"),
        pytest.param({"controllers": {"prices": False}}, {}, id="what an action needs"),
        pytest.param({}, {"cancel.immediate": BY_ACCOUNT, "cancel.end-of-period": BY_ACCOUNT}, id="all options"),
        pytest.param({"actions": {"apply_coupon": {"mode": "stack"}}}, {}, id="a mode"),
    ],
)
@pytest.mark.parametrize("able", [EVERYTHING, ONLY_CORE], ids=["everything", "only the core"])
def test_what_is_on_and_what_is_off_are_apart_and_an_option_goes_with_its_feature(
    able: Capabilities, settings: Mapping[str, object], lacks: Mapping[str, str]
) -> None:
    what = offered(able, settings, lacks)

    assert set(what.on).isdisjoint(reasons(what))
    assert {option.partition(".")[0] for option in what.on} <= {"controllers", *what.on}
    assert {name for name in what.on if name.startswith("controllers.")} == {
        f"controllers.{controller}" for controller in what.capabilities.controllers
    }
    assert [field for field, name in FEATURE.items() if name in what.on] == [
        field for field in FEATURE if getattr(what.capabilities, field) is not None
    ]


def test_an_adapter_that_can_do_little_offers_that_and_names_nothing_else() -> None:
    what = offered(ONLY_CORE)
    assert manifest(features(ONLY_CORE, what), compatible=False) == {
        "controllers": {"customers": True, "subscriptions": True, "prices": {"enabled": True, "type": "standalone"}},
        "actions": {},
    }
    assert set(reasons(what).values()) == {BY_PROVIDER}


def test_a_manifest_does_not_name_what_is_not_served_as_served() -> None:
    controllers = manifest_of(NOTHING, offered(NOTHING)).controllers
    assert not controllers.customers
    assert not controllers.subscriptions
    assert not controllers.prices.enabled


# -- actions ------------------------------------------------------------------------------------------------------


@every_action
def test_an_action_the_provider_cannot_do_is_not_in_the_manifest(field: str) -> None:
    able = with_field(EVERYTHING, field, None)
    what = offered(able)
    assert actions_of(able, what) == {key: value for key, value in ON.items() if key != KEY[field]}
    assert what.reason(FEATURE[field]) == BY_PROVIDER


@every_action
def test_an_action_the_settings_turn_off_is_in_the_manifest_as_off(field: str) -> None:
    what = offered(settings={"actions": {field: False}})
    assert actions_of(EVERYTHING, what) == {**ON, KEY[field]: OFF[KEY[field]]}
    assert what.reason(FEATURE[field]) == BY_SETTINGS


@every_action
def test_an_action_the_account_cannot_do_is_in_the_manifest_as_off(field: str) -> None:
    what = offered(lacks={FEATURE[field]: BY_ACCOUNT})
    assert actions_of(EVERYTHING, what) == {**ON, KEY[field]: OFF[KEY[field]]}
    assert what.reason(FEATURE[field]) == BY_ACCOUNT


@every_action
def test_the_account_is_named_before_the_settings_and_the_provider_before_both(field: str) -> None:
    feature, off = FEATURE[field], {"actions": {field: False}}
    assert offered(settings=off, lacks={feature: BY_ACCOUNT}).reason(feature) == BY_ACCOUNT
    unable = with_field(EVERYTHING, field, None)
    assert offered(unable, settings=off, lacks={feature: BY_ACCOUNT}).reason(feature) == BY_PROVIDER


@pytest.mark.parametrize(
    ("controller", "field", "reason"),
    [
        pytest.param("coupons", "apply_coupon", "it needs the coupons controller, which is off", id="coupons"),
        pytest.param("prices", "change_price", "it needs the prices controller, which is off", id="prices"),
    ],
)
def test_an_action_goes_with_the_controller_it_needs(controller: str, field: str, reason: str) -> None:
    for what in (
        offered(settings={"controllers": {controller: False}}),
        offered(lacks={f"controllers.{controller}": BY_ACCOUNT}),
    ):
        assert actions_of(EVERYTHING, what) == {**ON, KEY[field]: OFF[KEY[field]]}
        assert what.reason(FEATURE[field]) == reason


# -- options ------------------------------------------------------------------------------------------------------

OPTIONS: Final = [
    ("cancel", "schedules", "immediate"),
    ("cancel", "schedules", "end-of-period"),
    ("pause", "start_dates", "immediate"),
    ("pause", "start_dates", "end-of-period"),
    ("pause", "durations", "period"),
    ("pause", "durations", "date"),
    ("extend_trial", "durations", "period"),
    ("extend_trial", "durations", "date"),
    ("change_price", "schedules", "immediate"),
    ("change_price", "schedules", "end-of-period"),
]
every_option = pytest.mark.parametrize(("field", "option", "value"), OPTIONS)


def options_of(what: Offer, field: str, option: str) -> list[str]:
    return sorted(getattr(getattr(what.capabilities, field), option))


@every_option
def test_an_option_that_is_not_wanted_goes_and_the_others_stay(field: str, option: str, value: str) -> None:
    what = offered(settings={"actions": {field: {option: [value]}}})
    assert options_of(what, field, option) == [value]
    (other,) = (one for kind, name, one in OPTIONS if (kind, name) == (field, option) and one != value)
    assert what.reason(f"{FEATURE[field]}.{other}") == BY_SETTINGS


@every_option
def test_an_option_the_account_cannot_do_goes_and_the_others_stay(field: str, option: str, value: str) -> None:
    what = offered(lacks={f"{FEATURE[field]}.{value}": BY_ACCOUNT})
    assert value not in options_of(what, field, option)
    assert options_of(what, field, option)


@every_option
def test_an_action_without_any_option_left_is_off_and_says_so(field: str, option: str, value: str) -> None:
    capability = getattr(EVERYTHING, field)
    able = with_field(EVERYTHING, field, replace(capability, **{option: getattr(capability, option) - {value}}))
    what = offered(able, settings={"actions": {field: {option: [value]}}})
    assert actions_of(able, what) == {**ON, KEY[field]: OFF[KEY[field]]}
    assert what.reason(FEATURE[field]) == NOTHING_LEFT


@pytest.mark.parametrize(
    ("able", "wanted", "annual"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_pausing_yearly_subscriptions_must_be_possible_and_wanted(able: bool, wanted: bool, annual: bool) -> None:
    assert EVERYTHING.pause is not None
    capabilities = replace(EVERYTHING, pause=replace(EVERYTHING.pause, annual=able))
    what = offered(capabilities, settings={"actions": {"pause": {"allow_annual": wanted}}})
    assert what.capabilities.pause is not None
    assert what.capabilities.pause.annual is annual


@pytest.mark.parametrize(("mode", "possible"), [("replace", True), ("stack", False)])
def test_coupons_are_applied_only_in_a_mode_the_provider_has(mode: str, possible: bool) -> None:
    able = replace(EVERYTHING, apply_coupon=ApplyCouponCapability(frozenset({"replace"})))
    what = offered(able, settings={"actions": {"apply_coupon": {"mode": mode}}})
    assert (what.capabilities.apply_coupon is not None) is possible
    assert what.coupon_mode == mode


def test_the_longest_pause_is_the_settings() -> None:
    assert offered().pause_months is None
    assert offered(settings={"actions": {"pause": {"max_months": 3}}}).pause_months == 3


def test_the_longest_extension_of_a_trial_is_the_owners() -> None:
    assert offered().trial_days is None
    assert offered(settings={"actions": {"extend_trial": {"max_days": 14}}}).trial_days == 14


# -- controllers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "families", "prices", "products", "families_offered"),
    [
        pytest.param({}, True, PriceType.PRODUCT, ProductType.FAMILY, True, id="families of products with prices"),
        pytest.param({}, False, PriceType.PRODUCT, ProductType.STANDALONE, False, id="no families"),
        pytest.param(
            {"controllers": {"products": False}},
            True,
            PriceType.STANDALONE,
            ProductType.STANDALONE,
            False,
            id="no products",
        ),
    ],
)
def test_the_types_follow_the_controllers(
    settings: Mapping[str, object], families: bool, prices: PriceType, products: ProductType, families_offered: bool
) -> None:
    controllers = manifest_of(EVERYTHING, offered(settings=settings, families=families)).controllers
    assert controllers.prices.type is prices
    assert controllers.products is not None
    assert controllers.products.type is products
    assert controllers.families is families_offered


def test_families_without_products_say_what_they_need() -> None:
    what = offered(settings={"controllers": {"products": False}})
    assert what.reason("controllers.families") == "it needs products, which is off"


def test_a_lack_that_is_found_while_running_changes_the_manifest_and_the_first_reason_stays() -> None:
    adapter = ScriptedAdapter.serving()
    assert adapter.features().actions.pause is not None
    for reason in (BY_ACCOUNT, "another reason"):
        adapter.note_lack("pause", reason)
    pause = adapter.features().actions.pause
    assert pause is not None
    assert not pause.enabled
    assert adapter.offered.reason("pause") == BY_ACCOUNT


def test_the_offer_never_has_more_than_the_provider() -> None:
    able = replace(
        EVERYTHING,
        cancel=CancelCapability(frozenset({Schedule.IMMEDIATE})),
        pause=PauseCapability(frozenset({Schedule.IMMEDIATE}), frozenset({DurationKind.DATE}), annual=False),
    )
    wanted = {"actions": {"cancel": {"schedules": ["immediate", "end-of-period"]}, "pause": {"allow_annual": True}}}
    what = offered(able, settings=wanted).capabilities
    assert (what.cancel, what.pause) == (able.cancel, able.pause)
