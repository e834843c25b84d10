"""`check` against each provider: key, reachability, permissions, switches, version, clock, and what will be offered."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from adapters import registry
from gateway.server import examine_accounts, open_backends
from gateway.settings import load
from simulators.faults import Fault
from tests.support.checking import CHARGEBEE, PADDLE, PROVIDERS, STRIPE, Checked, Lack, Provider, run_check

GUARDED = "policy: {max_immediate_charge: {usd: 5000}}\n"

each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=str)


def only(provider: Provider) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("provider", [provider], ids=str)


class Backend:
    """A provider that is served, and the settings of a backend in front of it."""

    def __init__(self, provider: Provider, address: str, path: Path) -> None:
        self.provider = provider
        self.account = provider.account()
        self.simulator = provider.simulator({provider.key: self.account})
        self.address = address
        self._path = path

    def write(self, **settings: Any) -> Path:
        """Write the settings down."""
        self._path.write_text(self.provider.settings(self.address, **settings), encoding="utf-8")
        return self._path

    async def check(self, **settings: Any) -> Checked:
        """What the command says of it."""
        return Checked(await run_check(self.write(**settings), "--json"))


@pytest.fixture
async def backend(provider: Provider, tmp_path: Path) -> AsyncIterator[Backend]:
    made = Backend(provider, "", tmp_path / "backend.yaml")
    async with TestServer(made.simulator.application()) as server:
        made.address = str(server.make_url(""))
        yield made


class TestTheKey:
    @each_provider
    async def test_one_of_the_mode_is_fine(self, backend: Backend) -> None:
        seen = await backend.check()

        assert seen.rows["key"].result == "ok"
        assert "test" in seen.rows["key"].what

    @each_provider
    async def test_one_of_the_other_mode_is_a_bad_setting(self, backend: Backend) -> None:
        seen = await backend.check(key=backend.provider.live_key)

        assert seen.exit_code == 2
        assert "modes.test.api_key: is a live key" in seen.result.output

    @pytest.mark.parametrize(
        ("provider", "key"),
        [
            pytest.param(STRIPE, "sk_test_51OfTheCheck", id="stripe: a secret key"),
            pytest.param(PADDLE, "0123456789" * 5, id="paddle: one of before there were permissions"),
        ],
    )
    async def test_one_that_may_do_more_than_it_must_is_remarked_and_asked_for_no_proof(
        self, backend: Backend, key: str
    ) -> None:
        backend.simulator.accounts[key] = backend.account
        seen = await backend.check(key=key)

        assert (seen.exit_code, seen.rows["key"].result) == (0, "remark")
        assert {row.result for subject, row in seen.rows.items() if subject.startswith("permission ")} == {"ok"}


class TestTheProvider:
    @each_provider
    async def test_one_that_answers_and_takes_the_key_is_fine(self, backend: Backend) -> None:
        assert (await backend.check()).rows["provider"].result == "ok"

    @each_provider
    async def test_one_that_does_not_answer_is_found_and_nothing_else_is_asked(
        self, backend: Backend, refused_port: int
    ) -> None:
        backend.address = f"http://127.0.0.1:{refused_port}"
        seen = await backend.check()

        assert (seen.exit_code, seen.findings) == (1, {"provider"})
        assert "is base_url right" in str(seen.rows["provider"].advice)
        assert not any(subject.startswith("permission ") for subject in seen.rows)

    @each_provider
    async def test_one_that_refuses_the_key_is_found(self, backend: Backend) -> None:
        seen = await backend.check(key=backend.provider.unknown_key)

        assert (seen.exit_code, seen.findings) == (1, {"provider"})
        assert "refuses the key (40" in seen.rows["provider"].what

    @each_provider
    async def test_a_proxys_page_is_no_answer_of_the_provider(self, backend: Backend) -> None:
        backend.simulator.faults.add(Fault.html(403, times=None))
        seen = await backend.check()

        assert (seen.exit_code, seen.findings) == (1, {"provider"})

    @only(PADDLE)
    async def test_one_that_never_saw_the_key_is_found(self, backend: Backend) -> None:
        """Paddle's root answers whoever asks."""
        nobody = {"api": {"environment": "sandbox"}, "caller": {"account": None, "permissions": []}}
        backend.simulator.faults.add(Fault(status=200, body={"data": nobody}, path="^/$"))

        assert (await backend.check()).findings == {"provider"}

    @only(PADDLE)
    @pytest.mark.parametrize("rights", [PADDLE.every_right, frozenset({"price.read"})], ids=["all", "hardly any"])
    async def test_one_whose_root_is_not_passed_on_is_asked_otherwise(
        self, backend: Backend, rights: frozenset[str]
    ) -> None:
        backend.provider.restrict(backend.account, rights)
        backend.simulator.faults.add(Fault.html(404, path="^/$", times=None))
        seen = await backend.check()

        assert seen.rows["provider"].result == "ok"
        assert seen.rows["permission price.read"].result == "ok"
        assert {seen.rows[one].result for one in ("environment", "clock", "permission subscription.write")} == {
            "remark"
        }

    @only(PADDLE)
    async def test_a_key_that_is_refused_is_found_also_where_the_root_is_not_passed_on(self, backend: Backend) -> None:
        backend.simulator.faults.add(Fault.html(404, path="^/$", times=None))

        assert (await backend.check(key=backend.provider.unknown_key)).findings == {"provider"}

    @only(PADDLE)
    async def test_the_other_environment_is_found(self, backend: Backend) -> None:
        backend.account.livemode = True
        seen = await backend.check()

        assert "environment" in seen.findings
        assert "test mode are served by Paddle's production" in seen.rows["environment"].what


