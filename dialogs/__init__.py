"""What to say and do: flows, the engine, answers composed from records.

May import contracts and procedures.
"""
