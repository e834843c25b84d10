"""Product: what prices belong to."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from gateway.contract.base import ContractModel, Identifier
from gateway.contract.vocabulary import ProductType


class Product(ContractModel):
    """A product (Churnkey documentation, integrations/models/product)."""

    id: Identifier = Field(description="The provider's id of the product.")
    type: ProductType = Field(description="family when it belongs to a family; the same for all products.")
    name: str = Field(description="Shown to customers.")
    description: str | None = Field(default=None, description="Shown to customers.")
    unit_label: str | None = Field(default=None, description="What one unit of quantity is called, such as seat.")
    family_id: Identifier | None = Field(default=None, description="The family; there exactly with type family.")

    @model_validator(mode="after")
    def _family_and_type_agree(self) -> Self:
        if (self.type is ProductType.FAMILY) != (self.family_id is not None):
            raise ValueError("a product has familyId exactly when its type is family")
        return self
