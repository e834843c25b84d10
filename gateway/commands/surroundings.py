"""What `check` looks at beside the billing accounts: what the process needs of its machine and of others there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from adapters.base import Observation, Verdict
from gateway.journal import obstacle
from gateway.server import CertificateFiles, UnfitCertificate
from gateway.server.certificate import load_certificate
from gateway.shared.address import shown

if TYPE_CHECKING:
    from gateway.settings import BackendSettings

CERTIFICATE: Final = "certificate"
DIRECT: Final = "direct"
JOURNAL: Final = "journal"
STATE: Final = "state"

_TIME_TO_RENEW: Final = timedelta(days=7)
"""As the alert has it, `deploy/prometheus/alerts.yaml`."""


def observed_certificate(files: CertificateFiles, now: datetime) -> Sequence[Observation]:
    """Whether the port could speak TLS with these files, and until when; `now` is in UTC. Reading them blocks."""
    try:
        expires_at = load_certificate(files).expires_at
    except UnfitCertificate as error:
        advice = "the certificate with its chain, and its key without a passphrase, both in PEM"
        return [Observation(CERTIFICATE, Verdict.FINDING, problem, advice) for problem in str(error).splitlines()]
    moment = f"{expires_at:%Y-%m-%d %H:%M} UTC"
    if expires_at < now:
        return [Observation(CERTIFICATE, Verdict.FINDING, f"it expired on {moment}", "renew it, then send SIGHUP")]
    if expires_at < now + _TIME_TO_RENEW:
        return [Observation(CERTIFICATE, Verdict.REMARK, f"it expires on {moment}", "renew it, then send SIGHUP")]
    return [Observation(CERTIFICATE, Verdict.OK, f"it fits its key, and is valid until {moment}")]


async def observed_surroundings(settings: BackendSettings) -> Sequence[Observation]:
    """What a backend needs beside its billing account. What is not configured has no line."""
    seen = []
    if settings.journal_file is not None:
        seen.append(await asyncio.to_thread(_journal, settings))
    if settings.state is not None:
        seen.append(await _state(settings.state.get_secret_value()))
    if settings.direct is not None:
        seen.append(_DIRECT)
    return seen


def _journal(settings: BackendSettings) -> Observation:
    file = settings.journal_file
    problem = None if file is None else obstacle(file)
    if problem is None:
        return Observation(JOURNAL, Verdict.OK, f"lines can be appended to {file}")
    return Observation(JOURNAL, Verdict.FINDING, f"{file}: {problem}", "it must be a file that this user may write to")


async def _state(address: str) -> Observation:
    """Whether the Redis is of use. It is asked what requests ask it: for a lock that nobody else has, given back at
    once."""
    # Not at the top: the package that speaks to Redis is an extra.
    from gateway.shared.link import Link

    link = Link(address, looks_at_once=False)
    try:
        trouble = await link.trouble()
    finally:
        await link.close()
    if trouble is None:
        return Observation(STATE, Verdict.OK, f"the Redis at {shown(address)} answers, and takes what is written")
    what = f"the Redis at {shown(address)} is of no use ({trouble})"
    return Observation(STATE, Verdict.FINDING, what, "is the address right, and may this machine and user reach it?")


_DIRECT: Final = Observation(
    DIRECT,
    Verdict.REMARK,
    "on; not checked, as nothing harmless tells: whether api_key is the Cancel Flow API key of app_id",
    "make sure: both are at Churnkey, Settings > Organization",
)
