"""``churnkey-gateway schema``."""

from __future__ import annotations

import json

import click

from adapters import registry
from gateway.settings import backend_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a backend's YAML file.

    It covers every adapter that is installed here, those of other packages included.
    """
    usable = []
    for name in registry.names():
        try:
            registry.find(name)
        except registry.BrokenAdapter as error:
            click.echo(f"left out: {error}", err=True)
        else:
            usable.append(name)
    click.echo(json.dumps(backend_schema(usable), indent=2, ensure_ascii=False))
