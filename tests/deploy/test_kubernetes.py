"""The Kubernetes manifests: valid, in keeping with what the gateway does, and as closed as they can be."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession
from click.testing import CliRunner

from gateway.cli import main
from tests.deploy.manifests import (
    KUBERNETES,
    LONGEST_DRAIN_S,
    NEWEST,
    OLDEST,
    Object,
    Objects,
    folder,
    gateway_in,
    kustomization,
    parsed,
    validated,
)
from tests.support.certificates import Authority
from tests.support.commands import ROOT, logged, running

FILES: Final = sorted(
    path
    for path in KUBERNETES.glob("*/*.yaml")
    if path.name != "kustomization.yaml" and not path.name.startswith("patch-")
)
WAYS: Final = ("standalone", "standalone-tls", "sidecar", "sidecar-socket")
SECRETS: Final = "/run/secrets/churnkey-gateway"
SOCKETS: Final = "/run/gateway"
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text(encoding="utf-8")

PROXIES_LEARN_S: Final = 5
"""How long it may take until all proxies of a cluster know that a pod is going."""
KINDS: Final = {"ConfigMap", "Secret", "Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget"}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Each way of running it."""
    name: str = request.param
    return name


@pytest.fixture
def objects(way: str) -> Objects:
    return folder(way)


@pytest.fixture
def pod(objects: Objects) -> Object:
    """The pod's `spec`."""
    template: Object = objects["Deployment"]["spec"]["template"]
    spec: Object = template["spec"]
    return spec


@pytest.fixture
def gateway(objects: Objects) -> Object:
    """The gateway's container."""
    return gateway_in(objects)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_every_file_fits_the_schemas_of_kubernetes(version: str) -> None:
    assert validated(FILES, version) == ""


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_what_is_patched_fits_them_too(objects: Objects, version: str, tmp_path: Path) -> None:
    # JSON is YAML.
    files = [tmp_path / f"{kind}.yaml" for kind in objects]
    for file, one in zip(files, objects.values(), strict=True):
        file.write_text(json.dumps(one), encoding="utf-8")
    assert validated(files, version) == ""


def test_a_key_that_kubernetes_does_not_know_would_be_noticed(tmp_path: Path) -> None:
    text = (KUBERNETES / "standalone" / "deployment.yaml").read_text(encoding="utf-8")
    spoilt = tmp_path / "deployment.yaml"
    spoilt.write_text(text.replace("readinessProbe:", "readynessProbe:"), encoding="utf-8")
    assert "readynessProbe" in validated([spoilt], NEWEST)


def test_every_file_belongs_to_a_kustomization(objects: Objects) -> None:
    assert objects.keys() == KINDS
    for path in KUBERNETES.glob("*/kustomization.yaml"):
        told = kustomization(path.parent.name)
        listed = [*told["resources"], *(one["path"] for one in told.get("patches", ()))]
        there = {file.name for file in path.parent.glob("*.yaml")} - {"kustomization.yaml"}
        assert {name for name in listed if not name.startswith("../")} == there
    assert {path.parent.name for path in KUBERNETES.glob("*/kustomization.yaml")} == {"settings", *WAYS}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the PATH; the test above does without")
def test_kustomize_makes_the_same_of_it(way: str) -> None:
    built = subprocess.run(["kubectl", "kustomize", KUBERNETES / way], capture_output=True, text=True, check=True)
    made = [parsed(document) for document in built.stdout.split("\n---\n")]
    assert {one["kind"]: one for one in made} == folder(way)


def test_whatever_selects_the_pods_selects_these(objects: Objects) -> None:
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    selectors = {
        "Deployment": objects["Deployment"]["spec"]["selector"]["matchLabels"],
        "Service": objects["Service"]["spec"]["selector"],
        "NetworkPolicy": objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        "PodDisruptionBudget": objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
    }
    assert {kind: selector.items() <= labels.items() for kind, selector in selectors.items()} == dict.fromkeys(
        selectors, True
    )


