"""Lists of subscriptions, as other readers write them."""

import pytest

from longshelf.errors import Invalid
from longshelf.sources.feed import opml


def test_the_feeds_of_all_folders_are_found_once_in_order() -> None:
    body = b"""<?xml version="1.0"?><opml version="2.0"><body><outline text="A"><outline type="rss" xmlUrl=" http://a.example/ "/>
        <outline text="B"><outline xmlurl="http://b.example/"/></outline></outline><outline xmlUrl="http://a.example/"/></body></opml>"""
    assert opml.feeds(body) == ["http://a.example/", "http://b.example/"]


def test_a_broken_list_is_read_as_far_as_it_goes() -> None:
    assert opml.feeds(b'<opml><body><outline xmlUrl="http://a.example/"/><outline') == ["http://a.example/"]


@pytest.mark.parametrize("body", [b"", b"x", b"<rss/>", b"<opml/>", b'<opml><outline text="no feed"/></opml>'])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        opml.feeds(body)


def test_entities_are_not_followed() -> None:
    body = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><opml><outline xmlUrl="http://a.example/&e;"/></opml>'
    assert all("root:" not in url for url in opml.feeds(body))
