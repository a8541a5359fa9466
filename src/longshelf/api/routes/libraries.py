"""Addresses of libraries."""

from longshelf.api import messages, params
from longshelf.api.handlers import libraries
from longshelf.api.routes.rows import ADMIN, delete, get, post
from longshelf.catalog import shapes

LIBRARIES = (
    get("/api/libraries", "listLibraries", libraries.browse, "Libraries by name", answer=shapes.LibraryList, params=params.NUMBERED),
    post("/api/libraries", "createLibrary", libraries.create, "Add a folder library and read it",
          body=messages.CreateLibrary, answer=shapes.LibraryInfo, status=201, access=ADMIN),
    get("/api/libraries/{library_id}", "getLibrary", libraries.one, "One library", answer=shapes.LibraryInfo),
    delete("/api/libraries/{library_id}", "deleteLibrary", libraries.delete, "Remove a library; its files are not touched", access=ADMIN),
    post("/api/libraries/{library_id}/scan", "scanLibrary", libraries.scan, "Start a scan, or join the one that runs",
          body=messages.StartScan, body_required=False, answer=shapes.Job, status=202, access=ADMIN),
    get("/api/libraries/{library_id}/issues", "listLibraryIssues", libraries.issues, "Files that could not be taken in, with the reason",
         answer=shapes.LibraryIssueList, params=params.NUMBERED, access=ADMIN),
)  # fmt: skip
