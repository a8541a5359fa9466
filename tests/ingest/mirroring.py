"""Mirrors of a pretended Stash in tests: run one, and hold what it has against what the server holds."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from longshelf.demo.stash.making import Counts
from longshelf.ingest.mirror import Mirror
from longshelf.ingest.mirror_counts import SyncReport
from longshelf.model.kinds import LibraryType
from longshelf.sources.stash.client import Client
from longshelf.sources.stash.modes import Mode
from longshelf.sources.stash.options import StashOptions
from longshelf.sources.stash.reader import Reader
from longshelf.store import libraries, mirror
from longshelf.store.database import Database
from tests.support.fake_stash import FakeStash, fake_stash

FIELDS = ("kind", "title", "description", "date", "rating", "duration", "width", "height", "size")
SMALL = Counts(scenes=60, images=80)
Told = dict[str, dict[str, Any]]


class Quiet:
    """Progress nobody watches. `on_page` is called inside the transaction of every page."""

    def __init__(self, on_page: Callable[[int], None] = lambda _page: None) -> None:
        self.pages = 0
        self.on_page = on_page

    def progress(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None: ...

    def check(self) -> None: ...

    def checkpoint(self, value: object, connection: Any = None) -> None:
        self.pages += 1
        self.on_page(self.pages)


class Mirrored:
    """One library and the server it mirrors."""

    def __init__(self, database: Database, stash: FakeStash, name: str = "Mirror") -> None:
        self.database = database
        self.stash = stash
        with database.write() as write:
            library = libraries.add(write, name, LibraryType.STASH, {"url": stash.url}, at=database.clock())
            mirror.prepare(write.connection, library.id)
        self.library_id = library.id

    @classmethod
    def of(cls, database: Database, stash: FakeStash, library_id: int) -> "Mirrored":
        """One that is there already."""
        found = cls.__new__(cls)
        found.database, found.stash, found.library_id = database, stash, library_id
        return found

    def sync(self, mode: Mode = "incremental", progress: Quiet | None = None, *, allow_removals: bool = False) -> SyncReport:
        client = Client(StashOptions(url=self.stash.url), self.stash.api_key, pause=lambda _seconds: None)
        try:
            return Mirror(
                self.database, self.library_id, Reader(client), progress or Quiet(), mode=mode, allow_removals=allow_removals
            ).run()
        finally:
            client.close()

    def settle(self) -> None:
        """As if a minute had passed since the last sync: the server's newest second is over, so an equal stamp means an unchanged row."""
        before = self.database.clock
        self.database.clock = lambda: before() + 60_000_000
        self.sync()
        assert self.sync().entities == {}, "everything is settled now"

    def item(self, external_id: str) -> int:
        return int(self.rows("SELECT id FROM item WHERE library_id = ? AND external_id = ?", external_id)[0][0])

    def entity(self, kind: str, external_id: int) -> int:
        text = "SELECT id FROM entity WHERE library_id = ? AND kind = ? AND external_id = ?"
        return int(self.rows(text, kind, str(external_id))[0][0])

    def rows(self, text: str, *values: Any) -> list[Any]:
        if self.database.dialect != "sqlite":
            text = text.replace("?", "%s")
        with self.database.read() as connection:
            return list(connection.exec_driver_sql(text, (self.library_id, *values)).all())

    def told(self) -> Told:
        """Everything that is live, by "kind:id", relations by the remote's ids."""
        return {**self._items(), **self._entities()}

    def _items(self) -> Told:
        found: Told = {}
        by_id: dict[int, dict[str, Any]] = {}
        columns = "id, external_id, kind, title, description, date, rating, duration, width, height, size, identifiers, extra"
        for row in self.rows(f"SELECT {columns} FROM item WHERE library_id = ? AND deleted_at IS NULL"):
            extra = msgspec.json.decode(row.extra)
            by_id[row.id] = found[row.external_id] = {
                **{name: getattr(row, name) for name in FIELDS},
                "plays": extra.get("play_count", 0), "o": extra.get("o_counter", 0), "resume": extra.get("resume_time", 0),
                "phash": msgspec.json.decode(row.identifiers).get("phash"),
                "links": set(), "chapters": [],
            }  # fmt: skip
        text = """SELECT link.item_id, entity.kind, link.role, entity.external_id, link.position FROM link
                  JOIN entity ON entity.id = link.entity_id WHERE entity.library_id = ?"""
        for item_id, kind, role, external_id, position in self.rows(text):
            if item_id in by_id:
                by_id[item_id]["links"].add((kind, role, int(external_id), position))
        text = """SELECT chapter.item_id, chapter.title, chapter.start, chapter."end", chapter.href FROM chapter
                  JOIN item ON item.id = chapter.item_id WHERE item.library_id = ? ORDER BY chapter.item_id, ordinal"""
        for item_id, title, start, end, href in self.rows(text):
            if item_id in by_id:
                by_id[item_id]["chapters"].append((title, start, end, int(href.split(":")[1])))
        return found

    def _entities(self) -> Told:
        found: Told = {}
        by_id: dict[int, dict[str, Any]] = {}
        for row in self.rows("SELECT id, kind, external_id, name, description FROM entity WHERE library_id = ? AND deleted_at IS NULL"):
            by_id[row.id] = found[f"{row.kind}:{row.external_id}"] = {"name": row.name, "description": row.description, "relations": set()}
        text = """SELECT entity_link.source_id, entity_link.relation, entity.kind, entity.external_id FROM entity_link
                  JOIN entity ON entity.id = entity_link.target_id WHERE entity.library_id = ?"""
        for source_id, relation, kind, external_id in self.rows(text):
            by_id[source_id]["relations"].add((relation, kind, int(external_id)))
        return found

    def cards(self) -> dict[str, list[str]]:
        """The names on the card of every live item, by external id."""
        text = """SELECT item.external_id, item_card.card FROM item JOIN item_card ON item_card.item_id = item.id
                  WHERE item.library_id = ? AND item.deleted_at IS NULL"""
        return {row[0]: [link["name"] for link in msgspec.json.decode(row[1])["links"]] for row in self.rows(text)}


