"""A person's own account: what it is, his password, and where he is signed in."""

from longshelf.accounts import tokens, users
from longshelf.accounts.accounts import SESSION_SECONDS
from longshelf.api import account_messages as messages
from longshelf.api.handlers.accounts import NO_STORE, origin, with_cookie
from longshelf.api.handlers.users import shown
from longshelf.api.requests import SESSION_COOKIE, cookie
from longshelf.api.route import Answer, Call
from longshelf.catalog.numbered import cut_whole
from longshelf.model.times import rfc3339


def account(call: Call) -> messages.Account:
    return shown(users.person(call.services.accounts.database, call.user_id))


def change_password(call: Call) -> Answer:
    """The browser goes on with a new session; what asks with a key gets none."""
    body: messages.ChangePassword = call.body
    accounts, from_ = call.services.accounts, origin(call)
    accounts.change_password(call.user_id, body.current, body.password, from_.address)
    headers = with_cookie(call, accounts.open_session(call.user_id, from_), SESSION_SECONDS) if from_.before else NO_STORE
    return Answer(body=b"", status=204, headers=headers)


def sessions(call: Call) -> messages.SessionList:
    token = cookie(call.request, SESSION_COOKIE)
    own = tokens.digest(token) if token else b""
    listed = [
        messages.OpenSession(
            id=each.id,
            device=each.device,
            address=each.address,
            created_at=rfc3339(each.created_at) or "",
            seen_at=rfc3339(each.seen_at) or "",
            expires_at=rfc3339(each.expires_at) or "",
            current=each.token_hash == own,
        )
        for each in call.services.accounts.sessions(call.user_id)
    ]
    shown_, pagination = cut_whole(listed, call.query["page"], call.query["page_size"])
    return messages.SessionList(shown_, pagination, "")


def end_session(call: Call) -> None:
    call.services.accounts.end_session(call.user_id, call.path["session_id"])


def end_others(call: Call) -> None:
    call.services.accounts.end_other_sessions(call.user_id, cookie(call.request, SESSION_COOKIE))
