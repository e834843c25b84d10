"""The closed sets of words in Churnkey's contract. The values are the words on the wire."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Which of the provider's accounts a request concerns (proven: header ``X-Churnkey-Mode``)."""

    LIVE = "live"
    TEST = "test"


class Schedule(StrEnum):
    """When a cancellation, a pause or a price change takes effect. The hyphens are proven."""

    IMMEDIATE = "immediate"
    END_OF_PERIOD = "end-of-period"


class IntervalUnit(StrEnum):
    """The unit of a length of time.

    In billing durations Churnkey documents ``month`` and ``year`` only (proven); ``day`` and ``week`` are
    sent when the owner asks for exact intervals. In the durations of actions all four are accepted.
    """

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Controller(StrEnum):
    """A group of read endpoints; the value is both its path segment and its key in the manifest (proven)."""

    CUSTOMERS = "customers"
    PRICES = "prices"
    SUBSCRIPTIONS = "subscriptions"
    COUPONS = "coupons"
    PRODUCTS = "products"
    FAMILIES = "families"


class Action(StrEnum):
    """A write; the value is the last segment of its path (proven)."""

    CANCEL = "cancel"
    PAUSE = "pause"
    EXTEND_TRIAL = "extend-trial"
    APPLY_COUPON = "apply-coupon"
    CHANGE_PRICE = "change-price"


class DurationKind(StrEnum):
    """How the length of a pause or of a trial extension is given: an amount or an end (proven)."""

    PERIOD = "period"
    DATE = "date"


class PriceType(StrEnum):
    """Whether prices belong to products. All of one integration must be of one type (proven)."""

    STANDALONE = "standalone"
    PRODUCT = "product"


class ProductType(StrEnum):
    """Whether products belong to families. All of one integration must be of one type (proven)."""

    STANDALONE = "standalone"
    FAMILY = "family"


class HashedId(StrEnum):
    """What Churnkey's ``authHash`` is made over. The documentation says the customer's id, but for some providers the
    subscription's (cancel-flows/quick-start-guide)."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
