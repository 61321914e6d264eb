"""Measure the figures of the README on this machine."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from typing import Any

from hotline.bench.burst import QUICK as QUICK_BURST
from hotline.bench.burst import BurstPlan, bench_burst
from hotline.bench.calls import bench_calls
from hotline.bench.fault_plan import FaultPlan
from hotline.bench.fault_rows import Row
from hotline.bench.faults import FAULTS, QUICK, QUICK_FAULTS, bench_faults
from hotline.bench.questions import QUESTIONS
from hotline.bench.soak import QUICK as QUICK_SOAK
from hotline.bench.soak import SoakPlan, bench_soak
from hotline.bench.soak_heard import HeardPlan
from hotline.bench.turn_plot import plot
from hotline.bench.turns import QUICK as QUICK_TURNS
from hotline.bench.turns import TurnPlan, bench_turns
from hotline.errors import NotReadyError, UsageError
from hotline.setup import fetch_asterisk, fetch_people
from telephony.errors import SipError

SHARED = "the callers speak with variants of the hotline's own voice, which the recogniser knows better than people's"
MEASURES = ("calls", "faults", "turns", "soak", "burst")
MOST_AT_ONCE, MOST_IN_ALL = 200, 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=(*MEASURES, "all"))
    parser.add_argument(
        "--calls", type=_counts, metavar="N[,N…]", help="calls: how many at once (1,30); soak: how many in all (1000)"
    )
    parser.add_argument(
        "--heard", type=_calls_in_all, default=9000, metavar="N", help="soak: calls that are fed with words (9000)"
    )
    parser.add_argument("--turns", type=_turns, default=6, metavar="N", help="turns of each caller (6)")
    parser.add_argument(
        "--quick", action="store_true", help="faults, turns, soak, burst: a few calls, to see that it works"
    )
    parser.add_argument("--each", type=_calls_each, default=100, metavar="N", help="faults: calls for each fault (100)")
    parser.add_argument(
        "--only", action="append", choices=[fault.name for fault in FAULTS], default=[], metavar="FAULT",
        help=f"faults: this one, once for each: {', '.join(fault.name for fault in FAULTS)}",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document")


def _counts(text: str) -> tuple[int, ...]:
    try:
        counts = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers") from None
    if not counts or min(counts) < 1 or max(counts) > MOST_IN_ALL:
        raise argparse.ArgumentTypeError(f"between 1 and {MOST_AT_ONCE} calls")
    return counts


def _calls_in_all(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_IN_ALL:
        raise argparse.ArgumentTypeError(f"between 0 and {MOST_IN_ALL} calls")
    return int(text)


def _calls_each(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("between 1 and 1000 calls")
    return int(text)


def _turns(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= len(QUESTIONS):
        raise argparse.ArgumentTypeError(f"between 1 and {len(QUESTIONS)} turns")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    if arguments.what != "soak" and max(arguments.calls or (0,)) > MOST_AT_ONCE:
        raise UsageError(f"bench {arguments.what}: --calls: between 1 and {MOST_AT_ONCE} calls")
    fetch_asterisk()
    fetch_people()
    print(
        "tongdai: callers speak with variants of the hotline's own voice, which the recogniser knows well",
        file=sys.stderr,
    )
    try:
        results = _measured(arguments)
    except SipError as error:
        raise NotReadyError(f"bench {arguments.what}: {error}") from error
    document = {"note": SHARED, "machine": {"cores": os.cpu_count(), "load": os.getloadavg()[0]}, "results": results}
    if arguments.json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        for result in results:
            _print_row(result) if "name" in result else _print(result)
        for line in plot(results):
            print(line)
    return 0


def _measured(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    if arguments.what in ("calls", "all"):
        results += asyncio.run(bench_calls(arguments.calls or (1, 30), arguments.turns))
    if arguments.what in ("faults", "all"):
        results += asyncio.run(_faults(arguments))
    if arguments.what in ("turns", "all"):
        results += asyncio.run(bench_turns(QUICK_TURNS if arguments.quick else TurnPlan()))
    if arguments.what in ("soak", "all"):
        results += asyncio.run(bench_soak(QUICK_SOAK if arguments.quick else _soak_plan(arguments)))
    if arguments.what in ("burst", "all"):
        results += asyncio.run(bench_burst(QUICK_BURST if arguments.quick else BurstPlan()))
    return results


def _faults(arguments: argparse.Namespace) -> Coroutine[Any, Any, list[Row]]:
    if arguments.quick:
        return bench_faults(QUICK, arguments.only or QUICK_FAULTS)
    return bench_faults(FaultPlan(calls_per_fault=arguments.each), arguments.only)


def _soak_plan(arguments: argparse.Namespace) -> SoakPlan:
    return SoakPlan(calls=sum(arguments.calls or (1000,)), heard=HeardPlan(calls=arguments.heard))


def _print_row(row: dict[str, Any]) -> None:
    goal = "" if row["goal"] is None else f"  (goal {row['goal']})"
    print(f"{row['name']:<75} {row['value']} {row['unit']}{goal}  n {row['n']}")


def _print(result: dict[str, Any]) -> None:
    print(f"{result['calls']} calls at once ({result['call_s']} call-seconds)")
    for name in ("voice_to_voice_ms", "voice_to_voice_paused_ms", "barge_in_ms"):
        spread = result[name]
        print(f"  {name:<28} p50 {spread['p50']}  p95 {spread['p95']}  (n {spread['n']})")
    print(f"  turns answered               {result['turns_answered']} of {result['turns_asked']}")
    print(f"  turns cut off at a pause     {result['turns_cut_off']} of {result['turns_paused']}")
    print(f"  CPU ms per call-second       {result['cpu_ms_per_call_s']}")
    print(f"  memory MB per call           {result['memory_mb_per_call']}")
    print(f"  stages ms                    {result['stages_ms']}")
