"""The server about itself: the OpenAPI document, its page, and whether it is well."""

from functools import lru_cache

import msgspec

from longshelf.api import docs_page, openapi
from longshelf.api.messages import Health
from longshelf.api.route import Answer, Call
from longshelf.errors import StoreUnavailable

HTML = "text/html; charset=utf-8"


def openapi_json(_call: Call) -> Answer:
    return Answer(body=_documents()[0])


def docs(_call: Call) -> Answer:
    return Answer(body=_documents()[1], media_type=HTML)


def alive(_call: Call) -> Answer:
    return Answer.of(Health("ok"), headers={"cache-control": "no-store"})


def ready(call: Call) -> Answer:
    """503 with the reason while the database cannot be used."""
    try:
        call.services.catalog.revision()
    except StoreUnavailable as error:
        return Answer.of(Health("unavailable", str(error)), status=503, headers={"cache-control": "no-store"})
    return Answer.of(Health("ok"), headers={"cache-control": "no-store"})


@lru_cache(maxsize=1)
def _documents() -> tuple[bytes, bytes]:
    """The document and its page, made once."""
    from longshelf.api.routes import ROUTES  # the table names these handlers, so it can only be read later

    document = openapi.document(ROUTES)
    return msgspec.json.encode(document), docs_page.render(document).encode()
