"""Who sent a request: for the log, and for nothing else. Nothing is ever allowed or refused by it."""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from ipaddress import IPv4Address

    from aiohttp import web

UNIX: Final = "unix"
"""Stands for whoever connects to the Unix socket."""

Network: TypeAlias = IPv4Network | IPv6Network
Proxy: TypeAlias = Network | Literal["unix"]
_Address: TypeAlias = "IPv4Address | IPv6Address"

HEADER: Final = "X-Forwarded-For"

_MOST_REMEMBERED: Final = 1024

_MOST_HOPS: Final = 16
_LONGEST_HOP: Final = len("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535")
_MAPPED_BITS: Final = 96


def read_proxy(text: str) -> Proxy:
    """A proxy as it is written: a network (10.0.0.0/8, fd00::/8), an address, or `unix`. Raises `ValueError`."""
    if text == UNIX:
        return UNIX
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            # Addresses are compared in their short form, so it would fit none.
            return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


class _Peer(NamedTuple):
    """The other end of a connection, and how it is written."""

    address: _Address | str
    text: str
    is_trusted: bool


class TrustedProxies:
    """The proxies whose word is taken for whom they had a request from; of all others the header is not looked at."""

    def __init__(self, proxies: Iterable[Proxy] = ()) -> None:
        trusted = tuple(proxies)
        self._networks = tuple(one for one in trusted if not isinstance(one, str))
        self._unix_is_trusted = UNIX in trusted
        # Connections come from a few addresses, and reading one takes as long as all the rest that is done here.
        self._peer_at = lru_cache(_MOST_REMEMBERED)(self._look_at)

    def client_of(self, request: web.BaseRequest) -> str | None:
        """The address that a request comes from: that of the connection or, where this is a trusted proxy's, the last
        one in `X-Forwarded-For` that is not. `unix` where no more than that is known, None where nothing is.

        What a proxy was sent stands before what it added, so the header is read from its end. Reading stops at what is
        no address, and after sixteen: whatever is before that, the last trusted proxy is the client.
        """
        peer = self._peer_at(request.remote) if request.remote else self._unix_peer(request)
        if peer is None or not peer.is_trusted:
            return None if peer is None else peer.text
        client = peer.address
        for hop in islice(_hops(request.headers.getall(HEADER, ())), _MOST_HOPS):
            address = _address(hop)
            if address is None:
                break
            client = address
            if not self._is_trusted(client):
                break
        return str(client)

    def _unix_peer(self, request: web.BaseRequest) -> _Peer | None:
        connection = request.get_extra_info("socket")
        if connection is not None and connection.family == socket.AF_UNIX:
            return _Peer(UNIX, UNIX, self._unix_is_trusted)
        return None

    def _look_at(self, remote: str) -> _Peer | None:
        # A link-local address comes with the name of a network card.
        address = _address(remote.partition("%")[0])
        return None if address is None else _Peer(address, str(address), self._is_trusted(address))

    def _is_trusted(self, one: _Address | str) -> bool:
        if isinstance(one, str):
            return self._unix_is_trusted
        return any(one in network for network in self._networks)


NOBODY: Final = TrustedProxies()


def _hops(headers: Sequence[str]) -> Iterator[str]:
    """The entries of all headers, from the last one on."""
    for header in reversed(headers):
        rest, comma = header, ","
        while comma:
            rest, comma, hop = rest.rpartition(",")
            yield hop.strip()


def _address(hop: str) -> _Address | None:
    """The address in an entry, with or without a port; None for what is no address, or has more in it than that."""
    if len(hop) > _LONGEST_HOP or "%" in hop:
        return None
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ip_address(hop)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
