"""Until when a certificate is valid. The standard library tells that of certificates that it has verified, and of no
others: neither of one's own nor of one that has expired."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_UTC_TIME: Final = 0x17
_GENERALIZED_TIME: Final = 0x18
_LONG_LENGTH: Final = 0x80

_VALIDITY: Final = 3
"""Its place among the members: serial number, signature, issuer, validity."""


def expiry_of(certificate: bytes) -> datetime:
    """The last moment at which a certificate in DER is valid (`notAfter`; RFC 5280, sections 4.1 and 4.1.2.5), in UTC.

    Raises `ValueError` for what is no certificate.
    """
    try:
        (_, outer), *_ = _elements(certificate)
        (_, signed), *_ = _elements(outer)
        # The version is there or not, and all else comes after it.
        members = [element for element in _elements(signed) if element[0] != _VERSION]
        tag, validity = members[_VALIDITY]
        (_, _), (kind, moment) = _elements(validity)
    except IndexError:
        raise ValueError("no certificate: it ends too soon") from None
    if tag != _SEQUENCE:
        raise ValueError("no certificate: its validity is something else")
    return _moment(kind, moment.decode("ascii"))


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements that follow each other, as tag and content."""
    at = 0
    while at < len(content):
        tag, length, at = content[at], content[at + 1], at + 2
        if length >= _LONG_LENGTH:
            size = length - _LONG_LENGTH
            length, at = int.from_bytes(content[at : at + size]), at + size
        if at + length > len(content):
            raise IndexError
        yield tag, content[at : at + length]
        at += length


def _moment(kind: int, text: str) -> datetime:
    if kind == _UTC_TIME:
        # Two digits of the year; those from 50 on are of the century before.
        text = ("19" if text >= "50" else "20") + text
    elif kind != _GENERALIZED_TIME:
        raise ValueError("no certificate: its end is something else")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
