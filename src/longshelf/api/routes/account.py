"""Addresses of signing in, and of what is a person's own: keys and saved filters."""

from longshelf.api import messages, params
from longshelf.api.handlers import accounts, views
from longshelf.api.routes.rows import PUBLIC, delete, get, post
from longshelf.catalog import shapes

ACCOUNT = (
    get("/api/setup", "setupState", accounts.setup_state, "Whether the first administrator is still to be made",
         answer=messages.SetupState, access=PUBLIC),
    post("/api/setup", "setUp", accounts.setup, "Make the first administrator and sign in",
          body=messages.Setup, answer=messages.Session, status=201, access=PUBLIC),
    get("/api/session", "getSession", accounts.session, "Who is signed in", answer=messages.Session),
    post("/api/session", "signIn", accounts.sign_in, "Sign in", body=messages.SignIn, answer=messages.Session, access=PUBLIC),
    delete("/api/session", "signOut", accounts.sign_out, "Sign out", access=PUBLIC),
    get("/api/keys", "listKeys", accounts.keys, "Your API keys", answer=messages.KeyList, params=params.NUMBERED),
    post("/api/keys", "createKey", accounts.create_key, "A new API key, shown this once",
          body=messages.CreateKey, body_required=False, answer=messages.NewKey, status=201),
    delete("/api/keys/{key_id}", "deleteKey", accounts.delete_key, "Withdraw an API key"),
    get("/api/views", "listViews", views.browse, "Your saved filters", answer=shapes.ViewList, params=params.NUMBERED),
    post("/api/views", "saveView", views.save, "Save a filter under a name; the same name is replaced",
          body=messages.SaveView, answer=shapes.View, status=201),
    delete("/api/views/{view_id}", "deleteView", views.delete, "Forget a saved filter"),
)  # fmt: skip
