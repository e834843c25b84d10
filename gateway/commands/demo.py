"""``churnkey-gateway demo``: the gateway before a simulated provider. No account is needed, nothing real is touched."""

from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp
import click
from aiohttp import web

import gateway
from adapters import registry
from gateway.commands import event_loop, showcase
from gateway.commands.options import DEFAULT_PORT, LOOPBACK, PORT, load_settings
from gateway.contract import Mode
from gateway.observability import LogFormat, configure_logs, secrets_in
from gateway.server import CannotListen, Started, serve
from gateway.server.openapi import openapi_json
from simulators.tour import FIRST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway.settings import BackendSettings
    from simulators.tour import Demo

GROUP: Final = "churnkey_gateway.simulators"

# In an installation the file lies inside the package, in a checkout beside it.
_SETTINGS: Final = tuple(
    folder / "config" / "demo.yaml" for folder in (Path(gateway.__file__).parent, Path(gateway.__file__).parent.parent)
)
_ENTRIES: Final = {entry.name: entry for entry in entry_points(group=GROUP)}


@click.command("demo")
@click.option(
    "--backend",
    type=click.Choice(sorted(_ENTRIES)),
    default=FIRST,
    show_default=True,
    help="Which provider to simulate.",
)
@click.option("--port", type=PORT, default=DEFAULT_PORT, show_default=True, help="Port; 0: any free one.")
def command(backend: str, port: int) -> None:
    """Try the gateway before a simulated provider with sample data, until Ctrl-C.

    Prints the URL, the token, and a command to paste for every reading and every action.
    """
    demo: Demo = _ENTRIES[backend].load()()
    try:
        event_loop.run(_run(backend, demo, port))
    except* CannotListen as group:
        raise click.ClickException(f"{group.exceptions[0]}; choose another with --port") from None


async def _run(backend: str, demo: Demo, port: int) -> None:
    async with _served(demo.application()) as simulator_url:
        token = f"demo-{secrets.token_hex(6)}"
        settings = load_settings(
            [next((path for path in _SETTINGS if path.is_file()), _SETTINGS[-1])],
            {
                "DEMO_BACKEND": backend,
                "SIMULATOR_URL": simulator_url,
                "DEMO_TOKEN": token,
                "DEMO_LIVE_KEY": demo.keys[Mode.LIVE],
                "DEMO_TEST_KEY": demo.keys[Mode.TEST],
            },
        )
        # Quiet until everything is printed; then every request shows.
        _configure_logs(settings, logging.WARNING)
        async with asyncio.TaskGroup() as tasks:

            def present(started: Started) -> None:
                url = f"http://{started.host}:{started.port}"
                tasks.create_task(_present(demo, url, token, settings))

            await serve(
                lambda: settings,
                registry.find,
                openapi=openapi_json,
                host=LOOPBACK,
                port=port,
                admin_port=0,
                on_started=present,
                reloads=False,
            )


async def _present(demo: Demo, url: str, token: str, settings: tuple[BackendSettings, ...]) -> None:
    click.echo(showcase.introduction(demo, url, token))
    click.echo(await _before_and_after(demo, url, token))
    click.echo(showcase.suggestions(demo, url, token))
    _configure_logs(settings, logging.INFO)


async def _before_and_after(demo: Demo, url: str, token: str) -> str:
    """Pause a subscription through the gateway, and tell what it was and what it is."""
    # In live mode, so that all that is suggested for test mode is still to be done, and to show that they are apart.
    tour = demo.tours[Mode.LIVE]
    pause, path = showcase.pause(tour), showcase.subscription_path(tour, tour.pause)
    headers = {"Authorization": f"Bearer {token}", "X-Churnkey-Mode": Mode.LIVE}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as session:

        async def status() -> object:
            async with session.get(url + path) as response:
                subscription: dict[str, object] = await response.json()
                return subscription["status"]

        before = await status()
        async with session.post(url + pause.path, json=pause.body) as response:
            answer = response.status
        return showcase.before_and_after(tour.pause, before, pause.path, answer, await status())


def _configure_logs(settings: tuple[BackendSettings, ...], level: int) -> None:
    configure_logs(LogFormat.CONSOLE, level=level, secrets=secrets_in(*settings))


@asynccontextmanager
async def _served(application: web.Application) -> AsyncIterator[str]:
    """Serve the simulator on a free port of this machine; answers its URL."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, 0).start()
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
