"""One request as an endpoint sees it, and what endpoints share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.chargebee.errors import not_found

if TYPE_CHECKING:
    from simulators.chargebee.shelves import Shelf
    from simulators.chargebee.site import Site
    from simulators.types import Json


@dataclass(frozen=True, slots=True)
class Call:
    """A request after authentication, routing and the reading of its parameters.

    `identifier` is the id in the path, empty where the path has none. `now` is in Unix seconds.
    """

    site: Site
    now: int
    parameters: Json
    identifier: str = ""


def find(call: Call, shelf: Shelf, *, for_writing: bool = False) -> Json:
    """The object that the path names.

    Raises:
        ApiError: 404, also for a deleted object that is to be written, or read from a site which hides them.
    """
    row = shelf.get(call.identifier)
    if row is None or (row.get("deleted", False) and (for_writing or not call.site.shows_deleted)):
        raise not_found(call.identifier)
    return row


def stamp(row: Json, now: int) -> Json:
    """Note that an object was written: `updated_at` in seconds and `resource_version` in milliseconds move on."""
    row["updated_at"] = now
    row["resource_version"] = max(now * 1000, row["resource_version"] + 1)
    return row


def assign(row: Json, parameters: Json, *names: str) -> None:
    """Set members from the parameters of the same names; an empty string takes the member away."""
    for name in names:
        if name not in parameters:
            continue
        if parameters[name] == "":
            row.pop(name, None)
        else:
            row[name] = parameters[name]
