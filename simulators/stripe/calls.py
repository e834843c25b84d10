"""One request as an endpoint sees it, and what endpoints share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.stripe.errors import ApiError, missing_in_parameter, missing_in_path, missing_parameter

if TYPE_CHECKING:
    from simulators.stripe.account import Account
    from simulators.tables import Table
    from simulators.types import Json


@dataclass(frozen=True, slots=True)
class Call:
    """A request after authentication, routing and the reading of its parameters.

    `identifier` is the id in the path, empty where the path has none. `now` is in Unix seconds.
    """

    account: Account
    now: int
    parameters: Json
    identifier: str = ""


def find(table: Table, identifier: str) -> Json:
    """The object that the path names.

    Raises:
        ApiError: 404 `resource_missing`.
    """
    row = table.get(identifier)
    if row is None:
        raise missing_in_path(table.noun, identifier)
    return row


def require(table: Table, parameters: Json, name: str) -> Json:
    """The object that a parameter names.

    Raises:
        ApiError: 400 `parameter_missing` or `resource_missing`.
    """
    row = look_up(table, parameters, name)
    if row is None:
        raise missing_parameter(name)
    return row


def look_up(table: Table, parameters: Json, name: str) -> Json | None:
    """The object that a parameter names, None when the parameter is absent.

    Raises:
        ApiError: 400 `resource_missing`.
    """
    identifier = parameters.get(name)
    if identifier is None:
        return None
    row = table.get(identifier)
    if row is None:
        raise missing_in_parameter(table.noun, identifier, name)
    return row


def merge_metadata(row: Json, given: dict[str, str] | str | None) -> None:
    """Merge by key; an empty value removes its key, an empty string removes all."""
    if given is None:
        return
    if isinstance(given, str):
        row["metadata"] = {}
        return
    merged = {**row["metadata"], **given}
    row["metadata"] = {key: value for key, value in merged.items() if value != ""}


def assign(row: Json, parameters: Json, *names: str) -> None:
    """Set members from the parameters of the same names; an empty string clears to null."""
    for name in names:
        if name in parameters:
            row[name] = None if parameters[name] == "" else parameters[name]


def already_exists(noun: str) -> ApiError:
    """Creating an object under an id that is taken."""
    return ApiError(400, f"{noun} already exists.", code="resource_already_exists", param="id")