LACKS = [
    pytest.param(provider, lack, id=f"{provider}: {' '.join(sorted(lack.rights))}")
    for provider in PROVIDERS
    for lack in provider.lacks
]


class TestPermissions:
    @each_provider
    async def test_a_key_that_lacks_nothing_is_fine(self, backend: Backend) -> None:
        backend.provider.restrict(backend.account, backend.provider.every_right)
        seen = await backend.check()

        unproven = {subject for subject, row in seen.rows.items() if row.result == "remark"}
        assert (seen.exit_code, seen.findings) == (0, set())
        assert unproven == {f"permission {name}" for name in backend.provider.unproven}
        assert all("not checked" in seen.rows[subject].what for subject in unproven)

    @pytest.mark.parametrize(("provider", "lack"), LACKS)
    async def test_each_that_is_missing_is_named_with_where_to_give_it(self, backend: Backend, lack: Lack) -> None:
        backend.provider.restrict(backend.account, backend.provider.every_right - lack.rights)
        seen = await backend.check()

        missing = {f"permission {name}" for name in lack.permissions}
        # Chargebee's switches show in a subscription only.
        assert (seen.exit_code, seen.findings - {"account"}) == (1, missing)
        assert all(" > " in str(seen.rows[subject].advice) for subject in missing)

    @pytest.mark.parametrize(
        ("provider", "more", "name"),
        [
            pytest.param(STRIPE, "controllers: {products: false}\n", "Products: read", id="stripe: products"),
            pytest.param(
                CHARGEBEE, "controllers: {families: false}\n", "item families: read", id="chargebee: families"
            ),
            pytest.param(PADDLE, "controllers: {coupons: false}\n", "discount.read", id="paddle: coupons"),
        ],
    )
    async def test_what_the_settings_leave_off_needs_none(self, backend: Backend, more: str, name: str) -> None:
        assert f"permission {name}" in (await backend.check()).rows
        assert f"permission {name}" not in (await backend.check(more=more)).rows

    @each_provider
    async def test_without_actions_none_to_write_is_needed(self, backend: Backend) -> None:
        actions = ", ".join(f"{name}: false" for name in ("cancel", "pause", "extend_trial", "apply_coupon"))
        seen = await backend.check(more=f"actions: {{{actions}, change_price: false}}\n")

        assert [subject for subject in seen.rows if subject.startswith("permission ") and "write" in subject] == []

    @only(STRIPE)
    @pytest.mark.parametrize(
        ("rights", "result"),
        [
            pytest.param({"rak_invoice_write"}, "ok", id="held"),
            pytest.param(set[str](), "finding", id="missing"),
        ],
    )
    async def test_previews_are_proven_by_one_where_charges_are_bounded(
        self, backend: Backend, rights: set[str], result: str
    ) -> None:
        backend.provider.restrict(backend.account, backend.provider.every_right | rights)
        seen = await backend.check(more=GUARDED)

        assert seen.rows["permission Invoices: write"].result == result
        assert "permission Invoices: write" not in (await backend.check()).rows

    @only(STRIPE)
    async def test_previews_are_not_blamed_for_another_right_that_is_missing(self, backend: Backend) -> None:
        backend.provider.restrict(backend.account, backend.provider.every_right - {"rak_subscription_read"})

        assert (await backend.check(more=GUARDED)).findings == {"permission Subscriptions: read"}

    @only(STRIPE)
    async def test_previews_of_no_subscription_prove_nothing(self, backend: Backend) -> None:
        backend.provider.restrict(backend.account, backend.provider.every_right)
        backend.account.subscriptions.rows.clear()
        seen = await backend.check(more=GUARDED)

        assert seen.rows["permission Invoices: write"].result == "remark"


