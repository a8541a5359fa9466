"""What a person may like: the rule, in one place for every engine.

Whoever rates, favours and plays items leans towards the entities they carry, or away from them (`leanings`); he may also say so of an
entity itself. An entity weighs by how much he leans and by how rare it is, as in `likeness`. Candidates are, of every entity that weighs
something for him, the NEWEST items and the AROUND ones just below an id that changes from day to day; they are scored by all entities
they carry (`best`). Weights are whole numbers, so that engines that add them up in different orders agree.

What is left is put in order by `arranged`: better and newer items first, a little different every day, and never a third one in a row
for the same reason while there are others. Nothing here depends on when in a day it is asked."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from longshelf.model.kinds import EntityKind
from longshelf.model.likeness import SCALE, SHARES, rarity

MOST = 500  # items that are recommended
NEWEST, AROUND = 60, 40
TELLING: Mapping[EntityKind, int] = {
    EntityKind.PERSON: 14,
    EntityKind.STUDIO: 6,
    EntityKind.SERIES: 8,
    EntityKind.TAG: 12,
    EntityKind.GENRE: 6,
}  # entities of a kind that are looked at, of those he leans towards most
DISLIKED = 12  # the same of those he leans away from, of all kinds together

FAVORITE, PLAYED, PLAYS_MOST = 40, 8, 4
LEAST, GREATEST = -50, 100  # of what one item says
OWN_FAVORITE = 120
NEUTRAL = 50  # the rating that says nothing
REPEATED = 0.35  # how much less another item of the same reason is worth, for each before it
IN_A_ROW = 2
HALVED = 180  # days after which being new says half as much


class Signal(msgspec.Struct, frozen=True):
    """What a person said about an item or entity: `rating` 0-100, `plays` before today."""

    favorite: bool = False
    rating: int | None = None
    plays: int = 0


class Wanted(msgspec.Struct, frozen=True):
    """An entity and how much it weighs; less than 0 for what is not wanted."""

    kind: EntityKind
    id: int
    weight: int


class Candidate(msgspec.Struct, frozen=True):
    """An item with its score, the entities it has it from (`reasons`, the weightiest first), its source's rating and its age in days."""

    id: int
    score: int
    reasons: tuple[Wanted, ...]
    rating: int | None
    age: float


def leaning(signal: Signal) -> int:
    """What one item says of the entities it carries, from LEAST to GREATEST."""
    said = FAVORITE * signal.favorite + PLAYED * min(signal.plays, PLAYS_MOST)
    if signal.rating is not None:
        said += signal.rating - NEUTRAL
    return max(LEAST, min(said, GREATEST))


def own_leaning(signal: Signal) -> int:
    """What a word about an entity itself says of it."""
    return OWN_FAVORITE * signal.favorite + (0 if signal.rating is None else 2 * (signal.rating - NEUTRAL))


def leanings(
    items: Mapping[int, Signal],
    carried: Iterable[tuple[int, EntityKind, int]],
    own: Mapping[tuple[EntityKind, int], Signal],
) -> dict[tuple[EntityKind, int], int]:
    """By entity, from words about items, (item, kind, entity) pairs of what these carry, and words about entities. Without those that say
    nothing, and without kinds that nobody is recommended things for."""
    said_of = {item_id: leaning(signal) for item_id, signal in items.items()}
    sums: dict[tuple[EntityKind, int], int] = defaultdict(int)
    for item_id, kind, entity_id in set(carried):
        sums[kind, entity_id] += said_of[item_id]
    for entity, signal in own.items():
        sums[entity] += own_leaning(signal)
    return {entity: said for entity, said in sums.items() if said and entity[0] in SHARES}


def telling(leanings: Mapping[tuple[EntityKind, int], int]) -> list[tuple[EntityKind, int]]:
    """The entities that are looked at: TELLING of each kind and DISLIKED; ties by rising id."""
    found: list[tuple[EntityKind, int]] = []
    for kind, most in TELLING.items():
        liked = [entity for entity, said in leanings.items() if entity[0] is kind and said > 0]
        found += sorted(liked, key=lambda entity: (-leanings[entity], entity[1]))[:most]
    disliked = [entity for entity, said in leanings.items() if said < 0]
    return found + sorted(disliked, key=lambda entity: (leanings[entity], entity[1]))[:DISLIKED]


def weight(said: int, kind: EntityKind, live: int, carrying: int) -> int:
    """How much an entity weighs for somebody who leans so far, when `carrying` of `live` items carry it. Leaning twice as far is not
    twice as much."""
    strength = math.copysign(math.log2(1 + abs(said) / 8), said)
    return round(strength * rarity(kind, live, min(carrying, live)) * 1024 / SCALE)


def best(scores: Mapping[int, int]) -> tuple[int, ...]:
    """The MOST items with the highest scores above 0, the higher id first among equals."""
    return tuple(sorted((each for each, score in scores.items() if score > 0), key=lambda each: (-scores[each], -each))[:MOST])


def pivot(user_id: int, day: int, highest: int) -> int:
    """An id up to the highest one, another one every day."""
    return int(highest * _chance(user_id, day, 0))


def arranged(candidates: Iterable[Candidate], user_id: int, day: int) -> list[Candidate]:
    """In the order in which they are shown."""
    groups: dict[int, list[tuple[float, int, Candidate]]] = defaultdict(list)
    for each in candidates:
        groups[_lead(each)].append((_worth(each, user_id, day), each.id, each))
    for group in groups.values():
        group.sort()
    shown: list[Candidate] = []
    last: list[int] = []
    used: dict[int, int] = defaultdict(int)
    while groups:
        free = [lead for lead in groups if last[-IN_A_ROW:] != [lead] * IN_A_ROW] or list(groups)
        lead = max(free, key=lambda lead: (groups[lead][-1][0] / (1 + REPEATED * used[lead]), groups[lead][-1][1]))
        shown.append(groups[lead].pop()[2])
        last.append(lead)
        used[lead] += 1
        if not groups[lead]:
            del groups[lead]
    return shown


def reasons(carried: Iterable[int], wanted: Mapping[int, Wanted]) -> tuple[Wanted, ...]:
    """What speaks for an item, the weightiest first; ties by rising id."""
    liked = (wanted[each] for each in carried if wanted[each].weight > 0)
    return tuple(sorted(liked, key=lambda each: (-each.weight, each.id)))


def _lead(candidate: Candidate) -> int:
    """The entity an item stands for: its series, or else its weightiest reason."""
    for each in candidate.reasons:
        if each.kind is EntityKind.SERIES:
            return each.id
    return candidate.reasons[0].id if candidate.reasons else -1


def _worth(candidate: Candidate, user_id: int, day: int) -> float:
    rated = 0.5 if candidate.rating is None else candidate.rating / 100
    fresh = math.exp2(-max(candidate.age, 0.0) / HALVED)
    return candidate.score * (1 + 0.3 * rated) * (1 + 0.3 * fresh) * (0.85 + 0.3 * _chance(user_id, day, candidate.id))


def _chance(*numbers: int) -> float:
    """From 0 to less than 1, the same for the same numbers."""
    digest = hashlib.blake2b(",".join(map(str, numbers)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48
