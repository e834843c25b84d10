"""Paddle's errors: one exception, and the refusals by their codes.

Codes and the HTTP status of each are from https://developer.paddle.com/errors; the details follow what Paddle
answers, because integrations do match on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulators.types import Json

FieldProblem = tuple[str, str]
"""A field's name, and what is wrong with it."""

REFUSALS: Final[Mapping[str, tuple[int, str]]] = {
    "authentication_missing": (403, "Authentication header missing."),
    "authentication_malformed": (403, "Authentication header included, but incorrectly formatted."),
    "invalid_token": (403, "Invalid or revoked API key."),
    "forbidden": (403, "You aren't permitted to perform this request."),
    "invalid_url": (404, "URL called is invalid."),
    "bad_request": (400, "Invalid request."),
    "invalid_field": (400, "Request does not pass validation."),
    "invalid_json": (400, "Request body is not valid JSON."),
    "unsupported_media_type": (415, "The Content-Type header must be application/json."),
    "discount_expired": (400, "Discount has expired"),
    "discount_usage_limit_exceeded": (400, "Discount usage limit has been exceeded"),
    "subscription_all_items_removed": (400, "cannot remove all items from the subscription"),
    "subscription_cannot_activate": (
        400,
        "Only subscriptions which have status 'trialing' can be activated. Subscription status is '{status}'",
    ),
    "subscription_cannot_be_paused": (400, "action can't be performed on paused subscription"),
    "subscription_continuing_existing_billing_period_not_allowed": (
        400,
        "The existing billing period ends before the subscription resumes, so it cannot be continued.",
    ),
    "subscription_continuing_existing_billing_period_not_allowed_subscription_past_due": (
        400,
        "Subscription is past due because the billing period is unpaid, so the billing period cannot be continued.",
    ),
    "subscription_discount_not_valid_for_items": (400, "discount is not valid for any item on the subscription"),
    "subscription_duplicate_price_ids": (400, "a subscription cannot have multiple items with the same price_id"),
    "subscription_immediate_charge_24_hour_limit_exceeded": (
        429,
        "You've exceeded the limit for the number of immediate charges that can be made to this subscription in 24 "
        "hours. Limit: {limit} per 24 hours",
    ),
    "subscription_immediate_charge_hour_limit_exceeded": (
        429,
        "You've exceeded the limit for the number of immediate charges that can be made to this subscription in an "
        "hour. Limit: {limit} per hour",
    ),
    "subscription_incorrect_proration_on_paused_subscription": (
        400,
        "`proration_billing_mode` must be set to `do_not_bill` when updating a paused subscription",
    ),
    "subscription_invalid_billing_mode_for_scheduled_change": (
        400,
        "Subscription can only be updated with `do_not_bill`, `full_immediately`, or `prorated_immediately` as the "
        "`proration_billing_mode` because it has a scheduled change.",
    ),
    "subscription_invalid_discount_currency": (
        400,
        "Flat discounts must be in the same currency as the subscription. Discount currency: {discount}, "
        "Subscription currency: {subscription}",
    ),
    "subscription_is_canceled_action_invalid": (400, "action can't be performed on canceled subscription"),
    "subscription_items_update_missing_proration_billing_mode": (
        400,
        "proration_billing_mode is required when updating subscription items",
    ),
    "subscription_locked_pending_changes": (400, "cannot update subscription, pending scheduled changes"),
    "subscription_locked_renewal": (409, "unable to update subscription 30m0s before renewal"),
    "subscription_missing_payment_method_cannot_activate": (
        400,
        "A subscription without a payment method cannot be activated.",
    ),
    "subscription_must_be_paused": (400, "action can only be performed on paused subscription"),
    "subscription_new_items_not_valid": (400, "the new items are not valid for updating this subscription"),
    "subscription_next_billed_at_too_soon": (409, "new next_billed_at needs to be 30m0s from now"),
    "subscription_no_recurring_items_remain": (
        400,
        "there should be at least one item with recurring price after update",
    ),
    "subscription_one_off_discount_not_valid": (400, "one-off discount invalid for subscription"),
    "subscription_only_update_items_on_paused_subscription": (
        400,
        "only items can be updated when a subscription is paused",
    ),
    "subscription_pausing_not_allowed_for_cardless_trial": (
        400,
        "A subscription in a trial without a payment method cannot be paused.",
    ),
    "subscription_payment_declined": (400, "payment was declined"),
    "subscription_price_not_found": (400, "One or more prices sent in the items array could not be found."),
    "subscription_quantity_missing_for_new_items": (
        400,
        "the quantity field must be included for each new item to be added",
    ),
    "subscription_quantity_not_valid": (400, "item quantity is out of the range that its price allows"),
    "subscription_scheduled_change_invalid_update": (
        400,
        "You can only set the `scheduled_change` field to `null`. Other updates aren't allowed.",
    ),
    "subscription_trialing_discount_update_invalid_options": (
        400,
        "Discounts can only be added or updated on a trialing subscription effective from next billing period",
    ),
    "subscription_trialing_items_update_invalid_options": (
        400,
        "You can't add or remove items for a subscription in trial, and you must use `do_not_bill` as the "
        "`proration_billing_mode` when updating quantities of existing items.",
    ),
    "subscription_update_transaction_balance_less_than_charge_limit": (
        400,
        "the transaction balance is below the lowest amount that can be charged",
    ),
    "subscription_update_when_canceled": (400, "cannot update subscription, as subscription is canceled"),
    "subscription_update_when_past_due": (
        400,
        "cannot update subscription, as the subscription status is `past_due`",
    ),
    "subscription_update_when_trialing": (400, "cannot update subscription, as subscription is trialing"),
}


