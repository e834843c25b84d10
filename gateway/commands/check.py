"""``churnkey-gateway check``."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import click

from adapters import registry
from adapters.base import BillingAdapter, Credentials, Finding, Timeout, Unavailable
from gateway.commands.options import load_settings
from gateway.contract import Controller
from gateway.observability import LogFormat, configure_logs, secrets_in
from gateway.resilience import DeadlineExceeded, Failure, deadline
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
    rows = []
    for subject, read in _readings(adapter):
        problem = await _problem(read)
        rows.append(Row(fine=problem is None, subject=subject, words=problem or "can be read"))
        if problem is not None and subject == Controller.CUSTOMERS:
            # Nothing else is to be learnt where not even this is answered.
            return rows
    findings: list[Finding] = []

    async def examine() -> None:
        findings.extend(await adapter.examine())

    problem = await _problem(examine)
    if problem is not None:
        rows.append(Row(fine=False, subject="account", words=problem))
    rows += [_row(finding) for finding in findings if finding.feature is None or finding.feature not in off]
    seen = {row.subject for row in rows if not row.fine}
    # What the manifest says is off need not be wrong.
    rows += [
        Row(fine=True, subject=one.feature, words=f"off: {one.reason}")
        for one in adapter.offered.off
        if one.feature not in seen
    ]
    return rows


def _readings(adapter: BillingAdapter) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
    """One call for each list that is offered: whoever may read them has most of the rights there are."""
    lists: dict[Controller, Callable[[int, str | None], Awaitable[object]]] = {
        Controller.CUSTOMERS: adapter.customers,
        Controller.PRICES: adapter.prices,
        Controller.COUPONS: adapter.coupons,
        Controller.PRODUCTS: adapter.products,
        Controller.FAMILIES: adapter.families,
    }
    for controller, read in lists.items():
        if adapter.offered.has(controller):
            yield controller, partial(read, 1, None)


async def _problem(ask: Callable[[], Awaitable[object]]) -> str | None:
    """What went wrong with a call, in words for the gateway's owner; None where nothing did."""
    try:
        with deadline(_PATIENCE_S):
            await ask()
    except Credentials as failure:
        return (
            f"the provider refuses the key for this{_said(failure)}: is it whole, is it of this mode, does it have the "
            "right to read this?"
        )
    except (Unavailable, Timeout, DeadlineExceeded) as failure:
        return f"no answer from the provider{_said(failure)}: is base_url right, may this machine reach it?"
    except Failure as failure:
        return f"{failure.message.rstrip('.')}{_said(failure)}"
    return None


def _said(failure: Failure) -> str:
    """The provider's status and code, where it gave any."""
    facts = failure.for_log()
    said = [str(facts[name]) for name in ("provider_status", "provider_code") if facts.get(name)]
    return f" ({' '.join(said)})" if said else ""


def _row(finding: Finding) -> Row:
    is_lack = finding.feature is not None or finding.fatal
    return Row(fine=not is_lack, subject=finding.feature or "account", words=finding.what)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    width = max(len(row.subject) for row in rows)
    for row in rows:
        yield f"  {'ok   ' if row.fine else 'look '} {row.subject:{width}}  {row.words}"
