"""The journal: what happened in calls, from a spool file for each call into the database, without loss.

`spool` writes in the calls process, `shipper` reads in a process of its own; only files pass between them. A call never
waits for the disk or the database. May import contracts.
"""
