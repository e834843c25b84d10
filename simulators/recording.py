"""What was asked: every request that reached a simulator, without its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.forms import Pairs


@dataclass
class RecordedRequest:
    """One request and how it was answered.

    `path` is as it was sent, percent-encoded, without the query. `account` is the account's id, None for an
    unknown key. `status` is None when the connection was dropped instead of an answer. `headers` have
    lower-case names and no `authorization`.
    """

    method: str
    path: str
    query: Pairs
    form: Pairs
    headers: Mapping[str, str]
    request_id: str
    account: str | None = None
    livemode: bool | None = None
    status: int | None = None
    replayed: bool = False

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def parameters(self) -> dict[str, str]:
        """Query and form together, names as they were sent; of a name given twice the last value."""
        return dict((*self.query, *self.form))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
