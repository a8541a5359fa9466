"""What is believed of a proxy's headers, and from whom."""

import subprocess
import sys

import pytest
from starlette.requests import Request

from longshelf.api.proxies import Proxies


def request(peer: str | None, *headers: tuple[str, str], scheme: str = "http") -> Request:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return Request(
        {"type": "http", "scheme": scheme, "headers": sent, "client": None if peer is None else (peer, 1), "server": ("s", 80), "path": "/"}
    )


@pytest.mark.parametrize(
    ("peer", "heard", "address"),
    [
        ("203.0.113.7", "8.8.8.8", "203.0.113.7"),  # no proxy of ours
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "8.8.8.8, 203.0.113.7", "203.0.113.7"),  # the first is the client's claim
        ("10.0.0.1", "8.8.8.8, 203.0.113.7, 10.0.0.2,10.0.0.3", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9"),  # all ours: a client inside
        ("10.0.0.1", "8.8.8.8, nonsense", "10.0.0.1"),
        ("10.0.0.1", "8.8.8.8, nonsense, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),  # a listener for both kinds of addresses sees IPv4 so
        ("fd00::1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, ", "10.0.0.1"),
        ("", "203.0.113.7", ""),
        (None, "203.0.113.7", ""),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(peer: str | None, heard: str, address: str) -> None:
    assert Proxies("10.0.0.0/8, fd00::/8").address(request(peer, ("x-forwarded-for", heard))) == address


def test_several_headers_are_one_list() -> None:
    two = request("10.0.0.1", ("x-forwarded-for", "8.8.8.8"), ("x-forwarded-for", "203.0.113.7"))
    assert Proxies("10.0.0.0/8").address(two) == "203.0.113.7"


@pytest.mark.parametrize(("peer", "believed"), [("10.0.0.1", True), ("11.0.0.1", False), ("nonsense", False), (None, False)])
def test_scheme_host_and_user_are_believed_together_or_not_at_all(peer: str | None, believed: bool) -> None:
    proxies = Proxies("10.0.0.0/8", "Remote-User")
    sent = request(
        peer, ("host", "inside"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "shelf.example"), ("remote-user", " ann ")
    )
    assert proxies.trusts(sent) is believed
    assert proxies.is_https(sent) is believed
    assert proxies.host(sent) == ("shelf.example" if believed else "inside")
    assert proxies.user(sent) == ("ann" if believed else None)


def test_without_networks_nobody_and_without_a_header_no_user_is_believed() -> None:
    sent = request("127.0.0.1", ("remote-user", "ann"), ("x-forwarded-proto", "https"))
    assert Proxies("", "Remote-User").user(sent) is None
    assert not Proxies("", "Remote-User").is_https(sent)
    assert Proxies("127.0.0.1").user(sent) is None
    assert Proxies().is_https(request("127.0.0.1", scheme="https"))


def test_a_server_without_a_sign_in_service_loads_none_of_its_libraries() -> None:
    text = "import sys, longshelf.server.app; print(*sorted({'authlib', 'joserfc', 'httpx2', 'cryptography'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout.strip() == ""
