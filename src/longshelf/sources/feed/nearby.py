"""Whose word leads into a private network. What an administrator has entered may. What a stranger says, by a redirect or the address of a
picture, may not, or it would have this server call machines that the stranger cannot reach himself."""

import ipaddress
import socket
from urllib.parse import urlsplit

from longshelf.sources import addresses


def is_private(url: str) -> bool:
    """Whether its machine is in a private network, or this one: by its number, or by one of those its name has now."""
    try:
        found = socket.getaddrinfo(host(url), None, type=socket.SOCK_STREAM) if host(url) else []
    except (OSError, UnicodeError):
        return False
    return any(_is_private(str(each[4][0])) for each in found)


def host(url: str) -> str:
    """The name or number of its machine; "" when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_private(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    return addresses.refusal(address, private=True) is None and addresses.refusal(address, private=False) is not None
