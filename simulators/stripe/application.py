"""The simulator as an aiohttp application: keys, parameters, idempotency, faults, the record of requests."""

from __future__ import annotations

import asyncio
import base64
import binascii
import itertools
import json
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from simulators import forms
from simulators.delivery import Reply, deliver, encoded
from simulators.faults import Fault
from simulators.simulator import Simulator
from simulators.stripe import clockwork, expansion
from simulators.stripe.calls import Call
from simulators.stripe.errors import ApiError, malformed
from simulators.stripe.expansion import with_items
from simulators.stripe.idempotency import Fingerprint
from simulators.stripe.recording import RecordedRequest
from simulators.stripe.routing import Endpoint, route
from simulators.stripe.store import API_VERSION
from simulators.types import system_clock

if TYPE_CHECKING:
    from simulators.stripe.account import Account
    from simulators.types import Clock, Json

FORM = "application/x-www-form-urlencoded"


class StripeSimulator(Simulator["Account", RecordedRequest]):
    """A stand-in for https://api.stripe.com, API version 2026-10-28.endive.

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
        reply, replayed = await self._reply(request, recorded, fault)
        recorded.replayed = replayed
        headers = {
            "Content-Type": "application/json",
            "Date": self._date(),
            "Request-Id": recorded.request_id,
            "Stripe-Version": recorded.stripe_version or self._version_of(request),
        }
        if recorded.idempotency_key is not None:
            headers["Idempotency-Key"] = recorded.idempotency_key
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        if fault is not None:
            headers.update(fault.headers)
            if fault.delivery != "whole":
                return await deliver(request, recorded, reply, headers, fault)
        recorded.status = reply.status
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    def _record(self, request: web.Request, body: bytes) -> RecordedRequest:
        raw_path, _, query = request.raw_path.partition("?")
        is_form = request.content_type == FORM
        recorded = RecordedRequest(
            method=request.method,
            path=raw_path,
            query=forms.pairs(query),
            form=forms.pairs(body.decode("utf-8", "replace")) if is_form else (),
            headers={name.lower(): value for name, value in request.headers.items() if name.lower() != "authorization"},
            request_id=f"req_{next(self._request_numbers):014d}",
        )
        if self.recording:
            self.requests.append(recorded)
        return recorded

    async def _reply(self, request: web.Request, recorded: RecordedRequest, fault: Fault | None) -> tuple[Reply, bool]:
        livemode = False
        try:
            account = self._authenticate(request.headers.get("Authorization", ""))
            livemode = account.livemode
            recorded.account, recorded.livemode = account.id, livemode
            key = recorded.idempotency_key if recorded.method == "POST" else None
            if key is None or (fault is not None and fault.at_the_edge):
                return await self._act(request, recorded, account, fault), False
            fingerprint = Fingerprint(recorded.method, recorded.path, (*recorded.query, *recorded.form))
            stored = account.idempotency_keys.begin(key, fingerprint)
            if stored is not None:
                return stored, True
            reply: Reply | None = None
            try:
                reply = await self._act(request, recorded, account, fault)
            finally:
                account.idempotency_keys.finish(key, reply)
        except ApiError as error:
            return _error(error, recorded, livemode=livemode), False
        return reply, False

    async def _act(
        self, request: web.Request, recorded: RecordedRequest, account: Account, fault: Fault | None
    ) -> Reply:
        """Carry the request out, with the fault's waits around it and its answer in place of the true one."""
        if fault is None:
            return self._execute(request, recorded, account)
        outcome = None if fault.hook is None else fault.hook(recorded)
        if isinstance(outcome, Awaitable):
            await outcome
        await asyncio.sleep(fault.delay_before)
        reply = Reply(500, b"", stored=False)
        if fault.takes_effect:
            reply = self._execute(request, recorded, account)
        await asyncio.sleep(fault.delay_after)
        if fault.status is not None:
            reply = Reply(fault.status, encoded(fault.body), stored=fault.remembered)
        return reply

    def _execute(self, request: web.Request, recorded: RecordedRequest, account: Account) -> Reply:
        try:
            endpoint, identifier = route(recorded.method, recorded.path)
            if not account.may(endpoint.right):
                raise expansion.lacking_right(account, endpoint.right)
            _check_content_type(request, recorded)
            parameters = endpoint.schema.read_all(_nested(recorded))
            branches = expansion.parse(tuple(parameters.get("expand", ())), endpoint.answers)
            expansion.check_rights(account, branches, endpoint.answers)
            now = account.now()
            clockwork.advance(account, now)
            answer = endpoint.handler(Call(account, now, parameters, identifier))
            answer = expansion.expanded(account, _embedded(endpoint, account, answer), endpoint.answers, branches)
        except ApiError as error:
            return _error(error, recorded, livemode=account.livemode)
        return Reply(200, json.dumps(answer, separators=(",", ":")).encode())

    def _version_of(self, request: web.Request) -> str:
        """What a request that names no version is answered with: https://docs.stripe.com/api/versioning."""
        try:
            return self._authenticate(request.headers.get("Authorization", "")).api_version
        except ApiError:
            return API_VERSION

    def _authenticate(self, authorization: str) -> Account:
        scheme, _, credentials = authorization.partition(" ")
        key = credentials.strip()
        if scheme.lower() == "basic":
            key = _basic_user(key)
        if not key:
            raise ApiError(
                401,
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                refused_early=True,
            )
        account = self.accounts.get(key)
        if account is None:
            prefix = "_".join(key.split("_")[:2]) if key.count("_") >= 2 else key[:3]
            raise ApiError(401, f"Invalid API Key provided: {prefix}_****{key[-4:]}", refused_early=True)
        return account


def _nested(recorded: RecordedRequest) -> forms.Tree:
    try:
        return forms.nested((*recorded.query, *recorded.form))
    except forms.MalformedName as error:
        raise malformed(str(error), param=error.name) from None


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials).decode("utf-8", "replace").partition(":")[0]
    except binascii.Error:
        return ""


def _check_content_type(request: web.Request, recorded: RecordedRequest) -> None:
    if recorded.method == "POST" and request.body_exists and request.content_type != FORM:
        raise ApiError(
            400,
            f"Invalid request (check that your POST content type is {FORM}). If you have any questions, we can help "
            "at https://support.stripe.com/.",
            refused_early=True,
        )


def _embedded(endpoint: Endpoint, account: Account, answer: Json) -> Json:
    """Subscriptions carry only the first of their items."""
    if endpoint.answers == "subscription":
        return with_items(answer, account.items_in_single_answers)
    if endpoint.answers == "list of subscription":
        rows = [with_items(row, account.items_in_list_answers) for row in answer["data"]]
        return {**answer, "data": rows}
    return answer


def _error(error: ApiError, recorded: RecordedRequest, *, livemode: bool) -> Reply:
    body = json.dumps(error.body(recorded.request_id, livemode=livemode), separators=(",", ":")).encode()
    return Reply(error.status, body, stored=not error.refused_early)
