"""Family: what products belong to."""

from __future__ import annotations

from pydantic import Field

from gateway.contract.base import ContractModel, Identifier


class Family(ContractModel):
    """A product family (Churnkey documentation, integrations/models/family)."""

    id: Identifier = Field(description="The provider's id of the family.")
    name: str = Field(description="Shown to customers.")
    description: str | None = Field(default=None, description="Shown to customers.")
