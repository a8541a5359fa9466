"""An OpenID Connect provider on a loopback port: real keys and signatures, discovery, codes that are good once, PKCE, client secrets.

It signs in whoever `person` says, without asking. `spoil` makes it misbehave in one way at a time."""

import base64
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "longshelf", "s3cret-of_two.parties~"

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass
class Provider:
    """`requests` lists what it was asked for. `change_claims` edits the claims of the next ID tokens."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "preferred_username": "carl"})
    in_userinfo: dict[str, Any] = field(default_factory=dict)
    spoil: str = ""
    change_claims: Callable[[dict[str, Any]], None] = lambda claims: None
    secret: str = CLIENT_SECRET
    requests: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: KEY)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    asked: threading.Event = field(default_factory=threading.Event)  # for its description
    answering: threading.Event = field(default_factory=threading.Event)  # until it is set, descriptions keep one waiting

    def __post_init__(self) -> None:
        self.answering.set()

    def turn_key(self) -> None:
        """From now on signs with another key."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    # --- endpoints

    async def described(self, request: Request) -> Response:
        self.requests.append("discovery")
        self.asked.set()
        await run_in_threadpool(self.answering.wait, 30)
        if self.spoil == "down":
            return Response("away", 503)
        return JSONResponse(
            {
                "issuer": "https://somebody.else" if self.spoil == "issuer of discovery" else self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def jwks(self, request: Request) -> Response:
        self.requests.append("jwks")
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("response_type") != "code" or asked.get("client_id") != CLIENT_ID or asked.get("code_challenge_method") != "S256":
            return Response("not a request of our client", 400)
        if self.spoil == "denied":
            answer = {"error": "access_denied", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            answer = {"code": code, "state": asked["state"], "iss": self.url, "session_state": "ignored"}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        self.requests.append("token")
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or form.get("grant_type") != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = _base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant", "error_description": "PKCE"}, 400)
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": self._id_token(asked, access)}
        if self.spoil == "no id token":
            del answer["id_token"]
        return JSONResponse(answer)

    async def userinfo(self, request: Request) -> Response:
        self.requests.append("userinfo")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Response("", 401)
        return JSONResponse({"sub": "another" if self.spoil == "subject of userinfo" else self.person["sub"], **self.in_userinfo})

    def _id_token(self, asked: dict[str, str], access: str) -> str:
        now = int(time.time())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "at_hash": _base64(half), **self.person,
        }  # fmt: skip
        self.change_claims(claims)
        if self.spoil == "unsigned":
            head = _base64(b'{"alg":"none"}')
            return f"{head}.{jwt.encode({'alg': 'RS256'}, claims, self.key).split('.')[1]}."
        if self.spoil == "signed with the public key":  # the classic confusion of RS256 with HS256
            payload = jwt.encode({"alg": "RS256"}, claims, self.key).split(".")[1]
            signed = f"{_base64(json.dumps({'alg': 'HS256', 'kid': self.key.kid}).encode())}.{payload}"
            return f"{signed}.{_base64(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"
        if self.spoil == "signed by somebody else":
            return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, STRANGE_KEY)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        if not self.secret:
            return form.get("client_id") == CLIENT_ID
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        return scheme == "Basic" and base64.b64decode(sent).decode() == f"{CLIENT_ID}:{self.secret}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def provider() -> Iterator[Provider]:
    """Running, in a thread of this process."""
    made = Provider()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", made.described),
            Route("/jwks", made.jwks),
            Route("/authorize", made.authorize),
            Route("/token", made.token, methods=["POST"]),
            Route("/userinfo", made.userinfo),
        ]
    )
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, lifespan="off", log_level="error", ws="none", timeout_graceful_shutdown=2, proxy_headers=False)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="oidc provider")
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise RuntimeError("the provider did not start")
                time.sleep(0.01)
            yield made
        finally:
            server.should_exit = True
            thread.join(15)
