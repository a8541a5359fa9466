"""Addresses of libraries."""

from longshelf.api import messages, mirror_messages, params
from longshelf.api.handlers import libraries, mirrors
from longshelf.api.route import Param, Route
from longshelf.api.routes.rows import ADMIN, PUBLIC, get, patch, post, put
from longshelf.catalog import mirror_shapes, shapes

USER = Param(name="user_id", type=params.PositiveInt | None, default=None, about="another person's; for administrators")

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
    post("/api/libraries/{library_id}/sync", "syncLibrary", libraries.sync, "Mirror a Stash server or ask all feeds, or join what waits",
          body=messages.StartSync, body_required=False, answer=shapes.Job, status=202, access=ADMIN),
    put("/api/libraries/{library_id}/stash", "changeStash", libraries.change_stash, "Change address, key or rhythm of a mirrored server",
         body=messages.ChangeStash, answer=shapes.LibraryInfo, access=ADMIN),
    get("/api/libraries/{library_id}/stash", "getStash", mirrors.status, "How a mirrored server is, and what is kept of it",
        answer=mirror_shapes.MirrorStatus, access=ADMIN),
    post("/api/libraries/probe", "probeStash", mirrors.probe, "Try the address and key of a Stash server; nothing is kept",
         body=mirror_messages.ProbeServer, answer=mirror_shapes.ServerProbe, access=ADMIN),
    get("/api/libraries/{library_id}/removed", "listRemoved", mirrors.removed, "What was removed upstream and is kept",
        answer=mirror_shapes.RemovedList, params=params.NUMBERED, access=ADMIN),
    post("/api/libraries/{library_id}/hook", "changeStashHook", mirrors.change_hook, "Give the hook of a library another address",
         answer=mirror_shapes.MirrorStatus, access=ADMIN),
    put("/api/libraries/{library_id}/push-back", "setPushBack", mirrors.set_push_back, "Whether a person's data go back to the server",
        body=mirror_messages.SetPushBack, answer=mirror_shapes.PushBackState, access=ADMIN),
    get("/api/libraries/{library_id}/user-data", "getUserData", mirrors.user_data, "How the newest import of a person's data went",
        answer=mirror_shapes.UserDataState, params=(USER,)),
    post("/api/libraries/{library_id}/user-data", "importUserData", mirrors.import_user_data,
         "Take over ratings, favourites and plays from a mirrored server", body=mirror_messages.ImportUserData, body_required=False,
         answer=shapes.Job, status=202),
    get("/api/libraries/{library_id}/user-data/{item_id}", "getRemoteWord", mirrors.remote_word,
        "What the server said of one item when a person's data were taken over", answer=mirror_shapes.RemoteWord),
    post("/api/hooks/stash/{rest}", "stashHook", libraries.stash_hook, "Stash tells that something changed; the token names the library",
          body=messages.StashHook, body_required=False, answer=mirror_shapes.HookAnswer, access=PUBLIC),
    get("/api/libraries/{library_id}/issues", "listLibraryIssues", libraries.issues, "Files that could not be taken in, with the reason",
         answer=shapes.LibraryIssueList, params=params.NUMBERED, access=ADMIN),
)  # fmt: skip
