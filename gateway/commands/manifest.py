"""``churnkey-gateway manifest``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from adapters import registry
from adapters.base import FeatureOff, Runtime
from gateway.commands.options import BadSettings, load_settings
from gateway.contract import Mode, manifest
from gateway.settings import BackendSettings


@click.command("manifest")
@click.option(
    "--config", type=click.Path(path_type=Path), required=True, metavar="FILE", help="The YAML file of one backend."
)
@click.option("--mode", type=click.Choice(list(Mode), case_sensitive=False), help="Default: live, if it is configured.")
def command(config: Path, mode: Mode | None) -> None:
    """Print the features manifest by the settings, and why a feature is off.

    The manifest is JSON on stdout, the reasons are text on stderr. The provider is not called: what its account cannot
    do is told by check.
    """
    backends = load_settings([config])
    if len(backends) != 1:
        raise BadSettings(f"{config}: holds {len(backends)} backends; name the file of one")
    (settings,) = backends
    mode = _chosen(settings, mode, config)
    adapter = registry.find(settings.backend)(mode, settings.adapter, Runtime())
    document = manifest(adapter.features(), compatible=settings.manifest_compat)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    click.echo(_explanation(settings.name, mode, adapter.offered.off), err=True)


def _chosen(settings: BackendSettings, mode: Mode | None, config: Path) -> Mode:
    configured = settings.adapter.modes.configured()
    if mode is None:
        return Mode.LIVE if Mode.LIVE in configured else Mode.TEST
    if mode not in configured:
        raise BadSettings(f"{config}: modes.{mode}: is not configured")
    return mode


def _explanation(name: str, mode: Mode, off: tuple[FeatureOff, ...]) -> str:
    if not off:
        return f"{name}, {mode}: nothing is off."
    width = max(len(one.feature) for one in off)
    return "\n".join([f"{name}, {mode}: off are", *(f"  {one.feature:{width}}  {one.reason}" for one in off)])
