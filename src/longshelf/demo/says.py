"""Reading a `Layer` from the writer's side: small questions every file writer asks about what its file shall say."""

from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer


def credits_of(says: Layer, kind: EntityKind, role: Role | None = None) -> list[Credit]:
    """In the order they are listed."""
    return [credit for credit in says.credits if credit.kind is kind and (role is None or credit.role is role)]


def names_of(says: Layer, kind: EntityKind, role: Role | None = None) -> list[str]:
    return [credit.name for credit in credits_of(says, kind, role)]


def first_name(says: Layer, kind: EntityKind, role: Role | None = None) -> str:
    """ "" when there is none."""
    return next(iter(names_of(says, kind, role)), "")


def number_text(position: float | None) -> str:
    """A series number as people write it: 3, 1.5, or nothing."""
    return "" if position is None else f"{position:g}"
