"""``churnkey-gateway check``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from adapters import registry
from adapters.base import Observation, Verdict
from gateway.commands.options import load_settings
from gateway.commands.parameters import certificate_files, tls_options
from gateway.commands.surroundings import observed_certificate, observed_surroundings
from gateway.contract import Mode
from gateway.observability import LogFormat, configure_logs, secrets_in
from gateway.resilience import utc_now
from gateway.server import open_backends
from gateway.settings import BackendSettings

_PATIENCE_S: Final = 20.0
_FOUND: Final = 1

_LOADED: Final = (
    Observation("settings", Verdict.OK, "every key is known, and every value is of its kind"),
    Observation("secrets", Verdict.OK, "every variable and every file that is named was found"),
)
"""What is known once the settings are loaded: anything else has ended the command before."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen of one backend in one mode, or, where both are None, of the process itself."""

    backend: str | None
    mode: Mode | None
    seen: Sequence[Observation]

    @property
    def title(self) -> str:
        """Above its table."""
        return "the gateway itself" if self.backend is None else f"{self.backend}, {self.mode}"


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
@tls_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table: one object for each row.")
def command(config: tuple[Path, ...], tls_certificate: Path | None, tls_key: Path | None, *, as_json: bool) -> None:
    """Look at settings, keys, billing accounts and what else is needed, before anything is served.

    Nothing is changed anywhere. A row is ok, a remark, or a finding, which something has to be done about; the last
    line counts them. Exits with 1 when there is a finding, with 2 when the settings cannot be used.
    """
    tls_files = certificate_files(tls_certificate, tls_key)
    backends = load_settings(config)
    configure_logs(LogFormat.CONSOLE, level=logging.CRITICAL, secrets=secrets_in(*backends))
    of_itself = [] if tls_files is None else [Report(None, None, observed_certificate(tls_files, utc_now()))]
    reports = [*of_itself, *asyncio.run(_reports(backends))]
    count = Counter(row.verdict for report in reports for row in report.seen)
    if as_json:
        click.echo(_document(reports))
    else:
        click.echo("\n\n".join((*("\n".join(_table(report)) for report in reports), _closing(count))))
    if count[Verdict.FINDING]:
        sys.exit(_FOUND)


async def _reports(settings: Sequence[BackendSettings]) -> Sequence[Report]:
    async with open_backends(settings, registry.find) as backends:
        served = [
            (name, mode, adapter) for name, backend in backends.items() for mode, adapter in backend.adapters.items()
        ]
        found, around = await asyncio.gather(
            asyncio.gather(*(adapter.inspect(_PATIENCE_S) for _, _, adapter in served)),
            asyncio.gather(*map(observed_surroundings, settings)),
        )
    by_name = {one.name: seen for one, seen in zip(settings, around, strict=True)}
    return [
        Report(name, mode, (*_LOADED, *by_name[name], *seen))
        for (name, mode, _), seen in zip(served, found, strict=True)
    ]


def _closing(count: Mapping[Verdict, int]) -> str:
    """What it all comes to."""
    found, remarked = (
        f"{count[verdict] or 'no'} {verdict}{'' if count[verdict] == 1 else 's'}"
        for verdict in (Verdict.FINDING, Verdict.REMARK)
    )
    meaning = "something will not work as it is" if count[Verdict.FINDING] else "it can be served"
    return f"{found}, {remarked}: {meaning}"


def _table(report: Report) -> Iterator[str]:
    """A line for each row, and below it what to do about it."""
    yield report.title
    width = max(len(row.subject) for row in report.seen)
    for row in report.seen:
        yield f"  {row.verdict:7}  {row.subject:{width}}  {row.what}"
        if row.advice is not None:
            yield f"  {'':7}  {'':{width}}  -> {row.advice}"


def _document(reports: Sequence[Report]) -> str:
    rows = [
        {
            "backend": report.backend,
            "mode": report.mode,
            "result": row.verdict,
            "subject": row.subject,
            "what": row.what,
            "advice": row.advice,
        }
        for report in reports
        for row in report.seen
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)
