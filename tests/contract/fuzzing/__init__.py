"""What Schemathesis is told of the gateway, beside the OpenAPI document."""

from __future__ import annotations
