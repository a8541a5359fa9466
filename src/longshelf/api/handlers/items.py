"""Items: lists, counts, facets, one item, and what a person says about it. Every read passes the viewer on."""

from starlette.responses import Response, StreamingResponse

from longshelf.api.route import Answer, Call
from longshelf.catalog import shapes

NDJSON = "application/x-ndjson"


def browse(call: Call) -> Answer:
    sheet = call.services.catalog.sheet(call.viewer, call.filters(), call.page())
    return Answer(body=sheet.read, tag=sheet.tag)


def count(call: Call) -> shapes.ItemCount:
    return call.services.catalog.count(call.viewer, call.filters())


def facets(call: Call) -> shapes.FacetList:
    query = call.query
    return call.services.catalog.facets(call.viewer, call.filters(), query["facet"], limit=query["limit"], search=query["facet_q"])


def rail(call: Call) -> shapes.ItemRail:
    return call.services.catalog.rail(call.viewer, call.filters(), call.query["n"])


def random(call: Call) -> Answer:
    """Without a seed every call shuffles anew."""
    filters = call.filters()
    seed = filters.sort.seed if call.query["seed"] else None
    body = call.services.catalog.random(call.viewer, filters, call.query["n"], seed)
    return Answer(body=body, headers={"cache-control": "no-store"})


async def export(call: Call) -> Response:
    """Streams while the rows are read in the thread pool, a batch at a time."""
    chunks = call.services.catalog.export(call.viewer, call.filters())
    headers = {"content-disposition": 'attachment; filename="items.ndjson"', "cache-control": "no-store"}
    return StreamingResponse(call.services.threads.iterate(chunks), media_type=NDJSON, headers=headers)


def one(call: Call) -> shapes.Item:
    return call.services.catalog.item(call.viewer, call.path["item_id"])


def position(call: Call) -> shapes.ItemPosition:
    return call.services.catalog.position(call.viewer, call.path["item_id"], call.filters())


def similar(call: Call) -> Answer:
    size = call.query["n"] or call.query["page_size"]
    return Answer(body=call.services.catalog.similar(call.viewer, call.path["item_id"], call.query["page"], size))


def chapters(call: Call) -> Answer:
    return Answer.of(call.services.catalog.item(call.viewer, call.path["item_id"]).chapters)


def files(call: Call) -> Answer:
    return Answer.of(call.services.catalog.item(call.viewer, call.path["item_id"]).files)


def edit_me(call: Call) -> shapes.Me:
    return call.services.editing.edit_me(call.viewer, call.path["item_id"], call.body)


def edit(call: Call) -> shapes.Item:
    return call.services.editing.edit_item(call.viewer, call.path["item_id"], call.body)
