"""Acme's API on a socket: stateful and strict. It knows nothing of the gateway."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from simulators.delivery import Reply, deliver, encoded
from simulators.faults import Fault
from simulators.recording import RecordedRequest
from simulators.simulator import Simulator

LARGEST_PAGE: Final = 100

Object = dict[str, Any]
Rows = dict[str, Object]


@dataclass
class Account:
    """What one key opens. Everything by its id, in the order in which it was made."""

    customers: Rows = field(default_factory=dict)
    plans: Rows = field(default_factory=dict)
    subscriptions: Rows = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    """By idempotency key."""


class ApiError(Exception):
    """A refusal in Acme's form."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.body = status, {"error": {"code": code, "message": message}}


@dataclass
class AcmeRequest(RecordedRequest):
    """One request, with what it brought along."""

    body: Object | None = None
    idempotency_key: str | None = None


class AcmeSimulator(Simulator[Account, AcmeRequest]):
    """`clock` answers the present moment in Unix seconds."""

    def __init__(self, *, accounts: Mapping[str, Account], clock: Callable[[], int]) -> None:
        super().__init__(accounts=accounts, recording=True)
        self._clock = clock
        self._numbers = itertools.count(1)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body, fault = await self._received(request)
        path, _, query = request.raw_path.partition("?")
        recorded = AcmeRequest(
            method=request.method,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            form=(),
            headers={},
            request_id=f"req_{next(self._numbers)}",
            body=json.loads(body) if body else None,
            idempotency_key=request.headers.get("Idempotency-Key"),
        )
        self.requests.append(recorded)
        reply = await self._reply(request.headers.get("Authorization", ""), recorded, fault or Fault())
        headers = {"Content-Type": "application/json", **(fault.headers if fault else {})}
        if fault is not None and fault.delivery != "whole":
            return await deliver(request, recorded, reply, headers, fault)
        recorded.status = reply.status
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    async def _reply(self, authorization: str, request: AcmeRequest, fault: Fault) -> Reply:
        account = self.accounts.get(authorization.removeprefix("Bearer "))
        if account is None:
            return _refusal(ApiError(401, "bad_key", "This key opens nothing."))
        await asyncio.sleep(fault.delay_before)
        reply = self._carried_out(account, request) if fault.takes_effect else Reply(500, b"")
        await asyncio.sleep(fault.delay_after)
        return reply if fault.status is None else Reply(fault.status, encoded(fault.body))

    def _carried_out(self, account: Account, request: AcmeRequest) -> Reply:
        known = account.replies.get(request.idempotency_key or "")
        if known is not None:
            request.replayed = True
            return known
        try:
            reply = Reply(200, encoded(self._routed(account, request)))
        except ApiError as error:
            return _refusal(error)
        if request.idempotency_key is not None:
            account.replies[request.idempotency_key] = reply
        return reply

    def _routed(self, account: Account, request: AcmeRequest) -> Object:
        match request.method, request.path.removeprefix("/v1/").split("/"):
            case "GET", ["customers" | "plans" as kind]:
                return _page(getattr(account, kind), request)
            case "GET", ["customers" | "plans" | "subscriptions" as kind, one]:
                _only(request, set())
                return _found(getattr(account, kind), one)
            case "GET", ["customers", one, "subscriptions"]:
                _found(account.customers, one)
                held = {name: row for name, row in account.subscriptions.items() if row["customer"] == one}
                return _page(held, request)
            case "POST", ["subscriptions", one, "cancel"]:
                return self._cancelled(_found(account.subscriptions, one), request.body or {})
        raise ApiError(404, "no_such_url", "There is no such address.")

    def _cancelled(self, row: Object, body: Object) -> Object:
        if set(body) != {"at"} or body["at"] not in {"now", "period_end"}:
            raise ApiError(400, "bad_request", "at: now or period_end")
        if row["status"] == "ended":
            raise ApiError(409, "already_ended", "It has ended.")
        if body["at"] == "now":
            row.update(status="ended", ended_at=self._clock(), cancel_at=None)
        else:
            row["cancel_at"] = row["period_end"]
        return row


def _refusal(error: ApiError) -> Reply:
    return Reply(error.status, encoded(error.body))


def _found(rows: Rows, one: str) -> Object:
    if one not in rows:
        raise ApiError(404, "not_found", "There is no such object.")
    return rows[one]


def _only(request: AcmeRequest, allowed: set[str]) -> dict[str, str]:
    unknown = [name for name, _ in request.query if name not in allowed]
    if unknown:
        raise ApiError(400, "bad_request", f"unknown: {unknown}")
    return dict(request.query)


def _page(rows: Rows, request: AcmeRequest) -> Object:
    query = _only(request, {"limit", "after"})
    limit = int(query.get("limit", LARGEST_PAGE))
    if not 1 <= limit <= LARGEST_PAGE:
        raise ApiError(400, "bad_request", "limit: 1 to 100")
    names = list(rows)
    if "after" in query and query["after"] not in names:
        raise ApiError(400, "bad_cursor", "after: not in this list")
    first = names.index(query["after"]) + 1 if "after" in query else 0
    page = names[first : first + limit]
    return {"data": [rows[name] for name in page], "has_more": first + limit < len(names)}
