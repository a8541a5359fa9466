"""Signing in through the sign-in service: the browser is sent there, and comes back. A person sees these answers, so a failure leads back
to the sign-in page, which says why (`problem`), and never shows JSON."""

from urllib.parse import urlencode

import structlog
from starlette.responses import RedirectResponse

from longshelf.accounts.accounts import SESSION_SECONDS
from longshelf.accounts.refusals import OidcFailed
from longshelf.api.handlers.accounts import NO_STORE, origin, with_cookie
from longshelf.api.requests import cookie
from longshelf.api.route import Call, Param
from longshelf.errors import NotFound

FLOW_COOKIE = "longshelf_oidc"
FLOW_SECONDS = 600
ANSWERED = tuple(
    Param(name=name, default="", about=about)
    for name, about in (
        ("state", "What the browser left with"),
        ("code", "To be exchanged for tokens"),
        ("error", "Why there is no code"),
        ("iss", "Who answers (RFC 9207)"),
    )
)
_log = structlog.get_logger()


def start(call: Call) -> RedirectResponse:
    oidc = call.services.oidc
    if oidc is None:
        raise NotFound("There is no sign-in service here.")
    request, proxies = call.request, call.services.proxies
    scheme = "https" if proxies.is_https(request) else "http"
    back = f"{scheme}://{proxies.host(request)}{call.services.root_path}/api/oidc/callback"
    try:
        address, flow = oidc.begin(back, _local(call.query["next"]))
    except OidcFailed as error:
        return _failed(call, error)
    return _redirect(address, _flow_cookie(call, flow, FLOW_SECONDS))


def callback(call: Call) -> RedirectResponse:
    oidc = call.services.oidc
    if oidc is None:
        raise NotFound("There is no sign-in service here.")
    query, from_ = call.query, origin(call)
    flow = cookie(call.request, FLOW_COOKIE)
    try:
        user, wanted = oidc.finish(flow, query["state"], query["code"], query["error"], query["iss"])
    except OidcFailed as error:
        return _failed(call, error)
    token = call.services.accounts.open_session(user.id, from_)
    return _redirect(call.services.root_path + wanted, with_cookie(call, token, SESSION_SECONDS)["set-cookie"], _flow_cookie(call, "", 0))


def _failed(call: Call, error: OidcFailed) -> RedirectResponse:
    _log.warning("oidc sign-in refused", code=error.code, reason=str(error), address=call.services.proxies.address(call.request))
    return _redirect(f"{call.services.root_path}/sign-in?{urlencode({'problem': error.code})}", _flow_cookie(call, "", 0))


def _redirect(address: str, *cookies: str) -> RedirectResponse:
    response = RedirectResponse(address, 303, NO_STORE)
    for each in cookies:
        response.headers.append("set-cookie", each)
    return response


def _flow_cookie(call: Call, value: str, seconds: int) -> str:
    """SameSite=Lax: it must come along when the provider sends the browser back."""
    secure = "; Secure" if call.services.proxies.is_https(call.request) else ""
    return f"{FLOW_COOKIE}={value}; Path={call.services.root_path}/api/oidc/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _local(path: str) -> str:
    """A path of our own, "/" for anything that could lead elsewhere: browsers read `//host` and `/\\host` as another host."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
