"""Every adapter that comes with the gateway keeps the whole contract."""

from __future__ import annotations

from adapters.testing import AdapterContract
from tests.contract.providers.chargebee import ChargebeeCase
from tests.contract.providers.paddle import PaddleCase
from tests.contract.providers.stripe import StripeCase


class TestStripe(AdapterContract):
    case = StripeCase


class TestChargebee(AdapterContract):
    case = ChargebeeCase


class TestPaddle(AdapterContract):
    case = PaddleCase
