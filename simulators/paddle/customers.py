"""`/customers` and `/customers/{id}/addresses`: https://developer.paddle.com/api-reference/customers/overview"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.paddle.calls import Answer, Call, find
from simulators.paddle.errors import not_found
from simulators.paddle.listing import among, answer, in_scope

if TYPE_CHECKING:
    from simulators.paddle.account import Account
    from simulators.types import Json


def index(call: Call) -> Answer:
    """Active ones, unless other statuses are asked for. The e-mail is compared whole, `search` looks into parts."""
    query = call.query
    needle = query.get("search", "").casefold()

    def matches(row: Json) -> bool:
        return (
            in_scope(row, query)
            and among(row, query, "id")
            and (not needle or _mentions(row, needle, "id", "name", "email"))
        )

    rows = _with_email(call.account, query["email"]) if "email" in query else None
    return answer(call, call.account.customers, matches, among=rows)


def retrieve(call: Call) -> Answer:
    return Answer(find(call.account.customers, call.identifiers[0]))


def list_addresses(call: Call) -> Answer:
    """Active ones, unless other statuses are asked for."""
    customer = find(call.account.customers, call.identifiers[0])
    query = call.query
    needle = query.get("search", "").casefold()

    def matches(row: Json) -> bool:
        return (
            in_scope(row, query)
            and among(row, query, "id")
            and (not needle or _mentions(row, needle, "id", "description", "first_line", "city", "postal_code"))
        )

    rows = call.account.addresses_of.get(customer["id"], [])
    return answer(call, call.account.addresses, matches, among=rows)


def retrieve_address(call: Call) -> Answer:
    """Only under the customer whose address it is."""
    customer, identifier = call.identifiers
    address = find(call.account.addresses, identifier)
    if address["customer_id"] != customer:
        raise not_found("address", identifier)
    return Answer(address)


def _with_email(account: Account, emails: tuple[str, ...]) -> list[Json]:
    if not account.email_ignores_case:
        return [row for row in account.customers if row["email"] in emails]
    folded = {email.casefold() for email in emails}
    return [row for row in account.customers if row["email"].casefold() in folded]


def _mentions(row: Json, needle: str, *names: str) -> bool:
    return any(needle in (row[name] or "").casefold() for name in names)