class TestTheAccount:
    @only(CHARGEBEE)
    async def test_what_it_has_switched_off_is_found_with_where_to_switch_it_on(self, backend: Backend) -> None:
        backend.account.pause_enabled = False
        seen = await backend.check()

        assert (seen.exit_code, seen.findings) == (1, {"feature pause"})
        assert seen.rows["feature pause"].what == "off: the site has pausing switched off"
        assert "Pause Subscription" in str(seen.rows["feature pause"].advice)

    @only(CHARGEBEE)
    async def test_what_it_has_switched_off_does_not_matter_where_the_settings_leave_it_off(
        self, backend: Backend
    ) -> None:
        backend.account.pause_enabled = False
        seen = await backend.check(more="actions: {pause: false}\n")

        assert (seen.exit_code, seen.findings) == (0, set())
        assert seen.rows["feature pause"].what == "off: the settings leave it off"

    @only(CHARGEBEE)
    async def test_the_first_catalogue_is_found_and_no_right_is_asked_for(self, backend: Backend) -> None:
        backend.account.product_catalog_version = "v1"
        seen = await backend.check()

        assert (seen.exit_code, seen.findings) == (1, {"account"})
        assert "Product Catalog 1.0" in seen.rows["account"].what

    @only(CHARGEBEE)
    async def test_the_catalogue_is_told(self, backend: Backend) -> None:
        assert (await backend.check()).rows["Product Catalog"][:2] == ("ok", "2.0")

    @only(CHARGEBEE)
    async def test_a_key_that_may_not_ask_for_the_catalogue_is_no_unknown_key(self, backend: Backend) -> None:
        backend.provider.restrict(backend.account, backend.provider.every_right - {"configurations:read"})
        seen = await backend.check()

        assert seen.rows["provider"].result == "ok"
        assert seen.rows["Product Catalog"].result == "remark"


