"""Libraries: what there is, adding and removing one, starting a scan, and what could not be read."""

import msgspec

from longshelf.api.messages import CreateLibrary
from longshelf.api.route import Call
from longshelf.catalog import shapes
from longshelf.sources.folder.options import FolderOptions


def browse(call: Call) -> shapes.LibraryList:
    return call.services.libraries.browse(call.viewer, call.query["page"], call.query["page_size"])


def one(call: Call) -> shapes.LibraryInfo:
    return call.services.libraries.one(call.viewer, call.path["library_id"])


def create(call: Call) -> shapes.LibraryInfo:
    body: CreateLibrary = call.body
    options = FolderOptions(folders=list(body.folders), **msgspec.structs.asdict(body.options))
    return call.services.libraries.create(call.viewer, body.name, options)


def delete(call: Call) -> None:
    call.services.libraries.delete(call.path["library_id"])


def scan(call: Call) -> shapes.Job:
    return call.services.libraries.scan(call.path["library_id"], full=bool(call.body and call.body.full))


def issues(call: Call) -> shapes.LibraryIssueList:
    return call.services.libraries.issues(call.path["library_id"], call.query["page"], call.query["page_size"])
