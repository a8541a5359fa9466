"""What the server at hand can be asked: its own description of itself, cut down to what we want of it.

The rule: no query holds a field the server does not have. What is missing is told; a kind without its essential fields is refused, a kind
that is missing altogether (groups on old servers) is simply not there."""

from collections.abc import Mapping

import msgspec

from longshelf.errors import SourceDrifted
from longshelf.sources.stash.fields import ABSTRACT, ESSENTIAL, STUBS, TREES, UNIONS, Tree
from longshelf.sources.stash.kinds import KINDS, Remote


class _Field(msgspec.Struct, frozen=True):
    name: str


class Described(msgspec.Struct, frozen=True):
    """A type as introspection tells it."""

    fields: list[_Field] | None = None
    inputFields: list[_Field] | None = None  # noqa: N815 - GraphQL's own name

    @property
    def names(self) -> frozenset[str]:
        return frozenset(field.name for field in (*(self.fields or ()), *(self.inputFields or ())))


def introspection() -> str:
    """One query for all types we ask for."""
    objects = [*(name for name in TREES if name not in ABSTRACT), "Query", "Mutation"]
    inputs = sorted({kind.filter_type for kind in KINDS.values()})
    asked = [f'{name}: __type(name: "{name}") {{ fields {{ name }} }}' for name in objects]
    asked += [f'{name}: __type(name: "{name}") {{ inputFields {{ name }} }}' for name in inputs]
    return f"query Describe {{ {' '.join(asked)} }}"


class Schema:
    """`missing` names what this server lacks of what we would like, as "Scene.captions"; sorted."""

    def __init__(self, described: Mapping[str, Described | None]) -> None:
        self._types = {name: found.names for name, found in described.items() if found is not None}
        if "Query" not in self._types:
            raise SourceDrifted("The server does not describe itself: is this address really a Stash server?")
        missing: set[str] = set()
        self.kinds = {name for name in Remote if self._offers(name, missing)}
        if Remote.SCENE not in self.kinds:
            raise SourceDrifted("The server has no scenes to ask for: is this address really a Stash server?")
        self._selections = {name: self._selection(KINDS[name].type, TREES[KINDS[name].type], missing) for name in sorted(self.kinds)}
        self._stubs = {name: self._selection(KINDS[name].type, STUBS[name], missing) for name in sorted(self.kinds)}
        self.missing = sorted(missing)

    def selection(self, kind: Remote) -> str:
        """All wanted fields of a kind, in braces."""
        return self._selections[kind]

    def stub(self, kind: Remote) -> str:
        """Id and stamps, in braces."""
        return self._stubs[kind]

    def keyset(self, kind: Remote) -> bool:
        """Whether rows after an id can be asked for."""
        return "id" in self._types.get(KINDS[kind].filter_type, ())

    def stamped(self, kind: Remote) -> bool:
        """Whether rows changed after a stamp can be asked for."""
        return "updated_at" in self._types.get(KINDS[kind].filter_type, ())

    def asks(self, query: str) -> bool:
        return query in self._types["Query"]

    def has(self, type_name: str, field: str) -> bool:
        """Whether a type, "Query" and "Mutation" among them, has a field."""
        return field in self._types.get(type_name, ())

    def _offers(self, name: Remote, missing: set[str]) -> bool:
        kind = KINDS[name]
        if kind.type not in self._types or kind.many not in self._types["Query"]:
            missing.add(f"Query.{kind.many}")
            return False
        lacking = ESSENTIAL - self._types[kind.type]
        if lacking:
            raise SourceDrifted(f"This version of Stash has no {kind.type}.{min(lacking)}, without which it cannot be mirrored.")
        return True

    def _selection(self, type_name: str, tree: Tree, missing: set[str]) -> str:
        parts = []
        for field, below in tree.items():
            if type_name not in ABSTRACT and field not in self._types.get(type_name, ()):
                missing.add(f"{type_name}.{field}")
            elif not below:
                parts.append(field)
            elif below in UNIONS:
                parts.append(f"{field} {{ {' '.join(self._on(each, missing) for each in UNIONS[below])} }}")
            else:
                parts.append(f"{field} {self._selection(below, TREES[below], missing)}")
        return f"{{ {' '.join(parts)} }}"

    def _on(self, type_name: str, missing: set[str]) -> str:
        return f"... on {type_name} {self._selection(type_name, TREES[type_name], missing)}"
