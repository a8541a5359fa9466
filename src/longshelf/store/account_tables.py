"""Tables of what lets people in: sessions, API keys, accounts of a sign-in service, and failed attempts; conventions as in `tables`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from longshelf.store.tables import BYTEWISE, metadata

session = Table(
    "session",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of the cookie; the cookie itself is never stored
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("device", Text, nullable=False, server_default=""),  # the User-Agent, cut
    Column("address", Text, nullable=False, server_default=""),  # of the client that signed in
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,  # "end session 7" must never meet a newer one
)
Index("ix_session_user", session.c.user_id)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("prefix", String(12), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("scope", String(8), nullable=False),  # read · write · admin
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("expires_at", BigInteger),
    sqlite_autoincrement=True,
)
Index("ix_api_key_user", api_key.c.user_id)

# Who somebody is at a sign-in service (OIDC): issuer and subject together name one person for ever.
identity = Table(
    "identity",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issuer", BYTEWISE, nullable=False),
    Column("subject", BYTEWISE, nullable=False),
    Column("user_id", Integer, ForeignKey("user.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("issuer", "subject"),
)
Index("ix_identity_user", identity.c.user_id)

# Failed attempts to get in. `key` is a digest: what was typed as a name may be a password.
attempt = Table(
    "attempt",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # nobody may try before
)
Index("ix_attempt_last", attempt.c.last_at)
