"""What of a backend's settings changes how Stripe's objects are expressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappingOptions:
    """`products`: prices name their product. `exact_intervals`: weeks and days are passed through.

    `family_key`: the key of a product's metadata that names its family, None where families are off.
    """

    products: bool = True
    exact_intervals: bool = False
    family_key: str | None = None
