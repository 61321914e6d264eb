"""Where people speak in a whole recording: the parts that are recognised one by one."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from asr.speech_onset import OnsetSettings, SpeechOnset
from asr.vad import RATE_HZ, WINDOW_SAMPLES


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSettings:
    """Milliseconds."""

    split_ms: int = 1200
    """Silence that always ends a segment. Longer than the pauses within a spoken number."""
    long_ms: int = 20000
    """A segment longer than this is cut in its longest silence."""
    least_cut_ms: int = 160
    """Silence in which a long segment may be cut."""
    margin_ms: int = 300
    """Kept before and after speech."""
    onset: OnsetSettings = field(default_factory=OnsetSettings)


Span = tuple[int, int]
"""First sample and one past the last, at 8 kHz."""


def speech_segments(windows: Sequence[tuple[int, float]], settings: SegmentSettings | None = None) -> list[Span]:
    """From the detector's windows; in order, not overlapping, with margins."""
    chosen = settings or SegmentSettings()
    groups: list[list[Span]] = []
    for span in _speech(windows, chosen):
        if groups and span[0] - groups[-1][-1][1] < chosen.split_ms * RATE_HZ // 1000:
            groups[-1].append(span)
        else:
            groups.append([span])
    short = [part for group in groups for part in _shorten(group, chosen)]
    return _with_margins([(part[0][0], part[-1][1]) for part in short], chosen.margin_ms * RATE_HZ // 1000)


def _speech(windows: Sequence[tuple[int, float]], settings: SegmentSettings) -> list[Span]:
    """Stretches of speech between silences of one window or more."""
    spans: list[Span] = []
    onset = SpeechOnset(RATE_HZ, settings.onset)
    for first, probability in windows:
        onset.feed(first, WINDOW_SAMPLES, probability)
        if onset.started and onset.start is not None and not onset.speaking:
            spans.append((onset.start, onset.end))
            onset.reset()
    if onset.started and onset.start is not None:
        spans.append((onset.start, onset.end))
    return spans


def _shorten(spans: list[Span], settings: SegmentSettings) -> list[list[Span]]:
    """Cut in the longest silence until every part is short enough or has no silence to cut in."""
    if len(spans) < 2 or spans[-1][1] - spans[0][0] <= settings.long_ms * RATE_HZ // 1000:
        return [spans]
    gaps = [(after[0] - before[1], at) for at, (before, after) in enumerate(itertools.pairwise(spans), 1)]
    longest, at = max(gaps)
    if longest < settings.least_cut_ms * RATE_HZ // 1000:
        return [spans]
    return _shorten(spans[:at], settings) + _shorten(spans[at:], settings)


def _with_margins(spans: list[Span], margin: int) -> list[Span]:
    """Neighbours share the silence between them."""
    padded: list[Span] = []
    for at, (start, end) in enumerate(spans):
        earliest = (spans[at - 1][1] + start) // 2 if at else 0
        latest = (end + spans[at + 1][0]) // 2 if at + 1 < len(spans) else end + margin
        padded.append((max(start - margin, earliest), min(end + margin, latest)))
    return padded
