"""A thin client of the Asterisk REST Interface: requests, typed answers, typed events. Nothing of calls is in here.

May import contracts and telephony's errors.
"""