@contextmanager
def mirrored(database: Database, counts: Counts = SMALL, *, name: str = "Mirror", **options: Any) -> Iterator[Mirrored]:
    """A mirror of a new pretended server, not yet synced."""
    with fake_stash(counts, **options) as stash:
        yield Mirrored(database, stash, name)


def expected(stash: FakeStash) -> Told:
    """What a mirror of the server must hold: written from the server's own rows, by other code than the mirror's."""
    world = stash.truth()
    marked: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(world["marker"].values(), key=_place):
        marked.setdefault(row["scene"], []).append(row)
    told: Told = {}
    for kind, item_kind in (("scene", "video"), ("image", "image")):
        for key, row in world[kind].items():
            told[f"{kind}:{key}"] = _work(world, kind, item_kind, row, marked.get(key, []) if kind == "scene" else [])
    for kind, name in (("tag", "tag"), ("studio", "studio"), ("performer", "person"), ("group", "group"), ("gallery", "gallery")):
        for key, row in world[kind].items():
            told[f"{name}:{key}"] = _thing(kind, key, row)
    return told


def _work(world: Any, kind: str, item_kind: str, row: dict[str, Any], markers: list[dict[str, Any]]) -> dict[str, Any]:
    files = row["files"]
    first = files[0] if files else {}
    name = re.split(r"[\\/]", first.get("path", ""))[-1]
    links: set[tuple[str, str, int, float | None]] = {("tag", "", each, None) for each in row["tags"]} | {
        ("person", "performer", each, None) for each in row["performers"]
    }
    links |= {("studio", "", row["studio"], None)} if row["studio"] else set()
    links |= {("gallery", "", each, None) for each in row["galleries"]}
    links |= {("group", "", each, None if place is None else float(place)) for each, place in row.get("groups", ())}
    links |= {("tag", "marker", tag, None) for each in markers for tag in (each["primary_tag"], *each["tags"])}
    return {
        "kind": item_kind,
        "title": " ".join(row["title"].split()) or name or f"{kind.title()} {row['id']}",
        "description": row["details"].strip(),
        "date": row["date"] if re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", row["date"] or "") else None,
        "rating": row["rating100"],
        "duration": (first.get("duration") or None) if first.get("kind") == "video" else None,
        "width": first.get("width") or None,
        "height": first.get("height") or None,
        "size": sum(each["size"] for each in files) if files else None,
        "plays": len(row.get("plays", ())),
        "o": len(row["os"]) if "os" in row else row["o_counter"],
        "resume": row.get("resume_time", 0),
        "phash": next((each["value"] for each in first.get("prints", ()) if each["type"] == "phash"), None) if kind == "scene" else None,
        "links": links,
        "chapters": [
            (each["title"] or world["tag"][each["primary_tag"]]["name"], each["seconds"], each["end_seconds"], each["id"])
            for each in markers
        ],
    }


def _place(marker: dict[str, Any]) -> tuple[float, int]:
    return marker["seconds"], marker["id"]


def _thing(kind: str, key: int, row: dict[str, Any]) -> dict[str, Any]:
    name = row.get("name") or row.get("title") or ""
    if kind == "gallery" and not name:
        name = re.split(r"[\\/]", row["files"][0]["path"] if row["files"] else row["folder"] or "")[-1]
    if row.get("disambiguation"):
        name = f"{name} ({row['disambiguation']})"
    relations = {("parent", "tag", each) for each in row.get("parents", ())}
    relations |= {("parent", "studio", row["parent"])} if row.get("parent") else set()
    relations |= {("parent", "group", each) for each, _ in row.get("inside", ())}
    relations |= {("tagged", "tag", each) for each in row.get("tags", ())}
    relations |= {("performs", "person", each) for each in row.get("performers", ())}
    relations |= {("made_by", "studio", row["studio"])} if row.get("studio") else set()
    return {"name": name or f"{kind.title()} {key}", "description": row["details"].strip(), "relations": relations}


def differences(mirrored: Mirrored) -> dict[str, Any]:
    """Where the mirror is not what the server holds; empty when it is."""
    there, here = expected(mirrored.stash), mirrored.told()
    found: dict[str, Any] = dict.fromkeys(there.keys() - here.keys(), "only there") | dict.fromkeys(here.keys() - there.keys(), "only here")
    for key in there.keys() & here.keys():
        wrong = {name: (there[key][name], here[key][name]) for name in there[key] if there[key][name] != here[key][name]}
        if wrong:
            found[key] = wrong
    return found
