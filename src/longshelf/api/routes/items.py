"""Addresses of items and lists of them."""

from longshelf.api import params
from longshelf.api.handlers import items
from longshelf.api.route import Route
from longshelf.api.routes.rows import ADMIN, get, number
from longshelf.catalog import editing, shapes

ITEMS = (
    get("/api/items", "listItems", items.browse, "One page of items",
         answer=shapes.ItemList, params=(*params.ITEMS, *params.PAGING), prompt=True),
    get("/api/items/count", "countItems", items.count, "How many items match",
         answer=shapes.ItemCount, params=params.ITEMS, prompt=True),
    get("/api/items/facets", "facetItems", items.facets, "The values of facets among the matching items, each without its own selection",
         answer=shapes.FacetList, params=(*params.ITEMS, *params.FACETS)),
    get("/api/items/rail", "railItems", items.rail, "Labels along the whole list, for a scroll rail",
         answer=shapes.ItemRail, params=(*params.ITEMS, number("n", 1, 1_000, 200, "At most so many labels"))),
    get("/api/items/random", "randomItems", items.random, "Some matching items, shuffled",
         answer=shapes.ItemList, params=(*params.ITEMS, number("n", 1, 1_000, 20, "How many"))),
    get("/api/items/export", "exportItems", items.export, "Every matching item in full form, one JSON object a line",
         answer=items.NDJSON, params=params.ITEMS),
    get("/api/items/{item_id}", "getItem", items.one, "One item in full form", answer=shapes.Item),
    get("/api/items/{item_id}/position", "positionOfItem", items.position, "Where the item stands in a list",
         answer=shapes.ItemPosition, params=params.ITEMS),
    get("/api/items/{item_id}/similar", "similarItems", items.similar, "Items that share persons, studios and tags, the closest first",
         answer=shapes.ItemList, params=(number("n", 0, 100, 0, "Alias of page_size; 0 leaves it to that"), *params.NUMBERED)),
    get("/api/items/{item_id}/chapters", "chaptersOfItem", items.chapters, "Chapters, in order", answer=list[shapes.ItemChapter]),
    get("/api/items/{item_id}/files", "filesOfItem", items.files, "Files, in playing order", answer=list[shapes.ItemFile]),
    Route(method="PUT", path="/api/items/{item_id}/me", name="editMe", about="Your own rating, favourite, progress, hidden",
          handler=items.edit_me, body=editing.EditMe, answer=shapes.Me),
    Route(method="PATCH", path="/api/items/{item_id}", name="editItem", about="Edit an item; what is sent is kept against every later scan",
          handler=items.edit, body=editing.EditItem, answer=shapes.Item, access=ADMIN),
)  # fmt: skip
