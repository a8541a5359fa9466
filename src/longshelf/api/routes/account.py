"""Addresses of signing in, and of what is a person's own: sessions, keys and saved filters."""

from longshelf.api import account_messages, messages, params
from longshelf.api.handlers import accounts, oidc, own, views
from longshelf.api.route import Param
from longshelf.api.routes.rows import PUBLIC, delete, get, post, put
from longshelf.catalog import shapes

ACCOUNT = (
    get("/api/setup", "setupState", accounts.setup_state, "Whether the first administrator is still to be made",
         answer=messages.SetupState, access=PUBLIC),
    post("/api/setup", "setUp", accounts.setup, "Make the first administrator and sign in",
          body=messages.Setup, answer=messages.Session, status=201, access=PUBLIC),
    get("/api/session", "getSession", accounts.session, "Who is signed in", answer=messages.Session),
    post("/api/session", "signIn", accounts.sign_in, "Sign in", body=messages.SignIn, answer=messages.Session, access=PUBLIC),
    delete("/api/session", "signOut", accounts.sign_out, "Sign out", access=PUBLIC),
    get("/api/session/ways", "signInWays", accounts.ways, "How one can sign in here", answer=account_messages.SignInWays, access=PUBLIC),
    get("/api/oidc/start", "startOidc", oidc.start, "Sends the browser to the sign-in service", answer="text/html", access=PUBLIC,
         params=(Param(name="next", type=str, default="/", about="The path of the UI to come back to"),)),
    get("/api/oidc/callback", "finishOidc", oidc.callback, "Where the sign-in service sends the browser back to", answer="text/html",
         params=oidc.ANSWERED, access=PUBLIC, ignores_unknown=True),
    get("/api/me", "getMe", own.account, "Your account", answer=account_messages.Account),
    put("/api/me/password", "changePassword", own.change_password, "Change your password; every other session of yours ends",
         body=account_messages.ChangePassword, status=204),
    get("/api/me/sessions", "listSessions", own.sessions, "Where you are signed in, the last seen first",
         answer=account_messages.SessionList, params=params.NUMBERED),
    delete("/api/me/sessions", "endOtherSessions", own.end_others, "End every session of yours but this one"),
    delete("/api/me/sessions/{session_id}", "endSession", own.end_session, "End one of your sessions"),
    get("/api/keys", "listKeys", accounts.keys, "Your API keys", answer=messages.KeyList, params=params.NUMBERED),
    post("/api/keys", "createKey", accounts.create_key, "A new API key, shown this once",
          body=messages.CreateKey, body_required=False, answer=messages.NewKey, status=201),
    delete("/api/keys/{key_id}", "deleteKey", accounts.delete_key, "Withdraw an API key"),
    get("/api/views", "listViews", views.browse, "Your saved filters", answer=shapes.ViewList, params=params.NUMBERED),
    post("/api/views", "saveView", views.save, "Save a filter under a name; the same name is replaced",
          body=messages.SaveView, answer=shapes.View, status=201),
    delete("/api/views/{view_id}", "deleteView", views.delete, "Forget a saved filter"),
)  # fmt: skip
