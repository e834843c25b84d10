"""Looking at the billing accounts before anything is served from them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from gateway.resilience import Failure, deadline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from structlog.typing import FilteringBoundLogger

    from adapters.base import BillingAdapter
    from gateway.contract import Mode
    from gateway.server.backend import Backend

_log: FilteringBoundLogger = structlog.get_logger("gateway.server")

_PATIENCE_S: Final = 5.0
"""A provider that does not answer must not keep the gateway from starting: it may be back in a minute."""


class UnfitAccount(Exception):
    """Nothing can be served from a billing account; the message says whose and why."""


async def examine_accounts(backends: Mapping[str, Backend]) -> None:
    """Take what each account was found unable to do out of what is offered.

    A provider that cannot be asked now is passed over, and logged. Raises `UnfitAccount`.
    """
    problems = await asyncio.gather(
        *(
            _examine(name, mode, adapter)
            for name, backend in backends.items()
            for mode, adapter in backend.adapters.items()
        )
    )
    found = [problem for problem in problems if problem is not None]
    if found:
        raise UnfitAccount("\n".join(found))


async def _examine(name: str, mode: Mode, adapter: BillingAdapter) -> str | None:
    """Why nothing can be served from the account, if so."""
    log = _log.bind(backend=name, mode=mode.value)
    try:
        with deadline(_PATIENCE_S):
            findings = await adapter.examine()
    except Failure as failure:
        log.warning("account not examined", **failure.for_log())
        return None
    for finding in findings:
        if finding.fatal:
            return f"{name}, {mode}: {finding.what}"
        if finding.feature is None:
            log.info("account examined", remark=finding.what)
        else:
            log.warning("account lacks a feature", feature=finding.feature, reason=finding.what, advice=finding.advice)
    return None
