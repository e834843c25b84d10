"""What a Chargebee site is set up as: found out by asking, without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from adapters.chargebee.connection import ChargebeeConnection
from adapters.chargebee.parameters import PAUSE_IS_OFF
from adapters.errors import Conflict, Invalid, NotFound, Unsupported
from adapters.holes import Finding
from gateway.contract import Action

_CATALOG: Final = "v2"
_WHERE: Final = (
    "Settings > Configure Chargebee > Billing LogIQ > Customers & Subscriptions > Pause Subscription switches it on"
)
_PROBE: Final = timedelta(days=45)


class ChargebeeAccount(ChargebeeConnection):
    """Looks at the site before anything is served."""

    async def _examine(self) -> Sequence[Finding]:
        told = (one.get("product_catalog_version") for one in await self._api.configuration())
        versions = {version for version in told if version is not None}
        if versions and _CATALOG not in versions:
            message = (
                "the site uses Product Catalog 1.0, which this adapter cannot speak; Chargebee migrates sites to 2.0"
            )
            return [Finding(message, fatal=True)]
        can_pause = await self._can_pause()
        if can_pause is None:
            return [Finding("whether pausing is switched on shows with the first active subscription")]
        if not can_pause:
            return [Finding(f"{PAUSE_IS_OFF}: {_WHERE}", feature=Action.PAUSE, reason=PAUSE_IS_OFF)]
        return []

    async def _can_pause(self) -> bool | None:
        """Whether pausing is switched on; None where nothing tells.

        There is no setting to read, but an estimate of a pause, which changes nothing, is refused like a pause.
        https://apidocs.chargebee.com/docs/api/estimates#pause_subscription_estimate
        """
        page = await self._api.page(
            "subscription", "subscriptions", limit=1, status={"is": "active"}, sort_by={"asc": "created_at"}
        )
        if not page.rows:
            return None
        resumes = int((self.runtime.clock() + _PROBE).timestamp())
        try:
            await self._api.estimate(
                "subscriptions",
                str(page.rows[0].get("id")),
                "pause_subscription_estimate",
                pause_option="immediately",
                subscription={"resume_date": resumes},
            )
        except Unsupported:
            return False
        except (Conflict, Invalid, NotFound):
            # About this one subscription: of the site it tells nothing.
            return None
        return True
