"""What is known of a subscription beyond what Churnkey's contract has words for.

The contract counts in months, wants an end for every pause and knows nothing of what has not begun. What a
subscription shows is then approximated, with the truth in its metadata, beside entries of the owner's own. Here it
stands typed and apart, so that nobody has to read it back out of text that anybody may have written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.contract.price import BillingDuration
from gateway.contract.subscription import Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionDetail:
    """A subscription's facts that are approximated, or missing, in the contract's model of it.

    `duration` is the billing cycle as it is, weeks and days included; `price_durations` are those of the items'
    prices, by the price's id, where they are known. `is_pause_open`: nothing is set to end the pause. `has_started`:
    false where the first period is still to come. `ends_at` is the moment (UTC) of a cancellation that is scheduled.
    """

    duration: BillingDuration
    price_durations: Mapping[str, BillingDuration] = field(default_factory=dict)
    is_pause_open: bool = False
    has_started: bool = True
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DetailedSubscription:
    """A subscription, and its detail where its adapter tells any."""

    subscription: Subscription
    detail: SubscriptionDetail | None

    @property
    def id(self) -> str:
        """The subscription's id."""
        return self.subscription.id

    @property
    def customer_id(self) -> str:
        """Who holds it."""
        return self.subscription.customer_id
