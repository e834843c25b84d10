"""Schemathesis as a process of its own, and the gateway that it speaks to."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp.test_utils import TestServer

from adapters.conformance.provider import NO_SAMPLE, NOW, ProviderCase, Samples
from adapters.conformance.suite.direct import DIRECT
from adapters.registry import find
from gateway.contract import Mode
from gateway.server import examples, open_backends
from gateway.server.openapi import openapi_document
from gateway.settings import load
from tests.support.commands import ROOT
from tests.support.service import TOKEN, GatewayServer

HUNG_S: Final = 300

_CONFIGURATION: Final = """\
hooks = "tests.contract.fuzzing.hooks"

[generation]
deterministic = true
max-examples = 20
"""


@asynccontextmanager
async def gateway_before(case: ProviderCase, folder: Path) -> AsyncIterator[str]:
    """The address of a gateway as it runs in production, before this provider and under the provider's name."""
    async with TestServer(case.application()) as provider:
        address = str(provider.make_url("")).rstrip("/")
        document = {
            "backend": case.name,
            "integration_tokens": [TOKEN],
            "modes": {mode.value: dict(keys) for mode, keys in case.modes(address).items()},
            "journal": "none",
            # A repeated action is carried out again, and nothing is waited for.
            "limits": {"retry_wait_s": 0.001, "dedupe_s": 0},
            **DIRECT,
            **case.everything,
        }
        file = folder / "backend.yaml"
        # JSON is YAML.
        file.write_text(json.dumps(document), encoding="utf-8")
        async with (
            open_backends(load([file], {}), find, clock=lambda: NOW) as backends,
            GatewayServer(backends) as gateway,
        ):
            yield str(gateway.make_url(f"/{case.name}"))


async def fuzz(address: str, token: str, case: ProviderCase, folder: Path, arguments: Iterable[str]) -> tuple[int, str]:
    """Run Schemathesis on what is served there; the code it exits with, and what it said.

    Besides what it makes up it sends the ids of the provider's live samples. The same requests come every time.
    """
    (folder / "openapi.json").write_text(_document(case.samples[Mode.LIVE]), encoding="utf-8")
    (folder / "schemathesis.toml").write_text(_CONFIGURATION + _dictionaries(case.samples[Mode.LIVE]), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json"),
        *("--url", address, "--header", f"Authorization: Bearer {token}", "--no-color", *arguments),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(HUNG_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, said.decode()


def _document(samples: Samples) -> str:
    """The document with the provider's ids in its examples, which much of what is sent is made from: what is wrong with
    a request does not show where it is about nobody."""
    document = openapi_document()
    for path, operations in document["paths"].items():
        held = samples.trial if path.endswith("/extend-trial") else samples.active
        ids = {
            examples.PARAMETERS["customerId"]: held.customer,
            examples.PARAMETERS["subscriptionId"]: held.subscription,
            examples.PARAMETERS["email"]: samples.email,
            examples.PARAMETERS["phone"]: samples.phone,
            examples.PARAMETERS["priceId"]: samples.price,
            examples.PARAMETERS["couponId"]: samples.coupon,
            examples.PARAMETERS["productId"]: samples.product,
            examples.PARAMETERS["familyId"]: samples.family,
        }
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if "example" in parameter:
                    parameter["example"] = ids[parameter["example"]]
            for media_type in operation.get("requestBody", {}).get("content", {}).values():
                example = media_type["example"]
                media_type["example"] = {name: ids.get(str(value), value) for name, value in example.items()}
    return json.dumps(document)


def _dictionaries(samples: Samples) -> str:
    """What the provider has, in the words of the configuration."""
    held = [one for one in (samples.active, samples.trial) if not one.customer.startswith(NO_SAMPLE)]
    words: Mapping[str, Iterable[str]] = {
        "customerId": (one.customer for one in held),
        "subscriptionId": (one.subscription for one in held),
        "email": (samples.email,),
        "phone": (samples.phone,),
        "priceId": (samples.price,),
        "price": (samples.price,),
        "couponId": (samples.coupon,),
        "coupon": (samples.coupon,),
        "productId": (samples.product,),
        "familyId": (samples.family,),
    }
    lines = []
    for name, values in words.items():
        # A JSON array of text is one of TOML, too.
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(sorted(set(values)))}"]
    lines.append("[parameters]")
    for name in words:
        for place in ("path", "body"):
            lines.append(f'"{place}.{name}" = {{ dictionary = "{name}", probability = 0.7 }}')
    return "\n" + "\n".join(lines) + "\n"
