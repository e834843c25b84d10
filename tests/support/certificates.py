"""Certificates of an authority that only the tests believe."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from trustme import CA

from gateway.server import CertificateFiles

HOST: Final = "127.0.0.1"
EXPIRY: Final = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
LATER: Final = datetime(2051, 1, 1, tzinfo=UTC)


class Authority:
    """Issues certificates into the files that a gateway reads, and makes clients that believe them."""

    def __init__(self, folder: Path) -> None:
        self._authority = CA()
        self.files = CertificateFiles(folder / "gateway.pem", folder / "gateway.key")

    def issue(self, expires_at: datetime = EXPIRY) -> None:
        """Write another certificate, with another key, in the place of what is there."""
        certificate, key = self.pair(expires_at)
        self.files.certificate.write_bytes(certificate)
        self.files.key.write_bytes(key)

    def pair(self, expires_at: datetime = EXPIRY) -> tuple[bytes, bytes]:
        """A certificate and its key, in PEM."""
        issued = self._authority.issue_cert(
            HOST, not_before=datetime(1990, 1, 1, tzinfo=UTC), not_after=expires_at, organization_name="the tests"
        )
        return b"".join(part.bytes() for part in issued.cert_chain_pems), issued.private_key_pem.bytes()

    def believing(self) -> ssl.SSLContext:
        """What a client connects with that believes the authority."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context
