"""What a sync reports, kind by kind."""

import msgspec


class Counts(msgspec.Struct):
    """Objects of one kind: read, new, changed, gone. `held` seem to be gone, but too many at once to be believed."""

    seen: int = 0
    added: int = 0
    updated: int = 0
    removed: int = 0
    held: int = 0

    def add(self, other: "Counts") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class SyncReport(msgspec.Struct, kw_only=True):
    """One run. `pages` were read and `requests` sent; `entities` is by kind of Stash's; `merged` had what people said of them carried on;
    `missing_fields` are what this version of Stash does not have; `held` says what was not believed, and what to do."""

    mode: str = ""
    pages: int = 0
    requests: int = 0
    entities: dict[str, Counts] = {}
    merged: int = 0
    relabelled: int = 0
    statements: int = 0
    missing_fields: list[str] = []
    held: list[str] = []

    def count(self, kind: str, counts: Counts) -> None:
        self.entities.setdefault(kind, Counts()).add(counts)

    @property
    def removed(self) -> int:
        return sum(counts.removed for counts in self.entities.values())

    @property
    def changed(self) -> int:
        """Objects that were written."""
        return sum(counts.added + counts.updated for counts in self.entities.values())
