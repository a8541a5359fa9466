"""Mirrored libraries: trying a server, how it is, what was removed, and people's data on the way to and fro."""

from longshelf.api.mirror_messages import ImportUserData, ProbeServer, SetPushBack
from longshelf.api.route import Call
from longshelf.catalog import mirror_shapes, shapes


def probe(call: Call) -> mirror_shapes.ServerProbe:
    body: ProbeServer = call.body
    return call.services.mirrors.probe(call.viewer, body.url, body.api_key, body.library_id)


def status(call: Call) -> mirror_shapes.MirrorStatus:
    return call.services.mirrors.status(call.viewer, call.path["library_id"])


def removed(call: Call) -> mirror_shapes.RemovedList:
    return call.services.mirrors.removed(call.viewer, call.path["library_id"], call.query["page"], call.query["page_size"])


def change_hook(call: Call) -> mirror_shapes.MirrorStatus:
    return call.services.mirrors.change_hook(call.viewer, call.path["library_id"])


def set_push_back(call: Call) -> mirror_shapes.PushBackState:
    body: SetPushBack = call.body
    return call.services.mirrors.set_push_back(
        call.viewer,
        call.path["library_id"],
        enabled=body.enabled,
        user_id=body.user_id,
        kinds=body.kinds,
        all_said=body.all_said,
    )


def user_data(call: Call) -> mirror_shapes.UserDataState:
    return call.services.mirrors.user_data(call.viewer, call.path["library_id"], call.query["user_id"])


def import_user_data(call: Call) -> shapes.Job:
    body: ImportUserData = call.body or ImportUserData()
    return call.services.mirrors.import_user_data(call.viewer, call.path["library_id"], body.kinds, body.user_id, overwrite=body.overwrite)


def remote_word(call: Call) -> mirror_shapes.RemoteWord:
    return call.services.mirrors.remote_word(call.viewer, call.path["library_id"], call.path["item_id"])
