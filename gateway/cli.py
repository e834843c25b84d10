"""The command line, ``churnkey-gateway``. Every command is a module of `gateway.commands`."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

import gateway

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serve": "gateway.commands.serve",
        "demo": "gateway.commands.demo",
        "check": "gateway.commands.check",
        "verify": "gateway.commands.verify",
        "journal": "gateway.commands.journal",
        "manifest": "gateway.commands.manifest",
        "schema": "gateway.commands.schema",
        "openapi": "gateway.commands.openapi",
        "healthcheck": "gateway.commands.healthcheck",
    }
)
"""The modules of the commands, in the order of the help. Each has its command under the name ``command``."""


class Commands(click.Group):
    """Imports a command when it is called: a health check every few seconds must not load the whole gateway."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name == "serve":
            _ignore_hangups(ctx)
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


def _ignore_hangups(ctx: click.Context) -> None:
    """Let no SIGHUP end the process before it can heed one: importing takes half a second.

    What is ignored is not missed, since the settings are read later.
    """
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ctx.call_on_close(lambda: signal.signal(signal.SIGHUP, former))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(gateway.__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Answer Churnkey's custom-provider contract in front of your billing provider."""
