"""The people's recogniser: a streaming Conformer-CTC model in a process of its own.

Threads and processes: one worker process for a calls process, one thread for onnxruntime in it. A chunk of 400 ms costs
about 20 ms of a core, less in batches, and a second thread does not halve that; cores are better spent on the calls.
The calls process only sends audio and receives text.
"""
