"""What a reverse proxy says about a request: who the client is, whether it speaks TLS, and who has signed in there.

The rule: only what comes straight from a configured network is believed. From anybody else these headers are text that the client made up,
and they are not even read."""

import ipaddress

from starlette.requests import Request

from longshelf.config import networks
from longshelf.errors import NotSignedIn

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """`trusted` are networks, separated by commas; `user_header` names the signed-in user ("": no header does)."""

    def __init__(self, trusted: str = "", user_header: str = "") -> None:
        self._networks = networks(trusted)
        self._user_header = user_header.lower().encode()

    def trusts(self, request: Request) -> bool:
        """Whether the request comes straight from one of the networks."""
        return bool(self._networks) and self._ours(_parsed(_peer(request)))

    def address(self, request: Request) -> str:
        """The client's. Each proxy appends whom it heard; read from the end, the first that is no proxy of ours is the client, and what
        stands before it is its own claim."""
        if not self.trusts(request):
            return _peer(request)
        heard = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        found = _peer(request)
        for text in reversed(heard):
            parsed = _parsed(_without_port(text.strip()))
            if parsed is None:
                break
            found = str(parsed)
            if not self._ours(parsed):
                break
        return found

    def is_https(self, request: Request) -> bool:
        """Whether the browser speaks TLS, to us or to a proxy in front."""
        return request.url.scheme == "https" or self._said(request, "x-forwarded-proto") == "https"

    def host(self, request: Request) -> str:
        """What the browser believes it talks to."""
        return self._said(request, "x-forwarded-host") or request.headers.get("host", "")

    def user(self, request: Request) -> str | None:
        """The name of who has signed in at the proxy; None without one. NotSignedIn for two of them: a proxy that adds its header without
        taking away the client's would let everybody be anybody."""
        if not self._user_header or not self.trusts(request):
            return None
        values = [value for name, value in request.scope["headers"] if name == self._user_header]
        if len(values) > 1:
            raise NotSignedIn("The proxy sends its user header twice. It must replace what the client sent, not add to it.")
        try:
            return values[0].decode("utf-8").strip() or None if values else None
        except UnicodeDecodeError:
            raise NotSignedIn("The proxy's user header is not UTF-8.") from None

    def _said(self, request: Request, name: str) -> str:
        return request.headers.get(name, "").split(",")[0].strip() if self.trusts(request) else ""

    def _ours(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _without_port(text: str) -> str:
    """Some proxies write `1.2.3.4:56` or `[::1]:56`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _parsed(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found
