"""Addresses of libraries."""

from longshelf.api import messages, params
from longshelf.api.handlers import libraries
from longshelf.api.route import Route
from longshelf.api.routes.rows import ADMIN, PUBLIC, get, patch, post, put
from longshelf.catalog import shapes

LIBRARIES = (
    get("/api/libraries", "listLibraries", libraries.browse, "Libraries by name", answer=shapes.LibraryList, params=params.NUMBERED),
    post("/api/libraries", "createLibrary", libraries.create, "Add a library and read it",
          body=messages.CreateLibrary, answer=shapes.LibraryInfo, status=201, access=ADMIN),
    get("/api/libraries/{library_id}", "getLibrary", libraries.one, "One library", answer=shapes.LibraryInfo),
    patch("/api/libraries/{library_id}", "editLibrary", libraries.edit, "Rename a library, or change its folders and options",
          body=messages.EditLibrary, answer=shapes.LibraryInfo, access=ADMIN),
    Route(method="DELETE", path="/api/libraries/{library_id}", name="deleteLibrary", handler=libraries.delete, status=202,
          about="Remove a library, as a job; its files are not touched", answer=shapes.Job, access=ADMIN),
    post("/api/libraries/{library_id}/scan", "scanLibrary", libraries.scan, "Start a scan, or join the one that runs",
          body=messages.StartScan, body_required=False, answer=shapes.Job, status=202, access=ADMIN),
    post("/api/libraries/{library_id}/sync", "syncLibrary", libraries.sync, "Mirror a Stash server now, or join the sync that waits",
          body=messages.StartSync, body_required=False, answer=shapes.Job, status=202, access=ADMIN),
    put("/api/libraries/{library_id}/stash", "changeStash", libraries.change_stash, "Change address, key or rhythm of a mirrored server",
         body=messages.ChangeStash, answer=shapes.LibraryInfo, access=ADMIN),
    post("/api/hooks/stash/{rest}", "stashHook", libraries.stash_hook, "Stash tells that something changed; the token names the library",
          body=messages.StashHook, body_required=False, status=204, access=PUBLIC),
    get("/api/libraries/{library_id}/issues", "listLibraryIssues", libraries.issues, "Files that could not be taken in, with the reason",
         answer=shapes.LibraryIssueList, params=params.NUMBERED, access=ADMIN),
)  # fmt: skip
