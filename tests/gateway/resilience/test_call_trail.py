"""Whoever asks is told which provider calls were made on its behalf, and nobody else's."""

from __future__ import annotations

import asyncio

from gateway.resilience import NotedCall, call_trail, note_call


def test_calls_are_noted_in_their_order() -> None:
    with call_trail() as calls:
        note_call("post", "timeout", None)
        note_call("get", "ok", "req_1")
    assert calls == [NotedCall("post", "timeout", None), NotedCall("get", "ok", "req_1")]


def test_where_nobody_asks_nothing_is_noted() -> None:
    with call_trail() as calls:
        pass
    note_call("get", "ok", None)
    assert calls == []


async def test_each_request_is_told_of_its_own() -> None:
    async def work(name: str) -> list[NotedCall]:
        with call_trail() as calls:
            note_call(name, "ok", None)
            await asyncio.sleep(0)
            note_call(name, "ok", None)
        return calls

    noted = await asyncio.gather(work("a"), work("b"))
    assert list(noted) == [[NotedCall(name, "ok", None)] * 2 for name in "ab"]


async def test_calls_of_a_task_that_was_started_count() -> None:
    async def call() -> None:
        note_call("get", "ok", None)

    with call_trail() as calls:
        await asyncio.create_task(call())
    assert len(calls) == 1


def test_no_more_than_fifty_are_kept() -> None:
    with call_trail() as calls:
        for _ in range(60):
            note_call("get", "ok", None)
    assert len(calls) == 50
