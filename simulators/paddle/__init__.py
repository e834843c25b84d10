"""A stateful, strict stand-in for the HTTP API of Paddle Billing, version 1.

It serves customers, addresses, products, prices, discounts and subscriptions the way Paddle does: the same shapes,
the same defaults, the same refusals. `PaddleSimulator` is the server, `Account` the state behind a key with helpers
to arrange it, `Fault` what may go wrong on the way.
"""

from __future__ import annotations

from simulators.paddle.account import Account
from simulators.paddle.application import PaddleSimulator
from simulators.paddle.faults import Fault
from simulators.paddle.recording import RecordedRequest
from simulators.tables import Charge

__all__ = ["Account", "Charge", "Fault", "PaddleSimulator", "RecordedRequest"]