def test_every_port_that_is_named_is_one_of_the_pods(objects: Objects, pod: Object) -> None:
    ports = {port["name"] for container in pod["containers"] for port in container["ports"]}
    named = {port["targetPort"] for port in objects["Service"]["spec"]["ports"]}
    named |= {port["port"] for rule in objects["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]}
    assert named <= ports


# -- what the gateway is given -----------------------------------------------------------------------------------


def test_the_volumes_are_the_settings_and_the_secrets(objects: Objects, pod: Object, gateway: Object) -> None:
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounted = {mount["mountPath"]: volumes[mount["name"]] for mount in gateway["volumeMounts"]}
    assert mounted["/etc/churnkey-gateway"]["configMap"]["name"] == objects["ConfigMap"]["metadata"]["name"]
    assert mounted[SECRETS]["secret"]["secretName"] == objects["Secret"]["metadata"]["name"]
    # Who listens on a socket has to make its file.
    assert [mount["mountPath"] for mount in gateway["volumeMounts"] if not mount.get("readOnly")] in ([], [SOCKETS])
    assert "CKGW_CONFIG=/etc/churnkey-gateway\n" in DOCKERFILE


def test_no_other_container_sees_the_secrets(pod: Object) -> None:
    secret = {volume["name"] for volume in pod["volumes"] if "secret" in volume}
    seen_by = [
        one["name"] for one in pod["containers"] for mount in one.get("volumeMounts", ()) if mount["name"] in secret
    ]
    assert set(seen_by) == {"churnkey-gateway"}
    assert not any("volumeMounts" in one for one in pod["containers"] if one["name"] not in {*seen_by, "application"})


def test_the_settings_are_served_from_a_volume_as_kubernetes_makes_it(objects: Objects, tmp_path: Path) -> None:
    secrets, backends = tmp_path / "secrets", tmp_path / "backends"
    real = {"integration-token": "token-of-the-tests", "stripe-live-key": "sk_live_1", "stripe-test-key": "sk_test_1"}
    assert real.keys() == objects["Secret"]["stringData"].keys()
    mount(secrets, real)
    files: dict[str, str] = objects["ConfigMap"]["data"]
    mount(backends, {name: text.replace(SECRETS, str(secrets)) for name, text in files.items()})

    result = CliRunner().invoke(main, ["manifest", "--config", str(backends)])

    assert result.exit_code == 0, result.output
    assert '"pause"' in result.stdout


def test_with_the_placeholders_nothing_starts(objects: Objects, tmp_path: Path) -> None:
    secrets, backends = tmp_path / "secrets", tmp_path / "backends"
    mount(secrets, objects["Secret"]["stringData"])
    files: dict[str, str] = objects["ConfigMap"]["data"]
    mount(backends, {name: text.replace(SECRETS, str(secrets)) for name, text in files.items()})

    result = CliRunner().invoke(main, ["manifest", "--config", str(backends)])

    assert result.exit_code == 2
    assert "api_key" in result.output


def mount(path: Path, files: dict[str, str]) -> None:
    """A directory as the kubelet mounts ConfigMaps and Secrets: links to a hidden directory that can be exchanged."""
    version = path / "..2026_11_21"
    version.mkdir(parents=True)
    (path / "..data").symlink_to(version.name)
    for name, text in files.items():
        (version / name).write_text(text, encoding="utf-8")
        (path / name).symlink_to(f"..data/{name}")


# -- probes and the end ------------------------------------------------------------------------------------------


async def test_the_probes_ask_what_the_gateway_answers(gateway: Object, tmp_path: Path) -> None:
    ports = {port["name"]: port["containerPort"] for port in gateway["ports"]}
    environment = {variable["name"]: variable["value"] for variable in gateway["env"]}
    contract = {} if environment.get("CKGW_PORT") == "none" else {"churnkey": 8080}
    assert ports == {**contract, "admin": 9090}
    assert re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE) == ["8080 9090"]
    environment = elsewhere(environment, gateway, tmp_path)
    settings = tmp_path / "stripe.yaml"
    settings.write_text("backend: stripe\nintegration_tokens: [token-1]\nmodes: {test: {api_key: sk_test_1}}\n")
    paths = {gateway[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}

    options = ("--config", str(settings), "--admin-port", "0", *(("--port", "0") if contract else ()))
    with running("serve", *options, environment=environment) as process:
        started = await asyncio.to_thread(logged, process, "started")
        admin = started["admin"]
        # All addresses of the pod, the one that the kubelet asks among them.
        assert admin.startswith("0.0.0.0:")
        async with ClientSession() as session:
            url = f"http://127.0.0.1:{admin.partition(':')[2]}"
            assert {path: (await session.get(url + path)).status for path in paths} == dict.fromkeys(paths, 200)
    assert paths == {"/healthz", "/readyz"}
    assert ("listening" in started) == bool(contract)
    assert started.get("unix_socket") == environment.get("CKGW_UNIX_SOCKET")
    assert ("certificate_valid_until" in started) == ("CKGW_TLS_CERTIFICATE" in environment)


def elsewhere(environment: dict[str, str], gateway: Object, folder: Path) -> dict[str, str]:
    """The variables with the paths that are mounted in another place, and a certificate where there is to be one."""
    made = dict(environment)
    for mounted in gateway["volumeMounts"]:
        place = folder / mounted["name"]
        for name, value in environment.items():
            if Path(value).parent == Path(mounted["mountPath"]):
                place.mkdir(exist_ok=True)
                made[name] = str(place / Path(value).name)
    assert not any(value.startswith("/run") for value in made.values()), "not mounted"
    if "CKGW_TLS_CERTIFICATE" in made:
        # As a Secret of type kubernetes.io/tls has them.
        certificate, key = Authority(folder).pair()
        (folder / "tls" / "tls.crt").write_bytes(certificate)
        (folder / "tls" / "tls.key").write_bytes(key)
    return made


def test_the_socket_is_for_the_application_and_the_gateway_alone() -> None:
    pod = folder("sidecar-socket")["Deployment"]["spec"]["template"]["spec"]
    (volume,) = (one for one in pod["volumes"] if "emptyDir" in one)
    mounts = {
        one["name"]: [
            (mount["mountPath"], mount.get("readOnly", False))
            for mount in one["volumeMounts"]
            if mount["name"] == volume["name"]
        ]
        for one in pod["containers"]
    }
    # The application connects to what is there, and cannot put something else in its place.
    assert mounts == {"application": [(SOCKETS, True)], "churnkey-gateway": [(SOCKETS, False)]}
    # What a user makes in a volume with an fsGroup is of that group, and mode 660 lets it in.
    assert pod["securityContext"]["fsGroup"] == gateway_in(folder("sidecar-socket"))["securityContext"]["runAsGroup"]


def test_with_the_socket_nobody_outside_of_the_pod_reaches_the_contract() -> None:
    objects = folder("sidecar-socket")
    assert [port["name"] for port in objects["Service"]["spec"]["ports"]] == ["http"]
    rules = objects["NetworkPolicy"]["spec"]["ingress"]
    assert [port["port"] for rule in rules for port in rule["ports"]] == ["http", "admin"]


def test_liveness_asks_less_than_readiness(gateway: Object) -> None:
    """A gateway that drains is not ready, and must not be killed for it."""
    assert gateway["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert gateway["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert {gateway[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")} == {"admin"}


def test_what_is_under_way_at_the_end_may_be_finished(pod: Object, gateway: Object) -> None:
    pause = gateway["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause >= PROXIES_LEARN_S
    assert pod["terminationGracePeriodSeconds"] >= pause + LONGEST_DRAIN_S


def test_an_old_pod_goes_when_its_successor_is_ready(objects: Objects) -> None:
    strategy = objects["Deployment"]["spec"]["strategy"]
    assert (strategy["type"], strategy["rollingUpdate"]["maxUnavailable"]) == ("RollingUpdate", 0)
    assert strategy["rollingUpdate"]["maxSurge"] >= 1


def test_a_node_can_be_drained(objects: Objects) -> None:
    """A budget that lets nobody be evicted would keep the node's upgrade waiting for ever."""
    assert objects["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    assert "minAvailable" not in objects["PodDisruptionBudget"]["spec"]


def test_the_way_out_leads_to_public_addresses_and_not_to_the_clouds_metadata() -> None:
    rules = folder("standalone")["NetworkPolicy"]["spec"]["egress"]
    (everywhere,) = (to["ipBlock"] for rule in rules for to in rule["to"] if "ipBlock" in to)
    kept_out = [ip_network(one) for one in everywhere["except"]]
    for address in ("169.254.169.254", "10.96.0.1", "172.31.255.1", "192.168.1.1", "100.100.100.200"):
        assert any(ip_address(address) in one for one in kept_out), address


# -- closed ------------------------------------------------------------------------------------------------------


def test_the_gateway_fits_the_restricted_pod_security_standard(pod: Object, gateway: Object) -> None:
    """Source: Kubernetes documentation, "Pod Security Standards", restricted; and a root that cannot be written to."""
    security = {**pod.get("securityContext", {}), **gateway["securityContext"]}
    security.pop("fsGroup", None)
    user = int(re.findall(r"^USER (\d+):\1$", DOCKERFILE, re.MULTILINE)[0])
    assert security == {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False


def test_only_the_ingress_reaches_the_contract_and_only_prometheus_the_admin_port(objects: Objects, way: str) -> None:
    reached = {
        port["port"]: [
            source["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for source in rule["from"]
        ]
        for rule in objects["NetworkPolicy"]["spec"]["ingress"]
        for port in rule["ports"]
    }
    assert reached.get("churnkey") == (None if way == "sidecar-socket" else ["ingress-nginx"])
    assert reached["admin"] == ["monitoring"]
    assert "admin" not in {port["targetPort"] for port in objects["Service"]["spec"]["ports"]}


def test_a_variable_that_a_service_leaves_in_the_environment_cannot_be_taken_for_a_setting(pod: Object) -> None:
    assert pod["enableServiceLinks"] is False
