"""From YAML to typed settings, with errors that say where and what to do."""

from __future__ import annotations

from gateway.settings.errors import Problem, SettingsError
from gateway.settings.loader import load
from gateway.settings.models import (
    RESERVED_NAMES,
    AllowList,
    BackendSettings,
    BreakerSettings,
    ChurnkeySettings,
    DirectSettings,
    LimitSettings,
    PolicySettings,
)
from gateway.settings.schema import backend_schema

__all__ = [
    "RESERVED_NAMES",
    "AllowList",
    "BackendSettings",
    "BreakerSettings",
    "ChurnkeySettings",
    "DirectSettings",
    "LimitSettings",
    "PolicySettings",
    "Problem",
    "SettingsError",
    "backend_schema",
    "load",
]
