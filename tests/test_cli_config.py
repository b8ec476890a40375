from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from extractor.cli import app

TEXT = "PARIS, 4 mars 2024. Brivel SA a acheté Ondal pour 5 millions d'euros, selon Les Échos.\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "brivel.txt").write_text(TEXT, "utf-8")
    return tmp_path


def run(*args: str, config: str | None = None, name: str = "extractor.toml") -> Result:
    if config is not None:
        Path(name).write_text(config, "utf-8")
    return CliRunner().invoke(app, [*args])


def test_the_file_in_the_folder_sets_options(folder: Path) -> None:
    done = run(
        "run",
        "brivel.txt",
        config='[run]\nmodel = false\npublished = "2024-03-05"\noutput = ["a.csv", "a.jsonl"]\nquiet = true\n',
    )
    assert (done.exit_code, done.output) == (0, "")
    assert json.loads((folder / "a.jsonl").read_text("utf-8"))["published"] == "2024-03-05"
    assert (folder / "a.csv").exists()


def test_the_command_line_wins(folder: Path) -> None:
    run(
        "run", "brivel.txt", "--published", "2024-03-06", "-o", "b.jsonl",
        config='[run]\nmodel = false\npublished = "2024-03-05"\noutput = "a.jsonl"\n',
    )  # fmt: skip
    assert json.loads((folder / "b.jsonl").read_text("utf-8"))["published"] == "2024-03-06"
    assert not (folder / "a.jsonl").exists()


def test_a_file_may_be_named(folder: Path) -> None:
    config = '[run]\nmodel = false\noutput = "mine.jsonl"\n'
    assert run("--config", "my.toml", "run", "brivel.txt", config=config, name="my.toml").exit_code == 0
    assert (folder / "mine.jsonl").exists()


def test_a_group_of_commands_has_a_table_of_tables(folder: Path) -> None:
    done = run("gold", "check", config='[gold.check]\ncorpus = "nowhere"\n')
    assert done.exit_code == 1 and "gold" in done.output


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("[run]\njbos = 2\n", "extractor.toml: run.jbos: no such option: there are address, again, aliases"),
        ('[run]\njobs = "many"\n', "extractor.toml: run.jobs: found 'many'"),
        ("[run]\njobs = 0\n", "extractor.toml: run.jobs: found 0"),
        ("[runs]\njobs = 2\n", "extractor.toml: runs: no table of a command"),
        ("jobs = 2\n", "extractor.toml: jobs: no table of a command"),
        ("[gold.chekc]\n", "extractor.toml: gold: chekc: no table of a command"),
        ("[run\n", "extractor.toml: found no TOML"),
    ],
)
def test_a_fault_is_told_with_file_and_key(config: str, told: str) -> None:
    done = run("run", "brivel.txt", config=config)
    assert done.exit_code == 2
    assert told in done.output and len(done.output.splitlines()) == 1


def test_a_file_that_is_not_there_is_told() -> None:
    done = run("--config", "none.toml", "run", "brivel.txt")
    assert done.exit_code == 2 and "none.toml: No such file" in done.output
