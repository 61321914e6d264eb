"""Asterisk as a part of the program: installed without root, configured from templates, run as a child process.

May import contracts and telephony's errors and ARI client.
"""
