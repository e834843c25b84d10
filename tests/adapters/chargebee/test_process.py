"""What is said of a whole flow in the log, at its most talkative: nothing personal, and no key (traps 1.1)."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from adapters.errors import AdapterError
from simulators.chargebee import Fault
from tests.adapters.chargebee.support import LATER, NOW, apply, cancel, change, months, pause
from tests.simulators.chargebee.client import KEY
from tests.support.log import recorded_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from adapters.chargebee.adapter import ChargebeeAdapter
    from simulators.chargebee import ChargebeeSimulator, Site
    from tests.adapters.chargebee.support import Backend

ROOT: Final = Path(__file__).parents[3]
PERSONAL: Final = ("Lovelace", "ada@example.com", "ada%40example.com", "2079460958", "Analytical", "St James", KEY)


@asynccontextmanager
async def silently_served(simulator: ChargebeeSimulator) -> AsyncIterator[str]:
    """The simulator at an address, without a log of its own: it is in the same process."""
    runner = web.AppRunner(simulator.application(), shutdown_timeout=0.01, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


async def everything(adapter: ChargebeeAdapter, simulator: ChargebeeSimulator) -> None:
    """Reads, writes, refusals and faults of each kind."""
    await adapter.examine()
    await adapter.customer("ada")
    await adapter.customers(10, None)
    await adapter.customer_by_email("ada@example.com")
    await adapter.customer_by_phone("+442079460958")
    await adapter.subscriptions("ada", 10, None)
    await adapter.apply_coupon(apply("SAVE20"))
    await adapter.change_price(change("pro-more", NOW))
    await adapter.pause(pause(months(1), LATER))
    await adapter.cancel(cancel(LATER, unpause=True))
    for make in (Fault.declined, Fault.html, Fault.server_error, Fault.forbidden, Fault.rate_limited, Fault.empty):
        simulator.faults.add(make(method="POST", times=None))
        with pytest.raises(AdapterError):
            await adapter.cancel(cancel(NOW))
        simulator.faults.clear()
        simulator.faults.add(make(times=None))
        with pytest.raises(AdapterError):
            await adapter.customer_by_email("ada@example.com")
        simulator.faults.clear()
    simulator.faults.add(Fault.lost_answer(method="POST"))
    await adapter.cancel(cancel(NOW))


async def flow(backend: Backend, site: Site, simulator: ChargebeeSimulator) -> None:
    """Everything, for a customer of whom everything is known."""
    site.customers.rows["ada"].update(company="Analytical Ltd", billing_address={"line1": "12 St James's Square"})
    async with silently_served(simulator) as address:
        await everything(await backend.open(address=address), simulator)
        await backend.opened.aclose()


@pytest.mark.usefixtures("subscription")
async def test_1_1_nothing_personal_is_logged(backend: Backend, site: Site, simulator: ChargebeeSimulator) -> None:
    with recorded_log(level=logging.DEBUG, secrets=[KEY]) as log:
        logging.getLogger().setLevel(logging.DEBUG)
        await flow(backend, site, simulator)

    assert log.events("write failed") != []
    assert [word for word in PERSONAL if word in log.text] == []


@pytest.mark.usefixtures("subscription")
async def test_nothing_personal_is_handed_to_the_log_in_the_first_place(
    backend: Backend, site: Site, simulator: ChargebeeSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    """What takes personal data out of the log is the second line, not the first."""
    with caplog.at_level(logging.DEBUG), capture_logs() as events:
        logging.getLogger("tests").debug("this is heard")
        await flow(backend, site, simulator)

    assert "write failed" in {event["event"] for event in events}
    assert "this is heard" in caplog.text
    assert [word for word in PERSONAL if word in f"{events!r} {caplog.text}"] == []


PROGRAM = """
import asyncio, logging, sys
logging.basicConfig(level=logging.DEBUG)
from adapters.chargebee.client import ChargebeeApi
from adapters.holes import Runtime

async def main():
    api = ChargebeeApi(sys.argv[2], sys.argv[1], Runtime(retry_wait_s=0.001))
    for _ in range(2):
        page = await api.page("customer", "customers", limit=10, email={"is": "ada@example.com"})
        print(page.rows[0]["id"])
    await api.close()

asyncio.run(main())
"""


async def run(program: str, *arguments: str, **environment: str) -> tuple[int | None, str, str]:
    """Run the program in a process of its own where warnings are errors; its exit code, stdout and stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-c",
        program,
        *arguments,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home directory, which has to be empty in the end."""
    yield tmp_path
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.usefixtures("site")
async def test_1_1_in_a_process_of_its_own_nothing_is_printed_or_written_and_no_warning_is_given(
    address: str, home: Path
) -> None:
    code, out, err = await run(PROGRAM, address, KEY, HOME=str(home))

    assert (code, out) == (0, "ada\nada\n"), err
    assert [word for word in PERSONAL if word in err] == []