class TestTheVersion:
    @each_provider
    async def test_the_one_that_every_request_names_is_told(self, backend: Backend) -> None:
        seen = await backend.check()

        assert seen.rows["API version"].result == "ok"
        assert backend.provider.version in seen.rows["API version"].what

    @only(STRIPE)
    async def test_the_accounts_own_is_told_beside_it(self, backend: Backend) -> None:
        backend.account.api_version = "2019-12-03"
        seen = await backend.check()

        assert seen.rows["API version"].result == "ok"
        assert "the account's own is 2019-12-03" in seen.rows["API version"].what

    @only(STRIPE)
    async def test_an_answer_in_another_is_found(self, backend: Backend) -> None:
        backend.simulator.faults.add(Fault(headers={"Stripe-Version": "2019-12-03"}, times=None))

        assert (await backend.check()).findings == {"API version"}

    @only(PADDLE)
    async def test_another_that_the_provider_names_is_remarked(self, backend: Backend) -> None:
        root = {"api": {"version": "2", "environment": "sandbox"}, "caller": {"account": {}, "permissions": []}}
        backend.simulator.faults.add(Fault(status=200, body={"data": root}, path="^/$"))

        assert (await backend.check()).rows["API version"].result == "remark"


class TestTheClock:
    @each_provider
    @pytest.mark.parametrize(
        ("ahead", "result", "words"),
        [
            pytest.param(0, "ok", "it agrees", id="agrees"),
            pytest.param(30, "remark", "behind", id="somewhat behind"),
            pytest.param(-30, "remark", "ahead of", id="somewhat ahead"),
            pytest.param(3600, "finding", "behind", id="an hour behind"),
            pytest.param(-3600, "finding", "ahead of", id="an hour ahead"),
        ],
    )
    async def test_is_held_against_the_providers(self, backend: Backend, ahead: int, result: str, words: str) -> None:
        backend.simulator.ahead = timedelta(seconds=ahead)
        seen = await backend.check()

        assert seen.rows["clock"].result == result
        assert words in seen.rows["clock"].what
        assert seen.exit_code == (1 if result == "finding" else 0)

    @each_provider
    async def test_is_not_judged_by_an_answer_without_a_time(self, backend: Backend) -> None:
        backend.simulator.faults.add(Fault(headers={"Date": "soon"}, times=None))
        seen = await backend.check()

        assert (seen.exit_code, seen.rows["clock"].result) == (0, "remark")


class TestTheManifest:
    @each_provider
    async def test_every_feature_is_told_on_or_off_with_the_reason(self, backend: Backend) -> None:
        seen = await backend.check(more="actions: {cancel: {schedules: [immediate]}}\n")

        told = {
            subject.removeprefix("feature "): row.what
            for subject, row in seen.rows.items()
            if subject.startswith("feature ")
        }
        assert told["controllers.customers"] == "on"
        assert (told["cancel"], told["cancel.immediate"]) == ("on", "on")
        assert told["cancel.end-of-period"] == "off: the settings leave it off"
        assert len(told) > 20

    @only(PADDLE)
    async def test_what_the_provider_cannot_do_is_told(self, backend: Backend) -> None:
        assert (await backend.check()).rows["feature find-by-phone"].what == "off: the billing provider cannot do it"


@each_provider
async def test_nothing_is_sent_that_could_change_anything(backend: Backend) -> None:
    tables = {
        name: copy.deepcopy(value.rows) for name, value in vars(backend.account).items() if hasattr(value, "rows")
    }
    await backend.check(more=GUARDED)

    assert len(backend.simulator.requests) > 5
    assert all(request.endswith(backend.provider.harmless) for request in backend.simulator.writes())
    assert {name: vars(backend.account)[name].rows for name in tables} == tables


@each_provider
async def test_neither_key_nor_token_nor_customer_is_shown(backend: Backend) -> None:
    table = await run_check(backend.write())

    assert table.exit_code == 0
    for secret in (backend.provider.key, "integration-token", "Ada", "ada.lovelace", "example.com"):
        assert secret not in table.output


@pytest.mark.parametrize("provider", [STRIPE, PADDLE], ids=str)
async def test_the_start_is_not_slowed_down_by_what_does_not_change_the_offer(backend: Backend) -> None:
    """Only what an account may lack is asked for at the start, and these two have no such switches."""
    async with open_backends(load([backend.write()], {}), registry.find) as backends:
        await examine_accounts(backends)

    assert backend.simulator.calls() == []
