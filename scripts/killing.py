"""Runs that are killed: whatever the moment, each output is whole or absent, and going on gives the same bytes."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

SUFFIXES = ("csv", "jsonl", "parquet")
_RUN = (sys.executable, "-m", "extractor", "run", "--no-model", "-q")


def command(inputs: Path, folder: Path, *more: str) -> list[str]:
    """A run to files of all forms, rules alone: what is tested is how it ends, and the tagger only slows that."""
    outputs = [word for suffix in SUFFIXES for word in ("-o", str(folder / f"deals.{suffix}"))]
    return [*_RUN, str(inputs), *outputs, *more]


def ledger_command(inputs: Path, folder: Path) -> list[str]:
    """The same run to a ledger, which skips what it has by itself."""
    return [*_RUN, str(inputs), "--ledger", str(folder / "deals.db")]


def rows(folder: Path) -> list[tuple[object, ...]]:
    """What a ledger holds of articles, deals and events, in order."""
    with sqlite3.connect(folder / "deals.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return db.execute(
            "SELECT a.id, d.position, d.record, e.* FROM articles a LEFT JOIN deals d ON d.article = a.sha256 "
            "LEFT JOIN events e ON e.event = d.event ORDER BY a.sha256, d.position"
        ).fetchall()


def contents(folder: Path) -> dict[str, bytes]:
    """The outputs that are there."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("deals.*")) if path.suffix != ".db"}


def kill_after(command: list[str], seconds: float) -> bool:
    """Start a run and kill it after so long; whether it had not ended by then."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def torture(inputs: Path, folder: Path, kills: int, seed: int = 1) -> int:
    """Kill runs at random moments; the number of kills that met a run. AssertionError at the first broken law."""
    whole, chance = folder / "whole", random.Random(seed)
    whole.mkdir()
    start = time.monotonic()
    subprocess.run(command(inputs, whole), check=True)
    length = time.monotonic() - start
    subprocess.run(ledger_command(inputs, whole), check=True)
    expected, told, met = contents(whole), rows(whole), 0
    for number in range(kills):
        here = folder / str(number)
        here.mkdir()
        # Every other round starts where a run without --resume was killed, every third has two workers.
        for resume in ([], ["--resume"], ["--resume"])[number % 2 :]:
            more = [*resume, "--jobs", "1" if number % 3 else "2"]
            met += kill_after(command(inputs, here, *more), chance.uniform(0.2, 1) * length)
            assert all(expected[name] == found for name, found in contents(here).items()), (
                "an output is there, but not whole"
            )
        subprocess.run(command(inputs, here, *([] if number % 5 == 4 else ["--resume"])), check=True)
        assert contents(here) == expected, "the last run gave other bytes"
        met += kill_after(ledger_command(inputs, here), chance.uniform(0.2, 1) * length)
        subprocess.run(ledger_command(inputs, here), check=True)
        assert rows(here) == told, "the ledger holds other deals"
    return met


def main() -> None:
    """As many rounds as the command line says, on as many articles."""
    import json
    import tempfile

    from varied import varied

    kills, articles = (int(word) for word in [*sys.argv[1:], *("50", "1000")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as name:
        inputs = Path(name) / "articles.jsonl"
        with inputs.open("w", encoding="utf-8") as lines:
            for a in varied(articles):
                lines.write(json.dumps({"id": a.id, "lang": a.lang, "text": a.text}) + "\n")
        met = torture(inputs, Path(name), kills)
    print(
        f"{kills} rounds, {met} kills met a run: every output whole or absent, and the same bytes in the end"
    )


if __name__ == "__main__":
    main()
