"""Who is asking: the first administrator, signing in and out, and API keys."""

from longshelf.accounts.accounts import SESSION_SECONDS
from longshelf.api import messages
from longshelf.api.requests import SESSION_COOKIE, cookie, is_https
from longshelf.api.route import Answer, Call
from longshelf.catalog.numbered import cut_whole
from longshelf.model.times import rfc3339


def setup_state(call: Call) -> messages.SetupState:
    return messages.SetupState(call.services.accounts.setup_needed())


def setup(call: Call) -> Answer:
    body: messages.Setup = call.body
    user, token = call.services.accounts.set_up(body.token, body.name, body.password, _address(call))
    session = messages.Session(messages.User(user.id, user.name, user.admin))
    return Answer.of(session, status=201, headers=_with_cookie(call, token, SESSION_SECONDS))


def session(call: Call) -> messages.Session:
    user = call.services.accounts.user(call.user_id)
    return messages.Session(messages.User(user.id, user.name, user.admin))


def sign_in(call: Call) -> Answer:
    body: messages.SignIn = call.body
    user, token = call.services.accounts.sign_in(body.name, body.password, _address(call))
    session = messages.Session(messages.User(user.id, user.name, user.admin))
    return Answer.of(session, headers=_with_cookie(call, token, SESSION_SECONDS))


def sign_out(call: Call) -> Answer:
    """Always works, so that a stale cookie can be got rid of."""
    token = cookie(call.request, SESSION_COOKIE)
    if token is not None:
        call.services.accounts.sign_out(token)
    return Answer(body=b"", status=204, headers=_with_cookie(call, "", 0))


def keys(call: Call) -> messages.KeyList:
    found = [
        messages.Key(id=key.id, name=key.name, prefix=key.prefix, created_at=rfc3339(key.created_at) or "", used_at=rfc3339(key.used_at))
        for key in call.services.accounts.keys(call.user_id)
    ]
    shown, pagination = cut_whole(found, call.query["page"], call.query["page_size"])
    return messages.KeyList(shown, pagination, "")


def create_key(call: Call) -> Answer:
    row, key = call.services.accounts.add_key(call.user_id, call.body.name if call.body else "")
    created_at = rfc3339(row.created_at) or ""
    shown = messages.NewKey(id=row.id, name=row.name, prefix=row.prefix, created_at=created_at, used_at=None, key=key)
    return Answer.of(shown, status=201, headers={"cache-control": "no-store"})


def delete_key(call: Call) -> None:
    call.services.accounts.remove_key(call.user_id, call.path["key_id"])


def _with_cookie(call: Call, token: str, seconds: int) -> dict[str, str]:
    """SameSite=Lax: links from other sites still open signed in, their forms and scripts do not."""
    secure = "; Secure" if is_https(call.request) else ""
    path = call.services.root_path + "/"
    value = f"{SESSION_COOKIE}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return {"set-cookie": value, "cache-control": "no-store"}


def _address(call: Call) -> str:
    client = call.request.client
    return client.host if client else ""
