"""The web chat: the dialog of the telephone in text, for citizens' browsers and other programs.

May import `calls` and what is below it.
"""
