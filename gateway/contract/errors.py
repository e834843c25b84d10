"""What goes wrong on the wire: the body of every error answer, and the error of a malformed request."""

from __future__ import annotations

from pydantic import Field

from gateway.contract.base import ContractModel


class ErrorBody(ContractModel):
    """The body of every failure (proven: Churnkey documentation, integrations/general)."""

    code: int = Field(strict=True, ge=400, le=599, description="The HTTP status of the answer, repeated.")
    message: str = Field(min_length=1, description="Our own words, fit for a customer's eyes.")


class RequestError(ValueError):
    """A request that is malformed; it answers 400.

    The message names the field and says what is accepted. It never repeats what was sent, which may be
    personal.
    """

    def __init__(self, field: str, reason: str) -> None:
        """Build the error of ``field``, its name on the wire, with ``reason``, what is accepted."""
        self.field = field
        self.message = f"{field}: {reason}"
        super().__init__(self.message)
