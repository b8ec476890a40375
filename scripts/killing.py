"""Runs that are killed: whatever the moment, each output is whole or absent, and going on gives the same bytes."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
import sys
import time
from itertools import islice
from pathlib import Path

import pyarrow.parquet  # noqa: F401  (loaded here, so that no run has to)

from extractor import ledger, table  # noqa: F401
from extractor.batch import Options, extract_stream
from extractor.cli import main as extractor
from extractor.read import read_articles

SUFFIXES = ("csv", "jsonl", "parquet")


def arguments(inputs: Path, folder: Path, *more: str) -> list[str]:
    """A run to files of all forms, rules alone: what is tested is how it ends, and the tagger only slows that."""
    outputs = [word for suffix in SUFFIXES for word in ("-o", str(folder / f"deals.{suffix}"))]
    return ["run", "--no-model", "-q", str(inputs), *outputs, *more]


def ledger_arguments(inputs: Path, folder: Path) -> list[str]:
    """The same run to a ledger, which skips what it has by itself."""
    return ["run", "--no-model", "-q", str(inputs), "--ledger", str(folder / "deals.db")]


def _extractor(words: list[str]) -> None:
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
        sys.argv = ["extractor", *words]
        extractor()


def started(words: list[str]) -> multiprocessing.process.BaseProcess:
    """A run in a process of its own, which finds all that it needs loaded: most of its time it reads and writes."""
    process = multiprocessing.get_context("fork").Process(target=_extractor, args=(words,))
    process.start()
    return process


def finish(words: list[str]) -> None:
    """A run to its end."""
    process = started(words)
    process.join()
    assert process.exitcode == 0, f"exit code {process.exitcode}: extractor {' '.join(words)}"


def kill_after(words: list[str], seconds: float) -> bool:
    """Start a run and kill it after so long; whether it had not ended by then."""
    process = started(words)
    process.join(seconds)
    alive = process.exitcode is None
    process.kill()
    process.join()
    return alive


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


def torture(inputs: Path, folder: Path, kills: int, seed: int = 1) -> int:
    """Kill runs at random moments; the number of kills that met a run. AssertionError at the first broken law."""
    whole, chance = folder / "whole", random.Random(seed)
    whole.mkdir()
    for _ in extract_stream(islice(read_articles([inputs]), 20), Options(model=False)):
        pass  # loads the pipelines
    start = time.monotonic()
    finish(arguments(inputs, whole))
    length = time.monotonic() - start
    finish(ledger_arguments(inputs, whole))
    expected, told, met = contents(whole), rows(whole), 0
    for number in range(kills):
        here = folder / str(number)
        here.mkdir()
        # Every other round starts where a run without --resume was killed, every third has two workers.
        for resume in ([], ["--resume"], ["--resume"])[number % 2 :]:
            more = [*resume, "--jobs", "1" if number % 3 else "2"]
            met += kill_after(arguments(inputs, here, *more), chance.uniform(0, 1) * length)
            assert all(expected[name] == found for name, found in contents(here).items()), (
                "an output is there, but not whole"
            )
        finish(arguments(inputs, here, *([] if number % 5 == 4 else ["--resume"])))
        assert contents(here) == expected, "the last run gave other bytes"
        met += kill_after(ledger_arguments(inputs, here), chance.uniform(0, 1) * length)
        finish(ledger_arguments(inputs, here))
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
