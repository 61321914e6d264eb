"""What the city knows: procedure records with sources and dates, and the facts that may be spoken.

May import contracts.
"""
