"""Coming in and going out: the first administrator, signing in and out, and API keys."""

import msgspec

from longshelf.accounts import keys as api_keys
from longshelf.accounts.accounts import SESSION_SECONDS, Origin
from longshelf.api import account_messages, messages
from longshelf.api.asking import credentials
from longshelf.api.requests import SESSION_COOKIE, bearer, cookie
from longshelf.api.route import Answer, Call
from longshelf.catalog.numbered import cut_whole
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Scope

NO_STORE = {"cache-control": "no-store"}


def setup_state(call: Call) -> messages.SetupState:
    return messages.SetupState(call.services.accounts.setup_needed())


def setup(call: Call) -> Answer:
    body: messages.Setup = call.body
    user, token = call.services.accounts.set_up(body.token, body.name, body.password, origin(call))
    session = messages.Session(messages.User(user.id, user.name, user.admin))
    return Answer.of(session, status=201, headers=with_cookie(call, token, SESSION_SECONDS))


def ways(call: Call) -> account_messages.SignInWays:
    oidc = call.services.oidc
    return account_messages.SignInWays(password=True, oidc="api/oidc/start" if oidc else None, oidc_name=oidc.name if oidc else None)


def session(call: Call) -> messages.Session:
    user = call.services.accounts.user(call.user_id)
    shown = messages.User(user.id, user.name, user.admin)
    known_by = credentials(call.request, call.services)
    if known_by.key:
        return messages.Session(shown, "key", call.viewer.scope)
    return messages.Session(shown, "proxy" if known_by.vouched else "session")


def sign_in(call: Call) -> Answer:
    body: messages.SignIn = call.body
    user, token = call.services.accounts.sign_in(body.name, body.password, origin(call))
    session = messages.Session(messages.User(user.id, user.name, user.admin))
    return Answer.of(session, headers=with_cookie(call, token, SESSION_SECONDS))


def sign_out(call: Call) -> Answer:
    """Always works, so that a stale cookie can be got rid of."""
    token = cookie(call.request, SESSION_COOKIE)
    if token is not None:
        call.services.accounts.sign_out(token)
    return Answer(body=b"", status=204, headers=with_cookie(call, "", 0))


def keys(call: Call) -> messages.KeyList:
    return key_list(call, api_keys.listed(call.services.accounts.database, call.user_id))


def create_key(call: Call) -> Answer:
    """A key never makes one that is good for more than itself, or for longer."""
    body: messages.CreateKey = call.body or messages.CreateKey()
    accounts = call.services.accounts
    mine = bearer(call.request)
    row, key = api_keys.add(
        accounts.database,
        call.user_id,
        body.name,
        scope=body.scope,
        expires_in=body.expires_in,
        most=call.viewer.scope,
        latest=accounts.key_expiry(mine) if mine else None,
    )
    return Answer.of(messages.NewKey(**msgspec.structs.asdict(_shown(row)), key=key), status=201, headers=NO_STORE)


def delete_key(call: Call) -> None:
    api_keys.remove(call.services.accounts.database, call.user_id, call.path["key_id"])


def key_list(call: Call, found: list[api_keys.ApiKey]) -> messages.KeyList:
    """One page of keys."""
    shown, pagination = cut_whole([_shown(key) for key in found], call.query["page"], call.query["page_size"])
    return messages.KeyList(shown, pagination, "")


def origin(call: Call) -> Origin:
    """Where a request to come in is from."""
    request = call.request
    return Origin(call.services.proxies.address(request), request.headers.get("user-agent", ""), cookie(request, SESSION_COOKIE))


def with_cookie(call: Call, token: str, seconds: int) -> dict[str, str]:
    """SameSite=Lax: links from other sites still open signed in, their forms and scripts do not."""
    secure = "; Secure" if call.services.proxies.is_https(call.request) else ""
    path = call.services.root_path + "/"
    value = f"{SESSION_COOKIE}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return {"set-cookie": value, **NO_STORE}


def _shown(key: api_keys.ApiKey) -> messages.Key:
    return messages.Key(
        id=key.id,
        user=messages.User(key.user_id, key.user_name, key.user_admin),
        name=key.name,
        prefix=key.prefix,
        scope=Scope(key.scope),
        created_at=rfc3339(key.created_at) or "",
        used_at=rfc3339(key.used_at),
        expires_at=rfc3339(key.expires_at),
    )
