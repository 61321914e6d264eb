import os
import subprocess
import sys

from hotline.bench.process_cost import cost, descendants


def test_children_are_counted() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "sum(range(10**6)); print('on', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "on\n"
        assert child.pid in descendants(os.getpid())
        assert descendants(child.pid) == [child.pid]
        one = cost([child.pid])
        assert one.cpu_s > 0
        assert one.pss_mb > 1
        child.communicate("\n")


def test_an_ended_process_costs_nothing() -> None:
    assert cost([2**22 + 1]).cpu_s == 0
