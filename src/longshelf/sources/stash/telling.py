"""Telling a Stash server what a person said: ratings, favourites, places, plays. The only writing questions there are.

The rules: several changes go in one question; what can be said twice without harm is tried again by the client, what adds (plays, watched
time) is sent once, and its sender asks afterwards what arrived; only the named fields of a row are touched."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from longshelf.errors import SourceDrifted, SourceOffline
from longshelf.model.times import SECOND, rfc3339
from longshelf.sources.stash.client import Client, Failed
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.schema import Schema
from longshelf.sources.stash.stamps import instant
from longshelf.sources.stash.user_data import FIELDS, DataKind

UPDATES: Mapping[Remote, str] = {
    Remote.SCENE: "sceneUpdate", Remote.IMAGE: "imageUpdate", Remote.GALLERY: "galleryUpdate", Remote.GROUP: "groupUpdate",
    Remote.PERFORMER: "performerUpdate", Remote.STUDIO: "studioUpdate", Remote.TAG: "tagUpdate",
}  # fmt: skip
ADD_PLAY, SAVE_ACTIVITY = "sceneAddPlay", "sceneSaveActivity"


class Change(NamedTuple):
    """Fields of one row to set; `resume` in seconds, for scenes only."""

    kind: Remote
    remote_id: int
    fields: Mapping[str, int | bool | None] = {}
    resume: float | None = None

    @property
    def name(self) -> str:
        return f"{self.kind} {self.remote_id}"


class Addition(NamedTuple):
    """Watched seconds of a scene, and a play that began `at` (µs) or none."""

    scene: int
    seconds: float
    at: int | None


class Watched(NamedTuple):
    """What the server has of a scene; `played` are the moments of its plays in whole seconds since 1970."""

    seconds: float
    played: frozenset[int]


class _Scene(msgspec.Struct, frozen=True):
    id: str
    play_duration: float | None = None
    play_history: list[str | None] | None = None


class Teller:
    """`client` tries again, `once` does not: two of the same server."""

    def __init__(self, client: Client, once: Client, schema: Schema) -> None:
        self._client = client
        self._once = once
        self._schema = schema

    def takes(self, mutation: str) -> bool:
        return self._schema.has("Mutation", mutation)

    def lacks(self, kind: Remote, data: DataKind) -> str | None:
        """What this server would have to have, to be told this of such things, as "Tag.favorite"; "" when it has no such things, None when
        it lacks nothing, or Stash never had it."""
        fields = FIELDS[data].get(kind, ())
        if not fields:
            return None
        if kind not in self._schema.kinds:
            return ""
        type_name = KINDS[kind].type
        missing = [f"{type_name}.{field}" for field in fields if not self._schema.has(type_name, field)]
        return missing[0] if missing else None if self.takes(UPDATES[kind]) else UPDATES[kind]

    def set(self, changes: Sequence[Change]) -> dict[int, str]:
        """Reasons by place of what the server would not take, or does not understand; the others are set. Another SourceError when it is
        not known what was taken: to be told again."""
        try:
            self._client.ask(_question(changes), {}, dict[str, Any])
        except (Failed, SourceDrifted) as error:
            if isinstance(error, SourceDrifted):
                self._client.ask("query Hello { __typename }", {}, dict[str, Any])  # one that is no Stash understands nothing
            if len(changes) == 1:
                reason = str(error) if isinstance(error, SourceDrifted) else next(iter(error.reasons), "it does not say why")
                return {0: reason[:300]}
            told = (self.set([change]) for change in changes)
            return {place: reasons[0] for place, reasons in enumerate(told) if reasons}
        return {}

    def watched(self, scenes: Iterable[int]) -> dict[int, Watched]:
        """Of those scenes that are there."""
        asked = sorted(set(scenes))
        if not asked:
            return {}
        parts = " ".join(f'i{each}: findScene(id: "{each}") {{ id play_duration play_history }}' for each in asked)
        found = self._client.ask(f"query Watched {{ {parts} }}", {}, dict[str, _Scene | None])
        if found.keys() != {f"i{each}" for each in asked}:
            raise SourceOffline("The server left out some of what it was asked.")
        return {int(row.id): _watched(row) for row in found.values() if row is not None}

    def add(self, additions: Sequence[Addition]) -> None:
        """Sent once. A SourceError means that any of them may have arrived."""
        parts = []
        for place, each in enumerate(additions):
            if each.at is not None:
                moment = rfc3339(each.at // SECOND * SECOND)  # it keeps no finer ones
                parts.append(f'p{place}: {ADD_PLAY}(id: "{each.scene}", times: ["{moment}"]) {{ count }}')
            if each.seconds > 0:
                parts.append(f'd{place}: {SAVE_ACTIVITY}(id: "{each.scene}", playDuration: {each.seconds:.3f})')
        if parts:
            self._once.ask(f"mutation Watched {{ {' '.join(parts)} }}", {}, dict[str, Any])


def _question(changes: Sequence[Change]) -> str:
    parts = []
    for place, each in enumerate(changes):
        if each.fields:
            fields = ", ".join(f"{name}: {msgspec.json.encode(value).decode()}" for name, value in each.fields.items())
            parts.append(f'm{place}: {UPDATES[each.kind]}(input: {{ id: "{each.remote_id}", {fields} }}) {{ id }}')
        if each.resume is not None:
            parts.append(f'r{place}: {SAVE_ACTIVITY}(id: "{each.remote_id}", resume_time: {each.resume:.3f})')
    return f"mutation Tell {{ {' '.join(parts)} }}"


def _watched(row: _Scene) -> Watched:
    moments = (instant(stamp) for stamp in row.play_history or ())
    return Watched(row.play_duration or 0.0, frozenset(moment // SECOND for moment in moments if moment is not None))
