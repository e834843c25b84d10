"""What is refused of a file that is good YAML: keys, types, bounds and what the adapter knows."""

from __future__ import annotations

import pytest

from adapters import registry
from gateway.settings import RESERVED_NAMES
from tests.gateway.settings.conftest import MINIMAL, Load, Problems

LIST = "must be a list: [one, two], or one to a line after -"
TEXT = "must be text; a number, true or false that is meant as text goes in quotes"
KEYS = (
    "actions, backend, catalogue_ttl_s, churnkey, controllers, direct, integration_tokens, intervals, journal, limits, "
    "manifest_compat, modes, name, policy, state"
)
JOURNAL = "must be stdout, none, or the absolute path of a file"
STATE = "must be memory, or an address like redis://host:6379/0, rediss://... or unix:///path"
NAME = "must match pattern '^[a-z0-9][a-z0-9_-]{0,62}$'"


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param("nam: a", "nam: unknown key; did you mean name?", id="nearly a key"),
        pytest.param("Policy: {}", "Policy: unknown key; did you mean policy?", id="a capital"),
        pytest.param("zzz: a", f"zzz: unknown key; the keys here are {KEYS}", id="nothing like a key"),
        pytest.param("adapter: {}", f"adapter: unknown key; the keys here are {KEYS}", id="a key of ours alone"),
        pytest.param(
            "limits: {max-in-flight: 3}",
            "limits.max-in-flight: unknown key; did you mean max_in_flight?",
            id="a hyphen for an underscore",
        ),
        pytest.param(
            "policy: {coupons: {deny: [A]}}",
            "policy.coupons.deny: unknown key; the keys here are allow",
            id="two sections down",
        ),
        pytest.param(
            "actions: {pause: {behaviour: void}}",
            "actions.pause.behaviour: unknown key; did you mean behavior?",
            id="a key of the adapter's",
        ),
        pytest.param(
            "limits: {sk_live_51Habcdef7: 1}",
            "limits.(a key): unknown key; the keys here are breaker, call_timeout_s, connect_timeout_s, "
            "deadline_s, dedupe_s, max_in_flight, requests_per_second, retry_wait_s",
            id="a key that may be a secret",
        ),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known(problems: Problems, added: str, expected: str) -> None:
    assert problems(f"{MINIMAL}{added}\n") == [f"backend.yaml:4: {expected}"]


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        pytest.param("name: 12", f"name: {TEXT}", id="a number as a name"),
        pytest.param("name: Stripe", f"name: {NAME}", id="a capital in a name"),
        pytest.param("name: a/b", f"name: {NAME}", id="a slash in a name"),
        pytest.param('name: "a\\n"', f"name: {NAME}", id="a line break after a name"),
        pytest.param(f"name: {'a' * 64}", f"name: {NAME}", id="a long name"),
        pytest.param("journal: yes.jsonl", f"journal: {JOURNAL}", id="a journal in a relative path"),
        pytest.param("journal: /var/lib/", f"journal: {JOURNAL}", id="a journal that is a directory"),
        pytest.param('journal: "/var/\\n"', f"journal: {JOURNAL}", id="a line break in a path"),
        pytest.param("journal: false", f"journal: {TEXT}", id="a switch as a journal"),
        pytest.param("state: redis", f"state: {STATE}", id="a word as a state"),
        pytest.param("state: http://redis:6379", f"state: {STATE}", id="a state that is no Redis"),
        pytest.param("state: redis://", "state: must name a host", id="a Redis without a host"),
        pytest.param(
            "state: redis://redis:port", "state: has a host or a port that is none", id="a Redis without a port"
        ),
        pytest.param(
            "state: redis://redis/main",
            "state: must name its database by a number",
            id="a database of Redis by a name",
        ),
        pytest.param(
            "state: redis://redis?socket_timeout=60",
            "state: may have only these options: db, ssl_ca_certs, ssl_certfile, ssl_keyfile",
            id="an option of Redis that is ours to set",
        ),
        pytest.param(
            "state: unix://redis.sock",
            "state: must have the path of a socket and no host: unix:///path, unix://:password@/path",
            id="a socket of Redis in a relative path",
        ),
        pytest.param("limits: 5", None, id="a number as a section"),
        pytest.param(
            "limits: {deadline_s: 0.5}", "limits.deadline_s: must be greater than or equal to 1", id="too short"
        ),
        pytest.param(
            "limits: {deadline_s: 121}", "limits.deadline_s: must be less than or equal to 120", id="too long"
        ),
        pytest.param("limits: {deadline_s: true}", "limits.deadline_s: must be a number", id="a switch as a number"),
        pytest.param("limits: {deadline_s: soon}", "limits.deadline_s: must be a number", id="a word as a number"),
        pytest.param("limits: {deadline_s: .nan}", "limits.deadline_s: must be a number", id="not a number"),
        pytest.param(
            "limits: {requests_per_second: 0}", "limits.requests_per_second: must be greater than 0", id="none"
        ),
        pytest.param(
            "limits: {breaker: {failures: 0}}",
            "limits.breaker.failures: must be greater than or equal to 1",
            id="a breaker without failures",
        ),
        pytest.param(
            "limits: {breaker: {open_s: 0}}",
            "limits.breaker.open_s: must be greater than 0",
            id="open for no time",
        ),
        pytest.param("limits: {requests_per_second: .inf}", None, id="endlessly many"),
        pytest.param(
            "limits: {max_in_flight: 1.5}", "limits.max_in_flight: must be a whole number", id="a part of a call"
        ),
        pytest.param(
            "limits: {max_in_flight: 0}", "limits.max_in_flight: must be greater than or equal to 1", id="no call"
        ),
        pytest.param("policy: {dry_run: maybe}", "policy.dry_run: must be true or false", id="a word as a switch"),
        pytest.param(
            "policy: {prices: [a]}", "policy.prices: must be a section with keys of its own: allow", id="a list"
        ),
        pytest.param("policy: {prices: {allow: a}}", f"policy.prices.allow: {LIST}", id="a word as a list"),
        pytest.param("policy: {prices: {allow: [a, 20]}}", f"policy.prices.allow[1]: {TEXT}", id="a number as an id"),
        pytest.param(
            "policy: {prices: {allow: ['']}}",
            "policy.prices.allow[0]: must have at least 1 character",
            id="an empty id",
        ),
        pytest.param(
            "actions: {cancel: [x]}",
            "actions.cancel: must be true, false or a section with keys of its own: enabled, schedules",
            id="a list as an action",
        ),
        pytest.param(
            "actions: {cancel: maybe}", "actions.cancel.enabled: must be true or false", id="a word as an action"
        ),
        pytest.param(
            "actions: {cancel: {schedules: [immediate, later]}}",
            "actions.cancel.schedules[1]: must be 'immediate' or 'end-of-period'",
            id="an unknown word in a list",
        ),
        pytest.param(
            "actions: {cancel: {schedules: [later]}}",
            "actions.cancel.schedules[0]: must be 'immediate' or 'end-of-period'",
            id="only an unknown word in a list",
        ),
        pytest.param(
            "actions: {cancel: {schedules: []}}",
            "actions.cancel.schedules: must have 1 or more entries",
            id="an empty list where it would mean never",
        ),
        pytest.param("intervals: close", "intervals: must be 'nearest' or 'exact'", id="an unknown word"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(problems: Problems, added: str, expected: str | None) -> None:
    (problem,) = problems(f"{MINIMAL}{added}\n")
    assert problem.startswith("backend.yaml:4: ")
    assert expected is None or problem == f"backend.yaml:4: {expected}"


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES))
def test_a_backend_cannot_hide_a_url_of_the_gateway(problems: Problems, name: str) -> None:
    assert problems(f"{MINIMAL}name: {name}\n") == [
        "backend.yaml:4: name: must be another name: this one stands for a URL of the gateway itself"
    ]


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        pytest.param("abcdef", [f"2: integration_tokens: {LIST}"], id="one, not in a list"),
        pytest.param("[]", ["2: integration_tokens: must have 1 or more entries"], id="none"),
        pytest.param("[abc, def, ghi]", ["2: integration_tokens: must have 2 entries or fewer"], id="three"),
        pytest.param("[abc, abc]", ["2: integration_tokens: the two tokens must differ"], id="the same twice"),
        pytest.param("[123456]", [f"2: integration_tokens[0]: {TEXT}"], id="a number"),
        pytest.param("['']", ["2: integration_tokens[0]: must not be empty"], id="an empty one"),
        pytest.param(
            "\n  - abc\n  - d e\n",
            ["4: integration_tokens[1]: must be printable ASCII without spaces or line breaks"],
            id="a space inside",
        ),
        pytest.param(
            '["ab\\ncd"]',
            ["2: integration_tokens[0]: must be printable ASCII without spaces or line breaks"],
            id="a line break inside",
        ),
    ],
)
def test_integration_tokens_are_one_or_two_different_secrets(
    problems: Problems, tokens: str, expected: list[str]
) -> None:
    content = f"backend: stripe\nintegration_tokens: {tokens}\nmodes: {{test: {{api_key: rk_test_0123456789}}}}\n"
    assert problems(content) == [f"backend.yaml:{line}" for line in expected]


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        pytest.param("  test: {}", "4: modes.test.api_key: is required", id="no key"),
        pytest.param("  {}", "3: modes: at least one of live and test must be configured", id="no mode"),
        pytest.param(
            "  tset: {api_key: rk_test_1}", "4: modes.tset: unknown key; did you mean test?", id="a wrong mode"
        ),
        pytest.param(
            "  live:\n    api_key: rk_test_0123456789",
            "5: modes.live.api_key: is a test key: it must begin with sk_live_ or rk_live_",
            id="a test key as the live key",
        ),
        pytest.param(
            "  test:\n    api_key: sk_live_0123456789",
            "5: modes.test.api_key: is a live key: it must begin with sk_test_ or rk_test_",
            id="a live key as the test key",
        ),
        pytest.param(
            "  live: {api_key: pk_live_0123456789}",
            "4: modes.live.api_key: is not a Stripe secret or restricted key: it must begin with sk_live_ or rk_live_",
            id="a publishable key",
        ),
        pytest.param(
            "  live: {api_key: rk_live_1, base_url: ftp://x}",
            "4: modes.live.base_url: must be an address like https://host or http://127.0.0.1:12111",
            id="another scheme",
        ),
        pytest.param(
            "  live: {api_key: rk_live_1, base_url: 'https://host:99999'}",
            "4: modes.live.base_url: has a port that is none",
            id="no port",
        ),
        pytest.param(
            "  live: {api_key: rk_live_1, base_url: 'https://ho st'}",
            "4: modes.live.base_url: must be printable ASCII without spaces",
            id="a space in an address",
        ),
        pytest.param(
            "  live: {api_key: rk_live_1, base_url: 'http://proxy.internal'}",
            "3: modes: live.base_url must be https, unless it is on this machine: the key would go in clear",
            id="a live key in clear",
        ),
    ],
)
def test_credentials_stand_in_their_own_mode(problems: Problems, modes: str, expected: str) -> None:
    content = f"backend: stripe\nintegration_tokens: [churnkey-token-1]\nmodes:\n{modes}\n"
    assert problems(content)[-1] == f"backend.yaml:{expected}"


