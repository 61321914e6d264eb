"""Run the whole test suite; further arguments go to pytest."""

import argparse
import subprocess
import sys

from hotline.settings import ROOT

TAKES_EXTRA = True
CHECKS = (
    ("ruff check", ["-m", "ruff", "check", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "-q", "."]),
    ("pyright (strict)", ["-m", "basedpyright", "--level", "error"]),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "tongdai test [PYTEST ARGUMENTS]"


def run(arguments: argparse.Namespace) -> int:
    extra: list[str] = arguments.extra
    failed: list[str] = []
    if not extra:
        for name, command in CHECKS:
            print(f"== {name}", flush=True)
            if subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode:
                failed.append(name)
        print("== import rules", flush=True)
        if subprocess.run([sys.executable, "-c", LINT_IMPORTS], cwd=ROOT, check=False).returncode:
            failed.append("import rules")
    print("== pytest", flush=True)
    # Relative paths in pytest's arguments are the project's.
    status = subprocess.run([sys.executable, "-m", "pytest", *extra], cwd=ROOT, check=False).returncode
    if failed:
        print(f"failed checks: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or status else 0


LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
