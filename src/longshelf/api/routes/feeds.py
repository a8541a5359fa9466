"""Addresses of feeds."""

from longshelf.api import feed_messages
from longshelf.api.handlers import feeds
from longshelf.api.routes.rows import ADMIN, delete, get, post
from longshelf.catalog import feed_shapes

FEEDS = (
    get("/api/libraries/{library_id}/feeds", "listFeeds", feeds.browse, "The feeds of a library, and how each is",
        answer=feed_shapes.FeedList, access=ADMIN),
    post("/api/libraries/{library_id}/feeds", "addFeeds", feeds.add, "Add feeds by address or from an OPML document, and read them",
         body=feed_messages.AddFeeds, answer=feed_shapes.FeedList, status=201, access=ADMIN),
    delete("/api/libraries/{library_id}/feeds/{feed_id}", "removeFeed", feeds.remove, "Read a feed no more; what it brought stays",
           access=ADMIN),
    post("/api/feeds/probe", "probeFeed", feeds.probe, "Try the address of a feed; nothing is kept", body=feed_messages.ProbeFeed,
         answer=feed_shapes.FeedProbe, access=ADMIN),
)  # fmt: skip
