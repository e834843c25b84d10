"""Between the package and the network: what the package would send is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe
from stripe import StripeClient

from adapters.stripe.transport import ANYTHING, Requestor, UnreadAnswer, document_of, install

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stripe._api_requestor import HttpVerb
    from stripe._request_options import RequestOptions

KEY = "Idempotency-Key"


@pytest.fixture
def client() -> StripeClient:
    return StripeClient("sk_test_1", stripe_version="2026-10-28.endive")


def options(key: str | None = None) -> RequestOptions:
    return {"api_key": "sk_test_1", "stripe_version": "2026-10-28.endive", "idempotency_key": key}


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("before", [None, "key_0"], ids=["no key before", "a key before"])
@pytest.mark.parametrize("key", [None, "key_1"], ids=["no key", "a key"])
def test_the_headers_are_the_packages_own(
    client: StripeClient, method: HttpVerb, before: str | None, key: str | None
) -> None:
    requestor, package = Requestor(client._requestor), client._requestor
    requestor.request_headers(method, "V1", options(before))
    mine = requestor.request_headers(method, "V1", options(key))
    theirs = package.request_headers(method, "V1", options(key))

    generated = method == "post" and key is None
    assert mine.keys() == theirs.keys()
    assert all(mine[name] == theirs[name] for name in mine if name != KEY or not generated)


def test_writes_without_a_key_never_share_the_packages(client: StripeClient) -> None:
    requestor = Requestor(client._requestor)
    keys = [requestor.request_headers("post", "V1", options())[KEY] for _ in range(3)]

    assert len(set(keys)) == 3


def test_headers_that_are_changed_are_changed_for_one_request(client: StripeClient) -> None:
    requestor = Requestor(client._requestor)
    requestor.request_headers("get", "V1", options())["X-Mine"] = "1"

    assert "X-Mine" not in requestor.request_headers("get", "V1", options())


class Recorder(stripe.HTTPClient):
    """The network, as the package sees it: keeps what it is given to send."""

    name = "recorder"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        self.sent.append((method, url, {**headers}, body))
        return b'{"object": "customer"}', 200, {}


PHASE = {"items": [{"price": "price 1", "quantity": 2}], "end_date": 1_800_000_000, "description": None}


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("get", {}),
        ("get", {"customer": "cus_1", "limit": 100, "expand": ["data.discounts", "data.schedule"]}),
        ("delete", {}),
        ("delete", {"invoice_now": False, "prorate": False}),
        ("post", {"idempotency_key": "key_1"}),
        ("post", {"cancel_at_period_end": True, "pause_collection": "", "idempotency_key": "key_1"}),
        ("post", {"phases": [PHASE, {"metadata": {"a b": "ä&="}}], "idempotency_key": "key_1"}),
    ],
    ids=["get", "get, parameters", "delete", "delete, parameters", "post", "post, parameters", "post, nested"],
)
async def test_a_request_is_the_packages_own(method: HttpVerb, parameters: dict[str, object]) -> None:
    mine, theirs = Recorder(), Recorder()
    for network, taken_over in ((mine, True), (theirs, False)):
        client = StripeClient("sk_test_1", stripe_version="2026-10-28.endive", http_client=network)
        if taken_over:
            install(client)
        await client.raw_request_async(method, "/v1/subscriptions/sub_1", **parameters)

    assert mine.sent == theirs.sent
    assert len(mine.sent) == 1


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("get", "/v2/core/events", {}),
        ("put", "/v1/customers", {}),
        ("get", "/v1/customers", {"stripe_account": "acct_1"}),
        ("get", "/v1/customers", {"headers": {"X-Mine": "1"}}),
    ],
    ids=["another API", "another verb", "another account", "headers"],
)
async def test_what_would_need_more_is_not_sent(method: str, path: str, options: dict[str, object]) -> None:
    network = Recorder()
    client = StripeClient("sk_test_1", http_client=network)
    install(client)

    with pytest.raises(ValueError, match="plain calls"):
        await client.raw_request_async(method, path, **options)
    assert network.sent == []


def test_an_answer_is_parsed_by_whoever_asked() -> None:
    answer = UnreadAnswer(b'{"object": "customer", "id": "cus_1"}', 200, {"request-id": "req_1"})

    assert document_of(answer) == {"object": "customer", "id": "cus_1"}
    assert answer.request_id == "req_1"


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"object": "a"} b', b'{"object": NaN}', b"[" * 100_000, b'{"object": "\xff"}'], ids=range(6)
)
def test_a_body_that_cannot_be_read_is_the_packages_error(body: bytes) -> None:
    with pytest.raises(stripe.APIError) as raised:
        document_of(UnreadAnswer(body, 200, {}))
    assert raised.value.http_status == 200


@pytest.mark.parametrize(
    "body",
    [b"[]", b"7", b"null", b"{}", b'{"object": 7}', b'{"object": "list"}', b'{"object": "list", "data": [7]}'],
    ids=lambda body: body.decode(),
)
def test_a_body_that_is_no_object_of_stripes_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no object of Stripe's"):
        document_of(UnreadAnswer(body, 200, {}), ANYTHING)
