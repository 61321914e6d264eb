"""The program: settings, wiring, command line, benchmarks.

May import everything.
"""
