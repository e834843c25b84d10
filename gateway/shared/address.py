"""Where a Redis is, as the settings say it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final
from urllib.parse import parse_qs, urlsplit

_SCHEMES: Final = ("redis", "rediss", "unix")
_OPTIONS: Final = frozenset({"db", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
"""What may stand behind the question mark. Whatever else redis-py reads there, time-outs above all, is ours to say."""


def is_supported() -> bool:
    """Whether the extra is installed."""
    return find_spec("redis") is not None


def check(address: str) -> None:
    """Raises `ValueError`, whose message does not repeat the address."""
    try:
        parts = urlsplit(address)
        has_port = parts.port is not None
    except ValueError:
        raise ValueError("has a host or a port that is none") from None
    if parts.scheme not in _SCHEMES:
        raise ValueError("must be memory, or an address like redis://host:6379/0, rediss://... or unix:///path")
    _check_place(parts.scheme, bool(parts.hostname), has_port=has_port, path=parts.path)
    options = parse_qs(parts.query, keep_blank_values=True)
    if parts.fragment or not options.keys() <= _OPTIONS:
        raise ValueError(f"may have only these options: {', '.join(sorted(_OPTIONS))}")
    if not all(number.isdecimal() for number in options.get("db", ())):
        raise ValueError("must name its database by a number")


def _check_place(scheme: str, has_host: bool, *, has_port: bool, path: str) -> None:
    if scheme == "unix":
        if has_host or has_port or len(path) < len("/s"):
            raise ValueError("must have the path of a socket and no host: unix:///path, unix://:password@/path")
    elif not has_host:
        raise ValueError("must name a host")
    elif path.strip("/") and not path.strip("/").isdecimal():
        raise ValueError("must name its database by a number")


def shown(address: str) -> str:
    """The place alone, for the log: without user, password and options, and without the scheme, since the log takes the
    whole address for the secret that it may be."""
    parts = urlsplit(address)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"
