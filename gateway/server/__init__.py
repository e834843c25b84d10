"""The HTTP service: Churnkey's custom-provider contract in front of the backends it is given."""

from __future__ import annotations

from gateway.server.accounts import UnfitAccount, examine_accounts
from gateway.server.application import create_application
from gateway.server.backend import Backend, open_backends
from gateway.server.certificate import CertificateFiles, UnfitCertificate
from gateway.server.clients import TrustedProxies
from gateway.server.reasons import CannotListen
from gateway.server.routes import DIRECT_ROUTES, ROUTES, Route
from gateway.server.run import Started, serve
from gateway.server.unix_socket import UnixSocket

__all__ = [
    "DIRECT_ROUTES",
    "ROUTES",
    "Backend",
    "CannotListen",
    "CertificateFiles",
    "Route",
    "Started",
    "TrustedProxies",
    "UnfitAccount",
    "UnfitCertificate",
    "UnixSocket",
    "create_application",
    "examine_accounts",
    "open_backends",
    "serve",
]
