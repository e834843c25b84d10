"""Writes the files that are generated from the code, or with --check says which are not up to date.

python scripts/generate.py [--check]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click
from dashboard import dashboard
from references.capabilities import capabilities
from references.commands import commands
from references.configuration import configuration
from references.metrics import metrics

from adapters import registry
from gateway.server.openapi import openapi_document
from gateway.settings import backend_schema

ROOT: Final = Path(__file__).resolve().parent.parent


def _backend_schema() -> str:
    # Only what comes with the gateway: the file must not depend on what else is installed here.
    return _as_text(backend_schema(registry.built_in_names()))


def _openapi() -> str:
    return _as_text(openapi_document())


def _as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _dashboard() -> str:
    return _as_text(dashboard())


PRODUCERS: Final[Mapping[str, Callable[[], str]]] = {
    "config/backend.schema.json": _backend_schema,
    "deploy/grafana/churnkey-gateway.json": _dashboard,
    "docs/openapi.json": _openapi,
    "docs/reference/capabilities.md": lambda: capabilities(registry.built_in_names()),
    "docs/reference/commands.md": commands,
    "docs/reference/configuration.md": lambda: configuration(registry.built_in_names()),
    "docs/reference/metrics.md": metrics,
}
"""Path from the top of the repository, and what makes the text of the file."""


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file is not what it would be.")
def main(check: bool) -> None:
    """Write the files, or compare them."""
    stale = []
    for name, produce in PRODUCERS.items():
        path, text = ROOT / name, produce()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
            click.echo(f"written: {name}")
    if check and stale:
        click.echo(f"not up to date, run python scripts/generate.py: {', '.join(stale)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
