"""``churnkey-gateway serve``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from adapters import registry
from gateway.commands import event_loop
from gateway.commands.options import (
    DEFAULT_PORT,
    LOOPBACK,
    BadSettings,
    admin_host_option,
    admin_port_option,
)
from gateway.commands.parameters import FileMode, ProxyType, PublicPort, certificate_files, tls_options
from gateway.journal import CannotOpenJournal
from gateway.observability import LogFormat, PatientStream, configure_logs, open_traces, secrets_in, trace_secrets
from gateway.server import (
    CannotListen,
    TrustedProxies,
    UnfitAccount,
    UnfitCertificate,
    UnixSocket,
    serve,
)
from gateway.server.clients import Proxy
from gateway.server.openapi import openapi_json
from gateway.settings import BackendSettings, SettingsError, load


@click.command("serve")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    envvar="CKGW_CONFIG",
    show_envvar=True,
    metavar="FILE_OR_DIR",
    help="The YAML file of a backend, or a directory of them. May be repeated.",
)
@click.option(
    "--host", default=LOOPBACK, show_default=True, envvar="CKGW_HOST", show_envvar=True, help="Address for Churnkey."
)
@click.option(
    "--port",
    type=PublicPort(),
    default=DEFAULT_PORT,
    show_default=True,
    envvar="CKGW_PORT",
    show_envvar=True,
    metavar="PORT",
    help="Port of that address; 0: any free one; none: the Unix socket alone.",
)
@click.option(
    "--unix-socket",
    type=click.Path(path_type=Path),
    envvar="CKGW_UNIX_SOCKET",
    show_envvar=True,
    metavar="FILE",
    help="A Unix socket to listen on as well, without TLS.",
)
@click.option(
    "--unix-socket-mode",
    type=FileMode(),
    default="660",
    show_default=True,
    envvar="CKGW_UNIX_SOCKET_MODE",
    show_envvar=True,
    metavar="MODE",
    help="Mode of its file: who may write to it may connect.",
)
@tls_options
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    type=ProxyType(),
    multiple=True,
    envvar="CKGW_TRUSTED_PROXIES",
    show_envvar=True,
    metavar="NETWORK",
    help="A proxy, or unix, whose X-Forwarded-For is believed for the log. May be repeated; in the variable: commas.",
)
@admin_host_option
@admin_port_option
@click.option(
    "--log-format",
    type=click.Choice([one.value for one in LogFormat]),
    default=LogFormat.JSON.value,
    show_default=True,
    envvar="CKGW_LOG_FORMAT",
    show_envvar=True,
    help="How log lines are written on stderr; console is for people.",
)
def command(
    config: tuple[Path, ...],
    host: str,
    port: int | None,
    unix_socket: Path | None,
    unix_socket_mode: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    trusted_proxies: tuple[Proxy, ...],
    admin_host: str,
    admin_port: int,
    log_format: str,
) -> None:
    """Run the gateway until SIGTERM, then finish what is under way. SIGHUP loads settings and certificate anew.

    Exits with 2 when the settings cannot be used, having said what is wrong with them.
    """
    if port is None and unix_socket is None:
        raise click.UsageError("--port none is for --unix-socket")
    tls_files = certificate_files(tls_certificate, tls_key)
    if port is None and tls_files is not None:
        raise click.UsageError("--tls-certificate is for the port, and --port none is given")
    redaction = configure_logs(LogFormat(log_format), secrets=trace_secrets(), stream=PatientStream())

    def load_now() -> tuple[BackendSettings, ...]:
        backends = load(config)
        # Before anything is made from them.
        redaction.know(secrets_in(*backends))
        return backends

    service = serve(
        load_now,
        registry.find,
        openapi=openapi_json,
        host=host,
        port=port,
        unix_socket=None if unix_socket is None else UnixSocket(unix_socket, unix_socket_mode),
        certificate_files=tls_files,
        trusted_proxies=TrustedProxies(trusted_proxies),
        admin_host=admin_host,
        admin_port=admin_port,
        traces=partial(open_traces, redaction),
    )
    try:
        event_loop.run(service)
    except (SettingsError, UnfitAccount, UnfitCertificate, CannotOpenJournal) as error:
        # It is the settings that name the account, and the file. `from None`: a chained error could show what was
        # written.
        raise BadSettings(str(error)) from None
    except CannotListen as error:
        raise click.ClickException(str(error)) from None
