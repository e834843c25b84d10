"""Chargebee's errors: one exception, and the constructors of those that several endpoints share.

Shape, codes, types and the HTTP status of each are from https://apidocs.chargebee.com/docs/api/error-handling
and the components of Chargebee's OpenAPI description of 2026-08-28. Every body also carries the older twins
`error_code`, `error_msg`, `error_param` and `http_status_code`, as the real one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.types import Json

INVALID_REQUEST = "invalid_request"
OPERATION_FAILED = "operation_failed"
PAYMENT = "payment"


class ApiError(Exception):
    """An answer other than success.

    `code` is the `api_error_code`, `kind` the `type` (None: the answer has none), `older_code` the `error_code`
    where it is finer than `code`. `text` is the message without the parameter's name in front.
    """

    def __init__(
        self,
        status: int,
        code: str,
        text: str,
        *,
        param: str | None = None,
        kind: str | None = INVALID_REQUEST,
        older_code: str | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.param = param
        self.kind = kind
        self.older_code = older_code or code

    def body(self) -> Json:
        """The answer's JSON. Members that do not apply are left out, as Chargebee leaves them out."""
        body: Json = {"message": self.text if self.param is None else f"{self.param} : {self.text}"}
        if self.kind is not None:
            body["type"] = self.kind
        body["api_error_code"] = self.code
        if self.param is not None:
            body["param"] = self.param
        body["error_code"] = self.older_code
        body["error_msg"] = self.text
        if self.param is not None:
            body["error_param"] = self.param
        body["http_status_code"] = self.status
        return body


def wrong_value(param: str, text: str = "invalid value", *, older_code: str = "param_wrong_value") -> ApiError:
    """A parameter has a value that it cannot have: 400 `param_wrong_value`."""
    return ApiError(400, "param_wrong_value", text, param=param, older_code=older_code)


def wrong_format(param: str) -> ApiError:
    """A parameter is not of its type. Code and wording are those of a recorded answer for a bad e-mail."""
    return wrong_value(param, "wrong format", older_code="wrong_format")


def unknown_parameter(param: str) -> ApiError:
    """No such parameter here.

    Chargebee does not document what it does with one; refusing is what finds a misspelled parameter.
    """
    return ApiError(400, "invalid_request", "unknown parameter", param=param)


def missing_parameter(param: str) -> ApiError:
    """A parameter that the endpoint cannot do without."""
    return wrong_value(param, "cannot be blank", older_code="param_should_not_be_blank")


def invalid(text: str, *, param: str | None = None, older_code: str | None = None) -> ApiError:
    """The operation was understood and refused: 400 `invalid_request`."""
    return ApiError(400, "invalid_request", text, param=param, older_code=older_code)


def wrong_state(text: str, *, older_code: str | None = None) -> ApiError:
    """The object is in a state in which this cannot be done: 409 `invalid_state_for_request`."""
    return ApiError(409, "invalid_state_for_request", text, older_code=older_code)


def not_found(identifier: str, *, param: str | None = None) -> ApiError:
    """An object named by the path, or by a parameter, does not exist: 404 either way."""
    return ApiError(404, "resource_not_found", f"{identifier} not found", param=param)


def no_such_url() -> ApiError:
    """No endpoint has this path; an empty id leads here as well."""
    return ApiError(404, "resource_not_found", "Sorry, we couldn't find that resource")


def method_not_supported(method: str) -> ApiError:
    """The path exists, for another method."""
    return ApiError(405, "http_method_not_supported", f"{method} is not supported for this resource")


def no_such_key() -> ApiError:
    """The key belongs to no site; live and test sites have different ones."""
    return ApiError(401, "api_authentication_failed", "Sorry, authentication failed. Invalid api key", kind=None)


def bad_credentials() -> ApiError:
    """No key as the user name of Basic authentication, or a password with it."""
    return ApiError(401, "basic_authentication_failed", "Sorry, authentication failed.", kind=None)


def lacking_right(right: str) -> ApiError:
    """The key is valid and may not do this."""
    text = f"Sorry, the api key does not have the permission {right}"
    return ApiError(403, "api_authorization_failed", text, kind=None)


def wrong_catalog() -> ApiError:
    """Product Catalog 2.0 asked of a site with 1.0. The wording is that of a recorded answer."""
    text = (
        "The API endpoint is incompatible with the product catalog version. You are calling product catalog 2.0 API "
        "endpoint but you are using product catalog 1.0 "
    )
    return ApiError(400, "configuration_incompatible", text, kind=None, older_code="pc1_to_pc2_error")


def payment_failed(customer: str) -> ApiError:
    """Money was to be collected at once, and could not be: nothing of the request happened."""
    text = f"We are not able to collect the payment from {customer}. Error message: (card_declined) Card declined."
    return ApiError(400, "payment_processing_failed", text, kind=PAYMENT)


def not_simulated(param: str) -> ApiError:
    """A parameter which Chargebee knows and this simulator does not act upon.

    Refused rather than ignored: a test must not pass because money that Chargebee would move was overlooked
    here.
    """
    return ApiError(
        400, "simulator_parameter_not_simulated", "the simulator does not act on this parameter", param=param
    )