class ApiError(Exception):
    """An answer other than success. `problems` are served as `errors`, when there are any."""

    def __init__(self, status: int, code: str, detail: str, *, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.problems = tuple(problems)

    def body(self, request_id: str) -> Json:
        """The answer's JSON."""
        return {
            "error": described(self.status, self.code, self.detail, self.problems),
            "meta": {"request_id": request_id},
        }


def described(status: int, code: str, detail: str, problems: Sequence[FieldProblem] = ()) -> Json:
    """The `error` member of an answer. Without problems there is no `errors`, as at Paddle."""
    area = next((area for area in ("discount", "subscription") if code.startswith(f"{area}_")), None)
    error: Json = {
        "type": "request_error" if status < 500 else "api_error",
        "code": code,
        "detail": detail,
        "documentation_url": f"https://developer.paddle.com/errors/{f'{area}s' if area else 'shared'}/{code}",
    }
    if problems:
        error["errors"] = [{"field": field, "message": message} for field, message in problems]
    return error


def refused(code: str, **values: object) -> ApiError:
    """A refusal by its code; `values` complete its text."""
    status, detail = REFUSALS[code]
    return ApiError(status, code, detail.format(**values))


def bad_request(*problems: FieldProblem) -> ApiError:
    """The request does not have the form it must have."""
    status, detail = REFUSALS["bad_request"]
    return ApiError(status, "bad_request", detail, problems=problems)


def invalid_field(*problems: FieldProblem) -> ApiError:
    """The form is right and a value is not."""
    status, detail = REFUSALS["invalid_field"]
    return ApiError(status, "invalid_field", detail, problems=problems)


def not_found(noun: str, identifier: str) -> ApiError:
    """The object named by the path, or by a discount's id in a body, does not exist."""
    return ApiError(404, "not_found", f"{noun.capitalize()} {identifier} not found")


def not_simulated(name: str) -> ApiError:
    """Something which Paddle knows and this simulator does not act upon.

    Refused rather than ignored: a test must not pass because money that Paddle would move was overlooked here.
    """
    return ApiError(
        400, "simulator_field_not_simulated", "The simulator does not act on this field.", problems=[(name, "unknown")]
    )
