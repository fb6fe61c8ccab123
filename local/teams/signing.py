"""The RSA keys with which the stand-in signs requests to the bot, as the Bot Framework does; kept over restarts, rotatable.

Also every way in which a signature can be wrong, so that tests can forge. Local tooling; no stage of the mail flow.

Source: Bot Connector authentication, learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local.private_files import write_private

ISSUER = "https://api.botframework.com"
"""Whom tokens of the Bot Framework name as their issuer."""
TOKEN_SECONDS = 3600
ENDORSEMENTS: tuple[str, ...] = ("msteams", "webchat", "skype")
"""Channels that may use the keys; a bot checks that the activity's own is among them."""
_KEPT = 3

Signing = Literal[
    "good",
    "none",
    "other-key",
    "unknown-key",
    "unendorsed-key",
    "changed",
    "unsigned",
    "symmetric",
    "other-bot",
    "other-issuer",
    "other-service",
    "no-service",
    "expired",
    "future",
]
"""How a request to the bot is signed. All but ``good`` must be refused."""
SIGNINGS: tuple[Signing, ...] = get_args(Signing)


class SigningKeys:
    """Private keys in a file that only its owner reads, the one in use first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: list[tuple[str, rsa.RSAPrivateKey]] = []
        if path.exists():
            for item in json.loads(path.read_text("ascii")):
                self._keys.append((item["kid"], _private(item["pem"])))
        else:
            self.rotate()
        self._unendorsed = ("unendorsed", _new_key())

    @property
    def current(self) -> str:
        """Id of the key in use."""
        return self._keys[0][0]

    def rotate(self) -> str:
        """Make a new key and use it from now on; the two before it stay published. Returns its id."""
        self._keys = [(secrets.token_urlsafe(20), _new_key()), *self._keys][:_KEPT]
        content = [{"kid": kid, "pem": _pem(key)} for kid, key in self._keys]
        write_private(self._path, json.dumps(content).encode("ascii"))
        return self.current

    def jwks(self) -> dict[str, Any]:
        """The public keys, as the Bot Framework publishes them."""
        shown = [(kid, key, ENDORSEMENTS) for kid, key in self._keys]
        shown.append((*self._unendorsed, ("webchat",)))
        return {"keys": [_public(kid, key) | {"endorsements": list(names)} for kid, key, names in shown]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token with these claims, by the key in use."""
        kid, key = self._keys[0]
        return jwt.encode(dict(claims), key, "RS256", {"kid": kid, "x5t": kid})

    def read(self, token: str, audience: str) -> dict[str, Any]:
        """Claims of a token that one of these keys has signed. Raises ``jwt.PyJWTError``."""
        kid = jwt.get_unverified_header(token).get("kid")
        for known, key in self._keys:
            if known == kid:
                return jwt.decode(token, key.public_key(), ["RS256"], audience=audience)
        raise jwt.InvalidKeyError("unknown key")

    def authorization(self, signing: Signing, bot_id: str, service_url: str) -> str:
        """The value of the ``Authorization`` header for a request to the bot; empty for ``none``."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "serviceurl": service_url,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "iss": ISSUER,
            "aud": bot_id,
        }
        wrong: dict[Signing, dict[str, Any]] = {
            "other-bot": {"aud": "00000000-0000-4000-8000-00000000beef"},
            "other-issuer": {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
            "other-service": {"serviceurl": "https://smba.trafficmanager.net/jp/"},
            "expired": {"nbf": now - 2 * TOKEN_SECONDS, "exp": now - TOKEN_SECONDS},
            "future": {"nbf": now + TOKEN_SECONDS, "exp": now + 2 * TOKEN_SECONDS},
        }
        claims |= wrong.get(signing, {})
        if signing == "no-service":
            del claims["serviceurl"]
        kid, key = self._keys[0]
        if signing == "none":
            return ""
        if signing == "unsigned":
            return "Bearer " + jwt.encode(claims, "", "none", {"kid": kid})
        if signing == "symmetric":  # the public key taken for a shared secret
            head = jwt.encode(claims, "x" * 32, "HS256", {"kid": kid}).rpartition(".")[0]
            shared = key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            mac = hmac.digest(shared, head.encode("ascii"), "sha256")
            return f"Bearer {head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode('ascii')}"
        if signing == "other-key":  # under the name of the right one
            return "Bearer " + jwt.encode(claims, _new_key(), "RS256", {"kid": kid})
        if signing == "unknown-key":
            return "Bearer " + jwt.encode(claims, _new_key(), "RS256", {"kid": secrets.token_urlsafe(20)})
        if signing == "unendorsed-key":
            return "Bearer " + jwt.encode(claims, self._unendorsed[1], "RS256", {"kid": self._unendorsed[0]})
        token = self.sign(claims)
        if signing == "changed":
            head, _, rest = token.partition(".")
            body = jwt.encode(claims | {"exp": now + 9 * TOKEN_SECONDS}, "", "none").split(".")[1]
            token = f"{head}.{body}.{rest.partition('.')[2]}"
        return f"Bearer {token}"


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode("ascii"), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def _public(kid: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    content: dict[str, Any] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": content["n"], "e": content["e"]}
