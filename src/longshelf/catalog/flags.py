"""Switches an administrator may turn while everything runs. Each is a setting by the name `flag.<name>`; all processes hear of a change
within FLAG_SECONDS."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.errors import Conflict
from longshelf.store import settings
from longshelf.store.database import Database

FLAG_SECONDS = 1.0
ENGINE = "engine"
EngineName = Literal["bitmaps", "sql"]
CHOICES: Mapping[str, tuple[str, ...]] = {ENGINE: get_args(EngineName)}
ABOUT: Mapping[str, str] = {
    ENGINE: "Who answers lists, counts and facets: the bitmap index, or the database itself, which is slower and needs no index."
}


class FlagInfo(msgspec.Struct, frozen=True):
    """`default` holds where nothing was chosen; `active` is what happens now, which may differ while the wanted part cannot work."""

    name: str
    value: str
    default: str
    choices: tuple[str, ...]
    active: str
    about: str


class FlagList(msgspec.Struct, frozen=True):
    flags: list[FlagInfo]


class ChooseFlags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays; null goes back to the default."""

    engine: EngineName | UnsetType | None = UNSET


class Flags:
    """Safe to share between threads. `engine` is what the configuration says; `serving` tells which engine answers now."""

    def __init__(self, database: Database, engine: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.serving: Callable[[], str] = lambda: engine
        self._database = database
        self._defaults = {ENGINE: engine}
        self._clock = clock
        self._held: dict[str, str] = {}
        self._until = 0.0
        self._lock = threading.Lock()

    def value(self, name: str) -> str:
        """What is chosen, at most FLAG_SECONDS old."""
        if self._clock() >= self._until:
            with self._lock:
                if self._clock() >= self._until:
                    self._held = self._read()
                    self._until = self._clock() + FLAG_SECONDS
        return self._held[name]

    def listed(self) -> FlagList:
        found = self._read()
        return FlagList([FlagInfo(name, found[name], self._defaults[name], CHOICES[name], self.serving(), ABOUT[name]) for name in CHOICES])

    def choose(self, chosen: ChooseFlags) -> FlagList:
        """The flags then. Conflict for a choice that cannot work here; nothing is changed then."""
        if chosen.engine == "bitmaps" and self._defaults[ENGINE] == "sql":
            raise Conflict("There is no index: this server was started with LONGSHELF_ENGINE=sql. Start it with bitmaps first.")
        with self._database.write_quietly() as connection:
            for name, value in msgspec.to_builtins(chosen).items():
                if value is None:
                    settings.remove(connection, f"flag.{name}")
                else:
                    settings.put(connection, f"flag.{name}", value)
        self._until = 0.0
        return self.listed()

    def _read(self) -> dict[str, str]:
        with self._database.read() as connection:
            return {name: str(settings.get(connection, f"flag.{name}", default)) for name, default in self._defaults.items()}
