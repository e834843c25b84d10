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
    PORT,
    BadSettings,
    admin_host_option,
    admin_port_option,
)
from gateway.journal import CannotOpenJournal
from gateway.observability import LogFormat, PatientStream, configure_logs, open_traces, secrets_in, trace_secrets
from gateway.server import CannotListen, UnfitAccount, serve
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
    type=PORT,
    default=DEFAULT_PORT,
    show_default=True,
    envvar="CKGW_PORT",
    show_envvar=True,
    help="Port of that address; 0: any free one.",
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
def command(config: tuple[Path, ...], host: str, port: int, admin_host: str, admin_port: int, log_format: str) -> None:
    """Run the gateway until SIGTERM, then finish what is under way. SIGHUP loads the settings anew.

    Exits with 2 when the settings cannot be used, having said what is wrong with them.
    """
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
        admin_host=admin_host,
        admin_port=admin_port,
        traces=partial(open_traces, redaction),
    )
    try:
        event_loop.run(service)
    except (SettingsError, UnfitAccount, CannotOpenJournal) as error:
        # It is the settings that name the account, and the file. `from None`: a chained error could show what was
        # written.
        raise BadSettings(str(error)) from None
    except CannotListen as error:
        raise click.ClickException(str(error)) from None
