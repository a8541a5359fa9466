"""Addresses that a feed names, of whatever format it is."""

from urllib.parse import urljoin

LONGEST = 2_000  # characters, as of an imported post


def whole(base: str, address: str) -> str:
    """The whole address; "" for what is none, or none that a browser may be sent to."""
    try:
        found = urljoin(base, address.strip()) if address.strip() else ""
    except ValueError:
        return ""
    return found if found.lower().startswith(("http://", "https://")) and len(found) <= LONGEST and found.isprintable() else ""
