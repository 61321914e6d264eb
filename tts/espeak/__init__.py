"""libespeak-ng as the fallback: only ever inside a worker process (global state, GPL, occasional crashes)."""
