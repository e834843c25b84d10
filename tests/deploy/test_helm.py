"""The chart: it says the same as the plain manifests, and refuses values that it would not understand."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from gateway import __version__
from tests.deploy.helm import CHART, Refused, documents, example, needs_helm, rendered
from tests.deploy.manifests import LONGEST_DRAIN_S, NEWEST, OLDEST, Objects, folder, gateway_in, parsed, validated

SCHEMA: Final = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
DEFAULTS: Final = parsed((CHART / "values.yaml").read_text(encoding="utf-8"))
KEY: Final = "/run/secrets/churnkey-gateway/key"


def with_values(**values: Any) -> dict[str, Any]:
    return {**example(), **values}


def backends(**limits: Any) -> dict[str, Any]:
    """A backend with these limits."""
    return {
        "backends": {
            "paddle.yaml": {
                "backend": "paddle",
                "integration_tokens": ["${TOKEN}"],
                "modes": {"test": {"api_key": {"file": KEY}}},
                "limits": limits,
            }
        }
    }


def without_what_helm_adds(objects: Objects) -> Objects:
    """The objects with their settings read, and without Helm's labels, the checksum, and what is the default anyway."""
    plain = copy.deepcopy(objects)
    for one in plain.values():
        one["metadata"]["labels"] = {"app.kubernetes.io/name": "churnkey-gateway"}
    plain["ConfigMap"]["data"] = {name: parsed(text) for name, text in plain["ConfigMap"]["data"].items()}
    template = plain["Deployment"]["spec"]["template"]
    template["metadata"]["annotations"].pop("checksum/settings", None)
    for labels in (
        template["metadata"]["labels"],
        plain["Deployment"]["spec"]["selector"]["matchLabels"],
        plain["Service"]["spec"]["selector"],
        plain["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        plain["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    ):
        labels.pop("app.kubernetes.io/instance", None)
    assert plain["Service"]["spec"].pop("type", "ClusterIP") == "ClusterIP"
    return plain


@needs_helm
def test_the_example_is_what_the_plain_manifests_say() -> None:
    assert without_what_helm_adds(rendered(example())) == without_what_helm_adds(folder("standalone"))


@needs_helm
def test_with_tls_it_is_what_the_plain_manifests_say() -> None:
    tls = {"secretName": "churnkey-gateway-tls"}
    assert in_one_order(without_what_helm_adds(rendered(with_values(tls=tls)))) == in_one_order(
        without_what_helm_adds(folder("standalone-tls"))
    )


def in_one_order(objects: Objects) -> Objects:
    """The pod's lists sorted, where their order means nothing."""
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    for entries in (pod["volumes"], gateway_in(objects)["env"], gateway_in(objects)["volumeMounts"]):
        entries.sort(key=str)
    return objects


@needs_helm
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="the example"),
        pytest.param(
            {
                "imagePullSecrets": [{"name": "registry"}],
                "environment": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "churnkey", "key": "token"}}}],
                "logFormat": "console",
                "nodeSelector": {"kubernetes.io/arch": "amd64"},
                "tolerations": [{"key": "dedicated", "operator": "Exists"}],
                "affinity": {"podAntiAffinity": {}},
                "networkPolicy": {
                    "egress": [{"ports": [{"protocol": "TCP", "port": 6379}]}],
                    "egressPorts": [443, 8443],
                },
                "podAnnotations": {"team": "billing"},
                "tls": {"secretName": "billing.example.com-tls"},
                "service": {"type": "LoadBalancer", "port": 443},
            },
            id="with everything",
        ),
    ],
)
def test_what_is_rendered_fits_the_schemas_of_kubernetes(more: dict[str, Any], version: str, tmp_path: Path) -> None:
    files = []
    for number, document in enumerate(documents(with_values(**more))):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(document, encoding="utf-8")
    assert len(files) == 6
    assert validated(files, version) == ""


@needs_helm
@pytest.mark.parametrize(
    ("release", "name"),
    [
        ("churnkey-gateway", "churnkey-gateway"),
        ("billing", "billing-churnkey-gateway"),
        ("a" * 53, f"{'a' * 53}-churnkey"),
    ],
)
def test_objects_are_named_after_the_release(release: str, name: str) -> None:
    objects = rendered(example(), release)
    assert {one["metadata"]["name"] for one in objects.values()} == {name}
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    assert {"name": "backends", "configMap": {"name": name}} in pod["volumes"]
    assert {"name": "secrets", "secret": {"secretName": name}} in pod["volumes"]


@needs_helm
def test_a_secret_that_is_there_is_mounted_and_none_is_made() -> None:
    objects = rendered(with_values(secret={"existing": "vault-made"}))
    assert "Secret" not in objects
    volumes = objects["Deployment"]["spec"]["template"]["spec"]["volumes"]
    assert {"name": "secrets", "secret": {"secretName": "vault-made"}} in volumes


