"""The simulator as an aiohttp application: keys, queries, bodies, faults, the record of requests."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulators import forms
from simulators.delivery import Reply, deliver, encoded
from simulators.faults import Fault
from simulators.paddle import clockwork
from simulators.paddle.calls import Call
from simulators.paddle.errors import ApiError, bad_request, refused
from simulators.paddle.recording import RecordedRequest
from simulators.paddle.root import root
from simulators.paddle.routing import ROOT, Endpoint, malformed, route
from simulators.simulator import Simulator
from simulators.types import system_clock

if TYPE_CHECKING:
    from simulators.paddle.account import Account
    from simulators.paddle.calls import Answer
    from simulators.types import Clock, Json

JSON = "application/json"


class PaddleSimulator(Simulator["Account", RecordedRequest]):
    """A stand-in for https://api.paddle.com and https://sandbox-api.paddle.com, API version 1.

    `clock` answers the present moment as an aware datetime; it becomes the clock of every account. `accounts`
    maps API keys to accounts. `recording` keeps every request in `requests`; benchmarks turn it off.
    """

    def __init__(self, *, accounts: Mapping[str, Account], clock: Clock = system_clock, recording: bool = True) -> None:
        super().__init__(accounts=accounts, clock=clock, recording=recording)
        for account in self.accounts.values():
            account.clock = clock
        self._request_numbers = itertools.count(1)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body, fault = await self._received(request)
        recorded = self._record(request, body)
        reply = await self._reply(request, recorded, body, fault)
        headers = {"Content-Type": JSON, "Date": self._date()}
        if fault is not None:
            headers.update(fault.headers)
            if fault.delivery != "whole":
                return await deliver(request, recorded, reply, headers, fault)
        recorded.status = reply.status
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    def _record(self, request: web.Request, body: bytes) -> RecordedRequest:
        raw_path, _, query = request.raw_path.partition("?")
        recorded = RecordedRequest(
            method=request.method,
            path=raw_path,
            query=forms.pairs(query),
            form=(),
            headers={name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"},
            request_id=f"00000000-0000-4000-8000-{next(self._request_numbers):012d}",
            body=_parsed(body),
        )
        if self.recording:
            self.requests.append(recorded)
        return recorded

    async def _reply(self, request: web.Request, recorded: RecordedRequest, body: bytes, fault: Fault | None) -> Reply:
        authorization = request.headers.get("Authorization")
        if authorization is None and (recorded.method, recorded.path) == ("GET", ROOT):
            # Whoever asks without a key is answered as well; which environment serves is then known by the host alone.
            return _success(root(None, livemode=False), recorded)
        try:
            account = self._authenticate(authorization)
            recorded.account, recorded.livemode = account.id, account.livemode
        except ApiError as error:
            return _error(error, recorded)
        if fault is None:
            return _execute(request, recorded, body, account)
        outcome = None if fault.hook is None else fault.hook(recorded)
        if isinstance(outcome, Awaitable):
            await outcome
        await asyncio.sleep(fault.delay_before)
        reply = Reply(500, b"")
        if fault.takes_effect:
            reply = _execute(request, recorded, body, account)
        await asyncio.sleep(fault.delay_after)
        return reply if fault.status is None else Reply(fault.status, encoded(fault.body))

    def _authenticate(self, authorization: str | None) -> Account:
        """Raises ApiError 403, and never 401, for a key that is missing, malformed or unknown."""
        if not authorization:
            raise refused("authentication_missing")
        scheme, _, key = authorization.partition(" ")
        if scheme != "Bearer" or not key or " " in key:
            raise refused("authentication_malformed")
        account = self.accounts.get(key)
        if account is None:
            raise refused("invalid_token")
        return account


def _execute(request: web.Request, recorded: RecordedRequest, body: bytes, account: Account) -> Reply:
    try:
        endpoint, identifiers = route(recorded.method, recorded.path)
        _check_permission(account, endpoint)
        misread = malformed(endpoint, identifiers, account.malformed_id_status)
        if misread is not None:
            raise misread
        query = endpoint.query.read_all(_query(recorded))
        given = endpoint.body.read_all(_body(request, recorded, body))
        now = account.now()
        clockwork.advance(account, now)
        url = f"{request.scheme}://{request.host}{recorded.path}"
        answer = endpoint.handler(Call(account, now, url, query, given, identifiers))
    except ApiError as error:
        return _error(error, recorded)
    return _success(answer, recorded)


def _success(answer: Answer, recorded: RecordedRequest) -> Reply:
    return Reply(200, _dumped({"data": answer.data, "meta": {"request_id": recorded.request_id, **answer.meta}}))


def _check_permission(account: Account, endpoint: Endpoint) -> None:
    """Permissions: https://developer.paddle.com/api-reference/about/permissions"""
    wanted = endpoint.permission
    if wanted is None or account.permissions is None:
        return
    entity = wanted.partition(".")[0]
    if wanted not in account.permissions and f"{entity}.write" not in account.permissions:
        raise refused("forbidden")


def _query(recorded: RecordedRequest) -> dict[str, str]:
    names = [name for name, _ in recorded.query]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise bad_request(*((name, "is given more than once") for name in twice))
    return dict(recorded.query)


def _body(request: web.Request, recorded: RecordedRequest, body: bytes) -> Json:
    """The JSON object that was sent; nothing sent is an empty one. A GET's body is not looked at."""
    if recorded.method == "GET" or not body:
        return {}
    if request.content_type != JSON:
        raise refused("unsupported_media_type")
    if recorded.body is None and body.strip() != b"null":
        raise refused("invalid_json")
    if not isinstance(recorded.body, dict):
        raise bad_request(("", "must be an object"))
    return recorded.body


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (RecursionError, ValueError):
        return None


def _dumped(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _error(error: ApiError, recorded: RecordedRequest) -> Reply:
    return Reply(error.status, _dumped(error.body(recorded.request_id)))
