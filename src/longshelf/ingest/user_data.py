"""What one person said on a Stash server becomes what he says here: ratings, favourites, plays, places, the o-counter.

The rules: a page and the place after it commit together, so a run that is killed goes on there; a page that comes twice changes nothing
(`user_data_words`); a work that is not mirrored is passed over. What is hidden from the person is taken in all the same, so that it is
there when the rule goes; what is told of a run is for who asked, and he may be told no numbers (`tasks/user_data.py`)."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from longshelf.ingest.mirror_session import Progress
from longshelf.ingest.user_data_words import NOTHING, Entity, Item, take_entity, take_item
from longshelf.sources.stash.kinds import KINDS, WALKED, Remote
from longshelf.sources.stash.payloads import Said
from longshelf.sources.stash.reader import Reader
from longshelf.sources.stash.user_data import DATA_KINDS, DataKind, Word, fields_of, word_of
from longshelf.store import mirror, personal, remote_merges, user_data
from longshelf.store.database import Database, Transaction
from longshelf.store.personal import EntityWord, ItemWord
from longshelf.store.user_data import SharedEntity, SharedItem

PAGE = 500  # rows asked for at once: Stash places each with a search, so a page costs the square of its size


class ImportReport(msgspec.Struct):
    """`read` rows of the server, `unknown` of them not mirrored here; by kind of data how many works changed for the person."""

    read: int = 0
    unknown: int = 0
    rating: int = 0
    favorite: int = 0
    plays: int = 0
    progress: int = 0
    o: int = 0
    requests: int = 0


class Place(msgspec.Struct, frozen=True):
    """How far an import is: kinds that are through, and the last id and page of the one that is not."""

    ended: tuple[str, ...] = ()
    after: int = 0
    pages: int = 0
    done: int = 0
    report: ImportReport = msgspec.field(default_factory=ImportReport)


class UserDataImport:
    """One run for one person. `place` is where an earlier attempt stopped."""

    def __init__(
        self,
        database: Database,
        library_id: int,
        user_id: int,
        reader: Reader,
        progress: Progress,
        *,
        kinds: Sequence[DataKind] = DATA_KINDS,
        overwrite: bool = False,
        left: Any = None,
    ) -> None:
        self._database = database
        self._library_id = library_id
        self._user_id = user_id
        self._reader = reader
        self._progress = progress
        self._kinds = frozenset(kinds)
        self._overwrite = overwrite
        self._place = msgspec.convert(left, Place) if left else Place()
        self.report = self._place.report

    def run(self) -> ImportReport:
        """A SourceError when the server cannot be asked; what was committed stays."""
        asked = {kind: fields for kind in WALKED if kind in self._reader.schema.kinds and (fields := self._fields(kind))}
        total = sum(self._reader.count(kind) for kind in asked)
        for kind, fields in asked.items():
            if str(kind) in self._place.ended:
                continue
            self._progress.progress(self._place.done, max(total, self._place.done), f"reading {KINDS[kind].rows}")
            self._take_kind(kind, fields)
        self.report.requests += self._reader.client.requests
        return self.report

    def _fields(self, kind: Remote) -> list[str]:
        return fields_of(self._reader.schema, kind, self._kinds)

    def _take_kind(self, kind: Remote, fields: Sequence[str]) -> None:
        seen: set[int] = set()
        for rows, place in self._pages(kind, fields):
            self._progress.check()
            self._take(kind, rows, place)
            seen.update(int(row.id) for row in rows)
        if not self._reader.schema.keyset(kind):
            self._take_missed(kind, seen)
        self._place = Place((*self._place.ended, str(kind)), 0, 0, self._place.done, self.report)

    def _take_missed(self, kind: Remote, seen: set[int]) -> None:
        """Numbered pages shift when an earlier row goes meanwhile, and the row at the seam is in neither."""
        with self._database.read() as connection:
            missed = [each for each in mirror.live_between(connection, self._library_id, kind, 0, None) if each not in seen]
        rows = [Said(id=row.id, rating100=row.rating100, favorite=row.favorite) for row in self._reader.whole(kind, missed)]
        if rows:
            self._take(kind, rows, self._place)

    def _pages(self, kind: Remote, fields: Sequence[str]) -> Iterator[tuple[list[Said], Place]]:
        """Each with the place after it. Numbered pages begin anew: they are few, and shift when an earlier row goes."""
        by_key = self._reader.schema.keyset(kind)
        after, number = (self._place.after, self._place.pages) if by_key else (0, 0)
        while rows := self._reader.said(kind, fields, after, number + 1, size=PAGE).rows:
            after, number = int(rows[-1].id), number + 1
            yield rows, Place(self._place.ended, after, number, self._place.done + len(rows))

    # --- one page

    def _take(self, kind: Remote, rows: Sequence[Said], place: Place) -> None:
        said = {int(row.id): word_of(row) for row in rows}
        with self._database.write_quietly() as connection:
            personal.hold(connection, [self._user_id])
            known = mirror.local_ids(connection, self._library_id, kind, said)
            words = {known[each]: word for each, word in said.items() if each in known}
            self.report.read += len(rows)
            self.report.unknown += len(rows) - len(words)
            if KINDS[kind].is_item:
                self._take_items(connection, words)
            else:
                self._take_entities(connection, words)
            self._place = msgspec.structs.replace(place, report=self.report)
            self._progress.checkpoint(msgspec.to_builtins(self._place), connection)
        self._progress.progress(self._place.done)

    def _take_items(self, connection: Transaction, words: dict[int, Word]) -> None:
        user_id, at = self._user_id, self._database.clock()
        if "plays" in self._kinds:
            user_data.take_over(connection, self._library_id, user_id, words)
        mine = personal.on_items(connection, user_id, words)
        shared = user_data.shared_items(connection, user_id, words)
        lengths = user_data.lengths(connection, words)
        made = remote_merges.made_of_items(connection, self._library_id, user_id, words)
        known = user_data.played_seconds(connection, user_id, [each for each, word in words.items() if word.played_at])
        before = {each: Item(mine.get(each, ItemWord()), shared.get(each, SharedItem())) for each in words}
        after = {
            each: take_item(
                *before[each][:2],
                word,
                kinds=self._kinds,
                length=lengths.get(each),
                known=known.get(each, frozenset()),
                made=made.get(each, NOTHING),
                overwrite=self._overwrite,
            )
            for each, word in words.items()
        }
        said = {each: found.mine for each, found in after.items() if found.mine != before[each].mine}
        user_data.say_items(connection, user_id, said, at=at)
        remote_merges.let_go(connection, user_id, {each: _changed(before[each].mine, word) for each, word in said.items()}, of_items=True)
        user_data.add_plays(connection, user_id, {each: found.plays for each, found in after.items() if found.plays})
        changed = {each: found.shared for each, found in after.items() if found.shared != before[each].shared}
        user_data.put_shared_items(connection, user_id, changed)
        for each, found in after.items():
            self._count_item(before[each], found)

    def _count_item(self, before: Item, after: Item) -> None:
        was, now = before.mine, after.mine
        self.report.rating += was.rating != now.rating
        self.report.progress += was.progress != now.progress
        self.report.plays += was.play_count != now.play_count or was.play_seconds != now.play_seconds
        self.report.o += before.shared.o_count != after.shared.o_count

    def _take_entities(self, connection: Transaction, words: dict[int, Word]) -> None:
        user_id, at = self._user_id, self._database.clock()
        mine = personal.on_entities(connection, user_id, words)
        shared = user_data.shared_entities(connection, user_id, words)
        before = {each: Entity(mine.get(each, EntityWord()), shared.get(each, SharedEntity())) for each in words}
        made = remote_merges.made_of_entities(connection, self._library_id, user_id, words)
        after = {
            each: take_entity(*before[each], word, kinds=self._kinds, made=made.get(each, NOTHING), overwrite=self._overwrite)
            for each, word in words.items()
        }
        said = {each: found.mine for each, found in after.items() if found.mine != before[each].mine}
        user_data.say_entities(connection, user_id, said, at=at)
        remote_merges.let_go(connection, user_id, {each: _changed(before[each].mine, word) for each, word in said.items()}, of_items=False)
        changed = {each: found.shared for each, found in after.items() if found.shared != before[each].shared}
        user_data.put_shared_entities(connection, user_id, changed)
        for each, found in after.items():
            self.report.rating += before[each].mine.rating != found.mine.rating
            self.report.favorite += before[each].mine.favorite != found.mine.favorite


def _changed(before: ItemWord | EntityWord, after: ItemWord | EntityWord) -> set[str]:
    """The fields in which they differ."""
    return {name for name in after.__struct_fields__ if getattr(before, name) != getattr(after, name)}
