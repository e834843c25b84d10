"""Telling Churnkey of another manifest: it keeps the one it saw when it verified until it is asked to verify again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Self

import structlog

from gateway.contract import manifest
from gateway.verification import Announced, digest, notify_churnkey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from structlog.typing import FilteringBoundLogger

    from gateway.observability import Metrics
    from gateway.server.backend import Backend
    from gateway.settings import BackendSettings, ChurnkeySettings

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")


class Announcer:
    """Asks Churnkey to verify, beside everything else: nobody waits for it, and no failure of it matters to anybody.

    Entered as a context manager; what is still under way at the end is given up.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._announced: dict[str | None, Announced] = {}
        self._under_way: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._give_up()

    async def announce(self, settings: Iterable[BackendSettings], backends: Mapping[str, Backend]) -> None:
        """Begin to tell Churnkey of each backend that wants it and has another manifest than was told of last."""
        await self._give_up()
        for one in settings:
            if one.churnkey.verify_on_start:
                manifests = _manifests(backends[one.name])
                self._under_way.append(asyncio.create_task(self._tell(one.name, one.churnkey, manifests)))

    async def told(self) -> None:
        """Return when Churnkey was told of everything that was announced, or could not be."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _tell(self, name: str, churnkey: ChurnkeySettings, manifests: Mapping[str, object]) -> None:
        # Its file is read and written in a thread: a volume may hang.
        known, present = await asyncio.to_thread(self._known, churnkey.announced), digest(manifests)
        if churnkey.api_key is None or not known.is_new(name, present):
            return
        notice = await notify_churnkey(churnkey.api_key.get_secret_value(), churnkey.base_url)
        self._metrics.verification_asked(name, accepted=notice.accepted)
        if notice.accepted:
            await asyncio.to_thread(known.remember, name, present)
            _log.info("Churnkey asked to verify", backend=name, status=notice.status)
        else:
            _log.warning("Churnkey not asked to verify", backend=name, status=notice.status, reason=notice.reason)

    def _known(self, file: str | None) -> Announced:
        if file not in self._announced:
            self._announced[file] = Announced(Path(file) if file is not None else None)
        return self._announced[file]

    async def _give_up(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()


def _manifests(backend: Backend) -> dict[str, object]:
    """The manifest of each mode, as it is served."""
    return {
        mode.value: manifest(adapter.features(), compatible=backend.manifest_compat)
        for mode, adapter in backend.adapters.items()
    }
