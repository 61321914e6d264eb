"""One call from ring to record: the session that joins line, ear, meaning, dialog and voice; events; the journal.

May import everything below it: contracts, telephony, asr, nlu, tts, dialogs, procedures.
"""
