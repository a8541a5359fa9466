"""Which addresses are called for a library, judged as text and as the machine a connection really reaches."""

import http.server
import ipaddress
import socket
import threading
from collections.abc import Iterator

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Invalid, SourceRefused
from longshelf.sources.addresses import NEVER, check_peer, check_url, refusal
from longshelf.sources.guarded import guarded_pool

HOME = ("10.0.0.5", "172.16.1.1", "192.168.1.5", "127.0.0.1", "100.64.0.1", "[::1]", "[fd00::5]", "[::ffff:192.168.1.5]")
NOBODYS = (
    "169.254.169.254", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1", "100.100.100.200",
    "168.63.129.16", "192.0.0.192", "[fe80::1]", "[::]", "[ff02::1]", "[fd00:ec2::254]", "[fd20:ce::254]",
    "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[::a9fe:a9fe]", "[::ffff:0.0.0.0]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("http://stash.local:9999", ("http", "stash.local", 9999)),
        ("https://feeds.example/rss?x=1", ("https", "feeds.example", 443)),
        ("HTTP://192.168.1.5/graphql", ("http", "192.168.1.5", 80)),
        ("http://[fd00::5]:9999/", ("http", "fd00::5", 9999)),
        ("http://8.8.8.8", ("http", "8.8.8.8", 80)),
    ],
)
def test_an_ordinary_address_is_taken_apart(text: str, target: tuple[str, str, int]) -> None:
    assert check_url(text, private=True)[1:] == target


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file:///etc/passwd", "http:// or https://"),
        ("gopher://stash.local:70/_x", "http:// or https://"),
        ("ftp://stash.local", "http:// or https://"),
        ("unix:/run/docker.sock", "http:// or https://"),
        ("stash.local:9999", "http:// or https://"),
        ("//stash.local", "http:// or https://"),
        ("", "http:// or https://"),
        ("http://ann:secret@stash.local", "leave name and password out"),
        ("http://feeds.example@169.254.169.254/", "leave name and password out"),
        ("http://", "is not an address"),
        ("http://[::1", "is not an address"),
        ("http://[fe80::1%25eth0]/", "is not an address"),
        ("http://stash%2elocal/", "is not an address"),
        ("http://stash.local:99999", "port"),
        ("http://stash.local:x", "port"),
        ("http://feeds.example\\@127.0.0.1/", "backslashes"),
        ("http://stash.local /", "spaces"),
        ("http://stash.local/\r\nHost: x", "control"),
        ("http://stash.local/" + "x" * 2_048, "at most 2048"),
    ],
)
def test_what_is_no_plain_web_address_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        check_url(text, private=True, field="stash")
    assert refused.value.field == "stash"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("host", HOME)
def test_private_networks_are_a_choice(host: str) -> None:
    check_url(f"http://{host}:9999", private=True)
    check_peer(host.strip("[]"), private=True)
    with pytest.raises(Invalid, match="LONGSHELF_PRIVATE_URLS"):
        check_url(f"http://{host}:9999", private=False)
    with pytest.raises(SourceRefused, match="LONGSHELF_PRIVATE_URLS"):
        check_peer(host.strip("[]"), private=False)


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("host", NOBODYS)
def test_metadata_services_and_their_like_are_never_called_however_they_are_written(host: str, private: bool) -> None:
    with pytest.raises(Invalid, match="link-local, metadata"):
        check_url(f"http://{host}/latest/meta-data", private=private)
    with pytest.raises(SourceRefused):
        check_peer(host.strip("[]"), private=private)


def test_a_scope_changes_nothing() -> None:
    with pytest.raises(SourceRefused):
        check_peer("fe80::1%eth0", private=True)
    with pytest.raises(SourceRefused):
        check_peer("", private=True)


@given(st.ip_addresses(), st.booleans())
def test_what_is_allowed_is_public_or_private_and_in_no_forbidden_network(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, private: bool
) -> None:
    allowed = refusal(address, private=private) is None
    forbidden = any(address in network for network in NEVER)
    if allowed:
        assert not forbidden
        assert private or address.is_global
    if address.version == 4:
        assert allowed == (not forbidden and (private or address.is_global))
        mapped = ipaddress.IPv6Address(f"::ffff:{address}")
        if private:
            assert (refusal(mapped, private=private) is None) == allowed


@pytest.fixture
def page() -> Iterator[tuple[int, list[str]]]:
    """A web server on this machine: its port, and the requests that reached it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port, asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1"])
def test_a_connection_is_judged_by_where_it_really_leads_before_a_byte_is_sent(host: str, page: tuple[int, list[str]]) -> None:
    port, asked = page
    pool = guarded_pool(private=False, retries=False)
    with pytest.raises(SourceRefused, match=r"127\.0\.0\.1"):
        pool.request("GET", f"http://{host}:{port}/secret")
    assert asked == []
    pool.clear()
    open_pool = guarded_pool(private=True, retries=False)
    assert open_pool.request("GET", f"http://{host}:{port}/shelf").data == b"ok"
    assert asked == ["/shelf"]
    open_pool.clear()


def test_a_name_that_was_pointed_elsewhere_after_it_was_checked_does_not_help(
    page: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name is harmless when it is entered, and stands for this machine when it is called."""
    port, asked = page
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: look_up("127.0.0.1", *rest, **more))
    check_url(f"http://feeds.example:{port}/rss", private=False)
    pool = guarded_pool(private=False, retries=urllib3.Retry(0))
    with pytest.raises(SourceRefused):
        pool.request("GET", f"http://feeds.example:{port}/rss")
    assert asked == []
    pool.clear()


def test_tls_is_not_even_begun_with_a_machine_that_is_not_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pool = guarded_pool(private=False, retries=False)
        with pytest.raises(SourceRefused):
            pool.request("GET", f"https://127.0.0.1:{listener.getsockname()[1]}/")
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(1) == b""
        pool.clear()
