"""``churnkey-gateway verify``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from gateway.commands.options import load_settings
from gateway.contract import Mode
from gateway.verification import (
    DEFAULT_TIMEOUT_S,
    BadAddress,
    Plan,
    Unreachable,
    Writing,
    as_json,
    as_junit,
    as_table,
    is_usable,
    notify_churnkey,
    read_address,
    verify,
)

_NOT_PASSED: Final = 1
_CANNOT: Final = 2


@click.command("verify")
@click.option("--url", metavar="URL", help="The API URL, as it is entered at Churnkey.")
@click.option(
    "--token-env",
    default="CK_INTEGRATION_TOKEN",
    show_default=True,
    metavar="VARIABLE",
    help="The environment variable that holds the integration token.",
)
@click.option(
    "--mode",
    type=click.Choice(list(Mode), case_sensitive=False),
    default=Mode.TEST,
    show_default=Mode.TEST.value,
    help="The account to look at.",
)
@click.option("--customer", metavar="ID", help="A customer to look at, beside those on the list.")
@click.option("--write", is_flag=True, help="Try the actions, too, on the subscription that is named.")
@click.option("--subscription", metavar="ID", help="The subscription to try the actions on. In the end it is canceled.")
@click.option("--force-live", is_flag=True, help="Allow --write in live mode. A paying customer's subscription ends.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON in place of the table.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write JUnit XML there.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.01, max=600),
    default=DEFAULT_TIMEOUT_S,
    show_default=True,
    metavar="SECONDS",
    help="How long each answer may take.",
)
@click.option(
    "--notify-churnkey", "notify", is_flag=True, help="In place of all that: ask Churnkey to verify again, by --config."
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE_OR_DIR",
    help="The YAML file of a backend, or a directory of them, for --notify-churnkey. May be repeated.",
)
def command(
    url: str | None,
    token_env: str,
    mode: Mode,
    customer: str | None,
    write: bool,
    subscription: str | None,
    force_live: bool,
    json_wanted: bool,
    junit: Path | None,
    timeout: float,
    notify: bool,
    config: tuple[Path, ...],
) -> None:
    """Do with a running custom provider, this gateway or any other, what Churnkey's Verify button does.

    Without --write nothing that is sent can change anything. Exits with 1 when a module that Churnkey requires does not
    pass, with 2 when nobody answers at the URL or the options are wrong.

    With --notify-churnkey Churnkey itself is asked, which keeps the features manifest until then. Exits with 1 when it
    cannot be asked; its verdict is in its dashboard.
    """
    if notify or config:
        if url is not None or not (notify and config):
            raise click.UsageError("--notify-churnkey and --config belong together, without --url")
        _notify(config)
        return
    if url is None:
        raise click.UsageError("Missing option '--url'.")
    if junit is not None and not junit.parent.is_dir():
        # Before anything is done, rather than when all of it is.
        raise click.BadParameter("its folder does not exist", param_hint="--junit")
    plan = Plan(
        address=_address(url),
        token=_token(token_env),
        mode=mode,
        timeout_s=timeout,
        customer=_identifier("--customer", customer),
        writing=_writing(mode, customer, subscription, write=write, force_live=force_live),
    )
    try:
        report = asyncio.run(verify(plan))
    except Unreachable as error:
        click.echo(f"{plan.address}: {error}", err=True)
        sys.exit(_CANNOT)
    click.echo(as_json(report) if json_wanted else as_table(report))
    if junit is not None:
        _write(junit, as_junit(report))
    if not report.passed:
        sys.exit(_NOT_PASSED)


def _notify(config: Sequence[Path]) -> None:
    failed = False
    for settings in load_settings(config):
        churnkey = settings.churnkey
        if churnkey.api_key is None:
            click.echo(f"{settings.name}: churnkey.api_key is not set, and neither is CK_API_KEY", err=True)
            failed = True
            continue
        notice = asyncio.run(notify_churnkey(churnkey.api_key.get_secret_value(), churnkey.base_url))
        click.echo(f"{settings.name}: {notice.reason or 'Churnkey was asked to verify'}", err=not notice.accepted)
        failed |= not notice.accepted
    if failed:
        sys.exit(_NOT_PASSED)


def _address(url: str) -> str:
    try:
        return read_address(url)
    except BadAddress as error:
        raise click.BadParameter(str(error), param_hint="--url") from None


def _token(variable: str) -> str:
    token = os.environ.get(variable, "").strip()
    if not token:
        raise click.BadParameter(f"the environment variable {variable} is not set", param_hint="--token-env")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise click.BadParameter(f"{variable} holds what cannot be a token", param_hint="--token-env")
    return token


def _identifier(option: str, identifier: str | None) -> str | None:
    if identifier is not None and not is_usable(identifier):
        raise click.BadParameter("expected an id", param_hint=option)
    return identifier


def _writing(
    mode: Mode, customer: str | None, subscription: str | None, *, write: bool, force_live: bool
) -> Writing | None:
    if not write:
        if subscription is not None or force_live:
            raise click.UsageError("--subscription and --force-live are for --write")
        return None
    if subscription is None:
        raise click.UsageError("--write needs --subscription, the one to try the actions on")
    if mode is Mode.LIVE and not force_live:
        raise click.UsageError("--write is for test mode; --force-live allows it in live mode")
    _identifier("--subscription", subscription)
    return Writing(subscription, customer)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.BadParameter(f"cannot be written: {error.strerror}", param_hint="--junit") from None
