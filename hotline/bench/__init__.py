"""Measures the README's figures on this machine: real Asterisk, real SIP, real time, bounded and on loopback only."""
