"""The gateway: Churnkey's custom-provider contract over HTTP, with no knowledge of any billing provider."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("churnkey-gateway")
except PackageNotFoundError:
    # A source tree that was never installed has no metadata; it must still import.
    __version__ = "0.0.0"

__all__ = ["__version__"]
