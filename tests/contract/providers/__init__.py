"""Every adapter that the suite runs against. A new one adds its case here and runs everything unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.contract.providers.chargebee import ChargebeeCase
from tests.contract.providers.paddle import PaddleCase
from tests.contract.providers.stripe import StripeCase

if TYPE_CHECKING:
    from adapters.conformance.provider import ProviderCase

CASES: Final[tuple[type[ProviderCase], ...]] = (StripeCase, ChargebeeCase, PaddleCase)
