"""Fetches what is not in the environment: Asterisk and the models. A second call takes milliseconds."""

from pathlib import Path

from asr.models import PeopleModel, ensure_people
from hotline.progress import ProgressLine
from telephony.asterisk.install import Progress, ensure_asterisk
from telephony.asterisk.installation import Installation

_STEPS = {
    "wait": "waiting for another installation",
    "lists": "asking the distribution's mirror for a version",
    "download": "downloading packages",
    "check": "checking packages",
    "unpack": "unpacking packages",
}


def fetch_asterisk() -> Installation:
    """Raises `AsteriskInstallError`, `AsteriskVersionError`."""
    line = ProgressLine("Asterisk")

    def show(progress: Progress) -> None:
        line.step(_STEPS.get(progress.step, progress.step), progress.done, progress.total)

    installation = ensure_asterisk(show)
    line.done(f"version {installation.version} in {installation.root}")
    return installation


def fetch_people(from_file: Path | None = None) -> PeopleModel:
    """Raises `ModelUnavailable`."""
    line = ProgressLine("recogniser model")
    model = ensure_people(progress=line.step, from_file=from_file)
    line.done("ready")
    return model
