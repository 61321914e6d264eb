"""The web for supervisors and trainers, and the public HTTP API.

May import calls and below.
"""
