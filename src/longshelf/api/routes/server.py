"""Addresses of the server itself."""

from typing import Any

from longshelf.api import messages
from longshelf.api.handlers import documents
from longshelf.api.routes.rows import PUBLIC, get

HTML = "text/html"

SERVER = (
    get("/api/openapi.json", "openapi", documents.openapi_json, "This document", answer=dict[str, Any], access=PUBLIC),
    get("/api/docs", "docs", documents.docs, "This document as a page", answer=HTML, access=PUBLIC),
    get("/healthz", "healthz", documents.alive, "The process answers", answer=messages.Health, access=PUBLIC),
    get("/readyz", "readyz", documents.ready, "The database answers", answer=messages.Health, access=PUBLIC),
)
