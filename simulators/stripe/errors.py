"""Stripe's errors: one exception, and the constructors of those that several endpoints share.

Shapes, codes and the HTTP status of each are from https://docs.stripe.com/error-codes and
https://docs.stripe.com/api/errors; wordings follow what Stripe answers, because integrations do match on
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.types import Json

INVALID_REQUEST = "invalid_request_error"


class ApiError(Exception):
    """An answer other than success.

    `kind` is the error's `type`. `refused_early` marks an error found before the endpoint began to execute:
    Stripe does not remember such answers under an idempotency key.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = INVALID_REQUEST,
        refused_early: bool = False,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind
        self.refused_early = refused_early
        self.details = details

    def body(self, request_id: str, *, livemode: bool) -> Json:
        """The answer's JSON. Members that do not apply are left out, as Stripe leaves them out."""
        error: Json = {}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        error.update(self.details)
        error["message"] = self.message
        if self.param is not None:
            error["param"] = self.param
        mode = "" if livemode else "test/"
        error["request_log_url"] = f"https://dashboard.stripe.com/{mode}logs/{request_id}"
        error["type"] = self.kind
        return {"error": error}


def missing_in_path(noun: str, identifier: str) -> ApiError:
    """The object named by the URL does not exist: 404, and `param` is `id`."""
    return ApiError(404, f"No such {noun}: '{identifier}'", code="resource_missing", param="id")


def missing_in_parameter(noun: str, identifier: str, param: str) -> ApiError:
    """An object named by a parameter does not exist: the same code as in a path, but 400."""
    return ApiError(400, f"No such {noun}: '{identifier}'", code="resource_missing", param=param)


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """The endpoint ran and refused."""
    return ApiError(400, message, code=code, param=param)


def malformed(message: str, *, param: str, code: str | None = None) -> ApiError:
    """A parameter is not of its type: found before the endpoint ran."""
    return ApiError(400, message, code=code, param=param, refused_early=True)


def exclusive(*params: str) -> ApiError:
    """Two parameters that may not be given together."""
    names = ", ".join(params)
    return ApiError(
        400,
        f"You may only specify one of these parameters: {names}.",
        code="parameters_exclusive",
        param=params[0],
    )


def missing_parameter(param: str) -> ApiError:
    """A parameter that the endpoint cannot do without."""
    return ApiError(400, f"Missing required param: {param}.", code="parameter_missing", param=param, refused_early=True)


def unrecognized_url(method: str, path: str) -> ApiError:
    """No endpoint has this method and path; an empty id leads here as well."""
    return ApiError(
        404,
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
        refused_early=True,
    )


def not_simulated(param: str) -> ApiError:
    """A parameter which Stripe knows and this simulator does not act upon.

    Refused rather than ignored: a test must not pass because money that Stripe would move was overlooked
    here.
    """
    return ApiError(
        400,
        f"The simulator does not act on the parameter {param}.",
        code="simulator_parameter_not_simulated",
        param=param,
        refused_early=True,
    )
