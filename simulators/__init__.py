"""Stateful stand-ins for billing providers' HTTP APIs, for the demo, the tests and the benchmarks.

A simulator speaks a provider's wire format and knows nothing of the gateway: what works against it works
because the bytes on the wire are right.
"""

from __future__ import annotations
