"""``churnkey-gateway openapi``."""

from __future__ import annotations

import json

import click

from gateway.server.openapi import openapi_document


@click.command("openapi")
def command() -> None:
    """Print the OpenAPI document of what is served to Churnkey."""
    click.echo(json.dumps(openapi_document(), indent=2, ensure_ascii=False))
