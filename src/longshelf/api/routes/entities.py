"""Addresses of persons, studios, tags and the like, of suggestions and of totals."""

from longshelf.api import params
from longshelf.api.handlers import entities
from longshelf.api.route import Route
from longshelf.api.routes.rows import get, number
from longshelf.catalog import editing, shapes
from longshelf.model.kinds import PLURALS, EntityKind


def _entity_routes(kind: EntityKind, plural: str) -> tuple[Route, ...]:
    return (
        get(f"/api/{plural}", f"list{plural.title()}", entities.browse(kind), f"One page of {plural}",
             answer=shapes.EntityList, params=(params.SEARCH, params.FAVORITE, params.PARENT, *params.ENTITY_SORTING, *params.PAGING)),
        get(f"/api/{plural}/{{entity_id}}", f"get{kind.value.title()}", entities.one(kind), f"One {kind.value}", answer=shapes.Entity),
        Route(method="PUT", path=f"/api/{plural}/{{entity_id}}/me", name=f"edit{kind.value.title()}Me", handler=entities.edit_me(kind),
              about=f"What you say about a {kind.value}: rating, favourite, hidden", body=editing.EditEntityMe, answer=shapes.EntityMe),
    )  # fmt: skip


ENTITIES = tuple(route for kind, plural in PLURALS.items() for route in _entity_routes(kind, plural))
SEARCH = (
    get("/api/suggest", "suggest", entities.suggest, "Titles and names that begin with these words",
         answer=shapes.SuggestionList, params=(params.TYPED, number("n", 1, 50, 10, "At most so many"))),
    get("/api/stats", "stats", entities.stats, "Totals of what you see", answer=shapes.Stats),
)  # fmt: skip
