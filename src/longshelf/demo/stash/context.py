"""What one question is answered with, and what is counted meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from longshelf.demo.stash.world import Kind, World

Arguments = Mapping[str, Any]
Read = Callable[[Any], Any]
VERSION = "v0.30.0"


@dataclass
class Tally:
    """How often the server did what a gentle client never asks for. A test asserts on it."""

    aggregates: int = 0
    counts_per_row: int = 0
    rows_read: int = 0


@dataclass
class Context:
    """One question. `base` is how the client named this server; `broken` maps (type, field) to (message, how many times it fails);
    `rearrange` may change the rows of a page; `filters` are the FindFilters of its list queries, with defaults left out."""

    world: World
    base: str = "http://127.0.0.1:9999"
    api_key: str = ""
    version: str = VERSION
    tally: Tally = field(default_factory=Tally)
    broken: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    rearrange: Callable[[Kind, list[Any]], list[Any]] | None = None
    filters: list[Mapping[str, Any]] = field(default_factory=list)

    def link(self, path: str, *, with_key: bool = False) -> str:
        """An absolute address on this server. Only streams carry the key in it."""
        if not with_key or not self.api_key:
            return self.base + path
        return f"{self.base}{path}{'&' if '?' in path else '?'}apikey={self.api_key}"


Make = Callable[[Context, Arguments], Read]
