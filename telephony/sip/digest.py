"""Digest authentication (RFC 2617, RFC 7616, RFC 8760): answering a challenge, and checking an answer."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from telephony.errors import AuthenticationFailed

_FIELD = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))')
_HASHES = {"md5": "md5", "sha-256": "sha256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    realm: str
    nonce: str
    algorithm: str = "MD5"
    opaque: str | None = None
    qop: bool = False
    """Whether the server takes qop=auth; without it the older RFC 2069 form is used."""


def _fields(value: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(value)}


def choose_challenge(values: Iterable[str]) -> Challenge:
    """The first challenge that can be answered (the server lists them by preference). Raises `AuthenticationFailed`."""
    for value in values:
        scheme, _, rest = value.strip().partition(" ")
        found = _fields(rest)
        algorithm = found.get("algorithm", "MD5")
        if scheme.lower() != "digest" or "nonce" not in found or algorithm.lower() not in _HASHES:
            continue
        offered = {name.strip() for name in found.get("qop", "").split(",") if name.strip()}
        if offered and "auth" not in offered:
            continue
        return Challenge(
            realm=found.get("realm", ""),
            nonce=found["nonce"],
            algorithm=algorithm,
            opaque=found.get("opaque"),
            qop=bool(offered),
        )
    raise AuthenticationFailed("no challenge that can be answered (digest with MD5 or SHA-256, qop auth or none)")


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new(_HASHES[algorithm.lower()], text.encode(), usedforsecurity=False).hexdigest()


def response_value(
    challenge: Challenge, credentials: Credentials, *, method: str, uri: str, cnonce: str, nonce_count: int
) -> str:
    """The hexadecimal `response` (RFC 7616 §3.4.1)."""

    def digest(text: str) -> str:
        return _hash(challenge.algorithm, text)

    secret = digest(f"{credentials.username}:{challenge.realm}:{credentials.password}")
    what = digest(f"{method}:{uri}")
    if challenge.qop:
        return digest(f"{secret}:{challenge.nonce}:{nonce_count:08x}:{cnonce}:auth:{what}")
    return digest(f"{secret}:{challenge.nonce}:{what}")


def authorization(
    challenge: Challenge, credentials: Credentials, *, method: str, uri: str, cnonce: str, nonce_count: int = 1
) -> str:
    """The value of Authorization or Proxy-Authorization."""
    response = response_value(challenge, credentials, method=method, uri=uri, cnonce=cnonce, nonce_count=nonce_count)
    parts = [
        f'username="{credentials.username}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{uri}"',
        f'response="{response}"',
        f"algorithm={challenge.algorithm}",
    ]
    if challenge.qop:
        parts += [f'cnonce="{cnonce}"', f"nc={nonce_count:08x}", "qop=auth"]
    if challenge.opaque is not None:
        parts.append(f'opaque="{challenge.opaque}"')
    return "Digest " + ", ".join(parts)


def is_right(value: str, challenge: Challenge, credentials: Credentials, *, method: str) -> bool:
    """Whether an Authorization value answers our own challenge with these credentials."""
    found = _fields(value.partition(" ")[2])
    count = found.get("nc", "1")
    if found.get("username") != credentials.username or found.get("nonce") != challenge.nonce:
        return False
    if not re.fullmatch(r"[0-9a-fA-F]{1,8}", count):
        return False
    expected = response_value(
        challenge,
        credentials,
        method=method,
        uri=found.get("uri", ""),
        cnonce=found.get("cnonce", ""),
        nonce_count=int(count, 16),
    )
    return found.get("response") == expected
