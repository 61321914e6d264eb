"""`bench faults --quick` as a user starts it."""

from pathlib import Path

from bench_rows import bench_rows

from telephony.asterisk.installation import Installation


async def test_callers_reach_people_and_no_event_is_lost(asterisk_installation: Installation, tmp_path: Path) -> None:
    rows = await bench_rows(tmp_path, "faults", "--quick")
    assert {row["name"].split(":")[0] for row in rows} == {"calls process killed", "guard and calls process killed"}
    for row in rows:
        if "reached a person" in row["name"]:
            assert row["value"] == row["goal"] == row["n"] > 0
        if "events lost" in row["name"]:
            assert row["value"] == 0 < row["n"]
