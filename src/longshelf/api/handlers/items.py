"""Items: lists, counts, facets, one item, and what a person says about it. Every read passes the viewer on."""

from starlette.responses import Response, StreamingResponse

from longshelf.api import messages
from longshelf.api.route import Answer, Call
from longshelf.catalog import shapes
from longshelf.model.sorts import Sort, parse_sort

NDJSON = "application/x-ndjson"


def browse(call: Call) -> Answer:
    page = call.services.catalog.browse(call.viewer, call.filters(), _sort(call), call.query)
    return Answer(body=page)


def count(call: Call) -> shapes.ItemCount:
    return call.services.catalog.count(call.viewer, call.filters())


def facets(call: Call) -> Answer:
    found = call.services.catalog.facets(
        call.viewer, call.filters(), call.query["facet"], limit=call.query["limit"], search=call.query["facet_q"] or ""
    )
    return Answer.of(found)


def rail(call: Call) -> Answer:
    return Answer.of(call.services.catalog.rail(call.viewer, call.filters(), _sort(call), call.query["n"]))


def random(call: Call) -> Answer:
    """A shuffled first page; without a seed every call shuffles anew."""
    seed = call.query["seed"]
    body = call.services.catalog.random(call.viewer, call.filters(), call.query["n"], seed)
    return Answer(body=body, headers={"cache-control": "no-store"})


def export(call: Call) -> Response:
    """Streams on the event loop while the rows are read in the thread pool, one chunk at a time."""
    chunks = call.services.catalog.export(call.viewer, call.filters(), _sort(call))
    return StreamingResponse(call.services.threads.iterate(chunks), media_type=NDJSON, headers={"content-disposition": 'attachment; filename="items.ndjson"'})


def one(call: Call) -> Answer:
    return Answer.of(call.services.catalog.item(call.viewer, call.path["item_id"]))


def position(call: Call) -> shapes.ItemPosition:
    return call.services.catalog.position(call.viewer, call.path["item_id"], call.filters(), _sort(call))


def similar(call: Call) -> Answer:
    return Answer(body=call.services.catalog.similar(call.viewer, call.path["item_id"], call.query["n"]))


def chapters(call: Call) -> Answer:
    return Answer.of(call.services.catalog.item(call.viewer, call.path["item_id"]).chapters)


def files(call: Call) -> Answer:
    return Answer.of(call.services.catalog.item(call.viewer, call.path["item_id"]).files)


def edit_me(call: Call) -> shapes.Me:
    body: messages.EditMe = call.body
    return call.services.editing.edit_me(call.viewer, call.path["item_id"], body)


def edit(call: Call) -> Answer:
    body: messages.EditItem = call.body
    return Answer.of(call.services.editing.edit_item(call.viewer, call.path["item_id"], body))


def _sort(call: Call) -> Sort:
    return parse_sort(call.query["sort"], call.query["order"], call.query["seed"])
