"""What the packages below us log goes through the same redaction, in the same form."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import pytest

from gateway.observability import LogFormat
from tests.support.log import recorded_log

SECRET: Final = "the-configured-secret"
KEY: Final = "sk_live_51HabcdefghijLEAK"
MAIL: Final = "ada.lovelace@example.com"
PLANTED: Final = (SECRET, KEY, MAIL, "ada.lovelace", "Lovelace")

LOGGERS: Final = (
    "aiohttp.access",
    "aiohttp.client",
    "aiohttp.server",
    "aiohttp.web",
    "asyncio",
    "chargebee",
    "httpx",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "redis",
    "requests",
    "stripe",
    "urllib3.connectionpool",
)

every_logger = pytest.mark.parametrize("name", LOGGERS)


def in_the_text(logger: logging.Logger) -> None:
    logger.error(f"GET /customers?email={MAIL} with {KEY} and {SECRET}")  # noqa: G004 - as others do it


def in_the_arguments(logger: logging.Logger) -> None:
    logger.error("%s %s %s", {"email": MAIL}, [KEY], SECRET)


def in_a_mapping(logger: logging.Logger) -> None:
    logger.error("%(key)s %(mail)s", {"key": KEY, "mail": MAIL})


def in_an_exception(logger: logging.Logger) -> None:
    logger.error("failed", exc_info=ValueError(f"for Ada Lovelace, {MAIL}, with {KEY} and {SECRET}"))


def in_the_second_line(logger: logging.Logger) -> None:
    logger.error("Task exception was never retrieved\nfuture: <Task exception=ValueError('Ada Lovelace')>")


def in_a_member(logger: logging.Logger) -> None:
    logger.error("failed", extra={"api_key": KEY, "customer": MAIL})


def in_the_stack(logger: logging.Logger) -> None:
    logger.error("failed", stack_info=True)


@every_logger
@pytest.mark.parametrize("log_format", LogFormat)
@pytest.mark.parametrize(
    "say",
    [
        in_the_text,
        in_the_arguments,
        in_a_mapping,
        in_an_exception,
        in_the_second_line,
        in_a_member,
        in_the_stack,
    ],
    ids=lambda say: say.__name__.replace("_", " "),
)
def test_what_must_not_be_logged_is_taken_out(
    name: str, log_format: LogFormat, say: Callable[[logging.Logger], None]
) -> None:
    with recorded_log(secrets=[SECRET], log_format=log_format) as log:
        say(logging.getLogger(name))
    assert log.text.strip()
    assert [text for text in PLANTED if text in log.text] == []


@every_logger
def test_a_line_has_the_same_members_as_ours(name: str) -> None:
    with recorded_log() as log:
        logging.getLogger(name).warning("something")
    (line,) = log.events()
    assert sorted(line) == ["event", "level", "logger", "timestamp"]
    assert (line["event"], line["level"], line["logger"]) == ("something", "warning", name)


@every_logger
def test_nothing_is_heard_at_debug(name: str) -> None:
    with recorded_log(level=logging.DEBUG) as log:
        logging.getLogger(name).debug("a whole request, and its answer")
    assert log.text == ""
