"""Every shell command in a document, and the test that runs it or what it starts.

A document that shows commands has an entry here: its commands one by one, or, where a test takes all of them from the
document itself and runs them, that test alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

Test: TypeAlias = str
"""``file::function``, the file from the top of the repository."""

_TARGETS: Final = "tests/project/test_makefile.py::test_every_target_can_be_made"
_CI: Final = "tests/project/test_ci.py::test_it_runs_the_readmes_test_command_and_then_the_checks"
_DEMO: Final = "tests/gateway/test_demo.py::test_a_reading_that_is_suggested_answers_what_is_documented"
_SERVED: Final = "tests/project/test_documents.py::test_the_example_of_the_settings_can_be_served"
_CHECKED: Final = "tests/gateway/test_check.py::test_an_account_with_nothing_to_look_at_exits_with_0"
_VERIFIED: Final = "tests/gateway/verification/test_command.py::test_it_exits_with_0_where_every_required_module_passes"
_TRACED: Final = "tests/gateway/test_serve_traces.py::test_all_spans_are_exported_before_the_process_ends"
_SIGNALLED: Final = (
    "tests/gateway/test_reload_command.py::test_the_commands_that_operators_are_told_do_what_they_are_told"
)
_QUICK_START: Final = "tests/project/test_quick_start.py::test_what_is_checked_and_served_passes_the_verification"
_SECRETS: Final = (
    "tests/deploy/test_deployment_page.py::"
    "test_the_commands_make_secrets_that_the_gateway_can_read_and_other_people_cannot"
)
_IMAGE: Final = (
    "tests/project/test_image.py::test_what_it_installs_serves_as_a_stranger_from_a_tree_that_nobody_can_write_to"
)
_TRIAL: Final = (
    "tests/deploy/test_trial.py::"
    "test_a_provider_that_is_stopped_raises_an_alert_whose_paragraph_names_what_the_log_says"
)
_ADAPTER_INSTALLED: Final = (
    "tests/project/test_adapter_package.py::test_it_is_found_and_configured_once_it_is_installed"
)

RUN_BY: Final[Mapping[str, Mapping[str, Test] | Test]] = {
    "CONTRIBUTING.md": {
        "make setup": _TARGETS,
        "make test": _CI,
        "make check": _CI,
        "make format": _TARGETS,
        "make docs": _TARGETS,
    },
    "README.md": {
        "make demo": _DEMO,
        "make test": _CI,
        ".venv/bin/churnkey-gateway check --config stripe.yaml": _CHECKED,
        ".venv/bin/churnkey-gateway manifest --config stripe.yaml": _SERVED,
        ".venv/bin/churnkey-gateway serve --config stripe.yaml": _SERVED,
        # Without Docker only what goes into the image can be looked at.
        "docker build --tag churnkey-gateway .": (
            "tests/project/test_documents.py::test_the_image_is_made_of_what_is_there"
        ),
        'docker run --publish 8080:8080 --volume "$PWD/stripe.yaml:/etc/churnkey-gateway/stripe.yaml:ro" --env '
        "CK_INTEGRATION_TOKEN --env STRIPE_LIVE_KEY --env STRIPE_TEST_KEY churnkey-gateway": (
            "tests/project/test_documents.py::test_the_image_serves_the_directory_that_the_readme_mounts_into"
        ),
    },
    "docs/adding-an-adapter.md": {
        "pip install . 'docs/examples/acme_billing[test]'": _ADAPTER_INSTALLED,
        "cd docs/examples/acme_billing": _ADAPTER_INSTALLED,
        "churnkey-gateway manifest --config acme.yaml": _ADAPTER_INSTALLED,
        "pytest": "tests/project/test_adapter_package.py::test_it_keeps_the_whole_contract",
    },
    "docs/deployment.md": {
        # With Docker and a cluster nothing can be run here: the test is of what the command starts.
        "docker compose --file deploy/compose.yaml up --build demo": (
            "tests/deploy/test_compose.py::test_the_demo_answers_behind_the_application"
        ),
        "mkdir -p -m 700 deploy/compose/secrets": _SECRETS,
        'printf %s "$CK_INTEGRATION_TOKEN" > deploy/compose/secrets/integration_token': _SECRETS,
        'printf %s "$STRIPE_LIVE_KEY" > deploy/compose/secrets/stripe_live_key': _SECRETS,
        'printf %s "$STRIPE_TEST_KEY" > deploy/compose/secrets/stripe_test_key': _SECRETS,
        "chmod 444 deploy/compose/secrets/*": _SECRETS,
        "docker compose --file deploy/compose.yaml run --rm gateway check": (
            "tests/deploy/test_compose.py::test_the_settings_name_the_files_that_the_secrets_become"
        ),
        "docker compose --file deploy/compose.yaml up --build --detach": (
            "tests/deploy/test_compose.py::test_what_the_gateway_answers_arrives_unchanged"
        ),
        "export COMPOSE_FILE=deploy/compose.yaml COMPOSE_PROFILES=trial": _TRIAL,
        "docker compose up --build --detach trial": _TRIAL,
        "curl -sS http://127.0.0.1:8080/churnkey/customers/cus_ada -H 'Authorization: Bearer token-of-the-trial' "
        "-H 'X-Churnkey-Mode: test'": _TRIAL,
        "docker compose stop provider": _TRIAL,
        'docker compose exec trial python -c "from urllib.request import urlopen as o; '
        "print(o('http://127.0.0.1:9090/metrics').read().decode())\"": _TRIAL,
        "docker compose logs trial": _TRIAL,
        "docker compose start provider": _TRIAL,
        "docker build --tag churnkey-gateway .": _IMAGE,
        "kubectl apply --kustomize deploy/kubernetes/standalone": (
            "tests/deploy/test_kubernetes.py::test_kustomize_makes_the_same_of_it"
        ),
        "kubectl rollout status deployment/churnkey-gateway": (
            "tests/deploy/test_kubernetes.py::test_the_probes_ask_what_the_gateway_answers"
        ),
        "kubectl exec deployment/churnkey-gateway -- churnkey-gateway check": (
            "tests/deploy/test_kubernetes.py::test_the_settings_are_served_from_a_volume_as_kubernetes_makes_it"
        ),
        "helm upgrade --install churnkey-gateway deploy/helm/churnkey-gateway --values your-values.yaml": (
            "tests/deploy/test_helm.py::test_the_example_is_what_the_plain_manifests_say"
        ),
    },
    "docs/direct.md": "tests/project/test_direct_document.py::test_there_are_no_other_commands",
    "docs/operations.md": {
        "churnkey-gateway check --config /etc/churnkey-gateway": (
            "tests/gateway/test_check.py::test_a_key_that_is_refused_is_told_and_not_shown"
        ),
        "curl -sS http://127.0.0.1:9090/readyz": (
            "tests/gateway/server/test_serving.py::test_a_process_that_has_started_serves_and_is_ready"
        ),
        "curl -sS http://127.0.0.1:9090/metrics": (
            "tests/gateway/server/test_serving.py::test_what_is_counted_can_be_scraped_and_names_nobody"
        ),
        "churnkey-gateway serve --config /etc/churnkey-gateway --unix-socket /run/gateway/gateway.sock --port none": (
            "tests/gateway/test_listening_command.py::test_after_a_kill_the_next_one_takes_its_place"
        ),
        "churnkey-gateway serve --config /etc/churnkey-gateway --tls-certificate /tls/tls.crt --tls-key /tls/tls.key": (
            "tests/gateway/test_listening_command.py::test_connections_that_nobody_uses_hold_nothing_up"
        ),
        "churnkey-gateway serve --config /etc/churnkey-gateway --trusted-proxy 10.0.0.0/8 --trusted-proxy fd00::/8": (
            "tests/gateway/test_listening_command.py::test_proxies_that_are_trusted_are_told_on_the_command_line"
        ),
        'kill -HUP "$GATEWAY_PID"': _SIGNALLED,
        'kill -TERM "$GATEWAY_PID"': _SIGNALLED,
        "churnkey-gateway journal --open --config /etc/churnkey-gateway": (
            "tests/contract/test_crash.py::test_asked_again_it_is_done_once"
        ),
        "churnkey-gateway journal --subscription sub_123 --file journal.jsonl --file journal.jsonl.1": (
            "tests/gateway/test_journal_command.py::test_one_subscriptions_history_is_read_from_several_files"
        ),
        "export OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318": _TRACED,
        "export OTEL_EXPORTER_OTLP_HEADERS=x-api-key=...": _TRACED,
        "churnkey-gateway serve --config /etc/churnkey-gateway": _TRACED,
    },
    "docs/quick-start.md": {
        "make demo": _DEMO,
        "make setup": _TARGETS,
        "export CK_INTEGRATION_TOKEN=... STRIPE_TEST_KEY=...": _QUICK_START,
        ".venv/bin/churnkey-gateway check --config stripe.yaml": _QUICK_START,
        ".venv/bin/churnkey-gateway serve --config stripe.yaml": _QUICK_START,
        "export CK_INTEGRATION_TOKEN=...": _QUICK_START,
        ".venv/bin/churnkey-gateway verify --url http://127.0.0.1:8080": _QUICK_START,
    },
    "docs/verification.md": {
        "export CK_INTEGRATION_TOKEN=...": _VERIFIED,
        "churnkey-gateway verify --url https://billing.example.com": _VERIFIED,
        "churnkey-gateway verify --url https://billing.example.com --mode live": (
            "tests/gateway/verification/test_command.py::test_live_is_written_to_where_it_is_forced"
        ),
        "churnkey-gateway check --config /etc/churnkey-gateway": _CHECKED,
        "churnkey-gateway verify --notify-churnkey --config /etc/churnkey-gateway": (
            "tests/gateway/verification/test_notify_command.py::test_each_backend_is_asked_for_with_its_key"
        ),
    },
}
"""By the document's path from the top of the repository; commands as `test_documents.commands_in` reads them."""
