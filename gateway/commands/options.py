"""What several commands share: options, and settings that are loaded or end the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from gateway.settings import BackendSettings

LOOPBACK: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8080
DEFAULT_ADMIN_PORT: Final = 9090

Command = TypeVar("Command", bound=Callable[..., Any])

PORT: Final = click.IntRange(0, 65535)


class BadSettings(click.ClickException):
    """The settings cannot be used. Every problem is printed, one a line; the exit code is 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the problems as they are: each begins with its file and line."""
        click.echo(self.message, file=file, err=file is None)


def load_settings(paths: Sequence[Path], environment: Mapping[str, str] = os.environ) -> tuple[BackendSettings, ...]:
    """The backends of these files. Raises `BadSettings`."""
    # Not at the top: the health check shares this module, and needs none of it.
    from gateway.settings import SettingsError, load

    try:
        return load(paths, environment)
    except SettingsError as error:
        # `from None`: a chained error could show what was written.
        raise BadSettings(str(error)) from None


def admin_host_option(command: Command) -> Command:
    """``--admin-host``."""
    return click.option(
        "--admin-host",
        default=LOOPBACK,
        show_default=True,
        envvar="CKGW_ADMIN_HOST",
        show_envvar=True,
        help="Address for health and version. It asks for no token.",
    )(command)


def admin_port_option(command: Command) -> Command:
    """``--admin-port``."""
    return click.option(
        "--admin-port",
        type=PORT,
        default=DEFAULT_ADMIN_PORT,
        show_default=True,
        envvar="CKGW_ADMIN_PORT",
        show_envvar=True,
        help="Port of that address; 0: any free one.",
    )(command)