@pytest.mark.parametrize(
    "modes",
    [
        pytest.param("live: {api_key: rk_live_1, base_url: 'http://127.0.0.1:12111'}", id="live, on this machine"),
        pytest.param("live: {api_key: rk_live_1, base_url: 'http://localhost:1'}", id="live, on this machine by name"),
        pytest.param("test: {api_key: rk_test_1, base_url: 'http://simulator:12111'}", id="test, elsewhere"),
    ],
)
def test_an_address_without_tls_is_taken_where_no_live_key_goes_in_clear(load_text: Load, modes: str) -> None:
    settings = load_text(f"backend: stripe\nintegration_tokens: [churnkey-token-1]\nmodes:\n  {modes}\n")
    assert len(settings.adapter.modes.configured()) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "name: a\n",
            [
                "backend.yaml:1: backend: is required",
                "backend.yaml:1: integration_tokens: is required",
            ],
            id="no backend",
        ),
        pytest.param(
            "limits: {deadline_s: 0}\nintegration_tokens: [abc]\nbackend: strpie\nmodes: 1\n",
            [
                "backend.yaml:1: limits.deadline_s: must be greater than or equal to 1",
                f"backend.yaml:3: backend: there is no such adapter; installed: {', '.join(registry.names())}",
            ],
            id="a backend that is not installed",
        ),
        pytest.param(
            "integration_tokens: [abc]\nbackend: [stripe]\n",
            [f"backend.yaml:2: backend: {TEXT}"],
            id="a list of backends",
        ),
    ],
)
def test_without_its_adapter_the_common_keys_are_still_checked(
    problems: Problems, content: str, expected: list[str]
) -> None:
    assert problems(content) == expected


