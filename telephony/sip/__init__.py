"""A small SIP user agent for tests, demonstrations and benchmarks: a caller (`caller.SipCaller`) and a person's phone
(`agent.SipAgent`), over UDP, with 20 ms G.711 and sample-exact records of what was said and heard.

Not part of the hotline: Asterisk serves real callers. Imports `contracts` and the rest of `telephony` only.
"""
