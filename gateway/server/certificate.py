"""The certificate of the public address: a file of it and one of its key, used as a whole or not at all."""

from __future__ import annotations

import os
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from gateway.server.validity import expiry_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_NOT_ITS_KEY: Final = frozenset({"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH"})


class UnfitCertificate(Exception):
    """A certificate cannot be used with its key; the message is a line for each problem, and begins with the file."""


class _Encrypted(Exception):
    """A passphrase is asked for. Without this OpenSSL would ask the terminal for it, and wait."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a certificate lies, with the chain to its authority, and its private key; in PEM, in one file or in two."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that connections can be made with, by `context`, and the last moment at which it is valid (UTC)."""

    context: ssl.SSLContext
    expires_at: datetime


def load_certificate(files: CertificateFiles) -> Certificate:
    """Read both files, which blocks, and connect with what they hold, in memory. TLS 1.2 is the least.

    An expired certificate is one that can be used: whoever renews it may be on the way, and clients say so loudly.
    Raises `UnfitCertificate`.
    """
    _read(files)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(files.certificate, files.key, password=_refuse)
        return Certificate(context, expiry_of(_presented_by(context)))
    except _Encrypted:
        problem = f"{files.key}: is encrypted; a key without a passphrase is needed"
    except ssl.SSLError as error:
        problem = _problem(files, error)
    except ValueError as error:
        problem = f"{files.certificate}: cannot be used: {error}"
    except OSError as error:
        # Gone since it was read.
        problem = f"{files.certificate}, {files.key}: {os.strerror(error.errno or 0)}"
    # `from None`: what OpenSSL says of a key need not be shown to anybody.
    raise UnfitCertificate(problem) from None


def _read(files: CertificateFiles) -> None:
    """OpenSSL does not say which of the two it cannot read."""
    problems = []
    for path in dict.fromkeys((files.certificate, files.key)):
        try:
            path.read_bytes()
        except OSError as error:
            problems.append(f"{path}: {error.strerror}")
    if problems:
        raise UnfitCertificate("\n".join(problems))


def _refuse() -> NoReturn:
    raise _Encrypted


def _problem(files: CertificateFiles, error: ssl.SSLError) -> str:
    """What is wrong, and in which of the files, which the error tells of a few problems only."""
    if error.reason in _NOT_ITS_KEY:
        return f"{files.key}: is not the key of the certificate in {files.certificate}"
    if error.reason:
        return f"{files.certificate}: cannot be used: {error.reason.replace('_', ' ').lower()}"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(files.certificate)
    except ssl.SSLError:
        return f"{files.certificate}: holds no certificate in PEM"
    return f"{files.key}: holds no private key in PEM"


def _presented_by(context: ssl.SSLContext) -> bytes:
    """The certificate as a client is shown it, in DER, and not as a file has it that may have changed since.

    Raises `ssl.SSLError` where no connection comes about.
    """
    # It asks for the certificate and believes nothing of it.
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname = False
    asking.verify_mode = ssl.CERT_NONE
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    presented = client.getpeercert(binary_form=True)
    if presented is None:
        raise ssl.SSLError("no connection comes about")
    return presented