@needs_helm
def test_without_a_secret_none_is_mounted() -> None:
    objects = rendered(with_values(secret={}))
    assert "Secret" not in objects
    mounts = gateway_in(objects)["volumeMounts"]
    assert [mount["name"] for mount in mounts] == ["backends"]


@needs_helm
@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        pytest.param({}, 35, id="by default"),
        pytest.param({"deadline_s": 60}, 75, id="longer"),
        pytest.param({"deadline_s": 30.5}, 46, id="not whole"),
        pytest.param({"deadline_s": 5}, 20, id="shorter"),
        pytest.param({"deadline_s": "${DEADLINE}"}, 135, id="from a variable: the longest there can be"),
    ],
)
def test_the_grace_period_is_longer_than_the_longest_deadline(limits: dict[str, Any], seconds: int) -> None:
    pod = rendered(backends(**limits))["Deployment"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == seconds


@needs_helm
def test_by_default_the_pause_before_the_stop_and_the_longest_drain_fit_into_it() -> None:
    objects = rendered(example())
    pause = gateway_in(objects)["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = objects["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert grace >= pause + LONGEST_DRAIN_S


@needs_helm
def test_settings_arrive_as_they_were_given() -> None:
    given = backends(deadline_s=20.5, max_in_flight=1000)
    given["backends"]["paddle.yaml"]["policy"] = {
        "max_immediate_charge": {"usd": 12345678, "eur": 50},
        "coupons": {"allow": ["yes", "007", "SAVE_*"]},
        "dry_run": False,
    }
    (text,) = rendered(given)["ConfigMap"]["data"].values()
    assert parsed(text) == given["backends"]["paddle.yaml"]
    # By the letter: an amount as 1.2345678e+07 would be a number to the test and a mistake to the gateway.
    assert "usd: 12345678\n" in text


@needs_helm
def test_other_settings_or_secrets_are_other_pods() -> None:
    def checksum(values: dict[str, Any]) -> str:
        template = rendered(values)["Deployment"]["spec"]["template"]
        found: str = template["metadata"]["annotations"]["checksum/settings"]
        return found

    other_secret = with_values(secret={"values": {**example()["secret"]["values"], "integration-token": "another"}})
    checksums = [checksum(example()), checksum(backends()), checksum(other_secret)]
    assert len(set(checksums)) == 3
    assert checksum(with_values(replicas=2)) == checksums[0]


@needs_helm
@pytest.mark.parametrize("part", ["networkPolicy", "podDisruptionBudget"])
def test_a_part_can_be_left_out(part: str) -> None:
    assert part[0].upper() + part[1:] not in rendered(with_values(**{part: {"enabled": False}}))


BAD: Final = {
    "no backend": ({"backends": {}}, "backends"),
    "a misspelt key": ({"replica": 2}, "replica"),
    "a misspelt key further down": ({"service": {"prot": 80}}, "prot"),
    "no replica": ({"replicas": 0}, "replicas"),
    "a backend that is text": ({"backends": {"stripe.yaml": "backend: stripe"}}, "stripe.yaml"),
    "a file that would not be read": ({"backends": {"stripe.txt": example()["backends"]["stripe.yaml"]}}, "stripe.txt"),
    "TLS by files instead of a Secret": ({"tls": {"certificate": "/tls.crt"}}, "certificate"),
    "the name of no Secret": ({"tls": {"secretName": "Not A Name"}}, "secretName"),
    "an empty secret": ({"secret": {"values": {"integration-token": ""}}}, "integration-token"),
}


@needs_helm
@pytest.mark.parametrize(("values", "named"), BAD.values(), ids=BAD)
def test_what_it_would_not_understand_is_refused(values: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused, match=named):
        rendered(with_values(**values))


@needs_helm
def test_one_secret_is_enough() -> None:
    both = {"existing": "vault-made", "values": {"integration-token": "token"}}
    with pytest.raises(Refused, match="not both"):
        rendered(with_values(secret=both))


# -- without Helm ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("values", "named"), BAD.values(), ids=BAD)
def test_the_schema_refuses_it_too(values: dict[str, Any], named: str) -> None:
    with pytest.raises(jsonschema.ValidationError) as refused:
        jsonschema.validate({**DEFAULTS, **with_values(**values)}, SCHEMA)
    assert named in str(refused.value.message) + str(list(refused.value.absolute_path))


def test_the_example_and_the_defaults_fit_the_schema() -> None:
    jsonschema.validate({**DEFAULTS, **example()}, SCHEMA)
    assert SCHEMA["properties"].keys() == DEFAULTS.keys() | {"global"}


def test_the_chart_is_of_the_version_that_it_deploys() -> None:
    assert parsed((CHART / "Chart.yaml").read_text(encoding="utf-8"))["appVersion"] == __version__
