"""Variables and files in the place of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.settings.conftest import MINIMAL, Load, Problems

PATTERN = "policy: {prices: {allow: ['%s']}}\n"


def _allowed(load_text: Load, written: str, environment: dict[str, str]) -> str:
    allow = load_text(MINIMAL + PATTERN % written, environment).policy.prices.allow
    assert allow is not None
    return allow[0]


@pytest.mark.parametrize(
    ("written", "environment", "expected"),
    [
        pytest.param("${A}", {"A": "x"}, "x", id="a variable"),
        pytest.param("p_${A}_${B}*", {"A": "x", "B": "y"}, "p_x_y*", id="two in one text"),
        pytest.param("${A:-z}", {}, "z", id="a default for what is not set"),
        pytest.param("${A:-z}", {"A": ""}, "z", id="a default for what is empty"),
        pytest.param("${A:-z}", {"A": "x"}, "x", id="a default that is not needed"),
        pytest.param("x${A:-}", {}, "x", id="an empty default"),
        pytest.param("x${A}", {"A": ""}, "x", id="an empty variable"),
        pytest.param("${A:-a:-b}", {}, "a:-b", id="a default with a colon"),
        pytest.param("$${A}", {"A": "x"}, "${A}", id="an escape"),
        pytest.param("$${${A}}", {"A": "x"}, "${x}", id="an escape around a variable"),
        pytest.param("$$$A$", {"A": "x"}, "$$$A$", id="dollars alone"),
        pytest.param("${A}", {"A": "${B}", "B": "x"}, "${B}", id="a variable that holds a variable"),
        pytest.param("${A}", {"A": "{file: /etc/passwd}"}, "{file: /etc/passwd}", id="a variable that holds a file"),
        pytest.param("${A}", {"A": "a: b\n- &c"}, "a: b\n- &c", id="a variable that holds YAML"),
        pytest.param("${A}", {"A": "12"}, "12", id="digits stay text where text is meant"),
    ],
)
def test_a_variable_is_put_in_once_and_as_text(
    load_text: Load, written: str, environment: dict[str, str], expected: str
) -> None:
    assert _allowed(load_text, written, environment) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("${A}", ["the variable A is not set"], id="not set"),
        pytest.param("${A}${B}${A}", ["the variable A is not set", "the variable B is not set"], id="two not set"),
        pytest.param(
            "${sk_live_51Habcdef7}", ["the variable named here is not set"], id="a secret for the variable's name"
        ),
        pytest.param(
            "${A:-${B}}", ["the default of the variable A cannot hold another variable"], id="a variable as a default"
        ),
        *(
            pytest.param(
                written,
                ["${ does not begin ${VARIABLE} or ${VARIABLE:-default}; $${ stands for ${ itself"],
                id=f"malformed {written}",
            )
            for written in ("${", "${A", "${}", "${A B}", "${1A}", "${A-b}", "${ A }", "${É}")
        ),
    ],
)
def test_a_variable_that_cannot_be_put_in_is_an_error(problems: Problems, written: str, expected: list[str]) -> None:
    assert problems(MINIMAL + PATTERN % written) == [
        f"backend.yaml:4: policy.prices.allow[0]: {message}" for message in expected
    ]


def test_numbers_and_switches_may_come_from_variables(load_text: Load) -> None:
    settings = load_text(
        MINIMAL
        + "limits: {deadline_s: '${A}', max_in_flight: '${B:-7}'}\n"
        + "manifest_compat: ${C}\nactions: {pause: '${C}', cancel: {enabled: '${D}'}}\n",
        {"A": "20.5", "B": "", "C": "false", "D": "0"},
    )
    assert (settings.limits.deadline_s, settings.limits.max_in_flight) == (20.5, 7)
    assert settings.manifest_compat is False
    assert settings.adapter.actions.pause.enabled is False
    assert settings.adapter.actions.cancel.enabled is False


def test_the_backend_itself_may_come_from_a_variable(load_text: Load) -> None:
    assert load_text(MINIMAL.replace("stripe", "${A:-stripe}", 1)).name == "stripe"


def test_keys_are_not_replaced(problems: Problems) -> None:
    (problem,) = problems(MINIMAL + "'${A}': x\n", {"A": "name"})
    assert problem.startswith("backend.yaml:4: (a key): unknown key; ")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"secret", "secret", id="as it is"),
        pytest.param(b"secret\n", "secret", id="a line break"),
        pytest.param(b"secret\r\n", "secret", id="a windows line break"),
        pytest.param(b"${A}\n", "${A}", id="what looks like a variable"),
        pytest.param(b"\xef\xbb\xbfsecret", "secret", id="a byte order mark"),
    ],
)
def test_a_file_is_put_in_without_one_line_break(
    load_text: Load, tmp_path: Path, content: bytes, expected: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(content)
    settings = load_text(MINIMAL.replace("churnkey-token-1", f"{{file: {secret}}}"), {"A": "x"})
    assert settings.integration_tokens[0].get_secret_value() == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "must not be empty", id="nothing"),
        pytest.param(b"\n", "must not be empty", id="only a line break"),
        pytest.param(
            b"secret\n\n", "must be printable ASCII without spaces or line breaks", id="more than one line break"
        ),
        pytest.param(b" secret", "must be printable ASCII without spaces or line breaks", id="a space before it"),
        pytest.param(b"secret\r", "must be printable ASCII without spaces or line breaks", id="half a line break"),
    ],
)
def test_white_space_around_a_secret_is_an_error_and_not_cut_off(
    problems: Problems, tmp_path: Path, content: bytes, expected: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(content)
    assert problems(MINIMAL.replace("churnkey-token-1", f"{{file: {secret}}}")) == [
        f"backend.yaml:2: integration_tokens[0]: {expected}"
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("{file: /nowhere/x}", ".file: /nowhere/x: there is no such file", id="missing"),
        pytest.param("{file: '${DIRECTORY}/x'}", ".file: ${DIRECTORY}/x: there is no such file", id="by a variable"),
        pytest.param("{file: /}", ".file: /: is not a regular file", id="a directory"),
        pytest.param("{file: /dev/zero}", ".file: /dev/zero: is not a regular file", id="a device"),
        pytest.param("{file: secret}", ".file: must be an absolute path", id="relative"),
        pytest.param("{file: ''}", ".file: must be an absolute path", id="empty"),
        pytest.param("{file: '${MISSING}/x'}", ".file: the variable MISSING is not set", id="a missing variable"),
        pytest.param("{file: [x]}", ": file must be a path", id="a list"),
        pytest.param('{file: "/a\\0b"}', None, id="a zero byte"),
        pytest.param("{file: }", ".file: has no value; give it one, or leave the key out", id="no value"),
    ],
)
def test_a_file_that_cannot_be_put_in_is_an_error(problems: Problems, written: str, expected: str | None) -> None:
    (problem,) = problems(MINIMAL.replace("churnkey-token-1", written), {"DIRECTORY": "/hidden-directory"})
    assert problem.startswith("backend.yaml:2: integration_tokens[0]")
    assert expected is None or problem == f"backend.yaml:2: integration_tokens[0]{expected}"


def test_a_large_file_is_not_a_secret(problems: Problems, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * (64 * 1024 + 1))
    (problem,) = problems(MINIMAL.replace("churnkey-token-1", f"{{file: {secret}}}"))
    assert problem.endswith(": is larger than 64 KiB")


def test_a_section_that_has_other_keys_beside_file_is_a_section(problems: Problems) -> None:
    assert problems(MINIMAL + "limits: {file: /x, deadline_s: 5}\n") == [
        "backend.yaml:4: limits.file: unknown key; the keys here are breaker, call_timeout_s, connect_timeout_s, "
        "deadline_s, dedupe_s, max_in_flight, requests_per_second, retry_wait_s"
    ]
