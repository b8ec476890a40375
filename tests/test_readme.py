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


def commands() -> list[tuple[str, str]]:
    """`$ command` and the output below it, of those blocks that show an output."""
    found = []
    for session in SESSIONS:
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if output.strip() and command.startswith("extractor "):
                found.append((command, output))
    return found


@pytest.mark.parametrize(("command", "output"), commands(), ids=[command for command, _ in commands()])
def test_a_command_prints_what_the_readme_shows(command: str, output: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert (done.stdout + done.stderr).replace("\r\n", "\n").strip() == output.strip()


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
