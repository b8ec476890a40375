"""What the README shows is what happens: its examples run, its outputs are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.table import CSV_COLUMNS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SESSIONS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def sessions() -> list[list[tuple[str, str]]]:
    """The blocks of our own commands that show an output: each `$ command`, and the output below it."""
    found = []
    for session in SESSIONS:
        parts = [part.partition("\n") for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]]
        ours = all(command.startswith("extractor ") for command, _, _ in parts)
        if ours and any(output.strip() for _, _, output in parts):
            found.append([(command, output) for command, _, output in parts])
    return found


@pytest.mark.model
@pytest.mark.parametrize("session", sessions(), ids=lambda session: session[0][0])
def test_commands_print_what_the_readme_shows(session: list[tuple[str, str]], tmp_path: Path) -> None:
    for name in ("corpus", "docs", "gold"):
        (tmp_path / name).symlink_to(ROOT / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, output in session:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env={**os.environ, "PATH": path, "COLUMNS": "120"},
        )
        assert done.stdout.replace("\r\n", "\n").strip() == output.strip(), command


def test_the_python_example_finds_the_deal() -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    names: dict[str, object] = {}
    exec(code[1], names)
    assert list(names["frame"]["amount"]) == [5_000_000]  # type: ignore[index]


@pytest.mark.parametrize("column", CSV_COLUMNS)
def test_every_column_is_explained(column: str) -> None:
    assert f"`{column}`" in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_no_link_is_dead(link: str) -> None:
    assert (ROOT / link).exists()
