"""Audio to `Heard`: voice activity, endpointing, one file per engine, CTC decoding, the model store.

May import contracts.
"""
