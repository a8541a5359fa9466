"""Libraries: what there is, adding and removing one, starting a scan or sync, and what could not be read."""

import msgspec
from msgspec import UNSET

from longshelf.api.messages import ChangeStash, CreateLibrary, EditLibrary, StartSync, StashHook
from longshelf.api.route import Call
from longshelf.catalog import mirror_shapes, shapes
from longshelf.errors import Invalid
from longshelf.sources.folder.options import FolderOptions
from longshelf.sources.stash.options import StashOptions


def browse(call: Call) -> shapes.LibraryList:
    return call.services.libraries.browse(call.viewer, call.query["page"], call.query["page_size"])


def one(call: Call) -> shapes.LibraryInfo:
    return call.services.libraries.one(call.viewer, call.path["library_id"])


def create(call: Call) -> shapes.LibraryInfo:
    body: CreateLibrary = call.body
    if body.stash is not None:
        if body.folders:
            raise Invalid("folders", "a library has folders or a Stash server, not both")
        given = msgspec.structs.asdict(body.stash)
        key = given.pop("api_key")
        return call.services.libraries.create_stash(call.viewer, body.name, StashOptions(**given), key)
    if body.feeds or body.opml:
        if body.folders:
            raise Invalid("folders", "a library has folders or feeds, not both")
        return call.services.libraries.create_feeds(call.viewer, body.name, body.feeds, body.opml)
    options = FolderOptions(folders=list(body.folders), **msgspec.structs.asdict(body.options))
    return call.services.libraries.create(call.viewer, body.name, options)


def edit(call: Call) -> shapes.LibraryInfo:
    body: EditLibrary = call.body
    options = (
        None
        if body.options is UNSET
        else {name: value for name, value in msgspec.structs.asdict(body.options).items() if value is not UNSET}
    )
    return call.services.libraries.edit(
        call.viewer, call.path["library_id"], name=body.name or None, folders=body.folders or None, options=options
    )


def delete(call: Call) -> shapes.Job:
    return call.services.libraries.delete(call.viewer, call.path["library_id"])


def scan(call: Call) -> shapes.Job:
    return call.services.libraries.scan(call.viewer, call.path["library_id"], full=bool(call.body and call.body.full))


def sync(call: Call) -> shapes.Job:
    body = call.body or StartSync()
    return call.services.libraries.sync(call.viewer, call.path["library_id"], body.mode, allow_removals=body.allow_removals)


def change_stash(call: Call) -> shapes.LibraryInfo:
    body: ChangeStash = call.body
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    key = given.pop("api_key", None)
    return call.services.libraries.change_stash(call.viewer, call.path["library_id"], given, key)


def stash_hook(call: Call) -> mirror_shapes.HookAnswer:
    body: StashHook = call.body or StashHook()
    return mirror_shapes.HookAnswer(call.services.libraries.stash_hook(call.path["rest"], body.type, body.id))


def issues(call: Call) -> shapes.LibraryIssueList:
    return call.services.libraries.issues(call.viewer, call.path["library_id"], call.query["page"], call.query["page_size"])
