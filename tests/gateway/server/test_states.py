"""Which state a backend has, and for how long: it outlives the settings."""

from __future__ import annotations

from pydantic import SecretStr

from gateway.observability import Metrics
from gateway.resilience import LocalState
from gateway.server.states import open_states
from gateway.settings import BackendSettings
from tests.support.redis_server import RedisServer
from tests.support.service import backend_settings
from tests.support.until import until


def told_lost(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("churnkey_gateway_state_lost", {"backend": "acme"})


def settings(name: str, address: str | None = None) -> BackendSettings:
    return backend_settings(name).model_copy(update={"state": None if address is None else SecretStr(address)})


async def test_a_backend_has_the_same_state_whenever_it_is_asked_for() -> None:
    async with open_states(Metrics()) as states:
        state = states.state_of(settings("acme"))
        assert isinstance(state, LocalState)
        assert states.state_of(settings("acme")) is state
        assert states.state_of(settings("other")) is not state


async def test_backends_with_one_redis_share_a_link_and_no_state(redis: RedisServer) -> None:
    before = len(redis.client.client_list())
    async with open_states(Metrics()) as states:
        acme, other = (states.state_of(settings(name, redis.address)) for name in ("acme", "other"))
        assert states.state_of(settings("acme", redis.address)) is acme
        assert other is not acme
        assert len(states.links) == 1
    assert len(redis.client.client_list()) <= before


async def test_what_was_done_before_a_redis_was_named_is_still_known(redis: RedisServer) -> None:
    async def act() -> None:
        pass

    async with open_states(Metrics()) as states:
        assert await states.state_of(settings("acme")).repeats(60).once("request", act)
        assert not await states.state_of(settings("acme", redis.address)).repeats(60).once("request", act)


async def test_a_redis_that_cannot_be_reached_is_told_for_as_long_as_the_settings_name_it(refused_port: int) -> None:
    metrics = Metrics()
    away, there_is_none = settings("acme", f"redis://127.0.0.1:{refused_port}"), settings("acme")
    async with open_states(metrics) as states:
        states.state_of(away)
        await until(lambda: told_lost(metrics) == 1)
        states.tell_of([there_is_none])
        assert told_lost(metrics) == 0
        states.tell_of([away])
        assert told_lost(metrics) == 1


async def test_a_redis_that_settings_named_which_never_came_into_force_is_not_told(
    redis: RedisServer, refused_port: int
) -> None:
    metrics = Metrics()
    present, refused = settings("acme", redis.address), settings("acme", f"redis://127.0.0.1:{refused_port}")
    async with open_states(metrics) as states:
        states.state_of(present)
        states.state_of(refused)
        await until(lambda: told_lost(metrics) == 1)
        states.tell_of([present])
        assert told_lost(metrics) == 0
