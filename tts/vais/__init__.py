"""Our own voice: a small network from Vietnamese sounds to vocoder features, and the WORLD vocoder.

`model/` is derived from the VAIS-1000 corpus and carries that corpus's licence.
"""
