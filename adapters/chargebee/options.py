"""What of a backend's settings changes how Chargebee's objects are expressed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappingOptions:
    """`products`: prices name their product. `families`: products name their family. `exact_intervals`: weeks and days
    are passed through."""

    products: bool = True
    families: bool = True
    exact_intervals: bool = False
