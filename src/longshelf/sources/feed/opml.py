"""The feeds that an OPML file names: how readers hand over what somebody reads."""

from lxml import etree

from longshelf.errors import Invalid

FEEDS_MOST = 1_000
FILE_MOST = 10 << 20  # bytes


def feeds(body: bytes) -> list[str]:
    """Addresses in order, each once. Invalid when the file is no OPML or names no feed."""
    if len(body) > FILE_MOST:
        raise Invalid("opml", f"the file is larger than {FILE_MOST >> 20} MiB")
    # No entities, no DTD, no network: an outline needs none of them. Broken ones are read as far as they go.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise Invalid("opml", "the file is no OPML; export the subscriptions of your feed reader")
    given = [(str(name).lower(), str(value)) for each in root.iter("outline") for name, value in each.attrib.items()]
    found = dict.fromkeys(value.strip() for name, value in given if name == "xmlurl" and value.strip())
    if not found:
        raise Invalid("opml", "the file names no feed")
    if len(found) > FEEDS_MOST:
        raise Invalid("opml", f"the file names more than {FEEDS_MOST:,} feeds")
    return list(found)
