"""What of a backend's settings changes how Paddle's objects are expressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappingOptions:
    """`products`: prices name their product. `exact_intervals`: weeks and days are passed through."""

    products: bool = True
    exact_intervals: bool = False
