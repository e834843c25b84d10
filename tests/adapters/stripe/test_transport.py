"""Between the package and the network: what the package would send is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from stripe import StripeClient

from adapters.sessions import open_session, session_beside
from adapters.stripe.query import query
from adapters.stripe.transport import ANYTHING, LeanClient, UnreadAnswer, document_of, requestor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stripe._api_requestor import HttpVerb

KEY = "Idempotency-Key"


class Recorder(stripe.HTTPClient):
    """The network, as the package sees it: keeps what it is given to send."""

    name = "recorder"

    def __init__(self, status: int = 200) -> None:
        super().__init__()
        self.status = status
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | bytes | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        self.sent.append((method, url, {**headers}, body))
        return b'{"object": "customer"}', self.status, {}


PHASE = {"items": [{"price": "price 1", "quantity": 2}], "end_date": 1_800_000_000, "description": None}


def package(network: Recorder) -> StripeClient:
    return StripeClient("sk_test_1", stripe_version="2026-10-28.endive", http_client=network)


@pytest.mark.parametrize(
    ("verb", "parameters", "key"),
    [
        ("get", {}, None),
        ("get", {"customer": "cus_1", "limit": 100, "expand": ["data.discounts", "data.schedule"]}, None),
        ("delete", {}, None),
        ("delete", {"invoice_now": False, "prorate": False}, None),
        ("post", {}, "key_1"),
        ("post", {"cancel_at_period_end": True, "pause_collection": ""}, "key_1"),
        ("post", {"phases": [PHASE, {"metadata": {"a b": "ä&="}}]}, "key_1"),
    ],
    ids=["get", "get, parameters", "delete", "delete, parameters", "post", "post, parameters", "post, nested"],
)
async def test_a_request_is_the_packages_own(verb: HttpVerb, parameters: dict[str, object], key: str | None) -> None:
    mine, theirs = Recorder(), Recorder()
    requestor = requestor_of(package(mine))
    for _ in range(2):
        await requestor.call(verb, "/v1/subscriptions/sub_1", query(parameters), key)
    options = {} if key is None else {"idempotency_key": key}
    await package(theirs).raw_request_async(verb, "/v1/subscriptions/sub_1", **parameters, **options)

    assert mine.sent == theirs.sent * 2


@pytest.mark.parametrize("verb", ["get", "delete", "post"])
async def test_headers_that_the_session_sends_are_the_packages_own_too(verb: HttpVerb) -> None:
    seen: list[dict[str, str]] = []

    async def note_headers(request: web.Request) -> web.Response:
        seen.append({**request.headers})
        return web.json_response({"object": "customer"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note_headers)
    session = open_session(connections=1, connect_timeout_s=1)
    async with TestServer(application) as server, session, ClientSession() as theirs:
        networks = [
            LeanClient(session=session, timeout=session.timeout),
            stripe.AIOHTTPClient(session=theirs),
        ]
        mine, package_itself = (
            StripeClient(
                "sk_test_1",
                stripe_version="2026-10-28.endive",
                http_client=network,
                base_addresses={"api": str(server.make_url("")).rstrip("/")},
            )
            for network in networks
        )
        requestor = requestor_of(mine, session)
        keys = ("key_1", "key_2") if verb == "post" else (None, None)
        for key in keys:
            await requestor.call(verb, "/v1/customers/cus_1", "", key)
            options = {} if key is None else {"idempotency_key": key}
            await package_itself.raw_request_async(verb, "/v1/customers/cus_1", **options)
        async with session_beside(session) as beside, beside.get(server.make_url("/")):
            pass

    first, packages_first, second, packages_second, bare = seen
    assert (first, second) == (packages_first, packages_second)
    assert bare.keys().isdisjoint({"Authorization", "Stripe-Version"})


async def test_a_post_without_a_key_gets_one_of_the_packages_each_time_another() -> None:
    network = Recorder()
    requestor = requestor_of(package(network))
    for _ in range(3):
        await requestor.call("post", "/v1/invoices/create_preview", "")
    keys = [headers[KEY] for _, _, headers, _ in network.sent]

    assert len(set(keys)) == 3


async def test_a_key_is_sent_with_its_own_write_alone() -> None:
    network = Recorder()
    requestor = requestor_of(package(network))
    for key in ("key_1", None, "key_2"):
        await requestor.call("post", "/v1/subscriptions/sub_1", "", key)
    first, second, third = (headers[KEY] for _, _, headers, _ in network.sent)

    assert (first, third) == ("key_1", "key_2")
    assert second not in {first, third}


@pytest.mark.parametrize("status", [300, 304, 400, 500])
async def test_what_is_no_success_is_an_error(status: int) -> None:
    with pytest.raises(stripe.StripeError) as raised:
        await requestor_of(package(Recorder(status))).call("get", "/v1/customers/cus_1", "")
    assert raised.value.http_status == status


def test_an_answer_is_parsed_by_whoever_asked() -> None:
    answer = UnreadAnswer(b'{"object": "customer", "id": "cus_1"}', 200, {"Request-Id": "req_1"})

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
    [b"[]", b"7", b"null", b"{}", b'{"object": 7}', b'{"object": "list"}', b'{"object": "list", "data": {}}'],
    ids=lambda body: body.decode(),
)
def test_a_body_that_is_no_object_of_stripes_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no object of Stripe's"):
        document_of(UnreadAnswer(body, 200, {}), ANYTHING)
