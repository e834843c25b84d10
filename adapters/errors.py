"""What can go wrong at a billing provider, by what the caller should do about it.

Messages are in our own words and fit for a customer's eyes. What the provider said goes into `provider` and from
there to the log, never into an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from gateway.resilience import CallOutcome, Cause, Failure


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the provider said, for the log: no text of its own, which may hold personal data or account details."""

    status: int | None = None
    code: str | None = None
    parameter: str | None = None
    request_id: str | None = None


class AdapterError(Failure):
    """Every failure an adapter reports. `message` may be shown to a customer.

    `call_outcome` is what a provider call that fails with it is counted as; a class of an adapter's own is counted as
    its parent.
    """

    call_outcome: ClassVar[CallOutcome] = CallOutcome.OTHER
    default_message: ClassVar[str] = "The billing provider could not do this."

    def __init__(
        self,
        message: str | None = None,
        *,
        provider: ProviderAnswer | None = None,
        cause: Cause | None = None,
        retry_after: float | None = None,
        final: bool = False,
    ) -> None:
        super().__init__(message or self.default_message, cause=cause, retry_after=retry_after, final=final)
        self.provider = provider

    def for_log(self) -> dict[str, object]:
        """With the provider's side of it."""
        said = self.provider
        if said is None:
            return super().for_log()
        return super().for_log() | {
            "provider_status": said.status,
            "provider_code": said.code,
            "provider_parameter": said.parameter,
            "provider_request_id": said.request_id,
        }


class NotFound(AdapterError):
    """There is no such object, or it is another customer's, or it belongs to the other mode."""

    call_outcome = CallOutcome.NOT_FOUND
    default_message = "Not found."


class Invalid(AdapterError):
    """The request cannot be done as it is asked; the same request will fail again."""

    call_outcome = CallOutcome.INVALID
    default_message = "The billing provider refused the request as invalid."


class Conflict(AdapterError):
    """The present state of the subscription forbids it."""

    call_outcome = CallOutcome.CONFLICT
    default_message = "The subscription is in a state that does not allow this."


class Unsupported(AdapterError):
    """The provider cannot do this at all, or the owner has switched it off."""

    call_outcome = CallOutcome.UNSUPPORTED
    default_message = "This is not offered here."


class Credentials(AdapterError):
    """The provider refuses our key, or the key lacks a permission. Never answered as 401 or 403:
    Churnkey would take its own token to be wrong."""

    call_outcome = CallOutcome.CREDENTIALS
    default_message = "The gateway is not allowed to do this at the billing provider. Its owner has to look at it."


class RateLimited(AdapterError):
    """Too many requests at the provider, also after waiting. Nothing was done."""

    call_outcome = CallOutcome.RATE_LIMITED
    cause = Cause.RATE_LIMITED
    default_message = "The billing provider is receiving too many requests. Try again in a moment."


class Unavailable(AdapterError):
    """The provider could not be reached or failed. Nothing was done, or the call was a read."""

    call_outcome = CallOutcome.UNAVAILABLE
    cause = Cause.UNAVAILABLE
    default_message = "The billing provider is not available at the moment. Try again later."


class Timeout(AdapterError):
    """No answer in time. Nothing was done, or the call was a read."""

    call_outcome = CallOutcome.SILENT
    cause = Cause.LOST
    default_message = "The billing provider did not answer in time. Try again later."


class UnknownOutcome(AdapterError):
    """A write was sent and whether it happened is not known.

    `answered` tells that the provider did answer (with a fault of its own), so nothing is under way any more.
    `repeatable` is false where a second attempt could do it twice: then it is settled by reading alone.
    """

    call_outcome = CallOutcome.UNKNOWN_OUTCOME
    default_message = "It is not certain whether the change was made. Look at the subscription before trying again."

    def __init__(
        self,
        message: str | None = None,
        *,
        answered: bool,
        repeatable: bool = True,
        provider: ProviderAnswer | None = None,
        cause: Cause | None = None,
    ) -> None:
        known = Cause.UNAVAILABLE if answered else Cause.LOST
        super().__init__(message, provider=provider, cause=cause or known)
        self.answered = answered
        self.repeatable = repeatable


class Unreadable(AdapterError):
    """The provider's object cannot be expressed in the contract: a status nobody knows, a required field missing."""

    call_outcome = CallOutcome.UNREADABLE
    default_message = "The billing provider's data has a form that this gateway does not understand."


class Unmappable(ValueError):
    """A provider's object that the contract cannot express. Its message names the field and the reason, never a value
    that could be personal. In a list the row is left out, asked for alone it is `Unreadable`."""


UNEXPRESSED: Final = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What comes of reading an object that a provider made. `Unmappable` and pydantic's `ValidationError`, which are both
`ValueError`s; and what Python itself says where a member is of another type than the provider documents, as nobody can
ask beforehand for all that JSON can be."""
