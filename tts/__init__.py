"""Text to audio: reading aloud, one file per engine, worker processes, the prompt cache.

May import contracts.
"""
