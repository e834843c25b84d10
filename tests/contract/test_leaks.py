"""The contract suite finds what an adapter lets out, wherever it is written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from adapters.calls import ProviderCalls
from adapters.conformance import asks
from adapters.conformance.log import Log, recorded_log
from adapters.conformance.provider import ProviderCase
from adapters.conformance.world import TOKEN, open_world
from adapters.conformance.written import Written
from tests.contract.providers import CASES
from tests.contract.providers.chargebee import ChargebeeCase
from tests.contract.providers.paddle import PaddleCase
from tests.contract.providers.stripe import StripeCase
from tests.support.commands import ROOT

_PATIENCE_S: Final = 120

NAME: Final = "Müller & Söhne"
MAIL: Final = "Ada.Lovelace+news@Example.com"
PHONE: Final = "+44 20 7946 0958"

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.mark.parametrize(
    ("case", "known"),
    [
        (StripeCase, {"Ada Lovelace", "SW1Y 4JH", "山田 太郎", "clock@example.com", "(555) 123-4567"}),
        (ChargebeeCase, {"Admiral", "billing@example.com", "+44 20 7946 0958"}),
        (PaddleCase, {"Filed Away", "12 St James's Square", "einkauf@müller.example"}),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_it_knows_whose_data_a_provider_holds(case: Callable[[], ProviderCase], known: set[str]) -> None:
    made = case()
    assert known <= set(made.personal)
    assert {samples.email for samples in made.samples.values()} <= set(made.personal)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(f"hello {NAME}", id="a name"),
        pytest.param("hello M\\u00fcller & S\\u00f6hne", id="a name in JSON"),
        pytest.param(f"/customers/{quote(NAME, safe='')}/x", id="a name in a path"),
        pytest.param(f"<{MAIL}>", id="an e-mail"),
        pytest.param(f"<{MAIL.lower()}>", id="an e-mail in small letters"),
        pytest.param(f"?email={quote(MAIL, safe='')}", id="an e-mail in a query"),
        pytest.param(f"?email={quote(MAIL, safe='@')}", id="an e-mail in a lenient query"),
        pytest.param(f'"{PHONE}"', id="a phone"),
        pytest.param(f"?phone={quote(PHONE, safe='')}", id="a phone in a query"),
    ],
)
def test_it_is_found_however_it_is_spelled(written: str) -> None:
    everything = Written(Log())
    everything.forbid([NAME, MAIL, PHONE])
    everything.add("journal", f"first line\n{written}\nlast line")
    (leak,) = everything.leaks()
    assert leak.endswith(f"in the journal: {written}")


@pytest.mark.parametrize("text", ["", "Ada", "US", "94607", "Adam Lovelace", "ada@example.org"])
def test_what_may_be_anything_and_what_is_something_else_is_passed_over(text: str) -> None:
    everything = Written(Log())
    everything.forbid(["", "Ada", "US", "94607", "Ada Lovelace", "ada@example.com"])
    everything.add("journal", f"{text} cus_ada 1794607")
    assert everything.leaks() == []


def test_what_is_logged_apart_is_looked_at_too() -> None:
    with recorded_log() as log:
        with recorded_log() as apart:
            apart.stream.write(f"hello {NAME}\n")
        everything = Written(log)
        everything.forbid([NAME])
    assert len(everything.leaks()) == 1


@each
@pytest.mark.parametrize(
    ("planted", "places"),
    [
        pytest.param("Ada Lovelace", {"log", "journal", "metrics", "traces"}, id="somebody's name"),
        # The journal knows the secrets of its settings, and has taken it out.
        pytest.param(TOKEN, {"log", "metrics", "traces"}, id="the token"),
    ],
)
async def test_whatever_is_written_is_looked_at(
    case: type[ProviderCase], planted: str, places: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ProviderCalls.run

    def leak(self: ProviderCalls, operation: str, *rest: object) -> object:
        return run(self, f"{operation} {planted}", *rest)  # type: ignore[arg-type]  # whatever it takes

    monkeypatch.setattr(ProviderCalls, "run", leak)
    with recorded_log() as log:
        written = Written(log)
        written.forbid([planted])
        async with open_world(case(), {}, written=written) as world:
            await world.does(asks.cancel(world.samples.active, asks.AT_ONCE))
    assert {leak.split(" in the ")[1].split(":")[0] for leak in written.leaks()} == places


LEAKY: Final = """
from __future__ import annotations

import logging

import pytest

from adapters.testing import AdapterContract
from tests.contract.providers.paddle import PaddleCase


class TestLeaky(AdapterContract):
    case = PaddleCase

    @pytest.fixture(autouse=True)
    def let_out(self, written: object) -> None:
        {let_out}
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("let_out", "told"),
    [
        ("logging.getLogger('acme').warning('hello Ada Lovelace')", "'Ada Lovelace' in the log"),
        ("print('hello ada@example.com')", "'ada@example.com' in the stdout"),
        ("pass", ""),
    ],
    ids=["logged", "printed", "not at all"],
)
def test_a_test_that_lets_something_out_is_told(tmp_path: Path, let_out: str, told: str) -> None:
    file = tmp_path / "test_leaky.py"
    file.write_text(LEAKY.format(let_out=let_out), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    tried = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-k", "test_of_a_body_that_is_not_understood", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    assert tried.returncode == (1 if told else 0), tried.stdout
    assert ("What must not be written was:" in tried.stdout) is bool(told)
    assert told in tried.stdout
