"""A gateway that is killed in mid-write and started again: the request, asked again, is done once.

The gateway is a process of its own, and dies by SIGKILL. What it knew is gone; what it leaves is the journal.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from adapters.conformance import asks
from adapters.conformance.provider import Calls, Trouble
from gateway.cli import main
from gateway.contract import Mode
from tests.contract.providers.chargebee import ChargebeeCase
from tests.contract.providers.paddle import PaddleCase
from tests.contract.providers.stripe import StripeCase
from tests.support.commands import logged, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.conformance.asks import Ask
    from adapters.conformance.provider import ProviderCase, Samples, Truth

TOKEN: Final = "integration-token-of-the-contract-tests"
HUNG_S: Final = 120
_WAIT_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Provider:
    """A simulated provider at an address of its own."""

    case: ProviderCase
    server: TestServer

    def settings(self, name: str, journal: Path) -> Mapping[str, object]:
        """The YAML of a backend before it."""
        address = str(self.server.make_url("")).rstrip("/")
        return {
            "backend": self.case.name,
            "name": name,
            "integration_tokens": [TOKEN],
            "modes": {"test": self.case.modes(address)[Mode.TEST]},
            "journal": str(journal),
        }

    def truth(self, ask: Ask) -> Truth:
        return self.case.truth(Mode.TEST, str(ask.subscription))


@dataclass(frozen=True, slots=True)
class Site:
    """Two providers that are alike, each behind a backend of its own; `quiet` is where nothing goes wrong."""

    cut: Provider
    quiet: Provider
    config: Path


Make: TypeAlias = "Callable[[ProviderCase], Ask]"


def fourteen_days_later(case: ProviderCase) -> Ask:
    trial = case.samples[Mode.TEST].trial
    end = case.truth(Mode.TEST, trial.subscription).trial_end
    assert end is not None
    return asks.extend_trial(trial, asks.until(end + timedelta(days=14)))


def of_samples(make: Callable[[Samples], Ask]) -> Make:
    return lambda case: make(case.samples[Mode.TEST])


ACTIONS: Final[Mapping[str, Make]] = {
    "cancel at once": of_samples(lambda samples: asks.cancel(samples.active, asks.AT_ONCE)),
    "apply coupon": of_samples(lambda samples: asks.apply_coupon(samples.active, samples.coupon)),
    # Another rhythm is charged for at once.
    "change rhythm": of_samples(lambda samples: asks.change_price(samples.active, samples.yearly_price)),
    "extend trial to a date": fourteen_days_later,
}
PROVIDERS: Final[Sequence[type[StripeCase | ChargebeeCase | PaddleCase]]] = (StripeCase, ChargebeeCase, PaddleCase)
"""Each is made with its present moment. A gateway that is a process of its own has the clock of the system."""
# Each takes seconds of starting processes, so those that differ least are left to the thorough tests, and so is the
# provider whose package takes longest to start.
CASES: Final = [
    pytest.param(
        make, id=name, marks=pytest.mark.thorough if name in {"apply coupon", "extend trial to a date"} else ()
    )
    for name, make in ACTIONS.items()
]
MOMENTS: Final = {"before the effect": Trouble.SLOW, "after the effect": Trouble.ANSWER_LATE}


@pytest.fixture(
    params=[
        pytest.param(case, id=case.name, marks=pytest.mark.thorough if case is ChargebeeCase else ())
        for case in PROVIDERS
    ]
)
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    provider, now = request.param, datetime.now(UTC).replace(microsecond=0)
    cut, quiet = (Provider(case, TestServer(case.application())) for case in (provider(now), provider(now)))
    config = tmp_path / "config"
    config.mkdir()
    async with cut.server, quiet.server:
        for name, one in (("cut", cut), ("quiet", quiet)):
            document = one.settings(name, tmp_path / "journal.jsonl")
            # JSON is YAML.
            (config / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
        yield Site(cut, quiet, config)


@contextmanager
def served(site: Site) -> Iterator[subprocess.Popen[str]]:
    with running("serve", "--config", str(site.config), "--port", "0", "--admin-port", "0") as process:
        yield process


async def told(process: subprocess.Popen[str], event: str) -> Mapping[str, Any]:
    """The first line of its log that is of this event, and not an earlier one."""
    async with asyncio.timeout(HUNG_S):
        return await asyncio.to_thread(logged, process, event)


async def listening(process: subprocess.Popen[str]) -> str:
    return f"http://{(await told(process, 'started'))['listening']}"


async def post(address: str, backend: str, ask: Ask) -> int:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Churnkey-Mode": "test"}
    url = f"{address}/{backend}/churnkey/actions/{ask.target}"
    async with ClientSession(headers=headers) as session, session.post(url, json=ask.body) as answer:
        return answer.status


async def kill_in_mid_write(site: Site, ask: Ask, moment: Trouble) -> None:
    """Start a gateway, ask, and kill it while the provider keeps its answer to itself."""
    with served(site) as process:
        address = await listening(process)
        # Not earlier: at its start a gateway may try the account with calls that look like writes.
        site.cut.case.forget_calls()
        site.cut.case.trouble(moment, on=Calls.WRITES, times=1)
        request = asyncio.create_task(post(address, "cut", ask))
        async with asyncio.timeout(HUNG_S):
            while not site.cut.case.writes():  # noqa: ASYNC110 - the provider tells nobody
                await asyncio.sleep(_WAIT_S)
        process.kill()
        with pytest.raises(ClientError):
            await request


async def open_writes(site: Site) -> tuple[int, list[str]]:
    """What `churnkey-gateway journal --open` exits with, and its lines without the headings."""
    shown = await asyncio.to_thread(CliRunner().invoke, main, ["journal", "--open", "--config", str(site.config)])
    return shown.exit_code, shown.stdout.splitlines()[1:]


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("make", CASES)
async def test_asked_again_it_is_done_once(site: Site, make: Make, moment: Trouble) -> None:
    ask = make(site.cut.case)
    before = site.cut.truth(ask)
    await kill_in_mid_write(site, ask, moment)
    assert (site.cut.truth(ask) == before) is (moment is Trouble.SLOW)

    with served(site) as process:
        left = await told(process, "write without an outcome")
        address = await listening(process)
        for one in (site.cut, site.quiet):
            one.case.forget_calls()
        code, rows = await open_writes(site)
        answers = [await post(address, "cut", ask) for _ in range(2)]
        assert await post(address, "quiet", ask) == 200

    assert (left["backend"], left["customer_id"], left["subscription_id"]) == ("cut", ask.customer, ask.subscription)
    assert (code, len(rows)) == (1, 1)
    assert str(ask.subscription) in rows[0]
    assert answers == [200, 200]
    assert len(site.cut.case.writes()) == (len(site.quiet.case.writes()) if moment is Trouble.SLOW else 0)
    assert site.cut.truth(ask) == site.quiet.truth(ask) != before


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
async def test_an_extension_by_a_length_is_done_once_though_it_counts_from_the_end_that_it_finds(
    site: Site, moment: Trouble
) -> None:
    """The journal tells what the first one counted from, and where it led."""
    trial = site.cut.case.samples[Mode.TEST].trial
    ask = asks.extend_trial(trial, asks.length(14, "day"))
    before = site.cut.truth(ask).trial_end
    assert before is not None
    await kill_in_mid_write(site, ask, moment)

    with served(site) as process:
        address = await listening(process)
        answers = [await post(address, "cut", ask) for _ in range(2)]
        assert site.cut.truth(ask).trial_end == before + timedelta(days=14)
        another = asks.extend_trial(trial, asks.length(7, "day"))
        answers.append(await post(address, "cut", another))

    assert answers == [200, 200, 200]
    assert site.cut.truth(ask).trial_end == before + timedelta(days=21)


async def test_an_extension_is_done_once_however_often_the_gateway_is_killed(site: Site) -> None:
    trial = site.cut.case.samples[Mode.TEST].trial
    ask = asks.extend_trial(trial, asks.length(14, "day"))
    before = site.cut.truth(ask).trial_end
    assert before is not None
    await kill_in_mid_write(site, ask, Trouble.SLOW)
    await kill_in_mid_write(site, ask, Trouble.ANSWER_LATE)

    for _ in range(2):
        with served(site) as process:
            assert await post(await listening(process), "cut", ask) == 200

    assert site.cut.truth(ask).trial_end == before + timedelta(days=14)
