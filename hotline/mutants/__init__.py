"""Faults put into a copy of the content on purpose, to see whether the check finds them.

May import what `hotline` may.
"""
