"""Signing in through an OpenID Connect provider: authorization code with PKCE, as RFC 9700 asks. Authlib makes the requests, joserfc checks
signatures.

The rule: nothing the browser brings back is believed before its `state` matches the flow this very browser began, the code was exchanged by
us, and the ID token is signed by the issuer, for this client, with this flow's nonce. What a flow needs to remember travels in a sealed
cookie, so that strangers cannot fill a table."""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from longshelf.accounts import users
from longshelf.accounts.refusals import OidcFailed
from longshelf.config import Settings
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.model.times import SECOND
from longshelf.store.accounts import User
from longshelf.store.database import Database

FLOW_SECONDS = 600  # to sign in at the provider
FACTS_SECONDS = 3_600  # how long the provider's description of itself is believed
TIMEOUT = 10.0  # seconds for one request to the provider
WAIT = 2.0  # seconds to wait while somebody else asks it: anybody may begin to sign in, and each who waits keeps a thread
FAILED_SECONDS = 5  # how long a failure to describe itself is believed
LEEWAY = 60  # seconds its clock may be off
ANSWER_LIMIT = 1024 * 1024  # bytes of one answer
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)  # never none or HS*
_SEAL = 32
_log = structlog.get_logger()


class Flow(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of one sign-in under way. `next` is a path of the UI."""

    state: str
    nonce: str
    verifier: str
    redirect: str
    next: str
    expires_at: int


class Oidc:
    """Safe to share between threads. Asks the provider only when somebody signs in, so the server starts without it."""

    def __init__(self, settings: Settings, database: Database, secret: bytes) -> None:
        """`secret` is the installation's own random key."""
        self._settings = settings
        self._database = database
        self._key = hashlib.blake2b(secret, digest_size=32, person=b"longshelf.oidc").digest()
        self._http = httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)
        self._lock = threading.Lock()  # held by who asks the provider
        self._facts: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._facts_until = 0
        self._failure: tuple[int, str] | None = None  # when it failed last, and how

    @property
    def name(self) -> str:
        """What the sign-in page calls the provider."""
        return self._settings.oidc_name

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    # --- the browser leaves

    def begin(self, redirect: str, next_path: str) -> tuple[str, str]:
        """Where to send the browser, and the sealed flow to be kept in its cookie. `redirect` is where it comes back to. OidcFailed when
        the provider does not answer."""
        facts = self._described()
        flow = Flow(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(48),
            self._settings.oidc_redirect_url or redirect,
            next_path,
            self._database.clock() + FLOW_SECONDS * SECOND,
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": flow.redirect,
            "scope": self._settings.oidc_scopes,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = _text(facts, "authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", self._seal(flow)

    # --- and comes back

    def finish(self, sealed: str | None, state: str, code: str, error: str, issuer: str) -> tuple[User, str]:
        """The user and the path he wanted. OidcFailed with the reason for everything that is not as it should be."""
        flow = self._open(sealed, state)
        if error:
            raise OidcFailed("denied", f"The provider says: {error[:80]}.")
        if issuer and issuer != self._settings.oidc_issuer:  # RFC 9207: the answer of another provider
            raise OidcFailed("refused", "The answer comes from another provider.")
        claims = self._claims(flow, code)
        return self._user(claims), flow.next

    def _open(self, sealed: str | None, state: str) -> Flow:
        """The flow this browser began with this state, and not too long ago."""
        flow = self._unsealed(sealed) if sealed else None
        if flow is None or not hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "surrogatepass")):
            raise OidcFailed("expired", "This browser has not begun to sign in, or did so too long ago.")
        if flow.expires_at < self._database.clock():
            raise OidcFailed("expired", "Signing in took too long.")
        return flow

    def _claims(self, flow: Flow, code: str) -> dict[str, Any]:
        """What the provider says about who signed in, its ID token checked."""
        facts, settings = self._described(), self._settings
        secret = settings.oidc_client_secret or None
        try:
            with OAuth2Client(
                settings.oidc_client_id,
                secret,
                token_endpoint_auth_method=_method(facts) if secret else "none",
                redirect_uri=flow.redirect,
                timeout=TIMEOUT,
                trust_env=False,
            ) as client:
                token = client.fetch_token(_text(facts, "token_endpoint"), code=code, code_verifier=flow.verifier)
                claims = self._verified(token, flow, facts)
                more = facts.get("userinfo_endpoint")
                if isinstance(more, str) and not claims.keys() >= {"preferred_username", settings.oidc_groups_claim}:
                    claims = _joined(claims, _json(client.get(more)))
        except OAuthError as error:
            raise OidcFailed("refused", f"The provider refused the code: {error}.") from None
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise OidcFailed("refused", f"The provider's token is not valid: {error}.") from None
        except httpx2.HTTPError as error:
            raise OidcFailed("unavailable", f"The provider does not answer: {error}.") from None
        return claims

    def _verified(self, token: Any, flow: Flow, facts: dict[str, Any]) -> dict[str, Any]:
        """The claims of the ID token. JoseError or KeyError for one that is missing or wrong."""
        offered = facts.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(algorithms=sorted(ALGORITHMS.intersection(offered)), strict_check_header=False)
        try:
            decoded = jwt.decode(token["id_token"], key=self._key_set(facts), registry=registry)
        except InvalidKeyIdError:  # the provider has changed its keys
            decoded = jwt.decode(token["id_token"], key=self._key_set(facts, anew=True), registry=registry)
        options = {
            "iss": {"essential": True, "value": self._settings.oidc_issuer},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
        }
        params = {"nonce": flow.nonce, "client_id": self._settings.oidc_client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(leeway=LEEWAY)
        return dict(claims)

    def _user(self, claims: dict[str, Any]) -> User:
        settings = self._settings
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise OidcFailed("refused", "The provider does not say who this is.")
        create, match_name = settings.oidc_create_users == "yes", settings.oidc_match == "name"
        try:
            user = users.vouched(self._database, settings.oidc_issuer, subject, _name(claims), create=create, match_name=match_name)
        except NotFound as error:
            raise OidcFailed("unknown", str(error)) from None
        except Conflict as error:
            raise OidcFailed("name_taken", str(error)) from None
        except Invalid as error:
            raise OidcFailed("refused", f"The provider gives no name one can have here: {error}") from None
        if user.disabled_at is not None:
            raise OidcFailed("disabled", "This account is disabled.")
        return self._with_rights(user, claims)

    def _with_rights(self, user: User, claims: dict[str, Any]) -> User:
        """An administrator when the provider says so, and only then, where it has a say."""
        if not self._settings.oidc_admin_group:
            return user
        groups = claims.get(self._settings.oidc_groups_claim)
        listed = groups.split() if isinstance(groups, str) else groups if isinstance(groups, list) else []
        admin = self._settings.oidc_admin_group in listed
        if admin == user.admin:
            return user
        try:
            return users.change(self._database, user.id, admin=admin)
        except Conflict:  # the last one stays, or nobody could administer
            _log.warning("administrator kept against the provider", user=user.id)
            return user

    # --- the provider

    def _described(self) -> dict[str, Any]:
        """The provider's description of itself (OpenID Connect Discovery). OidcFailed when it cannot be had or speaks
        for another issuer, and for FAILED_SECONDS after that."""
        facts = self._remembered()
        if facts is None:
            with self._turn():
                facts = self._remembered() or self._discovered()
        return facts

    def _remembered(self) -> dict[str, Any] | None:
        """What the provider said not long ago. OidcFailed when it failed just now."""
        now = self._database.clock()
        if now < self._facts_until:
            return self._facts
        failure = self._failure
        if failure is not None and 0 <= now - failure[0] < FAILED_SECONDS * SECOND:
            raise OidcFailed("unavailable", failure[1])
        return None

    def _discovered(self) -> dict[str, Any]:
        """Asks it, and remembers what came of it."""
        try:
            facts = self._asked()
        except OidcFailed as error:
            self._failure = self._database.clock(), str(error)
            raise
        self._facts, self._keys = facts, None
        self._facts_until = self._database.clock() + FACTS_SECONDS * SECOND  # last: who reads it without the lock finds the facts
        return facts

    def _asked(self) -> dict[str, Any]:
        address = self._settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            facts = _json(self._http.get(address))
        except (httpx2.HTTPError, ValueError) as error:
            raise OidcFailed("unavailable", f"The provider does not answer at {address}: {error}.") from None
        if facts.get("issuer") != self._settings.oidc_issuer:
            raise OidcFailed("unavailable", f"{address} speaks for {facts.get('issuer')!r}, not for LONGSHELF_OIDC_ISSUER.")
        return facts

    def _key_set(self, facts: dict[str, Any], *, anew: bool = False) -> KeySet:
        with self._turn():
            if self._keys is None or anew:
                self._keys = KeySet.import_key_set(_json(self._http.get(_text(facts, "jwks_uri"))))  # type: ignore[arg-type]  # checked there
            return self._keys

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One at a time asks the provider. OidcFailed for whom that would keep longer than WAIT."""
        if not self._lock.acquire(timeout=WAIT):
            raise OidcFailed("unavailable", "The provider has not answered another who asks.")
        try:
            yield
        finally:
            self._lock.release()

    # --- the cookie

    def _seal(self, flow: Flow) -> str:
        payload = msgspec.json.encode(flow)
        return base64.urlsafe_b64encode(self._sealed(payload) + payload).rstrip(b"=").decode()

    def _unsealed(self, text: str) -> Flow | None:
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        seal, payload = data[:_SEAL], data[_SEAL:]
        return msgspec.json.decode(payload, type=Flow) if hmac.compare_digest(seal, self._sealed(payload)) else None

    def _sealed(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, digest_size=_SEAL, key=self._key).digest()


def _json(response: httpx2.Response) -> dict[str, Any]:
    """The object in an answer. HTTPError for a failure, ValueError for what is no object or too long."""
    response.raise_for_status()
    if response.is_redirect or len(response.content) > ANSWER_LIMIT:
        raise ValueError("the provider's answer is a redirect, or too long")
    found = msgspec.json.decode(response.content)
    if not isinstance(found, dict):
        raise ValueError("the provider's answer is no JSON object")  # noqa: TRY004 - it is what was sent, not how we called
    return found


def _text(facts: dict[str, Any], name: str) -> str:
    found = facts.get(name)
    if not isinstance(found, str) or not found.startswith(("https://", "http://")):
        raise OidcFailed("unavailable", f"The provider's description has no {name}.")
    return found


def _method(facts: dict[str, Any]) -> str:
    """How to send the client secret: in the header, unless the provider takes it in the body only."""
    offered = facts.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_post" if "client_secret_basic" not in offered and "client_secret_post" in offered else "client_secret_basic"


def _joined(claims: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """What the userinfo endpoint adds. It must speak of the same person (OpenID Connect Core, 5.3.2), and the signed token wins."""
    if more.get("sub") != claims.get("sub"):
        raise ValueError("userinfo speaks of somebody else")
    return {**more, **claims}


def _name(claims: dict[str, Any]) -> str:
    """What to call him here: the provider's name for signing in, else his name. Never the address: it tells more than others need know."""
    for claim in ("preferred_username", "nickname", "name"):
        found = claims.get(claim)
        if isinstance(found, str) and found.strip():
            return found.strip()[: users.NAME_LENGTH]
    return ""
