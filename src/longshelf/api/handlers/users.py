"""People, as an administrator sees and changes them."""

from functools import partial

from msgspec import UNSET

from longshelf.accounts import keys as api_keys
from longshelf.accounts import users
from longshelf.api import account_messages as messages
from longshelf.api.handlers.accounts import key_list
from longshelf.api.messages import KeyList
from longshelf.api.route import Answer, Call
from longshelf.catalog import playlist_heirs
from longshelf.catalog.numbered import cut_whole
from longshelf.model.times import rfc3339


def browse(call: Call) -> messages.AccountList:
    found = [shown(person) for person in users.people(call.services.accounts.database, call.query["q"] or "")]
    page, pagination = cut_whole(found, call.query["page"], call.query["page_size"])
    return messages.AccountList(page, pagination, "")


def one(call: Call) -> messages.Account:
    return _one(call, call.path["user_id"])


def add(call: Call) -> Answer:
    body: messages.AddAccount = call.body
    made = users.add(call.services.accounts.database, body.name, body.password, admin=body.admin)
    return Answer.of(_one(call, made.id), status=201)


def change(call: Call) -> messages.Account:
    body: messages.ChangeAccount = call.body
    said = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    users.change(call.services.accounts.database, call.path["user_id"], **said)
    return _one(call, call.path["user_id"])


def remove(call: Call) -> None:
    database, user_id = call.services.accounts.database, call.path["user_id"]
    users.remove(database, user_id, partial(playlist_heirs.pass_on, user_id=user_id, heir_id=call.viewer.user_id, at=database.clock()))


def end_sessions(call: Call) -> None:
    users.sign_out(call.services.accounts.database, call.path["user_id"])


def unlink(call: Call) -> None:
    users.unlink(call.services.accounts.database, call.path["user_id"])


def keys(call: Call) -> KeyList:
    return key_list(call, api_keys.listed(call.services.accounts.database, call.path["user_id"]))


def all_keys(call: Call) -> KeyList:
    return key_list(call, api_keys.listed(call.services.accounts.database))


def delete_key(call: Call) -> None:
    api_keys.remove(call.services.accounts.database, call.path["user_id"], call.path["key_id"])


def shown(person: users.Person) -> messages.Account:
    """A person as the API shows him."""
    user = person.user
    return messages.Account(
        id=user.id,
        name=user.name,
        admin=user.admin,
        disabled=user.disabled_at is not None,
        has_password=person.has_password,
        linked=person.linked,
        created_at=rfc3339(user.created_at) or "",
        last_seen_at=rfc3339(person.last_seen_at),
    )


def _one(call: Call, user_id: int) -> messages.Account:
    return shown(users.person(call.services.accounts.database, user_id))
