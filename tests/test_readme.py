"""What the README shows is what happens: its examples run, its outputs are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from extractor.table import CSV_COLUMNS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SESSIONS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def sessions() -> list[list[tuple[str, str]]]:
    """The blocks that open with a command of ours: each `$ command`, with its `> ` lines, and the output below it."""
    found = []
    for session in SESSIONS:
        parts = re.findall(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", session, flags=re.MULTILINE)
        if parts[0][0].startswith(("extractor ", "cat ")):
            found.append(
                [(re.sub(r"^> ", "", command, flags=re.MULTILINE), output) for command, output in parts]
            )
    return found


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The samples, served; the address as the README names it stands for this one."""
    handler = partial(SimpleHTTPRequestHandler, directory=ROOT / "docs" / "samples")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def trimmed(output: str) -> str:
    """Without blanks at the ends of lines, of which tables have many."""
    return "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")


@pytest.mark.model
@pytest.mark.parametrize("session", sessions(), ids=lambda session: session[0][0])
def test_commands_print_what_the_readme_shows(
    session: list[tuple[str, str]], tmp_path: Path, site: str
) -> None:
    for name in ("corpus", "docs", "gold"):
        (tmp_path / name).symlink_to(ROOT / name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, output in session:
        done = subprocess.run(
            ["bash", "-c", command.replace("127.0.0.1:8000", site)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env={**os.environ, "PATH": path, "COLUMNS": "120"},
        )
        printed = done.stdout.replace("\r\n", "\n").replace(site, "127.0.0.1:8000")
        assert trimmed(printed) == trimmed(output), command


def test_the_python_example_prints_the_deal(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(.*?)```\n+```text\n(.*?)```", README, re.DOTALL)
    assert found is not None
    exec(found[1], {})
    assert trimmed(capsys.readouterr().out) == trimmed(found[2])


@pytest.mark.parametrize("column", CSV_COLUMNS)
def test_every_column_is_explained(column: str) -> None:
    assert f"`{column}`" in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_no_link_is_dead(link: str) -> None:
    assert (ROOT / link).exists()
