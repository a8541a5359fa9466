"""Which addresses on the network the server calls on an administrator's word: those of remote libraries and feeds.

The rule: http and https only, nothing secret in the address, never a cloud's metadata service or another link-local, multicast or reserved
address. Private networks and this machine are allowed unless `LONGSHELF_PRIVATE_URLS=no`, because at home that is where a Stash is. An
address is judged twice: as text when it is entered, and as the peer a connection really has, before a byte is sent. So neither a name that
is pointed elsewhere meanwhile (DNS rebinding) nor an unusual spelling of a number gets around it."""

import ipaddress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from longshelf.errors import Invalid, SourceRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LENGTH = 2_048  # characters
PORTS = {"http": 80, "https": 443}
# Nobody keeps a library there. Link-local holds the metadata services of most clouds; those that are elsewhere are named one by one.
NEVER: tuple[Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8",
            "100.100.100.200/32",  # Alibaba Cloud
            "168.63.129.16/32",  # Azure
            "192.0.0.192/32",  # Oracle Cloud
            "fd00:ec2::254/128",  # AWS
            "fd20:ce::254/128",  # Google Cloud
        ),
    )
)  # fmt: skip
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


class Target(NamedTuple):
    """A checked address: `host` is a name or a number, without brackets."""

    url: str
    scheme: str
    host: str
    port: int


def check_url(text: str, *, private: bool, field: str = "url") -> Target:
    """Invalid, naming `field` and the reason, for an address that must not be called. Names are not looked up here: what they stand for may
    change, so `check_peer` judges that at every connection."""
    parts = _parts(text, field)
    host = parts.hostname or ""
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise Invalid(field, "the port is no number from 1 to 65535") from None
    number = _number(host)
    reason = None if number is None else refusal(number, private=private)
    if reason is not None:
        raise Invalid(field, reason)
    return Target(text, parts.scheme, host, port)


def check_peer(address: str, *, private: bool) -> None:
    """SourceRefused with the reason when a connection to this address must not be used."""
    number = _number(address)
    reason = "it has no network address" if number is None else refusal(number, private=private)
    if reason is not None:
        raise SourceRefused(f"This server does not call {address}: {reason}.")


def refusal(address: Address, *, private: bool) -> str | None:
    """Why this address is not called; None when it may be. An address that carries another inside it is judged as both."""
    judged = (address, *_carried(address))
    for each in judged:
        if any(each in network for network in NEVER):
            return f"{each} is a link-local, metadata, multicast or reserved address"
    for each in judged:
        if not private and not each.is_global:
            return f"{each} is in a private network, which LONGSHELF_PRIVATE_URLS=no forbids"
    return None


def _parts(text: str, field: str) -> SplitResult:
    if len(text) > LENGTH:
        raise Invalid(field, f"use at most {LENGTH} characters")
    if not text.isprintable() or " " in text or "\\" in text:
        raise Invalid(field, "an address has no spaces, backslashes or control characters")  # programs read them differently
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Invalid(field, "is not an address such as http://192.168.1.5:9999") from None
    if parts.scheme not in PORTS:
        raise Invalid(field, "begin it with http:// or https://")
    if "@" in parts.netloc:
        raise Invalid(field, "leave name and password out of the address")
    if not parts.hostname or "%" in parts.netloc:
        raise Invalid(field, "is not an address such as http://192.168.1.5:9999")
    return parts


def _number(host: str) -> Address | None:
    """The address a host is written as, an IPv4 one in IPv6 form (::ffff:1.2.3.4) as what it is; None for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def _carried(address: Address) -> tuple[Address, ...]:
    """IPv4 addresses inside an IPv6 one: what a gateway would call in its place."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(each for each in found if each is not None)
