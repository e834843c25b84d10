"""A stateful, strict stand-in for Chargebee's HTTP API v2 with Product Catalog 2.0.

It serves customers, item families, items, item prices, coupons and subscriptions the way Chargebee documents
it: the same shapes, the same defaults, the same refusals. `ChargebeeSimulator` is the server, `Site` the state
behind a key with helpers to arrange it, `Fault` what may go wrong on the way.
"""

from __future__ import annotations

from simulators.chargebee.application import ChargebeeSimulator
from simulators.chargebee.faults import Fault
from simulators.chargebee.recording import RecordedRequest
from simulators.chargebee.site import Site
from simulators.tables import Charge

__all__ = ["Charge", "ChargebeeSimulator", "Fault", "RecordedRequest", "Site"]
