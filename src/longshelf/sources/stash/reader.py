"""What a mirror asks of a Stash server, in its own words: pages in the order of ids, what changed, whether an id is still there.

The rules: every list is sorted by id, none has more than a thousand rows, none asks for sums; rows after an id are asked for where the
server can, else numbered pages; an answer that breaks the order is no answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

from longshelf.errors import SourceDrifted, SourceOffline
from longshelf.sources.stash.client import Client, Failed
from longshelf.sources.stash.kinds import KINDS, STUB_PAGE, Remote, RemoteKind
from longshelf.sources.stash.payloads import Job, Object, Said, Stub
from longshelf.sources.stash.schema import Described, Schema, introspection
from longshelf.sources.stash.stamps import instant

WHOLE_AT_ONCE = 100  # objects asked for by id
LOOKS_AT_ONCE = 50  # ids asked for one by one in one request
Row = TypeVar("Row", Object, Stub, Said)


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """Rows by ascending id. `count` is how many there are in all, where the server tells it for nothing."""

    rows: list[Row]
    count: int | None = None


class _Found(msgspec.Struct, frozen=True):
    found: Page[Object]


class _FoundStubs(msgspec.Struct, frozen=True):
    found: Page[Stub]


class _FoundSaid(msgspec.Struct, frozen=True):
    found: Page[Said]


class _Count(msgspec.Struct, frozen=True):
    count: int


class _FoundCount(msgspec.Struct, frozen=True):
    found: _Count


class _Jobs(msgspec.Struct, frozen=True):
    jobs: list[Job] | None = None


class Reader:
    """One server, described anew for each run. SourceRefused, SourceDrifted, SourceOffline or SourceLocked from every method."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.schema = Schema(client.ask(introspection(), {}, dict[str, Described | None]))

    def page(self, kind: Remote, after: int, number: int, *, size: int) -> Page[Object]:
        """Whole rows: after the id `after` where the server can, else page `number` (from 1)."""
        return self._list(kind, self.schema.selection(kind), _Found, (after, number), size)

    def stubs(self, kind: Remote, after: int, number: int, *, size: int = STUB_PAGE, where: str = "") -> Page[Stub]:
        """Ids and stamps only, likewise; `where` are further criteria."""
        return self._list(kind, self.schema.stub(kind), _FoundStubs, (after, number), size, where=where)

    def said(self, kind: Remote, fields: Iterable[str], after: int, number: int, *, size: int) -> Page[Said]:
        """What the server keeps of the one who uses it, likewise; `fields` as its schema has them."""
        return self._list(kind, f"{{ id {' '.join(fields)} }}", _FoundSaid, (after, number), size)

    def changed(self, kind: Remote, since: str) -> Iterator[list[Stub]]:
        """Rows stamped later than `since`, as Stash compares stamps."""
        yield from self._walk(kind, f"updated_at: {{ value: {_quoted(since)}, modifier: GREATER_THAN }}")

    def newer(self, kind: Remote, after: int) -> Iterator[list[Stub]]:
        """Rows with a greater id, for kinds that can be asked so."""
        yield from self._walk(kind, "", after=after)

    def images_of(self, gallery: int) -> Iterator[list[Stub]]:
        yield from self._walk(Remote.IMAGE, f'galleries: {{ value: ["{gallery}"], modifier: INCLUDES }}')

    def _walk(self, kind: Remote, where: str, after: int = 0) -> Iterator[list[Stub]]:
        number = 1
        while rows := self.stubs(kind, after, number, where=where).rows:
            yield rows
            after, number = int(rows[-1].id), number + 1

    def count(self, kind: Remote, low: int | None = None, high: int | None = None) -> int:
        """How many there are in all, or with an id from `low` to `high`, both included, for kinds that can be asked so."""
        known = KINDS[kind]
        criteria = "" if low is None else f"{known.filter}: {{ id: {{ value: {low}, value2: {high}, modifier: BETWEEN }} }}, "
        text = (
            f'query Count {{ found: {known.many}({criteria}filter: {{ per_page: 0, page: 1, sort: "id", direction: ASC }}) {{ count }} }}'
        )
        return self.client.ask(text, {}, _FoundCount).found.count

    def last_place(self, kind: Remote, place: int) -> int | None:
        """The id of the row at a place (from 1) of the whole list; None past its end."""
        rows = self._list(kind, "{ id }", _FoundStubs, (0, place), 1, keyset=False).rows
        return int(rows[0].id) if rows else None

    def whole(self, kind: Remote, ids: Sequence[int]) -> list[Object]:
        """Those of the objects that are there, by id."""
        found: list[Object] = []
        for start in range(0, len(ids), WHOLE_AT_ONCE):
            found += self._together(kind, sorted(ids[start : start + WHOLE_AT_ONCE]))
        return found

    def _together(self, kind: Remote, ids: Sequence[int]) -> list[Object]:
        """One that is not there any more fails all that are asked for with it; then each is asked for alone."""
        known = KINDS[kind]
        rows_wanted = f"{{ rows: {known.rows} {self.schema.selection(kind)} }}"
        text = f"query Whole($ids: [ID!]) {{ found: {known.many}(ids: $ids, filter: {{ {_order(len(ids))} }}) {rows_wanted} }}"
        try:
            rows = self.client.ask(text, {"ids": [str(each) for each in ids]}, _Found).found.rows
        except Failed:
            return self._one_by_one(known, self.schema.selection(kind), ids)
        wanted = set(ids)
        rows = sorted((row for row in rows if int(row.id) in wanted), key=lambda row: int(row.id))
        return rows if len(rows) == len(ids) else self._one_by_one(known, self.schema.selection(kind), ids)

    def there(self, kind: Remote, ids: Sequence[int]) -> set[int]:
        """Which of the ids the server still knows: a look at each one by itself."""
        return {int(row.id) for row in self._one_by_one(KINDS[kind], "{ id }", ids)}

    def _one_by_one(self, kind: RemoteKind, selection: str, ids: Sequence[int]) -> list[Object]:
        found = []
        for start in range(0, len(ids), LOOKS_AT_ONCE):
            asked = ids[start : start + LOOKS_AT_ONCE]
            text = " ".join(f'i{each}: {kind.one}(id: "{each}") {selection}' for each in asked)
            answer = self.client.ask(f"query Look {{ {text} }}", {}, dict[str, Object | None])
            if answer.keys() != {f"i{each}" for each in asked}:
                raise SourceOffline("The server left out some of what it was asked.")
            found += [row for each in asked if (row := answer[f"i{each}"]) is not None]
        return found

    def made(self, kind: Remote, ids: Sequence[int]) -> dict[int, int | None]:
        """When those that are there were made (µs)."""
        return {int(row.id): instant(row.created_at) for row in self._one_by_one(KINDS[kind], "{ id created_at }", ids)}

    def scanning(self) -> str:
        """What Stash's own scan says of itself while one runs, else ""."""
        if not self.schema.asks("jobQueue"):
            return ""
        jobs = self.client.ask("query Jobs { jobs: jobQueue { id status description } }", {}, _Jobs).jobs or []
        return next((job.description for job in jobs if job.status == "RUNNING" and "scan" in job.description.lower()), "")

    def _list(
        self,
        kind: Remote,
        selection: str,
        answer: type,
        place: tuple[int, int],
        size: int,
        *,
        where: str = "",
        keyset: bool | None = None,
    ) -> Page:  # type: ignore[type-arg]  # of the rows of `answer`
        known = KINDS[kind]
        after, number = place
        by_key = self.schema.keyset(kind) if keyset is None else keyset
        criteria = [where] if where else []
        if by_key:
            criteria.append(f"id: {{ value: {after}, modifier: GREATER_THAN }}")
        filtered = f"{known.filter}: {{ {', '.join(criteria)} }}, " if criteria else ""
        # Scenes and images count their rows only when asked, and the others for every page anyway.
        count = "" if kind in {Remote.SCENE, Remote.IMAGE} else "count "
        text = (
            f"query Page {{ found: {known.many}({filtered}filter: {{ {_order(size, 1 if by_key else number)} }})"
            f" {{ {count}rows: {known.rows} {selection} }} }}"
        )
        page: Page = self.client.ask(text, {}, answer).found  # type: ignore[type-arg]
        _check_order([int(row.id) for row in page.rows], after if by_key else 0, size)
        return page


def _order(size: int, number: int = 1) -> str:
    return f'per_page: {size}, page: {number}, sort: "id", direction: ASC'


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _check_order(ids: Sequence[int], after: int, size: int) -> None:
    """SourceDrifted for rows that were not asked for: going on from them would skip others."""
    if len(ids) > size or any(here <= before for before, here in zip((after, *ids), ids, strict=False)):
        raise SourceDrifted("The server sends rows in another order than it was asked for.")
