"""What a person may like: candidates from the index, never the whole library, each with the reasons.

`model.taste` is the rule. What he has touched (played, begun, rated, favoured or hidden) is left out, and so is what he may not see: also
as a sign of his taste and as a reason. The list is the same all day: what he plays today changes his taste tomorrow. Who has said nothing
yet gets what is new and rated highly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from longshelf.catalog import pages
from longshelf.catalog.filters import Filters
from longshelf.catalog.kept import Kept
from longshelf.catalog.numbered import cut_whole
from longshelf.catalog.paging import version
from longshelf.catalog.personal_shapes import Because
from longshelf.catalog.showing import Showing
from longshelf.catalog.watching import signed_in
from longshelf.logs import operation
from longshelf.model import taste
from longshelf.model.engine import Engine, Offset, Snapshot
from longshelf.model.kinds import EntityKind
from longshelf.model.query import And, IdIs, Mine, Not, Or, Query, Range, both, digest
from longshelf.model.sorts import Sort
from longshelf.model.taste import Candidate, Signal, Wanted
from longshelf.model.times import DAY
from longshelf.model.viewer import Viewer
from longshelf.model.watching import BEGUN
from longshelf.store import personal, tastes
from longshelf.store.database import Database, Transaction
from longshelf.visibility.visibility import Mask

JUDGED: tuple[Query, ...] = (Mine("favorite", 1, None), Mine("rating"))  # what he hid is kept from him by his mask
PLAYED: tuple[Query, ...] = (Mine("progress", BEGUN, None), Mine("play_count", 1, None))
FILLED = 100  # items; where taste finds fewer, new ones follow
HIGH = 60  # of the source's rating
SHOWN = 3  # reasons an item
KEPT = 50  # lists
RATED, NEW = Because(kind="rated", id=None, name=""), Because(kind="new", id=None, name="")
_encode = msgspec.json.Encoder().encode


class Pick(msgspec.Struct, frozen=True):
    """An item with the entities that speak for it, and an item he likes that stands for the first of them (0: none); or a plain reason."""

    id: int
    reasons: tuple[Wanted, ...] = ()
    example: int = 0
    plain: Because | None = None


class Recommended:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, showing: Showing) -> None:
        self._database = database
        self._engine = engine
        self._showing = showing
        self._kept: Kept[list[Pick]] = Kept(KEPT)

    def browse(self, viewer: Viewer, filters: Filters, page: int, size: int) -> bytes:
        """One page in the list shape, of the items the filters leave, every item with its reasons."""
        user_id = signed_in(viewer)
        day = self._database.clock() // DAY
        with operation("recommended") as running, self._engine.snapshot() as snapshot, self._database.read() as connection:
            mask, revision = self._showing.mask(viewer, snapshot), snapshot.revision
            choice = _Choice(
                viewer=viewer,
                user_id=user_id,
                snapshot=snapshot,
                connection=connection,
                showing=self._showing,
                mask=mask,
                day=day,
                asked=filters.query,
                fresh=frozenset(tastes.fresh(connection, user_id, day * DAY)),
            )
            known = user_id, day, digest(filters.query), mask.name, revision, *personal.state(connection, user_id)
            picks = self._kept.get_or(known, choice.picks)
            shown, pagination = cut_whole(picks, page, size)
            items = self._showing.items(connection, viewer, mask, [each.id for each in shown], revision)
            because = choice.because(shown)
            running.report(candidates=len(picks), items=len(shown))
        entries = [items[each.id][:-1] + b',"because":' + _encode(because[each.id]) + b"}" for each in shown if each.id in items]
        order = ",".join(str(each.id) for each in picks)
        return pages.listing(b"[" + b",".join(entries) + b"]", pagination, version(revision, f"recommended:{mask.name}:{order}", viewer))


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """Of one request, for items of the query `asked`. `fresh` are those he played first on this day."""

    viewer: Viewer
    user_id: int
    snapshot: Snapshot
    connection: Transaction
    showing: Showing
    mask: Mask
    day: int
    asked: Query
    fresh: frozenset[int]

    @property
    def _free(self) -> Query:
        return both(self.asked, _untouched(self.fresh), self.mask.query)

    def picks(self) -> list[Pick]:
        """All of them, in order. What was played today keeps its place while they are put in order, or the others would move."""
        return [each for each in self._picks() if each.id not in self.fresh]

    def _picks(self) -> list[Pick]:
        signals = self._signals()
        carried = tastes.carried(self.connection, signals)
        wanted = self._wanted(signals, carried)
        examples = _examples(signals, carried)
        found = [
            Pick(each.id, each.reasons, next((examples[reason.id] for reason in each.reasons if reason.id in examples), 0))
            for each in self._liked(wanted)
        ]
        return found if len(found) >= FILLED else found + self._filling({each.id for each in found}, FILLED - len(found))

    def because(self, picks: Sequence[Pick]) -> dict[int, list[Because]]:
        """By item, in the form in which they are shown."""
        hidden = self.showing.hidden(self.connection, self.viewer, self.mask)
        names = tastes.names(self.connection, {reason.id for each in picks for reason in each.reasons[:SHOWN]} - hidden)
        examples = sorted({each.example for each in picks if each.example})
        titles = tastes.titles(
            self.connection, self.showing.still(self.connection, self.viewer, self.mask, examples, self.snapshot.revision)
        )
        found: dict[int, list[Because]] = {}
        for each in picks:
            told = [each.plain] if each.plain is not None else []
            told += [_of_entity(reason, names[reason.id]) for reason in each.reasons[:SHOWN] if reason.id in names]
            if each.example in titles:
                told.append(Because(kind="item", id=each.example, name=titles[each.example]))
            found[each.id] = told
        return found

    def _signals(self) -> dict[int, Signal]:
        """What he said about items he may see."""
        signals = tastes.items(self.connection, self.user_id, self.day * DAY)
        seen = self.showing.visible(self.viewer, self.snapshot, self.mask, signals)
        return {item_id: signal for item_id, signal in signals.items() if item_id in seen}

    def _wanted(self, signals: Mapping[int, Signal], carried: Iterable[tuple[int, EntityKind, int]]) -> list[Wanted]:
        leanings = taste.leanings(signals, carried, tastes.entities(self.connection, self.user_id))
        by_kind: dict[EntityKind, list[int]] = {}
        for kind, entity_id in taste.telling(leanings):
            by_kind.setdefault(kind, []).append(entity_id)
        if not by_kind:
            return []
        seen = self.mask.query
        live = self.snapshot.count(seen, self.viewer).value
        found: list[Wanted] = []
        for kind, ids in by_kind.items():
            tallies = self.snapshot.tallies(kind, ids, seen, self.viewer, via_persons=False)
            found += [
                Wanted(kind, each, taste.weight(leanings[kind, each], kind, live, tally.items))
                for each, tally in zip(ids, tallies, strict=True)
                if tally.items
            ]
        return found

    def _liked(self, wanted: Sequence[Wanted]) -> list[Candidate]:
        if not any(each.weight > 0 for each in wanted):
            return []
        highest = self.snapshot.page(self.mask.query, Sort("id"), Offset(0, 1), self.viewer).ids
        pivot = taste.pivot(self.user_id, self.day, highest[0] if highest else 0)
        found = self.snapshot.suited(wanted, pivot, self._free, self.viewer)
        facts = tastes.facts(self.connection, found.ids)
        known = {each.id: each for each in wanted}
        candidates = [
            Candidate(each, score, taste.reasons(carried, known), facts[each].rating, self.day - facts[each].added_at / DAY)
            for each, score, carried in zip(found.ids, found.scores, found.carried, strict=True)
            if each in facts
        ]
        return taste.arranged(candidates, self.user_id, self.day)

    def _filling(self, besides: set[int], count: int) -> list[Pick]:
        """What is rated highly, then the rest, the newest first."""
        found = self._newest(both(Range("rating", HIGH, None), self._free), RATED, besides, count)
        if len(found) < count:
            found += self._newest(self._free, NEW, besides | {each.id for each in found}, count - len(found))
        return found

    def _newest(self, query: Query, reason: Because, besides: set[int], count: int) -> list[Pick]:
        ids = self.snapshot.page(query, Sort("added"), Offset(0, count + len(besides)), self.viewer).ids
        return [Pick(each, plain=reason) for each in ids if each not in besides][:count]


def _untouched(fresh: Iterable[int]) -> Query:
    """What he has not touched, and what he touched first today by playing it."""
    fresh, played = sorted(fresh), Or(PLAYED)
    return Not(Or((*JUDGED, And((played, Not(IdIs(tuple(fresh))))) if fresh else played)))


def _examples(signals: Mapping[int, Signal], carried: Iterable[tuple[int, EntityKind, int]]) -> dict[int, int]:
    """By entity, the item he likes best of those that carry it; ties by the higher id."""
    liked = {item_id: (said, item_id) for item_id, signal in signals.items() if (said := taste.leaning(signal)) > 0}
    found: dict[int, tuple[int, int]] = {}
    for item_id, _, entity_id in carried:
        if item_id in liked:
            found[entity_id] = max(found.get(entity_id, liked[item_id]), liked[item_id])
    return {entity_id: item_id for entity_id, (_, item_id) in found.items()}


def _of_entity(reason: Wanted, name: str) -> Because:
    return Because(kind=reason.kind.value, id=reason.id, name=name)  # type: ignore[arg-type]  # of the kinds of `likeness.SHARES`
