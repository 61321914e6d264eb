"""`bench turns --quick` as a user starts it."""

from pathlib import Path

from bench_rows import bench_rows

from telephony.asterisk.installation import Installation


async def test_who_speaks_when_is_measured_on_real_calls(asterisk_installation: Installation, tmp_path: Path) -> None:
    rows = {row["name"]: row for row in await bench_rows(tmp_path, "turns", "--quick")}
    assert rows["false interruptions: noises, backchannels, echo"]["n"] > 0
    assert rows["missed interruptions"]["n"] > 0
    ours, livekit = (rows[f"turns with a pause cut off: {name}"] for name in ("ours", "livekit, gate of 0.5 s"))
    assert ours["n"] == livekit["n"] > 0 and ours["value"] <= livekit["value"]
