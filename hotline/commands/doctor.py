"""Say what is there, what is missing, and the command that mends it."""

import argparse
import json
import platform
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

from asr.errors import EarError
from asr.models import people_model_present, vad_model
from contracts.errors import TongdaiError
from contracts.paths import cache_dir
from hotline.commands.doctor_journal import journal_checks
from hotline.settings import Settings, load_settings
from hotline.state import RunState, read_state, run_dir
from telephony.asterisk import doctor as asterisk_doctor
from telephony.asterisk.doctor import Check
from telephony.asterisk.settings import AsteriskSettings
from tts.engines import open_engine

NEEDED_DISK_GB = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    running = read_state(run_dir(settings) / "state.json")
    checks = [
        *(_python(), _disk(), *_asterisk(settings, running), _recogniser(), _vad()),
        *map(_voice, ("vais", "espeak")),
        *journal_checks(settings, running=running is not None),
    ]
    if arguments.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=1))
    else:
        for check in checks:
            print(f"{'ok' if check.ok else '--'}  {check.name:<22} {check.found}")
            if not check.ok:
                print(f"    mend: {check.mend}")
    return 0 if all(check.ok for check in checks) else 1


def _python() -> Check:
    return Check(
        name="Python", ok=sys.version_info >= (3, 11), found=platform.python_version(), mend="install Python 3.11"
    )


def _disk() -> Check:
    free = shutil.disk_usage(cache_dir()).free / 1e9
    return Check(
        name="disk for the cache",
        ok=free > NEEDED_DISK_GB,
        found=f"{free:.1f} GB free in {cache_dir()}",
        mend=f"free {NEEDED_DISK_GB:.0f} GB there, or set TONGDAI_CACHE to another folder",
    )


def _asterisk(settings: Settings, running: RunState | None) -> list[Check]:
    """Ports that our own running hotline holds are no fault."""
    if running is not None:
        return [Check(name="hotline", ok=True, found=f"running, SIP {running.sip}, console {running.console}")]
    phone = settings.telephony
    planned = AsteriskSettings(
        sip_host=phone.sip_host,
        sip_port=phone.sip_port or 5060,
        http_port=phone.ari_port or 8088,
        media_ports=(phone.media_port or 8790,),
    )
    checks = [*asterisk_doctor.checks(planned)]
    if settings.console.port:
        checks.append(asterisk_doctor.port_check("console port", "tcp", settings.console.host, settings.console.port))
    if settings.chat.enabled and settings.chat.port:
        checks.append(asterisk_doctor.port_check("chat port", "tcp", settings.chat.host, settings.chat.port))
    return checks


def _recogniser() -> Check:
    there = people_model_present()
    return Check(
        name="recogniser model",
        ok=there,
        found="there" if there else "missing",
        mend="./tongdai models pull people (or with --from FILE, without a network)",
    )


def _vad() -> Check:
    try:
        return Check(name="voice activity model", ok=True, found=vad_model().name)
    except EarError as error:
        return Check(name="voice activity model", ok=False, found=str(error), mend="remove .venv and start again")


def _voice(engine: str) -> Check:
    try:
        open_engine(engine)
    except TongdaiError as error:
        return Check(name=f"voice {engine}", ok=False, found=str(error), mend="remove .venv and start again")
    return Check(name=f"voice {engine}", ok=True, found="loads")
