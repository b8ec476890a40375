from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from extractor.cli import app

TEXT = "PARIS, 4 mars 2024. Brivel SA a acheté Ondal pour 5 millions d'euros, selon Les Échos.\n"


def run(*args: object, stdin: str | None = None) -> Result:
    """`extractor run` on rules alone, in this process."""
    return CliRunner().invoke(app, ["run", "--no-model", *map(str, args)], input=stdin)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "brivel.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_a_run_writes_every_output(article: Path, tmp_path: Path) -> None:
    done = run(article, "-o", tmp_path / "deals.csv", "-o", tmp_path / "deals.jsonl")
    assert done.exit_code == 0, done.stderr
    record = json.loads((tmp_path / "deals.jsonl").read_text("utf-8"))
    assert all(record["text"][m["start"] : m["end"]] == m["text"] for m in record["mentions"])
    rows = list(csv.DictReader((tmp_path / "deals.csv").open(encoding="utf-8", newline="")))
    assert [(row["amount"], row["currency"]) for row in rows] == [("5000000", "EUR")]


def test_a_pipe_gets_csv(article: Path) -> None:
    assert run(article).stdout.startswith("article_id,date,payer")


def test_standard_input_is_read(article: Path) -> None:
    assert "5000000" in run("-", stdin=TEXT).stdout


def test_two_runs_give_the_same_bytes(article: Path, tmp_path: Path) -> None:
    first = run(article, "-o", tmp_path / "a.jsonl")
    second = run(article, "-o", tmp_path / "b.jsonl")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_several_processes_give_the_same_bytes(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": f"a{i}", "text": f"{TEXT}Le {i + 1} mai."}) + "\n" for i in range(9))
    (tmp_path / "many.jsonl").write_text(lines, "utf-8")
    assert run(tmp_path / "many.jsonl", "-o", tmp_path / "a.jsonl").exit_code == 0
    assert run(tmp_path / "many.jsonl", "-o", tmp_path / "b.jsonl", "--jobs", 2).exit_code == 0
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


def test_the_given_date_counts(article: Path, tmp_path: Path) -> None:
    run(article, "--published", "2024-03-05", "-o", tmp_path / "a.jsonl")
    record = json.loads((tmp_path / "a.jsonl").read_text("utf-8"))
    assert (record["published"], record["published_from"]) == ("2024-03-05", "given")


def test_one_bad_input_does_not_stop_the_others(article: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", "utf-8")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "torn.jsonl").write_text('{"id": "a", "text": "Acme."}\n{"id": \n', "utf-8")
    (tmp_path / "zip.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    done = run(tmp_path / "missing.txt", tmp_path)
    assert done.exit_code == 1
    assert done.stdout.count("5000000") == 2
    for told in ("missing.txt", "empty.txt", "binary.txt", "torn.jsonl"):
        assert sum(told in line for line in done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["--lang", "xx"], 2, "xx"),
        (["--published", "soon"], 2, "soon"),
        (["-o", "nowhere/deals.csv"], 1, "nowhere"),
        (["-o", "deals.xls"], 1, ".xls"),
        (["--jobs", "0"], 2, "jobs"),
        (["--no-such-option"], 2, "no-such-option"),
    ],
)
def test_a_wrong_option_is_told(article: Path, args: list[str], code: int, told: str) -> None:
    done = run(article, *args)
    assert done.exit_code == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.exit_code == 1
    assert str(tmp_path) in done.stderr


def test_the_command_is_a_process_with_streams_and_an_exit_code(article: Path) -> None:
    command = [sys.executable, "-m", "extractor", "run", "--no-model", str(article), "missing.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout.count("5000000")) == (1, 1)
    assert "missing.txt" in done.stderr


def test_help_is_there_at_once() -> None:
    code = "import sys, extractor.cli; print([m for m in ('spacy', 'pandas', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ((), "interrupted after 1 inputs"),
        (("-o", "deals.csv"), "interrupted after 1 inputs; --resume goes on from here"),
        (("--ledger", "deals.db"), "interrupted after 1 inputs; the ledger skips what it has"),
        (("-o", "deals.csv", "--ledger", "deals.db"), "--again redoes it for -o"),
    ],
)
def test_an_interrupted_run_says_how_to_go_on(
    article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outputs: tuple[str, ...], told: str
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    for writer in ("output.FileWriter", "output.StdoutWriter", "ledger.LedgerWriter"):
        monkeypatch.setattr(f"extractor.{writer}.write", interrupted)
    done = run(article, *outputs)
    assert done.exit_code == 130
    assert done.stderr.rstrip().endswith(told)
    assert not (tmp_path / "deals.csv").exists()
