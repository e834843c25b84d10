"""What the YAML of a Chargebee backend may say, and what is refused before anything starts (traps 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from adapters.chargebee.adapter import ChargebeeAdapter
from adapters.chargebee.settings import ChargebeeSettings
from adapters.holes import Runtime
from adapters.settings import AdapterSettings
from adapters.stripe.settings import StripeSettings
from gateway.contract import Mode

if TYPE_CHECKING:
    from adapters.chargebee.settings import ChargebeeModeSettings
    from tests.adapters.chargebee.support import Backend

Json = dict[str, Any]

TEST = {"site": "acme-test", "api_key": "test_abc"}
LIVE = {"site": "acme", "api_key": "live_abc"}


def settings(**sections: Any) -> ChargebeeSettings:
    return ChargebeeSettings.model_validate({"modes": {"test": TEST}, **sections})


def modes(**given: Json) -> ChargebeeSettings:
    return ChargebeeSettings.model_validate({"modes": given})


def configured(found: ChargebeeModeSettings | None) -> ChargebeeModeSettings:
    assert found is not None
    return found


def test_5_each_mode_has_a_site_of_its_own() -> None:
    found = modes(live=LIVE, test=TEST).modes

    assert configured(found.live).origin == "https://acme.chargebee.com"
    assert configured(found.test).origin == "https://acme-test.chargebee.com"


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        pytest.param({"base_url": "http://127.0.0.1:8765"}, "http://127.0.0.1:8765", id="an address alone"),
        pytest.param({"base_url": "https://proxy.example/cb/"}, "https://proxy.example/cb", id="with a path"),
        pytest.param({"site": "acme-test", "base_url": "https://acme-test.eu.example"}, "https://acme-test.eu.example",
                     id="an address before the site's own"),
    ],
)  # fmt: skip
def test_an_address_may_take_the_place_of_the_site(given: Json, origin: str) -> None:
    assert configured(modes(test={"api_key": "test_abc", **given}).modes.test).origin == origin


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        pytest.param({"live": {**LIVE, "api_key": "test_abc"}}, "is a test key", id="a test key for live"),
        pytest.param({"test": {**TEST, "api_key": "live_abc"}}, "is a live key", id="a live key for test"),
        pytest.param({"live": {**LIVE, "site": "acme-test"}}, "is a test site", id="a test site for live"),
        pytest.param({"test": {**TEST, "site": "acme"}}, "is no test site", id="a live site for test"),
        pytest.param({"live": {"api_key": "key", "base_url": "https://acme-test.eu.chargebee.com"}}, "is a test site",
                     id="a test site's address for live"),
        pytest.param({"test": {"api_key": "key", "base_url": "https://acme.chargebee.com"}}, "is no test site",
                     id="a live site's address for test"),
        pytest.param({"test": {**TEST, "base_url": "https://ACME.EU.Chargebee.com:443/"}}, "is no test site",
                     id="a test site with a live site's address"),
        pytest.param({"live": {"api_key": "live_abc"}}, "site is missing", id="neither site nor address"),
        pytest.param({"live": {"site": "acme"}}, "Field required", id="no key"),
        pytest.param({}, "at least one of live and test", id="no mode"),
        pytest.param({"live": {**LIVE, "base_url": "http://example.com"}}, "must be https", id="a live key in clear"),
        pytest.param({"sandbox": TEST}, "Extra inputs", id="a mode that is none"),
    ],
)  # fmt: skip
def test_5_modes_that_are_refused_before_anything_starts(given: Json, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason) as caught:
        modes(**given)
    assert not any(key in str(caught.value) for key in ("test_abc", "live_abc"))


@pytest.mark.parametrize("key", ["abcdefgh12345", "test-of-nobody", "cb_test_x"])
@pytest.mark.parametrize("mode", ["live", "test"])
def test_a_key_that_does_not_say_its_mode_is_believed(mode: str, key: str) -> None:
    assert modes(**{mode: {**(LIVE if mode == "live" else TEST), "api_key": key}}).modes.configured() != {}


NO_SITES = [
    "",
    "Acme-test",
    "acme.test",
    "acme-test.chargebee.com",
    "https://acme-test",
    "acme-test/",
    "acme-test@evil.example",
    "evil.example#-test",
    "acme:80-test",
    "..-test",
    "acme_test",
    "-test",
    "acme test",
    "acme-test\n",
    "ácme-test",
]


@pytest.mark.parametrize("site", NO_SITES)
def test_5_a_site_is_one_word_of_an_address_and_nothing_that_leads_elsewhere(site: str) -> None:
    """The key goes to whichever host comes of it."""
    with pytest.raises(ValidationError, match="first part of the site's address"):
        modes(test={"site": site, "api_key": "test_abc"})


@pytest.mark.parametrize("site", ["a-test", "acme-test", "acme-2-test", "0-test", "a--b-test"])
def test_sites(site: str) -> None:
    assert configured(modes(test={"site": site, "api_key": "x"}).modes.test).site == site


@pytest.mark.parametrize("key", ["", " test_abc", "test_abc\n", "test abc", "tést"])
def test_a_key_with_something_around_it_is_refused(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        modes(test={"site": "acme-test", "api_key": key})
    assert not key.strip() or key.strip() not in str(caught.value)


def test_a_key_is_shown_nowhere() -> None:
    assert "test_abc" not in f"{settings()!r} {settings().model_dump()}"


def test_what_is_left_out_is_left_to_the_site() -> None:
    actions = settings().actions
    said = {
        **actions.cancel.model_dump(include={*CANCEL_OPTIONS, "cancel_reason_code"}),
        **actions.pause.model_dump(include={"invoice_dunning_handling"}),
    }

    assert len(said) == 6
    assert set(said.values()) == {None}


def test_a_pause_bills_nothing_unless_it_is_told_to() -> None:
    assert settings().actions.pause.model_dump()["unbilled_charges_handling"] == "no_action"


CANCEL_OPTIONS = {
    "credit_option_for_current_term_charges": ("none", "prorate", "full"),
    "unbilled_charges_option": ("invoice", "delete"),
    "account_receivables_handling": ("no_action", "schedule_payment_collection", "write_off"),
    "refundable_credits_handling": ("no_action", "schedule_refund"),
}
PAUSE_OPTIONS = {
    "unbilled_charges_handling": ("no_action", "invoice"),
    "invoice_dunning_handling": ("continue", "stop"),
}
OPTIONS = [
    pytest.param(action, name, word, id=f"{name}={word}")
    for action, options in (("cancel", CANCEL_OPTIONS), ("pause", PAUSE_OPTIONS))
    for name, words in options.items()
    for word in words
]


@pytest.mark.parametrize(("action", "name", "word"), OPTIONS)
def test_words_about_money(action: str, name: str, word: str) -> None:
    assert getattr(getattr(settings(actions={action: {name: word}}).actions, action), name) == word


@pytest.mark.parametrize(
    ("action", "name"), [("cancel", name) for name in CANCEL_OPTIONS] + [("pause", name) for name in PAUSE_OPTIONS]
)
@pytest.mark.parametrize("word", ["everything", "", "None", True])
def test_other_words_about_money_are_refused(action: str, name: str, word: object) -> None:
    with pytest.raises(ValidationError):
        settings(actions={action: {name: word}})


@pytest.mark.parametrize("code", ["", "x" * 101])
def test_a_reason_code_is_one_that_the_provider_could_have(code: str) -> None:
    with pytest.raises(ValidationError):
        settings(actions={"cancel": {"cancel_reason_code": code}})


@pytest.mark.parametrize("switch", [True, False, "false", "true"])
@pytest.mark.parametrize("action", ["cancel", "pause", "extend_trial", "apply_coupon", "change_price"])
def test_an_action_may_be_a_switch(action: str, switch: object) -> None:
    enabled = getattr(settings(actions={action: switch}).actions, action).enabled

    assert enabled is (str(switch).lower() == "true")


@pytest.mark.parametrize(
    ("controllers", "offered"),
    [
        pytest.param({}, ("product", "family", True), id="all"),
        pytest.param({"families": False}, ("product", "standalone", False), id="no families"),
        pytest.param({"products": False}, ("standalone", None, False), id="no products, and so no families"),
    ],
)
def test_products_and_families_may_be_left_out(controllers: Json, offered: tuple[object, ...]) -> None:
    adapter = ChargebeeAdapter(Mode.TEST, settings(controllers=controllers), Runtime())
    shown = adapter.features().model_dump(mode="json")["controllers"]
    products = shown["products"]

    assert shown["prices"]["type"] == offered[0]
    assert (products["type"] if products and products["enabled"] else None) == offered[1]
    assert bool(shown["families"]) is offered[2]


async def test_5_a_mode_without_a_key_never_falls_back_to_the_other(backend: Backend) -> None:
    with pytest.raises(ValueError, match="test is not configured"):
        await backend.opened.enter_async_context(ChargebeeAdapter(Mode.TEST, modes(live=LIVE), Runtime()))


@pytest.mark.parametrize("kind", [AdapterSettings, StripeSettings])
def test_another_providers_settings_are_refused(kind: type[AdapterSettings]) -> None:
    other = kind.model_validate({"modes": {"test": {"api_key": "sk_test_x"} if kind is StripeSettings else {}}})

    with pytest.raises(TypeError, match="Chargebee"):
        ChargebeeAdapter(Mode.TEST, other, Runtime())
