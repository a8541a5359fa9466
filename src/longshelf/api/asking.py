"""Who sent a request: by its key, by a proxy's word, or by its session. May be asked again while an answer goes on for long: what is
withdrawn meanwhile counts."""

from typing import NamedTuple

from starlette.requests import Request

from longshelf.api.requests import SESSION_COOKIE, bearer, cookie
from longshelf.api.services import Services
from longshelf.model.viewer import NOBODY, Viewer


class Credentials(NamedTuple):
    """What came along to be known by; at most one of them counts, in this order."""

    key: str = ""
    vouched: str | None = None  # by a trusted proxy
    session: str | None = None

    @property
    def ambient(self) -> bool:
        """Whether a browser sends it along by itself, whoever made it send the request."""
        return not self.key and bool(self.vouched or self.session)

    def viewer(self, services: Services) -> Viewer:
        """NOBODY without valid ones. A key that came along decides alone."""
        if self.key:
            return services.accounts.by_key(self.key)
        if self.vouched:
            return services.accounts.by_proxy(self.vouched)
        return NOBODY if self.session is None else services.accounts.by_session(self.session)


def credentials(request: Request, services: Services) -> Credentials:
    """NotSignedIn where a proxy vouches for two; what else came with a key is not looked at."""
    key = bearer(request)
    return Credentials(key) if key else Credentials("", services.proxies.user(request), cookie(request, SESSION_COOKIE))
