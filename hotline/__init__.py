"""The program: settings, wiring, command line, benchmarks. Its command is `./tongdai`.

May import everything.
"""
