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
from simulators.chargebee import clockwork, errors
from simulators.chargebee.calls import Call
from simulators.chargebee.errors import ApiError
from simulators.chargebee.idempotency import Fingerprint
from simulators.chargebee.recording import RecordedRequest
from simulators.chargebee.routing import Endpoint, route
from simulators.delivery import Reply, deliver, encoded
from simulators.faults import Fault
from simulators.simulator import Simulator
from simulators.types import system_clock

if TYPE_CHECKING:
    from simulators.chargebee.site import Site
    from simulators.types import Clock

FORM = "application/x-www-form-urlencoded"


class ChargebeeSimulator(Simulator["Site", RecordedRequest]):
    """A stand-in for https://{site}.chargebee.com/api/v2 of as many sites as there are.

    `clock` answers the present moment as an aware datetime; it becomes the clock of every site. `accounts` maps
    API keys to sites; which site is meant is known by the key, not by the host. `recording` keeps every request
    in `requests`; benchmarks turn it off.
    """

    def __init__(self, *, accounts: Mapping[str, Site], clock: Clock = system_clock, recording: bool = True) -> None:
        super().__init__(accounts=accounts, clock=clock, recording=recording)
        for site in self.accounts.values():
            site.clock = clock
        self._request_numbers = itertools.count(1)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body, fault = await self._received(request)
        recorded = self._record(request, body)
        reply, replayed = await self._reply(request, recorded, fault)
        recorded.replayed = replayed
        headers = {"Content-Type": "application/json;charset=utf-8", "Date": self._date()}
        if replayed:
            headers["chargebee-idempotency-replayed"] = "true"
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
            request_id=f"request_{next(self._request_numbers)}",
        )
        if self.recording:
            self.requests.append(recorded)
        return recorded

    async def _reply(self, request: web.Request, recorded: RecordedRequest, fault: Fault | None) -> tuple[Reply, bool]:
        try:
            site = self._authenticate(request.headers.get("Authorization", ""))
            recorded.account, recorded.livemode = site.name, not site.test
            endpoint, identifier = route(recorded.method, recorded.path)
            key = recorded.idempotency_key if endpoint.idempotent else None
            if key is None or (fault is not None and fault.at_the_edge):
                reply, _ = await self._act(request, recorded, site, endpoint, identifier, fault)
                return reply, False
            stored = site.idempotency_keys.begin(key, Fingerprint(recorded.path, recorded.form), site.now())
            if stored is not None:
                return stored, True
            kept: Reply | None = None
            try:
                reply, kept = await self._act(request, recorded, site, endpoint, identifier, fault)
            finally:
                site.idempotency_keys.finish(key, kept)
        except ApiError as error:
            return _refusal(error), False
        return reply, False

    async def _act(
        self,
        request: web.Request,
        recorded: RecordedRequest,
        site: Site,
        endpoint: Endpoint,
        identifier: str,
        fault: Fault | None,
    ) -> tuple[Reply, Reply | None]:
        """Carry the request out, with the fault's waits around it and its answer in place of the true one.

        The answer to send, and the one to keep under the idempotency key: the true one, unless the fault's is
        `remembered`.
        """
        if fault is None:
            reply = self._execute(request, recorded, site, endpoint, identifier)
            return reply, reply
        outcome = None if fault.hook is None else fault.hook(recorded)
        if isinstance(outcome, Awaitable):
            await outcome
        await asyncio.sleep(fault.delay_before)
        true = self._execute(request, recorded, site, endpoint, identifier) if fault.takes_effect else None
        await asyncio.sleep(fault.delay_after)
        if fault.status is None:
            return true or Reply(500, b""), true
        sent = Reply(fault.status, encoded(fault.body))
        return sent, sent if fault.remembered else true

    def _execute(
        self, request: web.Request, recorded: RecordedRequest, site: Site, endpoint: Endpoint, identifier: str
    ) -> Reply:
        try:
            if site.restricted is not None and endpoint.right not in site.restricted:
                raise errors.lacking_right(endpoint.right)
            if endpoint.second_catalog and site.product_catalog_version == "v1":
                raise errors.wrong_catalog()
            parameters = endpoint.schema.read(_parameters(request, recorded), "")
            now = site.now()
            clockwork.advance(site, now)
            answer = endpoint.handler(Call(site, now, parameters, identifier))
        except ApiError as error:
            return _refusal(error, stored=site.replays_errors)
        return Reply(200, json.dumps(answer, separators=(",", ":")).encode())

    def _authenticate(self, authorization: str) -> Site:
        """The site of a key, which is the user name of Basic authentication; the password is empty."""
        scheme, _, credentials = authorization.partition(" ")
        try:
            key, colon, password = base64.b64decode(credentials.strip()).decode("utf-8", "replace").partition(":")
        except binascii.Error:
            raise errors.bad_credentials() from None
        if scheme.lower() != "basic" or not key or not colon or password:
            raise errors.bad_credentials()
        site = self.accounts.get(key)
        if site is None:
            raise errors.no_such_key()
        return site


def _parameters(request: web.Request, recorded: RecordedRequest) -> forms.Tree:
    """A GET has them in its query, a POST in a form body and nowhere else.

    Raises:
        ApiError: 400 for JSON, for a query of a POST, and for a name that cannot be read.
    """
    if recorded.method == "POST":
        if request.body_exists and request.content_type != FORM:
            raise errors.invalid(f"The content type should be {FORM}")
        if recorded.query:
            raise errors.unknown_parameter(recorded.query[0][0])
    try:
        return forms.nested(recorded.form if recorded.method == "POST" else recorded.query)
    except forms.MalformedName as error:
        raise errors.unknown_parameter(error.name) from None


def _refusal(error: ApiError, *, stored: bool = False) -> Reply:
    return Reply(error.status, json.dumps(error.body(), separators=(",", ":")).encode(), stored=stored)
