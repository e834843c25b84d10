"""Settings that change while requests are served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from inspect import signature
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientConnectionError

from adapters.base import Finding
from gateway.contract import Mode
from gateway.journal import read_journals
from gateway.resilience import LONGEST_GRACE_S, Circuit
from gateway.server.generations import Generations
from gateway.settings import AllowList, BackendSettings, LimitSettings, PolicySettings, Problem, SettingsError
from tests.gateway.journal.conftest import line, put
from tests.gateway.server.reloading import (
    CANCEL,
    ONE,
    WHEN_HUNG_S,
    Gate,
    Gateway,
    WatchedAdapter,
    adapter_class,
    gateway_of,
    open_files,
    other_account,
    until,
)
from tests.support.log import Log
from tests.support.memory_account import ACCOUNTS, MemoryAccount
from tests.support.service import LIVE_KEY, TOKEN, backend_settings

pytestmark = pytest.mark.usefixtures("live", "test_account")

OTHER_KEY: Final = "other-key-of-the-tests"


@pytest.fixture
def other() -> Iterator[MemoryAccount]:
    """The account behind the other key."""
    yield other_account(OTHER_KEY)
    del ACCOUNTS[OTHER_KEY]


def with_journal(path: Path, name: str = "memory") -> BackendSettings:
    return backend_settings(name).model_copy(update={"journal": str(path)})


async def statuses(gateway: Gateway, *paths: str) -> list[int]:
    return [(await gateway.get(path)).status for path in paths]


class TestWhatIsServed:
    async def test_after_a_rotation_the_old_token_is_refused(self) -> None:
        async with gateway_of(backend_settings(tokens=("token-one",))) as gateway:
            seen = []
            for tokens in (("token-one", "token-two"), ("token-two",)):
                await gateway.reload(backend_settings(tokens=tokens))
                seen.append(
                    [(await gateway.get("/churnkey/features", token)).status for token in ("token-one", "token-two")]
                )
        assert seen == [[200, 200], [401, 200]]

    async def test_backends_come_and_go(self) -> None:
        paths = ("/churnkey/features", "/one/churnkey/features", "/two/churnkey/features")
        async with gateway_of(backend_settings("one")) as gateway:
            seen = [await statuses(gateway, *paths)]
            await gateway.reload(backend_settings("one"), backend_settings("two"))
            seen.append(await statuses(gateway, *paths))
            await gateway.reload(backend_settings("two"))
            seen.append(await statuses(gateway, *paths))
        assert seen == [[200, 200, 404], [404, 200, 200], [200, 404, 200]]

    async def test_the_provider_is_called_with_the_new_key_alone(
        self, live: MemoryAccount, other: MemoryAccount
    ) -> None:
        async with gateway_of(backend_settings()) as gateway:
            await gateway.get("/churnkey/customers/cus_ada")
            await gateway.reload(backend_settings(live=OTHER_KEY))
            await gateway.get("/churnkey/customers/cus_ada")
        assert (live.calls, other.calls) == (["customer"], ["customer"])

    async def test_what_changed_is_told_by_name(self, log: Log) -> None:
        async with gateway_of(backend_settings("one"), backend_settings("two"), backend_settings("six")) as gateway:
            await gateway.reload(
                backend_settings("one"),
                backend_settings("two", tokens=("another-token",), test=None),
                backend_settings("ten"),
            )
        (event,) = log.events("settings reloaded")
        assert event["backends"] == {"one": ["live", "test"], "two": ["live"], "ten": ["live", "test"]}
        assert (event["added"], event["removed"], event["changed"]) == (["ten"], ["six"], ["two"])
        assert "another-token" not in log.text


def circuits(gateway: Gateway) -> dict[str, str]:
    """The states that are told at `/metrics`, by backend, of the live mode."""
    return {
        sample.labels["backend"]: sample.labels["state"]
        for family in gateway.metrics.registry.collect()
        for sample in family.samples
        if sample.name.endswith("provider_circuit") and sample.labels["mode"] == "live" and sample.value
    }


def live_adapters(gateway: Gateway) -> list[WatchedAdapter]:
    return [one for one in gateway.adapters.opened if one.mode is Mode.LIVE]


class TestWhatIsCounted:
    async def test_a_circuit_is_new_and_that_of_a_backend_that_is_gone_is_not_told(self) -> None:
        async with gateway_of(backend_settings("one"), backend_settings("two")) as gateway:
            for adapter in live_adapters(gateway):
                adapter.runtime.observer.circuit_turned(Circuit.OPEN)
            seen = [circuits(gateway)]
            await gateway.reload(backend_settings("one"))
            seen.append(circuits(gateway))
        assert seen == [{"one": "open", "two": "open"}, {"one": "closed"}]

    async def test_settings_that_are_not_taken_leave_the_circuits_alone(self) -> None:
        async with gateway_of(backend_settings()) as gateway:
            live_adapters(gateway)[0].runtime.observer.circuit_turned(Circuit.OPEN)
            gateway.adapters = adapter_class([Finding("it speaks another language", fatal=True)])
            await gateway.reload(backend_settings())
            assert circuits(gateway) == {"memory": "open"}

    async def test_what_is_under_way_under_former_settings_turns_no_circuit(self) -> None:
        async with gateway_of(backend_settings()) as gateway:
            await gateway.reload(backend_settings())
            former, present = live_adapters(gateway)
            former.runtime.observer.circuit_turned(Circuit.OPEN)
            seen = [circuits(gateway)]
            present.runtime.observer.circuit_turned(Circuit.HALF_OPEN)
            seen.append(circuits(gateway))
        assert seen == [{"memory": "closed"}, {"memory": "half_open"}]

    async def test_counting_goes_on(self) -> None:
        async with gateway_of(backend_settings()) as gateway:
            for _ in range(3):
                await gateway.get("/churnkey/features")
                await gateway.reload(backend_settings())
            labels = {"backend": "memory", "mode": "live", "route": "/churnkey/features"}
            assert gateway.metrics.registry.get_sample_value("churnkey_gateway_request_seconds_count", labels) == 3


class TestRequestsUnderWay:
    async def test_one_is_finished_with_the_adapter_it_began_with(
        self, live: MemoryAccount, other: MemoryAccount
    ) -> None:
        gate = Gate("load")
        live.before_call = gate.before_call
        async with gateway_of(backend_settings()) as gateway:
            (adapter, _) = gateway.adapters.opened
            request = asyncio.create_task(gateway.post("subscription/cancel", CANCEL))
            await gate.reached()
            await gateway.reload(backend_settings(live=OTHER_KEY))
            assert (await gateway.get("/churnkey/customers/cus_ada")).status == 200
            assert adapter.is_open
            gate.open()
            assert (await request).status == 200
            await until(lambda: not adapter.is_open)
        assert "cancel" in live.calls
        assert other.calls == ["customer"]

    async def test_the_policy_of_one_does_not_change_half_way(self, live: MemoryAccount) -> None:
        gate = Gate("coupons")
        live.before_call = gate.before_call
        only = [
            backend_settings(policy=PolicySettings(coupons=AllowList(allow=(one,)))) for one in ("SAVE20", "SAVE50")
        ]
        async with gateway_of(only[0]) as gateway:
            request = asyncio.create_task(gateway.get("/churnkey/coupons"))
            await gate.reached()
            await gateway.reload(only[1])
            gate.open()
            answers = [await (await request).json(), await (await gateway.get("/churnkey/coupons")).json()]
        assert [[row["id"] for row in answer["data"]] for answer in answers] == [["SAVE20"], ["SAVE50"]]

    async def test_without_any_the_old_adapters_are_closed_at_once(self) -> None:
        async with gateway_of(backend_settings()) as gateway:
            former = list(gateway.adapters.opened)
            await gateway.reload(backend_settings())
            await until(lambda: not any(one.is_open for one in former))
            assert all(one.is_open for one in gateway.adapters.opened[len(former) :])

    async def test_one_that_never_ends_is_given_up(self, live: MemoryAccount, log: Log) -> None:
        gate = Gate("customer")
        live.before_call = gate.before_call
        short = LimitSettings().model_copy(update={"deadline_s": 0.01})
        async with gateway_of(backend_settings(limits=short), beyond_deadline_s=0.01) as gateway:
            former = list(gateway.adapters.opened)
            request = asyncio.create_task(gateway.get("/churnkey/customers/cus_ada"))
            await gate.reached()
            await gateway.reload(backend_settings())
            await until(lambda: not any(one.is_open for one in former))
            gate.open()
            await request
        assert [event["count"] for event in log.events("requests given up")] == [1]

    async def test_whoever_asks_all_the_time_gets_nothing_but_right_answers(
        self, live: MemoryAccount, other: MemoryAccount
    ) -> None:
        # Each generation has an account and a policy that fit; what belongs to two of them shows neither coupon.
        live.coupons = {"SAVE20": live.coupons["SAVE20"]}
        other.coupons = {"SAVE50": other.coupons["SAVE50"]}
        generations = [
            backend_settings(live=key, policy=PolicySettings(coupons=AllowList(allow=(coupon,))))
            for key, coupon in ((LIVE_KEY, "SAVE20"), (OTHER_KEY, "SAVE50"))
        ]
        for account in (live, other):
            account.before_call = lambda operation: asyncio.sleep(0.001)
        seen: list[tuple[int, tuple[str, ...]]] = []
        over = asyncio.Event()

        async def ask(gateway: Gateway) -> None:
            while not over.is_set():
                response = await gateway.get("/churnkey/coupons")
                seen.append((response.status, tuple(row["id"] for row in (await response.json())["data"])))

        async with gateway_of(generations[0]) as gateway:
            asking = [asyncio.create_task(ask(gateway)) for _ in range(4)]
            for number in range(1, 11):
                answered = len(seen)
                await until(lambda answered=answered: len(seen) >= answered + 8)
                await gateway.reload(generations[number % 2])
            over.set()
            await asyncio.gather(*asking)
            assert gateway.connections() == len(asking)
        assert set(seen) == {(200, ("SAVE20",)), (200, ("SAVE50",))}


class TestWhatOutlivesSettings:
    async def test_a_write_excludes_one_of_the_next_generation(self, live: MemoryAccount) -> None:
        gate = Gate("cancel")
        live.before_call = gate.before_call
        async with gateway_of(backend_settings()) as gateway:
            first = asyncio.create_task(gateway.post("subscription/cancel", CANCEL))
            await gate.reached()
            await gateway.reload(backend_settings(tokens=(TOKEN, "another-token")))
            second = asyncio.create_task(gateway.post("subscription/apply-coupon", {**ONE, "id": "SAVE20"}))
            # This later one of another customer is through, so the second has come to the lock.
            await gateway.post("subscription/cancel", {**ONE, "customerId": "cus_bob"})
            before = live.calls.copy()
            gate.open()
            assert [(await first).status, (await second).status] == [200, 200]
        assert before.count("load") == 2
        assert live.calls[-2:] == ["load", "apply_coupon"]

    @pytest.mark.parametrize("is_under_way", [True, False], ids=["under way", "done"])
    async def test_an_action_repeated_after_a_reload_is_not_done_again(
        self, live: MemoryAccount, is_under_way: bool
    ) -> None:
        gate = Gate("extend_trial")
        live.before_call = gate.before_call
        extend = {
            "customerId": "cus_ada",
            "subscriptionId": "sub_try",
            "duration": {"type": "period", "amount": 14, "unit": "day"},
        }
        async with gateway_of(backend_settings()) as gateway:
            first = asyncio.create_task(gateway.post("subscription/extend-trial", extend))
            await gate.reached()
            if not is_under_way:
                gate.open()
                await first
            await gateway.reload(backend_settings())
            second = asyncio.create_task(gateway.post("subscription/extend-trial", extend))
            await gateway.get("/churnkey/features")
            gate.open()
            assert [(await first).status, (await second).status] == [200, 200]
        assert live.calls.count("extend_trial") == 1

    async def test_what_a_dry_run_answered_is_done_once_it_is_none(self, live: MemoryAccount) -> None:
        async with gateway_of(backend_settings(policy=PolicySettings(dry_run=True))) as gateway:
            answers = [await gateway.post("subscription/cancel", CANCEL)]
            await gateway.reload(backend_settings())
            answers += [await gateway.post("subscription/cancel", CANCEL)]
        assert [answer.status for answer in answers] == [200, 200]
        assert live.calls.count("cancel") == 1

    async def test_a_journal_is_kept_open_and_what_is_open_in_it_is_told_once(self, tmp_path: Path, log: Log) -> None:
        path = tmp_path / "journal.jsonl"
        put(path, line(id="cut off"))
        async with gateway_of(with_journal(path)) as gateway:
            before = open_files(path)
            for _ in range(3):
                await gateway.reload(with_journal(path))
            await gateway.post("subscription/cancel", CANCEL)
            assert (before, open_files(path)) == (1, 1)
        assert open_files(path) == 0
        assert [event["write_id"] for event in log.events("write without an outcome")] == ["cut off"]
        assert [told.facts["id"] for told in read_journals([path]).open()] == ["cut off"]

    async def test_a_write_under_way_is_ended_in_the_journal_it_was_begun_in(
        self, tmp_path: Path, live: MemoryAccount
    ) -> None:
        former, following = tmp_path / "former.jsonl", tmp_path / "following.jsonl"
        gate = Gate("cancel")
        live.before_call = gate.before_call
        async with gateway_of(with_journal(former)) as gateway:
            request = asyncio.create_task(gateway.post("subscription/cancel", CANCEL))
            await gate.reached()
            await gateway.reload(with_journal(following))
            gate.open()
            await request
            await until(lambda: not open_files(former))
            assert open_files(following) == 1
        (told,) = read_journals([former]).writes
        assert not told.is_open
        assert read_journals([following]).writes == []


BAD: Final = SettingsError([Problem("one.yaml", 3, "limits", "unknown key"), Problem("two.yaml", None, "", "is empty")])


class TestBadSettings:
    @pytest.mark.parametrize(
        ("written", "problems"),
        [
            pytest.param(BAD, ["one.yaml:3: limits: unknown key", "two.yaml: is empty"], id="no settings"),
            pytest.param(
                [with_journal(Path("/proc/none/one"), "one"), with_journal(Path("/proc/none/two"), "two")],
                [f"{name}: journal: /proc/none/{name}: No such file or directory" for name in ("one", "two")],
                id="journals that cannot be opened",
            ),
        ],
    )
    async def test_every_problem_is_in_one_line_of_the_log(
        self, written: SettingsError | list[BackendSettings], problems: list[str], log: Log
    ) -> None:
        async with gateway_of(backend_settings()) as gateway:
            gateway.written = written
            await gateway.settings.renew()
            assert (await gateway.get("/churnkey/features")).status == 200
        (event,) = log.events("settings not reloaded")
        assert (event["level"], event["problems"]) == ("error", problems)
        assert log.events("settings reloaded") == []

    async def test_an_account_that_cannot_be_served_is_one(self, log: Log) -> None:
        async with gateway_of(backend_settings()) as gateway:
            gateway.adapters = adapter_class([Finding("it speaks another language", fatal=True)])
            await gateway.reload(backend_settings(tokens=("another-token",)))
            assert not any(one.is_open for one in gateway.adapters.opened)
            assert (await gateway.get("/churnkey/customers/cus_ada")).status == 200
        (event,) = log.events("settings not reloaded")
        assert event["problems"] == [f"memory, {mode}: it speaks another language" for mode in ("live", "test")]

    @pytest.mark.parametrize(
        "written",
        [
            pytest.param([backend_settings(test="a-key-of-no-account")], id="an adapter that cannot be opened"),
            pytest.param([backend_settings(), backend_settings()], id="one name twice"),
            pytest.param(RuntimeError("a-key-of-no-account"), id="reading fails"),
        ],
    )
    async def test_what_nobody_foresaw_changes_nothing_and_tells_no_secret(
        self, written: list[BackendSettings] | Exception, log: Log
    ) -> None:
        async with gateway_of(backend_settings()) as gateway:
            in_force = list(gateway.adapters.opened)
            gateway.written = written
            await gateway.settings.renew()
            assert [one for one in gateway.adapters.opened if one.is_open] == in_force
            assert (await gateway.get("/churnkey/customers/cus_ada")).status == 200
        (event,) = log.events("settings not reloaded")
        assert event["exception"][0]["type"] in {"KeyError", "ValueError", "RuntimeError"}
        assert "a-key-of-no-account" not in log.text

    async def test_the_next_good_ones_are_taken(self, log: Log) -> None:
        async with gateway_of(backend_settings()) as gateway:
            gateway.written = BAD
            await gateway.settings.renew()
            await gateway.reload(backend_settings(tokens=("another-token",)))
            seen = [(await gateway.get("/churnkey/features", token)).status for token in (TOKEN, "another-token")]
        assert seen == [401, 200]
        (event,) = log.events("settings reloaded")
        assert event["changed"] == ["memory"]

    @pytest.mark.parametrize("written", [BAD, RuntimeError("whatever")], ids=["no settings", "reading fails"])
    async def test_that_the_last_reload_was_refused_is_told_until_one_is_done(self, written: Exception) -> None:
        async with gateway_of(backend_settings()) as gateway:
            assert reloads(gateway) == {"done": 0, "refused": 0, "failed": 0}
            for _ in range(2):
                gateway.written = written
                await gateway.settings.renew()
            assert reloads(gateway) == {"done": 0, "refused": 2, "failed": 1}
            await gateway.reload(backend_settings())
            assert reloads(gateway) == {"done": 1, "refused": 2, "failed": 0}


def reloads(gateway: Gateway) -> dict[str, float | None]:
    """How often the settings were read again, by what came of it, and whether the last time failed."""
    value = gateway.metrics.registry.get_sample_value
    return {
        "failed": value("churnkey_gateway_reload_failed", {"part": "settings"}),
        **{
            outcome: value("churnkey_gateway_reloads_total", {"part": "settings", "outcome": outcome})
            for outcome in ("done", "refused")
        },
    }


class TestTheEnd:
    async def test_requests_of_every_generation_are_waited_for(self, live: MemoryAccount, other: MemoryAccount) -> None:
        gates = [Gate("customer"), Gate("customer")]
        for account, gate in zip((live, other), gates, strict=True):
            account.before_call = gate.before_call
        async with gateway_of(backend_settings()) as gateway:
            requests = []
            for gate in gates:
                requests.append(asyncio.create_task(gateway.get("/churnkey/customers/cus_ada")))
                await gate.reached()
                await gateway.reload(backend_settings(live=OTHER_KEY))
            ending = asyncio.create_task(gateway.server.close())
            for gate in gates:
                # Longer than anybody has to take an answer once nothing is under way.
                await asyncio.sleep(0.06)
                assert not ending.done()
                gate.open()
            async with asyncio.timeout(WHEN_HUNG_S):
                await ending
            assert [(await request).status for request in requests] == [200, 200]
        assert not any(one.is_open for one in gateway.adapters.opened)

    def test_nobody_is_given_up_while_it_may_still_put_right_what_it_began(self) -> None:
        assert signature(Generations).parameters["beyond_deadline_s"].default > LONGEST_GRACE_S

    async def test_one_that_never_ends_is_not_waited_for_longer_than_the_longest_may_take(
        self, live: MemoryAccount, log: Log
    ) -> None:
        gate = Gate("customer")
        live.before_call = gate.before_call
        short = LimitSettings().model_copy(update={"deadline_s": 0.01})
        async with gateway_of(backend_settings(limits=short), beyond_deadline_s=0.01) as gateway:
            request = asyncio.create_task(gateway.get("/churnkey/customers/cus_ada"))
            await gate.reached()
            async with asyncio.timeout(WHEN_HUNG_S):
                await gateway.server.close()
            with pytest.raises(ClientConnectionError):
                await request
        assert not any(one.is_open for one in gateway.adapters.opened)
        assert [event["count"] for event in log.events("requests given up")] == [1]
        (line_of_the_request,) = log.events("request")
        assert line_of_the_request["status"] == 499
