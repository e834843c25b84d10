"""Who may ask, and what the manifest says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.contract import Action, Target
from gateway.verification.absent import absent_id, wrong_token
from gateway.verification.answers import document_in, refused, told
from gateway.verification.naming import place
from gateway.verification.offer import REQUIRED, read_offer
from gateway.verification.visit import Skipped

if TYPE_CHECKING:
    from gateway.verification.visit import Notes, Visit

FEATURES: Final = place("/features")

_ADVICE: Final = "check the Authorization header before anything else, on every route, and answer 401"
_NO_MANIFEST: Final = "is the URL the one that is entered at Churnkey? /churnkey/features is asked for below it"
_READS: Final = (FEATURES, place("/customers"), place("/prices"))


async def without_token(visit: Visit, notes: Notes) -> None:
    """Without a token nothing is answered."""
    await _is_kept_out(visit, notes, None)


async def with_wrong_token(visit: Visit, notes: Notes) -> None:
    """Nor with another one."""
    await _is_kept_out(visit, notes, wrong_token())


async def _is_kept_out(visit: Visit, notes: Notes, token: str | None) -> None:
    for read in _READS:
        refused(await visit.client.get(read, token=token), notes, (401,), _ADVICE)
    target = Target.SUBSCRIPTION_CANCEL
    body = {"customerId": absent_id(), "subscriptionId": absent_id(), "scheduledAt": "end-of-period"}
    refused(await visit.client.post(place(f"/actions/{target}"), body, token=token), notes, (401,), _ADVICE)


async def with_token(visit: Visit, notes: Notes) -> None:
    """The token is good."""
    answer = await visit.client.get(FEATURES)
    if answer.status in {401, 403}:
        notes.stop(
            answer.request,
            f"{told(answer)} to the token",
            "200",
            "is it the one that Churnkey shows for the custom provider? It is sent as Authorization: Bearer <token>",
        )


async def manifest(visit: Visit, notes: Notes) -> None:
    """The manifest is as documented. What it offers decides what else is looked at."""
    document = document_in(await visit.client.get(FEATURES), notes, _NO_MANIFEST)
    visit.offer, findings = read_offer(document)
    notes.add(findings)


async def necessities(visit: Visit, notes: Notes) -> None:
    """What Churnkey requires is on."""
    if not visit.offer.is_known:
        raise Skipped("there is no manifest to go by")
    for controller in sorted(REQUIRED - visit.offer.controllers):
        notes.fail(f"features.controllers.{controller}", "off", "on", "Churnkey requires it")
    if Action.CANCEL not in visit.offer.actions:
        notes.remark("features.actions.cancel", "off", "on", "without it there is no cancel flow")
