"""Documents of every format, of every age and in every state of repair."""

import gzip

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.model.times import from_rfc3339, rfc3339
from longshelf.sources.feed import parsing
from longshelf.sources.feed.document import Document, Page

BASE = "https://news.example/feeds/all"


def parsed(body: bytes | str, content_type: str = "application/xml") -> Document:
    return parsing.parse(Page(body.encode() if isinstance(body, str) else body, content_type, BASE))


def one(body: str) -> Document:
    return parsed(f'<rss version="2.0"><channel><title>T</title><item>{body}</item></channel></rss>')


SAMPLES = {
    "rss 0.91": '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    '<rss version="0.91"><channel><title>News</title><link>https://news.example/</link><item><title>One &eacute;</title><link>/1</link></item></channel></rss>',  # noqa: E501 - one document
    "rss 0.92": '<rss version="0.92"><channel><title>News</title><link>https://news.example/</link><item><title>One é</title><link>/1</link></item></channel></rss>',  # noqa: E501 - one document
    "rss 1.0": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x">'
    '<title>News</title><link>https://news.example/</link></channel><item rdf:about="https://news.example/1"><title>One é</title>'
    "<link>https://news.example/1</link></item></rdf:RDF>",
    "rss 2.0": '<rss version="2.0"><channel><title>News</title><link>https://news.example/</link><item><title>One &#233;</title><link>https://news.example/1</link></item></channel></rss>',
    "atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>News</title><link rel="alternate" href="https://news.example/"/>'
    '<entry><title>One é</title><link rel="alternate" href="/1"/></entry></feed>',
    "atom 1.0": '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><link href="https://news.example/"/><entry><title type="html">One &amp;eacute;</title>'  # noqa: E501 - one document
    '<link href="../1"/></entry></feed>',
    "json feed 1": '{"version":"https://jsonfeed.org/version/1","title":"News","home_page_url":"https://news.example/","items":[{"id":1,"title":"One é","url":"/1"}]}',  # noqa: E501 - one document
    "json feed 1.1": '\ufeff{"version":"https://jsonfeed.org/version/1.1","title":"News","home_page_url":"https://news.example/","items":[{"id":"1","title":"One é","url":"https://news.example/1"}]}',  # noqa: E501 - one document
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_format_says_the_same(name: str) -> None:
    document = parsed(SAMPLES[name])
    assert (document.title, document.site) == ("News", "https://news.example/")
    (entry,) = document.entries
    assert (entry.title, entry.link) == ("One é", "https://news.example/1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "koi8-r", "shift_jis"])
def test_every_encoding_is_read(encoding: str) -> None:
    title = {"koi8-r": "Привет", "shift_jis": "日本"}.get(encoding, "Café")
    declared = encoding.replace("-sig", "")
    body = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><title>{title}</title></channel></rss>'
    assert parsed(body.encode(encoding)).title == title


def test_an_encoding_that_is_declared_wrongly_still_gives_text() -> None:
    body = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Café</title></channel></rss>'.encode("latin-1")
    assert parsed(body).title == "Café"


DATES = {
    "Mon, 03 Jun 2024 10:00:00 GMT": "2024-06-03T10:00:00Z",
    "Mon, 03 Jun 2024 10:00:00 +0200": "2024-06-03T08:00:00Z",
    "Mon, 3 Jun 2024 10:00 EST": "2024-06-03T15:00:00Z",
    "3 Jun 24 10:00:00 Z": "2024-06-03T10:00:00Z",
    "Mon Jun  3 10:00:00 2024": "2024-06-03T10:00:00Z",
    "2024-06-03T10:00:00Z": "2024-06-03T10:00:00Z",
    "2024-06-03T10:00:00.123-07:00": "2024-06-03T17:00:00Z",
    "2024-06-03": "2024-06-03T00:00:00Z",
    "2024-06": "2024-06-01T00:00:00Z",
    "20240603": "2024-06-03T00:00:00Z",
}


@pytest.mark.parametrize("text", DATES)
def test_dates_are_read_however_they_are_written(text: str) -> None:
    (entry,) = one(f"<title>x</title><pubDate>{text}</pubDate>").entries
    assert rfc3339(entry.at) == DATES[text]


@pytest.mark.parametrize("text", ["yesterday", "", "99 Foo 2024", "Mon, 99 Jun 2024 99:99:99 GMT", "0000-00-00", "9" * 400])
def test_what_is_no_date_is_none(text: str) -> None:
    (entry,) = one(f"<title>x</title><pubDate>{text}</pubDate>").entries
    assert entry.published_at is None or rfc3339(entry.published_at) is not None


def test_a_podcast_says_how_long_which_and_what_it_looks_like() -> None:
    document = parsed(
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Pod</title>'
        "<itunes:author>Ann</itunes:author><item><title>One</title><guid isPermaLink='false'>ep-1</guid>"
        '<enclosure url="https://cdn.example/1.mp3" length="123456" type="audio/mpeg"/><itunes:duration>1:02:03</itunes:duration>'
        '<itunes:image href="https://cdn.example/1.jpg"/><itunes:episode>4</itunes:episode><itunes:season>2</itunes:season></item>'
        "</channel></rss>"
    )
    (entry,) = document.entries
    assert (entry.id, entry.authors, entry.pictures) == ("ep-1", ("Ann",), ("https://cdn.example/1.jpg",))
    (medium,) = entry.media
    assert (medium.type, medium.duration, medium.size) == ("audio/mpeg", 3723, 123456)
    assert (entry.facts["episode"], entry.facts["season"]) == ("4", "2")


def test_the_longest_text_counts_and_comes_out_plain() -> None:
    (entry,) = one(
        '<title>A &amp;amp; B</title><description>short</description><content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        '<![CDATA[<p>Long <i>text</i></p><img src="/i.jpg" onerror="alert(1)"><script>alert(2)</script>]]></content:encoded>'
    ).entries
    assert (entry.title, entry.text) == ("A & B", "Long text")
    assert entry.pictures == ("https://news.example/i.jpg",)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://x/y", "http://["])
def test_no_address_is_kept_that_a_browser_should_not_be_sent_to(address: str) -> None:
    (entry,) = one(f'<title>x</title><link>{address}</link><enclosure url="{address}" type="image/png"/>').entries
    assert (entry.link, entry.media, entry.pictures) == ("", (), ())


BROKEN = {
    "cut off": SAMPLES["rss 2.0"][:-40],
    "an unknown entity": SAMPLES["rss 2.0"].replace("News", "Ne&nbsp;ws&bogus;"),
    "a bare ampersand": SAMPLES["rss 2.0"].replace("News", "News & more"),
    "text before the declaration": "\n\n  " + SAMPLES["rss 2.0"],
    "an unclosed tag": SAMPLES["rss 2.0"].replace("</link></item>", "</item>"),
    "control characters": SAMPLES["rss 2.0"].replace("News", "Ne\x08ws"),
    "an undeclared namespace": SAMPLES["rss 2.0"].replace("<item>", "<item><media:thumbnail url='/t.jpg'/>"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_read_as_far_as_it_goes(name: str) -> None:
    assert len(parsed(BROKEN[name]).entries) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"version":1}', b"<html></html>", b"hello", b"\x00\xff", gzip.compress(b"x", mtime=0), b"<opml/>"]
)
def test_what_is_no_feed_says_so(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parsed(body)


@settings(max_examples=150, deadline=None)
@given(body=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)), prefix=st.sampled_from(sorted(SAMPLES)))
def test_only_a_document_or_unreadable_comes_out_of_anything(body: bytes, prefix: str) -> None:
    sample = SAMPLES[prefix].encode()
    for text in (body, sample[: len(sample) // 2] + body, sample.replace(b"One", body)):
        answer = parsing.reading(parsing.handle(parsing.encode(Page(text, "", BASE))))
        assert (answer.document is None) == bool(answer.reason)


def test_what_a_feed_asks_of_those_who_ask_it() -> None:
    document = parsed(
        '<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>T</title><ttl>90</ttl>'
        "<skipHours><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day><day>monday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel></rss>"
    )
    assert document.hints.every_seconds == 43_200
    assert (document.hints.skip_hours, document.hints.skip_days) == ((0, 3), (0, 6))


def test_json_feeds_say_all_they_can() -> None:
    document = parsed(
        '{"version":"https://jsonfeed.org/version/1.1","title":"N","authors":[{"name":"Feed"}],"items":['
        '{"id":"a","content_html":"<p>Hi</p>","date_published":"2024-06-03T10:00:00+02:00","tags":["x",3],"image":"i.jpg",'
        '"attachments":[{"url":"a.mp3","mime_type":"audio/mpeg","duration_in_seconds":60,"size_in_bytes":5}]},'
        '{"id":"b","content_text":"t","author":{"name":"Bob"}}, 7, {"id":true,"date_published":"x","attachments":[{}],"tags":"x"}]}'
    )
    first, second, third = document.entries
    assert (first.text, first.authors, first.tags) == ("Hi", ("Feed",), ("x",))
    assert first.at == from_rfc3339("2024-06-03T08:00:00Z")
    assert first.pictures == ("https://news.example/feeds/i.jpg",)
    assert (first.media[0].url, first.media[0].duration, first.media[0].size) == ("https://news.example/feeds/a.mp3", 60, 5)
    assert second.authors == ("Bob",)
    assert (third.id, third.at, third.media, third.tags) == ("", None, (), ())


@pytest.mark.parametrize("address", ["mailto:a@news.example", "data:,x", "javascript:alert(1)", "ftp://news.example/", "/" + "x" * 2_000])
def test_an_address_of_a_json_feed_that_no_browser_may_be_sent_to_is_none(address: str) -> None:
    item = {"id": "1", "url": address, "image": address, "attachments": [{"url": address, "mime_type": "video/mp4"}, {"url": "/a.mp4"}, 1]}
    document = parsed(msgspec.json.encode({"version": "https://jsonfeed.org/version/1.1", "home_page_url": address, "items": [item]}))
    (entry,) = document.entries
    assert (document.site, entry.link, entry.pictures) == ("", "", ())
    assert [each.url for each in entry.media] == ["https://news.example/a.mp4"]


def test_control_characters_are_in_no_text() -> None:
    file = {"url": "/a", "mime_type": "x\0"}
    said = {"title": "a\0b", "items": [{"id": "1", "title": "\0c\x1fd", "content_text": "e\0f\ng", "attachments": [file]}]}
    document = parsed(msgspec.json.encode({"version": "https://jsonfeed.org/version/1", **said}))
    (entry,) = document.entries
    assert (document.title, entry.title, entry.text, entry.media[0].type) == ("a b", "c d", "e f\ng", "x")
    broken = one("<title>a\x01b</title><description>c\x02d</description><enclosure url='/a' type='x\x03y'/>").entries[0]
    assert (broken.title, broken.text, broken.media[0].type) == ("a b", "c d", "x y")


def test_a_number_that_is_no_character_is_a_reason() -> None:
    for number in ("xD800", "x110000", "9" * 30):
        with pytest.raises(Unreadable, match="damaged"):
            one(f"<title>a\0 &#{number};</title>")
