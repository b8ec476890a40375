"""Runs that end early: killed, interrupted, with nowhere to write. The long campaign is scripts/chaos."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from killing import arguments, contents, torture
from varied import varied

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inputs") / "articles.jsonl"
    # One language, the one that spaCy imports sooner: what is tested is how a run ends.
    rows = ({"id": a.id, "lang": a.lang, "text": a.text} for a in varied(280) if a.lang == "en")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def command(inputs: Path, folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "extractor", *arguments(inputs, folder, *more)]


def started(inputs: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
    """A run that has begun to write."""
    process = subprocess.Popen(
        command(inputs, folder, *more), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    journal = folder / ".deals.csv.journal"
    until = time.monotonic() + 60
    while (
        not (journal.exists() and journal.stat().st_size)
        and time.monotonic() < until
        and process.poll() is None
    ):
        time.sleep(0.02)
    return process


def test_killed_runs_leave_whole_outputs_or_none(inputs: Path, tmp_path: Path) -> None:
    torture(inputs, tmp_path, kills=6)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_run_ends_cleanly(
    inputs: Path, tmp_path: Path, number: signal.Signals, code: int, jobs: str
) -> None:
    process = started(inputs, tmp_path, "--jobs", jobs)
    # As a terminal does, to the workers too.
    os.killpg(process.pid, number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == code
    assert "--resume goes on from here" in told
    assert "Traceback" not in told
    assert not contents(tmp_path)


def test_a_full_disk_is_told(inputs: Path, tmp_path: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(command(inputs, tmp_path), stderr=subprocess.PIPE, text=True, preexec_fn=small)
    assert done.returncode == 1
    assert "deals.csv" in done.stderr
    assert "nothing was put in place; --resume goes on from here" in done.stderr
    assert "Traceback" not in done.stderr
    assert not contents(tmp_path)


def test_a_folder_that_goes_away_is_told(inputs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    process = started(inputs, folder)
    shutil.rmtree(folder)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "nothing was put in place" in told
    assert "Traceback" not in told


def test_a_closed_pipe_ends_quietly(inputs: Path) -> None:
    run = [sys.executable, "-m", "extractor", "run", str(inputs), "--no-model", "-q"]
    process = subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    assert process.wait(60) == 1
    assert "Traceback" not in told and "Exception ignored" not in told