def test_all_problems_of_a_file_come_at_once_and_in_order(problems: Problems) -> None:
    content = """\
backend: stripe
name: "${NAME}"
integration_tokens:
  - ${TOKEN}
modes:
  live: {api_key: {file: /nowhere/key}}
  test:
    api_key: rk_test_0123456789
    base-url: http://127.0.0.1
actions: {pause: {max_months: 0}}
limits:
  deadline_s:
"""
    assert problems(content) == [
        "backend.yaml:2: name: the variable NAME is not set",
        "backend.yaml:4: integration_tokens[0]: the variable TOKEN is not set",
        "backend.yaml:6: modes.live.api_key.file: /nowhere/key: there is no such file",
        "backend.yaml:9: modes.test.base-url: unknown key; did you mean base_url?",
        "backend.yaml:10: actions.pause.max_months: must be greater than or equal to 1",
        "backend.yaml:12: limits.deadline_s: has no value; give it one, or leave the key out",
    ]


def test_absent_keys_have_their_defaults(load_text: Load) -> None:
    settings = load_text(MINIMAL)
    assert settings.name == "stripe"
    assert settings.manifest_compat is True
    assert settings.policy.dry_run is False
    assert settings.policy.coupons.allow is None
    assert settings.limits.model_dump() == {
        "deadline_s": 20,
        "dedupe_s": 60,
        "call_timeout_s": 8,
        "connect_timeout_s": 3,
        "retry_wait_s": 0.3,
        "max_in_flight": 15,
        "requests_per_second": None,
        "breaker": {"enabled": True, "failures": 5, "open_s": 10},
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("false", (False, 5, 10)),
        ("true", (True, 5, 10)),
        ("{failures: 2}", (True, 2, 10)),
        ("{enabled: false, open_s: 0.5}", (False, 5, 0.5)),
    ],
)
def test_the_breaker_is_switched_and_set(load_text: Load, written: str, expected: tuple[bool, int, float]) -> None:
    breaker = load_text(f"{MINIMAL}limits: {{breaker: {written}}}\n").limits.breaker
    assert (breaker.enabled, breaker.failures, breaker.open_s) == expected


def test_an_empty_allow_list_allows_nothing(load_text: Load) -> None:
    assert load_text(f"{MINIMAL}policy: {{coupons: {{allow: []}}}}\n").policy.coupons.allow == ()
