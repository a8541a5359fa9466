"""Every failure as one shape: RFC 9457 problem+json. What is raised is told to the caller; what merely went wrong is logged under a
number, and the caller gets the number and nothing else."""

import secrets
from collections.abc import Mapping

import msgspec
import structlog
from msgspec import UNSET
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from longshelf import errors
from longshelf.accounts.throttle import TooManyAttempts
from longshelf.api.messages import Problem

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger(__name__)

# The most exact class first. (error, status, code, title)
PROBLEMS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (errors.ScreenRemoved, 410, "screen_removed", "This display was removed"),
    (errors.NotFound, 404, "not_found", "Not found"),
    (errors.BadQuery, 400, "bad_query", "This request makes no sense"),
    (errors.OutOfRange, 422, "out_of_range", "A value is out of range"),
    (errors.Invalid, 422, "invalid", "A value cannot be used"),
    (errors.Conflict, 409, "conflict", "Not possible in this state"),
    (TooManyAttempts, 429, "too_many_attempts", "Too many attempts"),
    (errors.NotSignedIn, 401, "not_signed_in", "Sign in first"),
    (errors.Denied, 403, "not_allowed", "Not allowed"),
    (errors.Unreadable, 404, "unreadable", "The file cannot be read"),
    (errors.SourceRefused, 502, "source_refused", "The library's server refuses"),
    (errors.SourceDrifted, 502, "source_drifted", "The library's server answers strangely"),
    (errors.SourceLocked, 503, "source_busy", "The library's server is busy"),
    (errors.SourceError, 503, "source_offline", "The library cannot be reached"),
    (errors.StoreUnavailable, 503, "store_unavailable", "The database cannot be used"),
    (ClientDisconnect, 400, "disconnected", "The client went away"),
    (errors.Cancelled, 503, "stopped", "The server is stopping"),
)


class Refusal(Exception):
    """What only HTTP knows: a method, a size, a media type."""

    def __init__(self, status: int, code: str, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.title = title
        self.headers = headers or {}


def respond(error: Exception, path: str) -> Response:
    """The answer for any exception. `path` goes into the log with failures of ours."""
    if isinstance(error, Refusal):
        return _response(error.status, error.code, error.title, str(error), headers=error.headers)
    for kind, status, code, title in PROBLEMS:
        if isinstance(error, kind):
            return _raised(error, status, code, title)
    return _unexpected(error, path)


def _raised(error: Exception, status: int, code: str, title: str) -> Response:
    headers = {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
        code = getattr(error, "code", code)
    if isinstance(error, TooManyAttempts):
        headers["retry-after"] = str(error.retry_after)
    if isinstance(error, errors.Invalid):
        return _response(status, code, title, str(error), field=error.field, reason=error.reason)
    return _response(status, code, title, str(error) or title, headers=headers)


def _unexpected(error: Exception, path: str) -> Response:
    number = secrets.token_hex(6)
    _log.error("request failed", instance=number, path=path, exc_info=error)
    detail = f"The server made a mistake. Its log has the details under {number}."
    return _response(500, "internal", "Internal error", detail, instance=f"urn:longshelf:failure:{number}")


def _response(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    field: str | msgspec.UnsetType = UNSET,
    reason: str | msgspec.UnsetType = UNSET,
    instance: str | msgspec.UnsetType = UNSET,
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        type=f"urn:longshelf:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        field=field,
        reason=reason,
        instance=instance,
    )
    return Response(msgspec.json.encode(problem), status, {"cache-control": "no-store", **(headers or {})}, MEDIA_TYPE)
