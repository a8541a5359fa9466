"""Who sent a request, by its key, by a proxy's word, or by its session. May be asked again while an answer goes on for long: what is
withdrawn meanwhile counts."""

from starlette.requests import Request

from longshelf.api.requests import SESSION_COOKIE, bearer, cookie
from longshelf.api.services import Services
from longshelf.model.viewer import NOBODY, Viewer


def who_asks(request: Request, services: Services) -> Viewer:
    """NOBODY without a valid one. A key that came along decides alone."""
    key = bearer(request)
    if key:
        return services.accounts.by_key(key)
    vouched = services.proxies.user(request)
    if vouched:
        return services.accounts.by_proxy(vouched)
    session = cookie(request, SESSION_COOKIE)
    return NOBODY if session is None else services.accounts.by_session(session)
