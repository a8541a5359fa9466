"""Entities: persons, studios, tags …, each with the number of items this viewer sees; and suggestions while typing."""

from collections.abc import Callable

from longshelf.api.route import Answer, Call
from longshelf.catalog import shapes
from longshelf.model.kinds import EntityKind


def browse(kind: EntityKind) -> Callable[[Call], Answer]:
    """The list of one kind."""

    def handler(call: Call) -> Answer:
        return Answer.of(call.services.catalog.entities(call.viewer, kind, call.query))

    return handler


def one(kind: EntityKind) -> Callable[[Call], shapes.Entity]:
    """One entity of a kind; an id of another kind is not found."""

    def handler(call: Call) -> shapes.Entity:
        return call.services.catalog.entity(call.viewer, kind, call.path["entity_id"])

    return handler


def suggest(call: Call) -> Answer:
    return Answer.of(call.services.catalog.suggest(call.viewer, call.query["q"], call.query["n"]))


def stats(call: Call) -> Answer:
    return Answer.of(call.services.catalog.stats(call.viewer))
