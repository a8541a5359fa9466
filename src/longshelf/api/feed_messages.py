"""What requests about feeds carry. Conventions as in `api/messages.py`."""

from typing import Annotated

import msgspec

Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2_048)]
Addresses = Annotated[list[Address], msgspec.Meta(max_length=1_000)]
Subscriptions = Annotated[str, msgspec.Meta(max_length=1 << 20)]


class AddFeeds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Feeds by address, and those an OPML document names. What the library reads already is passed over."""

    urls: Addresses = []
    opml: Subscriptions = ""


class ProbeFeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address to try."""

    url: Address
