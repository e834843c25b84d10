"""Which of Schemathesis's findings are none. It loads this module in its own process."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

from tests.contract.fuzzing.judging import is_another_spelling, is_malformed


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Whether it is a failure."""
    if isinstance(failure, RejectedPositiveData):
        return response.status_code != 400 or is_malformed(response.json())
    if isinstance(failure, AcceptedNegativeData):
        return not _is_tolerated(case)
    return True


def _is_tolerated(case: Case[Any]) -> bool:
    """Whether nothing is wrong but the body, and that only by its spelling."""
    negative = {place for place in ParameterLocation if case.meta is not None and case.meta.is_negative_at(place)}
    return negative == {ParameterLocation.BODY} and is_another_spelling(case.operation.path, case.body)
