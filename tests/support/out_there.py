"""An address of this machine that counts as one on the internet, so that a stranger's server can be tried with real connections."""

from ipaddress import IPv4Address

import pytest

from longshelf.sources import addresses

PUBLIC = "127.0.0.2"


def count_as_public(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = addresses.refusal
    monkeypatch.setattr(
        addresses, "refusal", lambda address, *, private: None if address == IPv4Address(PUBLIC) else judged(address, private=private)
    )
