"""``churnkey-gateway check``."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from adapters import registry
from adapters.base import BillingAdapter, Finding
from gateway.commands.options import load_settings
from gateway.observability import LogFormat, configure_logs, secrets_in
from gateway.resilience import Failure, deadline
from gateway.server import open_backends
from gateway.settings import BackendSettings

_PATIENCE_S: Final = 20.0
_FOUND: Final = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `fine` is False for what the owner should look at."""

    fine: bool
    subject: str
    words: str


@click.command("check")
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
def command(config: tuple[Path, ...]) -> None:
    """Look at settings, keys and billing accounts before anything is served. Nothing is changed anywhere.

    Exits with 1 when there is something to look at, with 2 when the settings cannot be used.
    """
    backends = load_settings(config)
    configure_logs(LogFormat.CONSOLE, level=logging.CRITICAL, secrets=secrets_in(*backends))
    if not asyncio.run(_check(backends)):
        sys.exit(_FOUND)


async def _check(settings: Sequence[BackendSettings]) -> bool:
    fine = True
    async with open_backends(settings, registry.find) as backends:
        for name, backend in backends.items():
            for mode, adapter in backend.adapters.items():
                rows = await _rows(adapter)
                click.echo("\n".join([f"{name}, {mode}", *_table(rows), ""]))
                fine = fine and all(row.fine for row in rows)
    return fine


async def _rows(adapter: BillingAdapter) -> list[Row]:
    off = {one.feature for one in adapter.offered.off}
    try:
        with deadline(_PATIENCE_S):
            await adapter.customers(1, None)
            findings = await adapter.examine()
    except Failure as failure:
        return [Row(fine=False, subject="account", words=failure.message)]
    rows = [Row(fine=True, subject="account", words="the provider answers, and accepts the key")]
    found = [_row(finding) for finding in findings if finding.feature not in off]
    seen = {row.subject for row in found}
    # What the manifest leaves out need not be wrong.
    left_out = [
        Row(fine=True, subject=one.feature, words=f"off: {one.reason}")
        for one in adapter.offered.off
        if one.feature not in seen
    ]
    return rows + found + left_out


def _row(finding: Finding) -> Row:
    return Row(fine=False, subject=finding.feature or "account", words=finding.what)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    width = max(len(row.subject) for row in rows)
    for row in rows:
        yield f"  {'ok   ' if row.fine else 'look '} {row.subject:{width}}  {row.words}"
