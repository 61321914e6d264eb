"""What passes between the parts: frozen types, the clock, the event envelope, Vietnamese syllables and number words.

Imports nothing of ours; every other package may import it. Values are frozen, slotted, keyword-only dataclasses.
"""
