"""What every model of the contract shares: naming, immutability, the encodings of time and money."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.alias_generators import to_camel

from gateway.contract.moments import moment_text

MAX_SAFE_INTEGER: Final = 2**53 - 1
"""The largest whole number that a JSON reader in JavaScript holds exactly; Churnkey's samples are such."""


class ContractModel(BaseModel):
    """Base of every object that crosses the wire to or from Churnkey.

    Attributes are snake_case, JSON names are camelCase, and both are accepted when a model is built.
    Instances are frozen. An unknown name is an error, so that a misspelt field in a mapping fails instead of
    vanishing. Validation errors do not show the offending input, which may be a customer's data.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    def to_json(self) -> str:
        """Return the wire form: compact JSON, camelCase names, absent optionals left out."""
        # As `model_dump_json` does it, which hands on fifteen settings of which these are two.
        return self.__pydantic_serializer__.to_json(self, by_alias=True, exclude_none=True).decode()


def _to_utc(value: object, handler: ValidatorFunctionWrapHandler) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and value[4:5] == "-":
        moment = handler(value)
    else:
        # A bare number would be read as seconds or as milliseconds depending on its size: that is a guess.
        raise ValueError("expected a date-time, or ISO 8601 text")
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError("expected a date-time with a time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("expected a date-time that exists in UTC") from None


UtcDatetime = Annotated[
    datetime,
    WrapValidator(_to_utc),
    PlainSerializer(moment_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-31T00:00:00.000Z"]}),
]
"""A moment in UTC. A naive date-time is refused, another zone is converted.

On the wire ``YYYY-MM-DDTHH:mm:ss.sssZ``, milliseconds, which is what ``Date.toJSON()`` in Churnkey's samples
produces (inferred for all dates but the customer's creation date, which the documentation calls ISO 8601).
"""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$", to_lower=True)]
"""ISO 4217 code, three letters, lower-cased. The contract leaves the case open; one case everywhere matters
because Churnkey compares the currencies of plans and subscriptions for equality."""

MinorUnits = Annotated[int, Field(strict=True, ge=0, le=MAX_SAFE_INTEGER)]
"""Money as a whole number of the currency's minor unit: 110 is $1.10 (proven). Never negative."""

PositiveInteger = Annotated[int, Field(strict=True, ge=1, le=MAX_SAFE_INTEGER)]
"""A whole number from 1; text, booleans and fractions are refused."""

NonNegativeInteger = Annotated[int, Field(strict=True, ge=0, le=MAX_SAFE_INTEGER)]
"""A whole number from 0; text, booleans and fractions are refused."""

Identifier = Annotated[str, StringConstraints(min_length=1)]
"""An id, verbatim as the billing provider writes it; never empty."""
