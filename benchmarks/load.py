"""A load generator that costs little: prepared bytes out, answers counted by their Content-Length."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Result:
    """How many requests were answered in how many seconds, and how long each took."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of an HTTP request on a connection that is kept."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _one_connection(port: int, message: bytes, until: float, latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (started := time.perf_counter()) < until:
        await _one_request(reader, writer, message)
        latencies.append(time.perf_counter() - started)
    writer.close()


async def _one_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> None:
    writer.write(message)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.partition(b"\r\n")[0].decode())
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)


async def run(port: int, messages: Sequence[bytes], *, connections: int, seconds: float) -> Result:
    """Send requests over and over, each connection its own one, waiting for the answer. Any but 200 is an error."""
    result = Result(seconds)
    until = time.perf_counter() + seconds
    chosen = [messages[number % len(messages)] for number in range(connections)]
    await asyncio.gather(*(_one_connection(port, message, until, result.latencies) for message in chosen))
    return result


async def send(port: int, messages: Sequence[bytes], *, connections: int, requests: int) -> None:
    """Send so many requests, as many on each connection, and wait for the answers. Any but 200 is an error."""

    async def on_one(message: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(requests // connections):
            await _one_request(reader, writer, message)
        writer.close()

    await asyncio.gather(*(on_one(messages[number % len(messages)]) for number in range(connections)))


@dataclass(frozen=True, slots=True)
class Reply:
    """The status of an answer, and after how many seconds it was there."""

    status: int
    seconds: float


async def ask(port: int, message: bytes) -> Reply:
    """Send one request, on a connection of its own, and take whatever the answer is."""
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        return Reply(int(head.split(b" ", 2)[1]), time.perf_counter() - started)
    finally:
        writer.close()


async def ask_at_rate(port: int, messages: Sequence[bytes], *, per_second: float, seconds: float) -> list[Reply]:
    """Send requests at a steady rate, whether the earlier ones have been answered or not, and wait for all answers."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    under_way = []
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(began + number / per_second - loop.time())
        under_way.append(asyncio.create_task(ask(port, messages[number % len(messages)])))
    return await asyncio.gather(*under_way)
