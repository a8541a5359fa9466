"""Asks a pretended Stash questions, with and without a server around it."""

from typing import Any

import httpx

from longshelf.demo.stash.answering import Answering
from longshelf.demo.stash.making import Counts, make_world
from longshelf.demo.stash.stamps import HostClock
from tests.support.fake_stash import FakeStash
from tests.support.fake_stash.control import Control

COUNTS = Counts(scenes=120, images=200, galleries=12, performers=20, studios=6, tags=30, groups=8, markers=40)
BASE = "http://127.0.0.1:9999"


def answering(counts: Counts = COUNTS, *, zone: str = "UTC", **options: Any) -> Answering:
    return Answering(make_world(counts, 1, HostClock(zone)), **options)


def controlled(counts: Counts = COUNTS, *, zone: str = "UTC") -> Control:
    """A world with everything that can be done to it, and nothing listening."""
    return Control(answering(counts, zone=zone))


def data(asked: Answering, query: str, **variables: Any) -> Any:
    """What the query answers; it must not have failed."""
    reply = asked.answer({"query": query, "variables": variables}, BASE)
    assert reply.status == 200, reply.body
    assert "errors" not in reply.body, reply.body
    return reply.body["data"]


def errors(asked: Answering, query: str, **variables: Any) -> list[str]:
    """The messages of a query that fails, whatever its status."""
    return [each["message"] for each in asked.answer({"query": query, "variables": variables}, BASE).body["errors"]]


def ids(asked: Answering, field: str, **variables: Any) -> list[int]:
    """The ids a list query finds; variables are its `filter` and its criteria, as `criteria`."""
    rows = {"findSceneMarkers": "scene_markers"}.get(field, field.removeprefix("find").lower())
    kind = {"findGalleries": "gallery", "findSceneMarkers": "scene_marker"}.get(field, field.removeprefix("find")[:-1].lower())
    type_name = {"findGalleries": "Gallery", "findSceneMarkers": "SceneMarker"}.get(field, field.removeprefix("find")[:-1])
    query = (
        f"query($filter: FindFilterType, $criteria: {type_name}FilterType)"
        f"{{ {field}(filter: $filter, {kind}_filter: $criteria) {{ {rows} {{ id }} }} }}"
    )
    return [int(row["id"]) for row in data(asked, query, **variables)[field][rows]]


def client(stash: FakeStash, key: str | None = None) -> httpx.Client:
    """Follows no redirects, uses no proxy."""
    return httpx.Client(base_url=stash.url, headers={"ApiKey": key} if key else {}, trust_env=False, timeout=20)


def post(stash: FakeStash, query: str, key: str | None = None, **variables: Any) -> httpx.Response:
    with client(stash, key) as asking:
        return asking.post("/graphql", json={"query": query, "variables": variables})
