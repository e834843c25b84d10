"""The manifest cannot lie: whatever it names is not refused as unsupported, and whatever it does not name is."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Mapping
from typing import Any, ClassVar, Final, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, AdapterSettings, BillingAdapter, Capabilities, Rows, Runtime, Unsupported
from adapters.capabilities import (
    ApplyCouponCapability,
    CancelCapability,
    ChangePriceCapability,
    ExtendTrialCapability,
    PauseCapability,
    holes_of,
)
from adapters.state import PriceFacts, Standing, SubscriptionState
from gateway.contract import (
    Action,
    ApplyCouponRequest,
    CancelRequest,
    ChangePriceRequest,
    Controller,
    Customer,
    DateDuration,
    DurationKind,
    ExtendTrialRequest,
    Features,
    IntervalUnit,
    Mode,
    PauseRequest,
    PeriodDuration,
    PriceType,
    Schedule,
)
from tests.support.memory_account import NOW, sample_subscription

T = TypeVar("T")

IDS: Final[dict[str, Any]] = {"customer_id": "cus_ada", "subscription_id": "sub_1"}
LENGTHS: Final = {
    DurationKind.PERIOD: PeriodDuration(amount=2, unit=IntervalUnit.MONTH),
    DurationKind.DATE: DateDuration(date=NOW.replace(month=6)),
}


class Willing:
    """What the drawn adapters do in their holes: all that is asked."""

    async def read(self, *arguments: object, **keywords: object) -> Rows[Customer]:
        return Rows((), lambda row: None, None)

    async def load(self, subscription_id: str) -> SubscriptionState:
        return sample_subscription(subscription_id, standing=Standing.TRIAL)

    async def price_facts(self, price_id: str) -> PriceFacts:
        return PriceFacts(price_id, None, frozenset({"usd"}), active=True, metered=False)

    async def write(self, *arguments: object) -> None:
        """Do it."""


HOLES: Final = {"_load": Willing.load, "_price_facts": Willing.price_facts}


def subsets(values: type[T]) -> st.SearchStrategy[frozenset[T]]:
    return st.frozensets(st.sampled_from(values))  # type: ignore[arg-type] # an enumeration is a sequence of its members


def maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(st.none(), strategy)


modes = st.frozensets(st.sampled_from(["replace", "stack"]))
capabilities = st.builds(
    Capabilities,
    controllers=subsets(Controller),
    price_type=st.sampled_from(PriceType),
    cancel=maybe(st.builds(CancelCapability, subsets(Schedule))),
    pause=maybe(st.builds(PauseCapability, subsets(Schedule), subsets(DurationKind), st.booleans())),
    extend_trial=maybe(st.builds(ExtendTrialCapability, subsets(DurationKind), st.booleans())),
    apply_coupon=maybe(st.builds(ApplyCouponCapability, modes)),
    change_price=maybe(st.builds(ChangePriceCapability, subsets(Schedule), st.booleans())),
)


def section(**options: st.SearchStrategy[object]) -> st.SearchStrategy[Mapping[str, object]]:
    return st.fixed_dictionaries({}, optional={"enabled": st.booleans(), **options})


def some(values: type[Schedule] | type[DurationKind]) -> st.SearchStrategy[object]:
    return st.sets(st.sampled_from([str(one) for one in values]), min_size=1).map(sorted)


settings = st.fixed_dictionaries(
    {
        "actions": st.fixed_dictionaries(
            {
                "cancel": section(schedules=some(Schedule)),
                "pause": section(start_dates=some(Schedule), durations=some(DurationKind), allow_annual=st.booleans()),
                "extend_trial": section(durations=some(DurationKind)),
                "apply_coupon": section(mode=st.sampled_from(["replace", "stack"])),
                "change_price": section(schedules=some(Schedule), prorate=st.booleans()),
            }
        ),
        "controllers": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("prices", "coupons", "products"), st.booleans())
        ),
    }
)
lacks = st.sets(
    st.sampled_from(
        [
            *Action,
            *(f"controllers.{one}" for one in Controller),
            *(f"{action}.{one}" for action in Action for one in (*Schedule, *DurationKind)),
            "pause.allowAnnual",
            "change-price.prorate",
        ]
    )
)


def adapter_of(able: Capabilities, chosen: Mapping[str, object], lacking: set[str], families: bool) -> BillingAdapter:
    """An adapter with exactly these capabilities, which does whatever gets as far as its holes."""
    reads = {hole: Willing.read for hole in holes_of(able) if "fetch" in hole or "list" in hole}
    writes = {hole: Willing.write for hole in holes_of(able) if hole not in reads}

    class Drawn(BillingAdapter):
        name: ClassVar[str] = "drawn"

        def _switched_on(self, controller: Controller) -> bool:
            return families

        async def _open(self) -> None:
            """There is nothing to open."""

        async def _close(self) -> None:
            """There is nothing to close."""

    holes = {hole: HOLES.get(hole, method) for hole, method in {**reads, **writes}.items()}
    whole = type("Whole", (Drawn,), {"capabilities": able, **holes})
    model = AdapterSettings.model_validate({"modes": {"test": {}}, **chosen})
    adapter = whole(Mode.TEST, model, Runtime(clock=lambda: NOW))
    assert isinstance(adapter, BillingAdapter)
    for feature in lacking:
        adapter.note_lack(feature, "the account cannot")
    return adapter


async def is_supported(request: Awaitable[object]) -> bool:
    try:
        await request
    except Unsupported:
        return False
    except AdapterError as error:
        pytest.fail(f"refused for another reason: {error}")
    return True


def promises(features: Features, adapter: BillingAdapter) -> Iterator[tuple[bool, Awaitable[object]]]:
    """For every way to ask for something: whether the manifest promises it, and the request."""
    actions, controllers = features.actions, features.controllers
    names = {Schedule.IMMEDIATE: "immediate", Schedule.END_OF_PERIOD: "end_of_period", None: "enabled"}
    for when, name in names.items():
        cancel, pause, change = actions.cancel, actions.pause, actions.change_price
        yield (
            cancel is not None and cancel.enabled and (when is None or getattr(cancel.schedules, name)),
            adapter.cancel(CancelRequest(**IDS, scheduled_at=when)),
        )
        for kind, length in LENGTHS.items():
            yield (
                pause is not None
                and pause.enabled
                and (when is None or getattr(pause.start_dates, name))
                and getattr(pause.durations, kind),
                adapter.pause(PauseRequest(**IDS, start_at=when, duration=length)),
            )
        for prorate in (True, False, None):
            yield (
                change is not None
                and change.enabled
                and (when is None or getattr(change.schedules, name))
                and (change.prorate or not prorate),
                adapter.change_price(
                    ChangePriceRequest(**IDS, price_id="price_pro", scheduled_at=when, prorate=prorate)
                ),
            )
    for kind, length in LENGTHS.items():
        trial = actions.extend_trial
        yield (
            trial is not None and trial.enabled and getattr(trial.durations, kind),
            adapter.extend_trial(ExtendTrialRequest(**IDS, duration=length)),
        )
    coupon, products = actions.apply_coupon, controllers.products
    yield (
        coupon is not None and coupon.enabled,
        adapter.apply_coupon(ApplyCouponRequest(**IDS, coupon_id="SAVE20")),
    )
    yield controllers.customers, adapter.customers(10, None)
    yield controllers.subscriptions, adapter.subscriptions("cus_ada", 10, None)
    yield controllers.prices.enabled, adapter.prices(10, None)
    yield controllers.coupons or False, adapter.coupons(10, None)
    yield products is not None and products.enabled, adapter.products(10, None)
    yield controllers.families or False, adapter.families(10, None)


@given(capabilities, settings, lacks, st.booleans())
async def test_the_adapter_accepts_exactly_what_the_manifest_names(
    able: Capabilities, chosen: Mapping[str, object], lacking: set[str], families: bool
) -> None:
    adapter = adapter_of(able, chosen, lacking, families)
    features = adapter.features()
    for promised, request in promises(features, adapter):
        assert await is_supported(request) is promised


@given(capabilities, settings, lacks, st.booleans())
def test_whatever_is_not_offered_has_one_reason(
    able: Capabilities, chosen: Mapping[str, object], lacking: set[str], families: bool
) -> None:
    what = adapter_of(able, chosen, lacking, families).offered
    named = [off.feature for off in what.off]
    assert len(named) == len(set(named))
    assert all(off.reason for off in what.off)
    for feature in Action:
        is_off = getattr(what.capabilities, feature.replace("-", "_")) is None
        assert is_off is (feature in named)
