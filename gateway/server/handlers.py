"""What is done behind the routes. A handler runs only for a request whose backend and mode are known."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from aiohttp import web

from gateway.contract import ContractModel, Controller, Emitted, Target, manifest, page_json
from gateway.observability import add_context
from gateway.server.actions import perform_once, understand
from gateway.server.answers import empty_answer, json_answer
from gateway.server.body import read_object
from gateway.server.cursor import Scope, wrap
from gateway.server.keys import ADAPTER, BACKEND
from gateway.server.pages import read_page_query

if TYPE_CHECKING:
    from adapters.base import BillingAdapter, Listing
    from gateway.policy import Policy

M = TypeVar("M", bound=ContractModel)
R = TypeVar("R", bound=Emitted)

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]
Ids: TypeAlias = Mapping[str, str]
"""The placeholders of a route's path with what the request has in their places, decoded."""


Read: TypeAlias = "Callable[[BillingAdapter, Ids], Awaitable[M]]"
"""The adapter's method behind a route that answers one object."""

ReadPage: TypeAlias = "Callable[[BillingAdapter, Ids, int, str | None], Awaitable[Listing[R]]]"
"""The adapter's method behind a list: ids, number of rows, the provider's cursor."""


async def features(request: web.Request) -> web.Response:
    """The manifest of the backend in the request's mode."""
    document = manifest(request[ADAPTER].features(), compatible=request[BACKEND].manifest_compat)
    return json_answer(json.dumps(document, separators=(",", ":")))


def retrieve(read: Read[M]) -> Handler:
    """A handler that answers one object."""

    async def handle(request: web.Request) -> web.Response:
        found = await read(request[ADAPTER], request.match_info)
        return json_answer(found.to_json())

    return handle


def listing(
    controller: Controller,
    read: ReadPage[R],
    *,
    offers: Callable[[Policy, R], bool] | None = None,
) -> Handler:
    """A handler that answers a page. With `offers`, rows that the owner does not offer are left out of it."""

    async def handle(request: web.Request) -> web.Response:
        backend, adapter, ids = request[BACKEND], request[ADAPTER], request.match_info
        scope = Scope(backend.name, adapter.mode, controller, ids.get("customerId", ""))
        limit, cursor = read_page_query(request, scope)
        page = await read(adapter, ids, limit, cursor)
        rows = page.data if offers is None else tuple(row for row in page.data if offers(backend.policy, row))
        following = None if page.next is None else wrap(scope, page.next)
        return json_answer(page_json(rows, following))

    return handle


def act(target: Target) -> Handler:
    """A handler that does what its body says."""

    async def handle(request: web.Request) -> web.Response:
        backend = request[BACKEND]
        action = understand(backend, target, await read_object(request))
        add_context(action=str(action.action))
        await perform_once(backend, request[ADAPTER], action)
        return empty_answer()

    return handle
