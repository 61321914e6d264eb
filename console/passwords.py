"""Passwords as they are kept: scrypt (RFC 7914) with a salt of their own."""

import base64
import hashlib
import secrets

LOG_N, R, P = 14, 8, 5
"""16 MiB and about 0.2 s for one look; the least that OWASP recommends (Password Storage Cheat Sheet)."""
SHORTEST = 10
LONGEST = 200
"""Characters."""


def hashed(password: str) -> str:
    """`scrypt$LOG_N$R$P$SALT$HASH`."""
    salt = secrets.token_bytes(16)
    return "$".join(("scrypt", str(LOG_N), str(R), str(P), _text(salt), _text(_key(password, salt, LOG_N, R, P))))


def matches(password: str, kept: str) -> bool:
    """False also for what `hashed` did not write."""
    try:
        kind, log_n, r, p, salt, key = kept.split("$")
        found = _key(password, base64.b64decode(salt), int(log_n), int(r), int(p))
        return kind == "scrypt" and secrets.compare_digest(found, base64.b64decode(key))
    except ValueError:
        return False


def _key(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    if not (1 <= log_n <= 20 and 1 <= r <= 32 and 1 <= p <= 16):
        raise ValueError("cost out of bounds")
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=1 << log_n, r=r, p=p, maxmem=1 << 28, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


NOBODYS = hashed(secrets.token_urlsafe(16))
"""Looked at where there is no such user, so that an answer takes as long as for one that exists."""
