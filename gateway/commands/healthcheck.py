"""``churnkey-gateway healthcheck``: for images without curl. It imports next to nothing."""

from __future__ import annotations

import http.client
from typing import Final

import click

from gateway.commands.options import LOOPBACK, admin_host_option, admin_port_option

_TIMEOUT_S: Final = 2.0
_EVERYWHERE: Final = {"0.0.0.0": LOOPBACK, "": LOOPBACK, "::": "::1"}  # noqa: S104 - looked up, not bound


@click.command("healthcheck")
@admin_host_option
@admin_port_option
def command(admin_host: str, admin_port: int) -> None:
    """Ask a running gateway on this machine whether it is up; exit with 1 if not."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(admin_host, admin_host), admin_port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise click.ClickException(f"no answer from {admin_host}:{admin_port}: {type(error).__name__}") from None
    finally:
        connection.close()
    if status != http.client.OK:
        raise click.ClickException(f"{admin_host}:{admin_port} answered {status}")
