"""Nothing personal and nothing secret survives in an event."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from gateway.observability.redaction import REDACTED, Redaction, secrets_in

MARKER = "LEAKMARKER"


def clean(event: dict[str, Any], *secrets: str) -> dict[str, Any]:
    return dict(Redaction(secrets)(None, "info", event))


@pytest.mark.parametrize(
    "key",
    [
        "authorization",
        "Authorization",
        "token",
        "integration_token",
        "integrationTokens",
        "api_key",
        "apiKey",
        "API-Key",
        "stripe_api_key",
        "secret",
        "client_secret",
        "password",
        "email",
        "e-mail",
        "customer_email",
        "phone",
        "phone_number",
        "name",
        "last_name",
        "lastName",
        "customer-name",
        "address",
        "addresses",
        "billing_address",
        "street",
        "postalCode",
        "cookie",
        "Set-Cookie",
        "signature",
    ],
)
@pytest.mark.parametrize("value", [MARKER, 12345, {"x": MARKER}, [MARKER]], ids=["text", "number", "object", "array"])
def test_a_value_is_taken_out_for_its_key(key: str, value: object) -> None:
    assert clean({key: value, "inside": [{key: value}]}) == {key: REDACTED, "inside": [{key: REDACTED}]}


@pytest.mark.parametrize(
    "key", ["event", "level", "route", "hostname", "filename", "backend", "operation", "customer_id", "monkey", "mode"]
)
def test_a_value_under_a_harmless_key_stays(key: str) -> None:
    assert clean({key: "harmless"}) == {key: "harmless"}


@pytest.mark.parametrize("value", [None, True, False])
def test_whether_there_is_one_is_no_secret(value: bool | None) -> None:
    assert clean({"token": value}) == {"token": value}


SECRET_LOOKING = [
    "Bearer abc.def-ghi",
    "bearer abc",
    "Basic dXNlcjpwYXNz",
    "sk_live_51Habcdefghij",
    "sk_test_51Habcdefghij",
    "rk_live_51Habcdefghij",
    "pk_test_51Habcdefghij",
    "whsec_abcdefghijkl",
    "pdl_live_apikey_01abc",
    "pdl_sdbx_apikey_01abc_xyz",
    "live_cdABCDEFGHIJKLMNOPQRSTUV",
    "test_cdABCDEFGHIJKLMNOPQRSTUV",
    "ada@example.com",
    "ada.lovelace+news@mail.example.co.uk",
    "o'brien@example.com",
    "ada%40example.com",
    "ada@localhost",
    "ädä@exämple.com",
    "ADA@EXAMPLE.COM",
]


@pytest.mark.parametrize("value", SECRET_LOOKING)
@pytest.mark.parametrize(
    "template", ["{}", "before {} after", "x={}", '"{}"', "<{}>", "({}),", "a\n{}\nb"], ids=lambda one: repr(one)
)
def test_a_value_is_taken_out_for_what_it_looks_like(value: str, template: str) -> None:
    credential = value.partition(" ")[2] or value
    event = clean({"event": template.format(value), "nested": {"list": [template.format(value)]}})
    assert credential not in json.dumps(event, ensure_ascii=False)
    assert REDACTED in event["event"]


@pytest.mark.parametrize(
    "text",
    [
        "cus_NffrFeUfNV2Hib",
        "/churnkey/customers/{customerId}",
        "live",
        "test",
        "test_account",
        "subscription/apply-coupon",
        "{customerId: string, duration: {amount: number}}",
        "2026-03-15T12:00:00Z",
        "the bearer of bad news",
    ],
)
def test_what_an_operator_needs_stays(text: str) -> None:
    cleaned = clean({"event": text})["event"]
    assert cleaned == text or text == "the bearer of bad news"


class Opaque:
    """Of no plain kind, so that what it is in is looked through."""

    def __str__(self) -> str:
        return "opaque"


@pytest.mark.parametrize("value", ["text", f"{MARKER}@example.com", Opaque()], ids=["text", "address", "object"])
def test_what_is_cleaned_is_not_changed_itself(value: object) -> None:
    event = {"event": value, "inside": {"list": [value]}}
    Redaction().clean(event)
    assert event == {"event": value, "inside": {"list": [value]}}


def test_a_secret_as_a_key_is_taken_out_too() -> None:
    assert MARKER not in str(clean({"shape": {f"{MARKER}@example.com": 1}}))


class Talkative:
    """An object whose text tells everything."""

    def __str__(self) -> str:
        return f"sk_live_{MARKER}"

    __repr__ = __str__


@pytest.mark.parametrize(
    "value",
    [Talkative(), {Talkative(): 1}, [Talkative()], (Talkative(),), {1: Talkative()}, f"sk_live_{MARKER}".encode()],
    ids=["object", "key", "list", "tuple", "value", "bytes"],
)
def test_an_object_is_cleaned_as_its_text(value: object) -> None:
    assert MARKER not in json.dumps(clean({"thing": value}))


class Mute:
    """An object that cannot be written down."""

    def __str__(self) -> str:
        raise RuntimeError(MARKER)


def test_an_object_that_cannot_be_written_down_does_not_cost_the_event() -> None:
    assert clean({"event": "x", "thing": Mute(), "inside": {Mute(): 1}}) == {
        "event": "x",
        "thing": "<Mute>",
        "inside": {"<Mute>": 1},
    }


def test_what_refers_to_itself_ends() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "..." in json.dumps(clean({"loop": loop}))


def test_a_secret_at_the_cut_of_a_long_text_does_not_show_its_beginning() -> None:
    for before in range(4070, 4100):
        text = "x" * (before - 1) + " " + "sk_live_" + MARKER * 3
        assert "LEAK" not in clean({"event": text})["event"]


SECRETS = st.text(alphabet=string.ascii_letters + string.digits + string.punctuation, min_size=6, max_size=40).filter(
    lambda secret: secret not in REDACTED
)


@given(SECRETS, st.text(max_size=20), st.text(max_size=20))
def test_a_configured_secret_appears_nowhere(secret: str, before: str, after: str) -> None:
    text = before + secret + after
    event = clean({"event": text, "nested": {"deep": [text, {text: text}]}, "encoded": quote(secret, safe="")}, secret)
    assert all(secret not in one for one in _texts(event))


@given(st.lists(SECRETS, min_size=2, max_size=4), st.data())
def test_of_several_secrets_none_appears(secrets: list[str], data: st.DataObject) -> None:
    secret = data.draw(st.sampled_from(secrets))
    assert secret not in clean({"event": f"x {secret} y"}, *secrets)["event"]


@given(st.emails(), st.text(alphabet=" \t\n()<>,", max_size=3))
def test_no_email_survives(email: str, around: str) -> None:
    event = clean({"event": f"{around}{email}{around}", "encoded": quote(email)})
    assert email not in event["event"]
    assert email.partition("@")[2] not in event["encoded"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON))
def test_any_event_can_be_cleaned_and_written(event: dict[str, object]) -> None:
    json.dumps(clean(event))


# The fourth has a word in it that all of its kind have, the fifth another of these.
CONFIGURED = [
    "s3cr3t-of-the-OWNER",
    "se cret/with%signs",
    "\u017fecret-beyond-ascii",
    "own_test_key-of-the-OWNER",
    "the-s3cr3t-of-the-OWNER",
]
TELLING = st.sampled_from(
    [
        *CONFIGURED,
        *(secret.upper() for secret in CONFIGURED),
        *("Bearer abc", "ba\u017fic dXNlcg==", "sk_live_abc", "RK_TEST_abc", "test_aaaaaaaaaabbbbbbbbbb"),
        *("whsec_abc", "Pdl_abc", "ada@example.com", "ada%40example.com", "a" * 5000),
        *("email", "apiKey", "last_name", "tokens", "Phone", "customer_id"),
        *("live_", "basic", "%40", "\n", " ", ":", "\ud800"),
    ]
)
FRAGMENTS = st.lists(TELLING | st.text(max_size=3), max_size=3).map("".join)
TELLING_EVENTS = st.dictionaries(
    FRAGMENTS,
    st.recursive(
        FRAGMENTS | st.none() | st.booleans() | st.integers() | st.just(Opaque()),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FRAGMENTS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@settings(max_examples=500)
@given(TELLING_EVENTS)
def test_what_a_quick_look_lets_pass_has_nothing_in_it(event: dict[str, object]) -> None:
    redaction = Redaction(CONFIGURED)
    looked_through = redaction.clean({**event, "opaque": Opaque()})
    assert looked_through.pop("opaque") == "opaque"
    assert redaction.clean(event) == looked_through


@settings(max_examples=200)
@given(st.lists(TELLING_EVENTS, min_size=2, max_size=4), st.integers(0, 3))
def test_what_was_seen_before_changes_nothing(events: list[dict[str, object]], told_after: int) -> None:
    redaction = Redaction(CONFIGURED[:1])
    for number, event in enumerate(events):
        if number == told_after:
            redaction.know(CONFIGURED)
        fresh = Redaction(CONFIGURED if number >= told_after else CONFIGURED[:1])
        looked_through = fresh.clean({**event, "opaque": Opaque()})
        assert looked_through.pop("opaque") == "opaque"
        assert redaction.clean(event) == looked_through


@pytest.mark.parametrize("secret", CONFIGURED)
@pytest.mark.parametrize("template", ["{}", "x{}x", "a {}"])
def test_a_secret_is_taken_out_whatever_others_and_words_are_in_it(secret: str, template: str) -> None:
    cleaned = clean({"event": template.format(secret), template.format(secret): True}, *CONFIGURED)
    assert cleaned == {"event": template.format(REDACTED), template.format(REDACTED): True}


def test_nesting_is_cut_in_the_same_place_by_a_quick_look() -> None:
    nested: object = "innermost"
    for depth in range(12):
        nested = [nested] if depth % 2 else {"inner": nested}
        redaction = Redaction()
        looked_through = redaction.clean({"nested": nested, "opaque": Opaque()})
        assert redaction.clean({"nested": nested}) == {"nested": looked_through["nested"]}


def test_a_key_that_equals_a_harmless_one_of_another_kind_is_written_as_it_reads() -> None:
    redaction = Redaction()
    redaction.clean({"inside": {"1": 0}})
    assert [redaction.clean({"inside": {key: 0}}) for key in (1, True, 1.0)] == [
        {"inside": {"1": 0}},
        {"inside": {"True": 0}},
        {"inside": {"1.0": 0}},
    ]


def test_a_text_that_is_harmless_as_a_value_is_not_so_as_a_key() -> None:
    redaction = Redaction()
    assert redaction.clean({"kind": "email"}) == {"kind": "email"}
    assert redaction.clean({"email": "kind"}) == {"email": REDACTED}


def _texts(value: object) -> list[str]:
    match value:
        case dict():
            return [text for entry in value.items() for part in entry for text in _texts(part)]
        case list():
            return [text for one in value for text in _texts(one)]
        case _:
            return [str(value)]


def test_a_word_that_is_configured_as_a_secret_stays_readable() -> None:
    assert clean({"mode": "test"}, "test") == {"mode": "test"}


def test_every_secret_in_settings_is_found() -> None:
    class Mode(BaseModel):
        api_key: SecretStr

    class Settings(BaseModel):
        name: str
        tokens: tuple[SecretStr, ...]
        modes: dict[str, Mode]
        live: Mode | None

    settings = Settings(
        name="stripe",
        tokens=(SecretStr("one"), SecretStr("two")),
        modes={"test": Mode(api_key=SecretStr("three"))},
        live=Mode(api_key=SecretStr("four")),
    )
    assert sorted(secrets_in(settings, settings)) == ["four", "four", "one", "one", "three", "three", "two", "two"]


def test_a_secret_that_is_told_later_is_taken_out_from_then_on_and_the_earlier_ones_too() -> None:
    redaction = Redaction(["first-of-the-secrets"])
    text = "first-of-the-secrets second/of-the-secrets second%2Fof-the-secrets"
    before = redaction(None, "info", {"event": text})
    redaction.know(["second/of-the-secrets"])
    after = redaction(None, "info", {"event": text})
    assert before == {"event": f"{REDACTED} second/of-the-secrets second%2Fof-the-secrets"}
    assert after == {"event": f"{REDACTED} {REDACTED} {REDACTED}"}


class Interrupted(tuple[str, ...]):
    """Words to be looked for; when the last one has been, something happens."""

    then: Callable[[], object]

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        self.then()


def test_a_secret_that_is_told_while_a_line_is_looked_at_is_taken_out_of_the_next_one() -> None:
    redaction = Redaction()
    words = redaction._words = Interrupted(redaction._words)
    words.then = lambda: redaction.know(["told-a-moment-too-late"])
    redaction.clean({"event": "told-a-moment-too-late"})
    assert redaction.clean({"event": "told-a-moment-too-late"}) == {"event": REDACTED}


class Telling(dict[str, object]):
    """A mapping whose keys, once they have all been looked at, are followed by something."""

    then: Callable[[], object]

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        self.then()


def test_a_secret_that_is_told_while_keys_are_looked_at_is_taken_out_of_the_next_ones() -> None:
    redaction = Redaction()
    event = {"told-a-moment-too-late": 1}
    telling = Telling(event)
    telling.then = lambda: redaction.know(["told-a-moment-too-late"])
    redaction._are_harmless(telling)
    assert redaction.clean(event) == {REDACTED: 1}
