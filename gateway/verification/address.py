"""The address of a provider, as it is entered at Churnkey: what Churnkey appends `/churnkey` to."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from yarl import URL

ROOT: Final = "/churnkey"


class BadAddress(ValueError):
    """The address cannot be used. The message does not repeat it: it may hold a password."""


def read_address(written: str) -> str:
    """The address to which the paths of the contract are appended: `https://host/base/churnkey`.

    `/churnkey` may be there already, with or without a slash at the end.

    Raises:
        BadAddress: it is no http or https URL, or it has a user, a query or a fragment.
    """
    try:
        url = URL(written.strip())
        host = url.host
    except ValueError:
        raise BadAddress("expected a URL such as https://host") from None
    if url.scheme not in {"http", "https"} or not host:
        raise BadAddress("expected a URL that begins with https:// or http://")
    if url.user is not None or url.password is not None:
        raise BadAddress("expected a URL without a user and a password")
    if url.raw_query_string or url.raw_fragment:
        raise BadAddress("expected a URL without ? and #")
    path = url.raw_path.rstrip("/").removesuffix(ROOT).rstrip("/")
    return str(url.origin()) + path + ROOT


def is_in_the_clear(address: str) -> bool:
    """Whether the token would be sent unencrypted over a network."""
    url = URL(address)
    host = url.host or ""
    try:
        return url.scheme == "http" and not ip_address(host).is_loopback
    except ValueError:
        return url.scheme == "http" and host != "localhost"
