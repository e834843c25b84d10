"""One request as an endpoint sees it, and what endpoints answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.paddle.errors import not_found

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.paddle.account import Account
    from simulators.tables import Table
    from simulators.types import Json


@dataclass(frozen=True, slots=True)
class Call:
    """A request after authentication, routing and the reading of its query and its body.

    `identifiers` are the ids in the path, in their order. `url` is the address without the query, for `next`.
    """

    account: Account
    now: datetime
    url: str
    query: Json
    body: Json
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes into `data`, and what into `meta` beside the request's id."""

    data: Json | list[Json]
    meta: Json = field(default_factory=dict)


def find(table: Table, identifier: str) -> Json:
    """The object that the path names, archived or not.

    Raises:
        ApiError: 404 `not_found`.
    """
    row = table.get(identifier)
    if row is None:
        raise not_found(table.noun, identifier)
    return row
