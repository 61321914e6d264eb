"""Lines: Asterisk (installer, ARI client, media leg), a wav file, and a SIP test caller; G.711, resampling, DTMF.

May import contracts.
"""
