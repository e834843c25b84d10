"""Moments, rows and pages as they are written without models."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gateway.contract import (
    Family,
    Page,
    WrittenItem,
    WrittenPeriod,
    WrittenStatus,
    WrittenSubscription,
    moment_text,
    page_json,
    unix_text,
)

PRICE = Raw(
    b'{"id":"price_1","type":"standalone","duration":{"amount":1,"unit":"month"},'
    b'"amount":{"model":"fixed","currency":"usd","unit":1000}}'
)
SUBSCRIPTION = WrittenSubscription(
    id="sub_1",
    customer_id="cus_1",
    status=WrittenStatus(
        "active", current_period=WrittenPeriod("2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z")
    ),
    start="2026-01-01T00:00:00.000Z",
    duration=Raw(b'{"amount":1,"unit":"month"}'),
    items=(WrittenItem(PRICE, 3, "si_1"),),
    metadata={"team": "Größe"},
)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_written_as_iso_8601_has_it(moment: datetime) -> None:
    assert moment_text(moment) == moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC)))
def test_a_unix_time_is_written_as_its_datetime_is(moment: datetime) -> None:
    seconds = round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())

    assert unix_text(seconds) == moment_text(moment)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(0, "1970-01-01T00:00:00.000Z", id="the first moment"),
        pytest.param(-1, "1969-12-31T23:59:59.000Z", id="the one before"),
        pytest.param(1_795_278_891, "2026-11-21T16:34:51.000Z", id="whole seconds"),
        pytest.param(1_795_278_891.25, "2026-11-21T16:34:51.250Z", id="milliseconds"),
        pytest.param(253_402_300_799, "9999-12-31T23:59:59.000Z", id="the last one"),
    ],
)
def test_a_unix_time_is_written_in_milliseconds(seconds: float, text: str) -> None:
    assert unix_text(seconds) == text


@pytest.mark.parametrize("seconds", [253_402_300_800, -62_135_596_801, 10**18, 1e300])
def test_a_time_that_no_calendar_has_is_refused(seconds: float) -> None:
    with pytest.raises(OverflowError):
        unix_text(seconds)


def test_a_written_subscription_is_the_models_own_json() -> None:
    assert json.loads(SUBSCRIPTION.to_json()) == json.loads(SUBSCRIPTION.model().to_json())


@pytest.mark.parametrize("following", [None, "abc"])
def test_a_page_of_models_is_the_pages_own_json(following: str | None) -> None:
    rows = (Family(id="fam_1", name="Plans"), Family(id="fam_2", name="Größe"))
    whole = Page[Family](data=rows, next=following)

    assert json.loads(page_json(rows, following)) == json.loads(whole.to_json())


def test_a_page_may_hold_both() -> None:
    page = json.loads(page_json([SUBSCRIPTION, SUBSCRIPTION.model()], None))

    assert page == {"data": [json.loads(SUBSCRIPTION.to_json())] * 2}
