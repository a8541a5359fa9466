"""Feeds of a library."""

from longshelf.api.feed_messages import AddFeeds, ProbeFeed
from longshelf.api.route import Call
from longshelf.catalog import feed_shapes


def browse(call: Call) -> feed_shapes.FeedList:
    return call.services.feeds.browse(call.viewer, call.path["library_id"])


def add(call: Call) -> feed_shapes.FeedList:
    body: AddFeeds = call.body
    return call.services.feeds.add(call.viewer, call.path["library_id"], body.urls, body.opml)


def remove(call: Call) -> None:
    call.services.feeds.remove(call.viewer, call.path["library_id"], call.path["feed_id"])


def probe(call: Call) -> feed_shapes.FeedProbe:
    body: ProbeFeed = call.body
    return call.services.feeds.probe(body.url)
