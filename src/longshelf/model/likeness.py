"""What makes one item similar to another: the rule, in one place for every engine.

Candidates are the items that share something with it: each kind of entity they have in common counts once, whatever the number of
entities (SHARES), and of those with the highest scores MOST are kept, the higher id first among equals. These are then ranked by what they
share, where a rare entity says more than one that sits on half of the catalogue. Weights are whole numbers, so that engines that add them
up in different orders agree."""

import math
from collections.abc import Iterable, Mapping

from longshelf.model.kinds import EntityKind

SHARES: dict[EntityKind, int] = {
    EntityKind.PERSON: 3,
    EntityKind.STUDIO: 2,
    EntityKind.SERIES: 2,
    EntityKind.TAG: 1,
    EntityKind.GENRE: 1,
}
BROAD = (EntityKind.TAG, EntityKind.GENRE)  # one of these may sit on a large part of a catalogue; sharing nothing else scores the least
MOST = 500
SCALE = 2**16


def rarity(kind: EntityKind, live: int, carrying: int) -> int:
    """What sharing an entity is worth, when `carrying` of `live` items carry it."""
    return round(SCALE * SHARES[kind] * math.log2((1 + live) / (1 + carrying)))


def candidates(scores: Mapping[int, int]) -> list[int]:
    """The items that are weighed, from the scores of all that have one."""
    return sorted((each for each, score in scores.items() if score), key=lambda each: (-scores[each], -each))[:MOST]


def ranked(shared: Mapping[int, Iterable[int]], worth: Mapping[int, int]) -> tuple[int, ...]:
    """Candidates, the best first, from the entities each has in common with the item and what those are worth; ties by falling id."""
    sums = {each: sum(worth[entity] for entity in entities) for each, entities in shared.items()}
    return tuple(sorted(sums, key=lambda each: (-sums[each], -each)))
