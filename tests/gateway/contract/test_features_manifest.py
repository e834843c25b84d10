"""The answer of ``GET /churnkey/features``."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.contract import (
    ActionFeatures,
    ApplyCouponFeatures,
    CancelFeatures,
    ChangePriceFeatures,
    ControllerFeatures,
    DurationOptions,
    ExtendTrialFeatures,
    Features,
    PauseFeatures,
    PriceController,
    PriceType,
    ProductController,
    ProductType,
    ScheduleOptions,
    manifest,
)

ALWAYS = ScheduleOptions(immediate=True, end_of_period=True)
ANY_LENGTH = DurationOptions(period=True, date=True)
NOTHING_MORE = ControllerFeatures(
    customers=True, prices=PriceController(enabled=True, type=PriceType.STANDALONE), subscriptions=True
)
EVERYTHING = Features(
    controllers=ControllerFeatures(
        customers=True,
        prices=PriceController(enabled=True, type=PriceType.PRODUCT),
        subscriptions=True,
        coupons=True,
        products=ProductController(enabled=True, type=ProductType.FAMILY),
        families=True,
    ),
    actions=ActionFeatures(
        cancel=CancelFeatures(enabled=True, schedules=ALWAYS),
        pause=PauseFeatures(enabled=True, start_dates=ALWAYS, durations=ANY_LENGTH, allow_annual=True),
        extend_trial=ExtendTrialFeatures(enabled=True, multiple=True, durations=ANY_LENGTH),
        apply_coupon=ApplyCouponFeatures(enabled=True),
        change_price=ChangePriceFeatures(enabled=True, schedules=ALWAYS, prorate=True),
    ),
)


def test_the_manifest_has_the_documented_shape() -> None:
    both = {"immediate": True, "end-of-period": True}
    lengths = {"period": True, "date": True}
    assert manifest(EVERYTHING, compatible=False) == {
        "controllers": {
            "customers": True,
            "prices": {"enabled": True, "type": "product"},
            "subscriptions": True,
            "coupons": True,
            "products": {"enabled": True, "type": "family"},
            "families": True,
        },
        "actions": {
            "cancel": {"enabled": True, "schedules": both},
            "pause": {"enabled": True, "startDates": both, "durations": lengths, "allowAnnual": True},
            "extendTrial": {"enabled": True, "multiple": True, "durations": lengths},
            "applyCoupon": {"enabled": True},
            "changePrice": {"enabled": True, "schedules": both, "prorate": True},
        },
    }


def test_the_compatible_manifest_spells_doubtful_keys_twice() -> None:
    both = {"immediate": True, "end-of-period": True, "end_of_period": True}
    lengths = {"period": True, "date": True}
    extend_trial = {"enabled": True, "multiple": True, "durations": lengths}
    change_price = {"enabled": True, "schedules": both, "prorate": True}
    document = manifest(EVERYTHING, compatible=True)
    assert document["controllers"] == manifest(EVERYTHING, compatible=False)["controllers"]
    assert document["actions"] == {
        "cancel": {"enabled": True, "schedules": both},
        "pause": {"enabled": True, "startDates": both, "durations": lengths, "allowAnnual": True},
        "extendTrial": extend_trial,
        "extend-trial": extend_trial,
        "applyCoupon": {"enabled": True},
        "apply-coupon": {"enabled": True},
        "changePrice": change_price,
        "change-price": change_price,
    }


def test_what_the_provider_cannot_do_is_not_listed() -> None:
    features = Features(
        controllers=NOTHING_MORE,
        actions=ActionFeatures(cancel=CancelFeatures(enabled=True, schedules=ScheduleOptions(end_of_period=True))),
    )
    assert manifest(features, compatible=False) == {
        "controllers": {
            "customers": True,
            "prices": {"enabled": True, "type": "standalone"},
            "subscriptions": True,
        },
        "actions": {
            "cancel": {"enabled": True, "schedules": {"immediate": False, "end-of-period": True}},
        },
    }


def test_what_the_owner_turned_off_keeps_its_shape_with_every_value_false() -> None:
    features = Features(
        controllers=NOTHING_MORE,
        actions=ActionFeatures(
            cancel=CancelFeatures(enabled=False),
            pause=PauseFeatures(enabled=False),
            extend_trial=ExtendTrialFeatures(enabled=False),
            apply_coupon=ApplyCouponFeatures(enabled=False),
            change_price=ChangePriceFeatures(enabled=False),
        ),
    )
    neither = {"immediate": False, "end-of-period": False}
    no_length = {"period": False, "date": False}
    assert manifest(features, compatible=False)["actions"] == {
        "cancel": {"enabled": False, "schedules": neither},
        "pause": {"enabled": False, "startDates": neither, "durations": no_length, "allowAnnual": False},
        "extendTrial": {"enabled": False, "multiple": False, "durations": no_length},
        "applyCoupon": {"enabled": False},
        "changePrice": {"enabled": False, "schedules": neither, "prorate": False},
    }


CONTRADICTIONS: dict[str, tuple[type, dict[str, object]]] = {
    "cancel without a schedule": (CancelFeatures, {"enabled": True}),
    "pause without a start date": (PauseFeatures, {"enabled": True, "durations": ANY_LENGTH}),
    "pause without a duration": (PauseFeatures, {"enabled": True, "start_dates": ALWAYS}),
    "extend-trial without a duration": (ExtendTrialFeatures, {"enabled": True}),
    "change-price without a schedule": (ChangePriceFeatures, {"enabled": True}),
    "a schedule of an action that is off": (CancelFeatures, {"enabled": False, "schedules": ALWAYS}),
    "annual pauses while pause is off": (PauseFeatures, {"enabled": False, "allow_annual": True}),
    "more extensions while extend-trial is off": (ExtendTrialFeatures, {"enabled": False, "multiple": True}),
    "proration while change-price is off": (ChangePriceFeatures, {"enabled": False, "prorate": True}),
    "prices of products without products": (
        ControllerFeatures,
        {"customers": True, "subscriptions": True, "prices": {"enabled": True, "type": "product"}},
    ),
    "products of families without families": (
        ControllerFeatures,
        {
            "customers": True,
            "subscriptions": True,
            "prices": {"enabled": True, "type": "standalone"},
            "products": {"enabled": True, "type": "family"},
        },
    ),
    "apply-coupon without coupons": (
        Features,
        {
            "controllers": NOTHING_MORE,
            "actions": ActionFeatures(apply_coupon=ApplyCouponFeatures(enabled=True)),
        },
    ),
    "change-price without prices": (
        Features,
        {
            "controllers": ControllerFeatures(
                customers=True,
                prices=PriceController(enabled=False, type=PriceType.STANDALONE),
                subscriptions=True,
            ),
            "actions": ActionFeatures(change_price=ChangePriceFeatures(enabled=True, schedules=ALWAYS)),
        },
    ),
}


@pytest.mark.parametrize(("model", "features"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_manifest_that_contradicts_itself_is_refused(model: type, features: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        model(**features)
