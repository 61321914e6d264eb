"""Comparing secrets with what somebody gave."""

import secrets


def same_secret(ours: str, given: str) -> bool:
    """In a time that tells nothing of ours; `given` may be any text, also one that is no Unicode."""
    return secrets.compare_digest(ours.encode(), given.encode("utf-8", "surrogatepass"))
