"""``churnkey-gateway schema``."""

from __future__ import annotations

import json

import click

from gateway.settings import backend_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a backend's YAML file.

    It covers every adapter that is installed here, those of other packages included.
    """
    click.echo(json.dumps(backend_schema(), indent=2, ensure_ascii=False))
