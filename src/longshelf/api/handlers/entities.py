"""Entities: persons, studios, tags …, each with the number of items this viewer sees; and suggestions while typing."""

from collections.abc import Callable

from longshelf.api.route import Call
from longshelf.catalog import shapes
from longshelf.catalog.entities import read_entity_query
from longshelf.model.kinds import EntityKind


def browse(kind: EntityKind) -> Callable[[Call], shapes.EntityList]:
    """The list of one kind."""

    def handler(call: Call) -> shapes.EntityList:
        query = read_entity_query(call.query["q"], call.query["sort"], call.query["order"], call.query["parent"])
        lists = call.services.favorites if call.query["favorite"] else call.services.entities
        return lists.browse(call.viewer, kind, query, call.page())

    return handler


def one(kind: EntityKind) -> Callable[[Call], shapes.Entity]:
    """One entity of a kind; an id of another kind is not found."""

    def handler(call: Call) -> shapes.Entity:
        return call.services.entities.one(call.viewer, kind, call.path["entity_id"])

    return handler


def edit_me(kind: EntityKind) -> Callable[[Call], shapes.EntityMe]:
    """What the viewer says about an entity of a kind."""

    def handler(call: Call) -> shapes.EntityMe:
        return call.services.editing.edit_entity_me(call.viewer, kind, call.path["entity_id"], call.body)

    return handler


def suggest(call: Call) -> shapes.SuggestionList:
    return call.services.entities.suggest(call.viewer, call.query["q"], call.query["n"])


def stats(call: Call) -> shapes.Stats:
    return call.services.catalog.stats(call.viewer)
