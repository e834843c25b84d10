"""Finds adapters by entry point, so that a provider can be added by installing a package."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Final

from adapters.base import AdapterSettings, BillingAdapter, Capabilities

GROUP: Final = "churnkey_gateway.adapters"
DISTRIBUTION: Final = "churnkey-gateway"


class UnknownAdapter(LookupError):
    """No installed package registers an adapter of this name."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no adapter {name}; installed: {', '.join(known) or 'none'}")
        self.name = name
        self.known = known


class BrokenAdapter(Exception):
    """An adapter of this name is registered and cannot be used. The others are not affected."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the adapter {name} {reason}")
        self.name = name
        self.reason = reason


def names() -> list[str]:
    """The names of all installed adapters, sorted. Nothing is imported for it."""
    return sorted({entry.name for entry in _registered()})


def built_in_names() -> list[str]:
    """The names of the adapters that come with the gateway itself, sorted."""
    return sorted({entry.name for entry in _registered() if entry.dist is not None and entry.dist.name == DISTRIBUTION})


def find(name: str) -> type[BillingAdapter]:
    """The adapter of this name, imported now. Raises `UnknownAdapter`, `BrokenAdapter`."""
    # One distribution may be seen twice, from its sources and from its installation.
    targets = {entry.value: entry for entry in _registered() if entry.name == name}
    if not targets:
        raise UnknownAdapter(name, names())
    if len(targets) > 1:
        # Whichever came first would receive the credentials.
        raise BrokenAdapter(name, f"is registered more than once: {', '.join(sorted(targets))}")
    (entry,) = targets.values()
    return _checked(name, _loaded(entry))


def _registered() -> EntryPoints:
    return _registered_on(tuple(sys.path))


@lru_cache(maxsize=1)
def _registered_on(path: tuple[str, ...]) -> EntryPoints:
    # All installed packages are read for this, which takes some ten milliseconds.
    return entry_points(group=GROUP)


def _loaded(entry: EntryPoint) -> object:
    try:
        loaded: object = entry.load()
    except Exception as error:  # whatever the import of somebody else's package may raise
        raise BrokenAdapter(entry.name, f"cannot be imported: {type(error).__name__}: {error}") from error
    return loaded


def _checked(name: str, loaded: object) -> type[BillingAdapter]:
    if not isinstance(loaded, type) or not issubclass(loaded, BillingAdapter):
        raise BrokenAdapter(name, "is not a subclass of BillingAdapter")
    if getattr(loaded, "name", None) != name:
        raise BrokenAdapter(name, "calls itself by another name")
    model: object = getattr(loaded, "settings_model", None)
    if not isinstance(model, type) or not issubclass(model, AdapterSettings):
        raise BrokenAdapter(name, "has no settings_model derived from AdapterSettings")
    if not isinstance(getattr(loaded, "capabilities", None), Capabilities):
        raise BrokenAdapter(name, "declares no capabilities")
    return loaded
