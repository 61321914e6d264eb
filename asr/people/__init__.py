"""The people's recogniser: a streaming Conformer-CTC model in a process of its own.

Threads and processes: one worker process for a calls process, one thread for onnxruntime in it; a second thread on
two cores that are shared with the calls made it slower. A chunk of 400 ms costs 35–40 ms of a core with AVX2 only,
less than half of that with AVX-512. Measured with AVX2: a peek takes 50 ms for one caller, 60 ms with five callers
who speak at once, 80 ms with eight (95th percentile 180 ms); with ten the worker falls behind by more than a second.
Beyond that run more calls processes, each with its own worker. The calls process only sends audio and receives text.
"""
