"""``churnkey-gateway journal``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from gateway.commands.options import BadSettings, load_settings
from gateway.journal import History, read_journals, table

_OPEN: Final = 1


@click.command("journal")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    multiple=True,
    envvar="CKGW_CONFIG",
    show_envvar=True,
    metavar="FILE_OR_DIR",
    help="The YAML file of a backend, or a directory of them: the journals that they name. May be repeated.",
)
@click.option(
    "--file",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="A journal, instead of those that the settings name. May be repeated, for one that was rotated.",
)
@click.option(
    "--open", "only_open", is_flag=True, help="Only the writes that have no outcome; exits with 1 if any has none."
)
@click.option("--subscription", metavar="ID", help="Only what was done to this subscription.")
def command(config: tuple[Path, ...], files: tuple[Path, ...], only_open: bool, subscription: str | None) -> None:
    """Show what was written at the billing providers, the earliest first.

    The table is on stdout. Lines that are none of a journal are passed over, and counted on stderr. The settings or a
    file are needed. Exits with 2 when they cannot be used.
    """
    history = _read(files or _named_by(config))
    if history.passed_over:
        click.echo(f"passed over: {history.passed_over} lines that are torn, or none of a journal", err=True)
    chosen = [
        told
        for told in (history.open() if only_open else history.writes)
        if subscription in {None, told.facts["subscription_id"]}
    ]
    if chosen:
        click.echo(table(chosen))
    else:
        click.echo("no write without an outcome" if only_open else "no write on record", err=True)
    if only_open and chosen:
        sys.exit(_OPEN)


def _named_by(config: Sequence[Path]) -> list[Path]:
    if not config:
        raise click.UsageError("name the settings with --config, or a journal with --file")
    named = [one.journal_file for one in load_settings(config)]
    # Several backends may share one.
    found = list(dict.fromkeys(file for file in named if file is not None))
    if not found:
        raise BadSettings("the settings name no file as a journal; name one that was made from stdout with --file")
    return found


def _read(files: Sequence[Path]) -> History:
    try:
        return read_journals(files)
    except OSError as error:
        raise BadSettings(f"{error.filename}: cannot be read: {error.strerror}") from None
