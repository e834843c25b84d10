"""What the OpenAPI document shows as examples: one customer, and all that is asked and answered about her."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from adapters.base import Conflict, NotFound, Timeout, Unavailable, Unreadable
from gateway.contract import (
    ActionFeatures,
    ActiveStatus,
    ApplyCouponFeatures,
    ApplyCouponRequest,
    BillingDuration,
    CancelAllRequest,
    CancelFeatures,
    CancelRequest,
    ChangePriceFeatures,
    ChangePriceRequest,
    ContractModel,
    ControllerFeatures,
    Coupon,
    Customer,
    DateDuration,
    DetailedSubscription,
    DirectSession,
    DurationOptions,
    ExtendTrialFeatures,
    ExtendTrialRequest,
    Family,
    Features,
    FixedAmount,
    IntervalUnit,
    Mode,
    Page,
    PauseAllRequest,
    PauseFeatures,
    PauseRequest,
    PercentageValue,
    Period,
    PeriodDuration,
    Price,
    PriceController,
    PriceType,
    Product,
    ProductController,
    ProductType,
    RecurringDuration,
    Schedule,
    ScheduleOptions,
    SessionRequest,
    Subscription,
    SubscriptionItem,
)
from gateway.direct import auth_hash, direct_billing, session_token
from gateway.server import errors

_CUSTOMER: Final = "cus_ada"
_SUBSCRIPTION: Final = "sub_ada"
_E_MAIL: Final = "ada@example.com"
_PHONE: Final = "+12025550143"
_CURSOR: Final = "c29tZS1vcGFxdWUtY3Vyc29y"

_EITHER: Final = ScheduleOptions(immediate=True, end_of_period=True)
_ANY_LENGTH: Final = DurationOptions(period=True, date=True)
_MONTH: Final = BillingDuration(amount=1, unit=IntervalUnit.MONTH)

_FEATURES: Final = Features(
    controllers=ControllerFeatures(
        customers=True,
        prices=PriceController(enabled=True, type=PriceType.PRODUCT),
        subscriptions=True,
        coupons=True,
        products=ProductController(enabled=True, type=ProductType.FAMILY),
        families=True,
    ),
    actions=ActionFeatures(
        cancel=CancelFeatures(enabled=True, schedules=_EITHER),
        pause=PauseFeatures(enabled=True, start_dates=_EITHER, durations=_ANY_LENGTH),
        extend_trial=ExtendTrialFeatures(enabled=True, durations=_ANY_LENGTH),
        apply_coupon=ApplyCouponFeatures(enabled=True),
        change_price=ChangePriceFeatures(enabled=True, schedules=_EITHER),
    ),
)
_FAMILY: Final = Family(id="fam_software", name="Software")
_PRODUCT: Final = Product(id="prod_pro", type=ProductType.FAMILY, name="Pro", unit_label="seat", family_id=_FAMILY.id)
_PRICE: Final = Price(
    id="price_pro_monthly",
    type=PriceType.PRODUCT,
    duration=_MONTH,
    amount=FixedAmount(currency="usd", unit=2900),
    product_id=_PRODUCT.id,
    name="Pro, monthly",
)
_COUPON: Final = Coupon(
    id="STAY20",
    duration=RecurringDuration(amount=3, unit=IntervalUnit.MONTH),
    value=PercentageValue(percent=20.0),
    name="20 % off for three months",
)
_ADA: Final = Customer(
    id=_CUSTOMER,
    name="Ada",
    last_name="Lovelace",
    email=_E_MAIL,
    phone=_PHONE,
    currency="usd",
    created_at=datetime(2025, 12, 1, 9, 30, tzinfo=UTC),
)
_HERS: Final = Subscription(
    id=_SUBSCRIPTION,
    customer_id=_CUSTOMER,
    status=ActiveStatus(
        current_period=Period(start=datetime(2026, 11, 1, tzinfo=UTC), end=datetime(2026, 12, 1, tzinfo=UTC))
    ),
    start=datetime(2025, 12, 1, tzinfo=UTC),
    duration=_MONTH,
    items=(SubscriptionItem(id="si_ada", price=_PRICE, quantity=2),),
)

_APP: Final = "app_example"
_HASH: Final = auth_hash("the-api-key", _CUSTOMER)
_SESSION: Final = DirectSession(
    token=session_token(
        app_id=_APP,
        customer_id=_CUSTOMER,
        hashed=_HASH,
        mode=Mode.LIVE,
        issued=datetime(2026, 11, 21, 12, tzinfo=UTC),
        subscription_id=_SUBSCRIPTION,
    ),
    auth_hash=_HASH,
    app_id=_APP,
    customer_id=_CUSTOMER,
    subscription_id=_SUBSCRIPTION,
    mode=Mode.LIVE,
)

_ALL: Final[tuple[ContractModel, ...]] = (
    _FEATURES,
    _ADA,
    Page[Customer](data=(_ADA,), next=_CURSOR),
    _HERS,
    Page[Subscription](data=(_HERS,)),
    _PRICE,
    Page[Price](data=(_PRICE,)),
    _COUPON,
    Page[Coupon](data=(_COUPON,)),
    _PRODUCT,
    Page[Product](data=(_PRODUCT,)),
    _FAMILY,
    Page[Family](data=(_FAMILY,)),
    CancelRequest(customer_id=_CUSTOMER, subscription_id=_SUBSCRIPTION, scheduled_at=Schedule.END_OF_PERIOD),
    CancelAllRequest(customer_id=_CUSTOMER, scheduled_at=Schedule.END_OF_PERIOD),
    PauseRequest(
        customer_id=_CUSTOMER,
        subscription_id=_SUBSCRIPTION,
        start_at=Schedule.END_OF_PERIOD,
        duration=PeriodDuration(amount=2, unit=IntervalUnit.MONTH),
    ),
    PauseAllRequest(
        customer_id=_CUSTOMER,
        start_at=Schedule.IMMEDIATE,
        duration=DateDuration(date=datetime(2027, 3, 1, tzinfo=UTC)),
    ),
    ExtendTrialRequest(
        customer_id=_CUSTOMER,
        subscription_id=_SUBSCRIPTION,
        duration=PeriodDuration(amount=14, unit=IntervalUnit.DAY),
    ),
    ApplyCouponRequest(customer_id=_CUSTOMER, subscription_id=_SUBSCRIPTION, coupon_id=_COUPON.id),
    ChangePriceRequest(
        customer_id=_CUSTOMER,
        subscription_id=_SUBSCRIPTION,
        price_id=_PRICE.id,
        scheduled_at=Schedule.END_OF_PERIOD,
        prorate=False,
    ),
    direct_billing(_ADA, (DetailedSubscription(_HERS, None),)),
    SessionRequest(customer_id=_CUSTOMER, subscription_id=_SUBSCRIPTION),
    _SESSION,
)

BODIES: Final[Mapping[type[ContractModel], Any]] = MappingProxyType(
    {type(example): json.loads(example.to_json()) for example in _ALL}
)
"""The JSON of a request or an answer, by its model."""

PARAMETERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "email": _E_MAIL,
        "phone": _PHONE,
        "customerId": _CUSTOMER,
        "subscriptionId": _SUBSCRIPTION,
        "priceId": _PRICE.id,
        "couponId": _COUPON.id,
        "productId": _PRODUCT.id,
        "familyId": _FAMILY.id,
    }
)
"""What stands in the place of a path's placeholder, before it is percent-encoded."""

MESSAGES: Final[Mapping[int, str]] = MappingProxyType(
    {
        **{status: errors.MESSAGES[status] for status in (408, 413, 415, 500)},
        400: "limit: expected a whole number from 1",
        401: HTTPStatus.UNAUTHORIZED.phrase,
        404: NotFound.default_message,
        409: Conflict.default_message,
        502: Unreadable.default_message,
        503: Unavailable.default_message,
        504: Timeout.default_message,
    }
)
"""The message of an error by its status."""
