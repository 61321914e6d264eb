"""The guard: a small process without audio or models that starts the others, watches them and replaces what dies.

Only it disposes of what a dead or frozen calls process leaves behind in the exchange: the callers go to people at once.
"""
