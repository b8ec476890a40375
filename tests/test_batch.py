"""Many articles at once: in order whatever the workers do, and an article that breaks one costs itself only."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from spacy.language import Language

from extractor import batch
from extractor.batch import Failure, Options, Outcome, extract_stream
from extractor.output import FileWriter
from extractor.read import ReadFailure
from extractor.values import Article, Extraction

NAMES = [f"a{number}" for number in range(20)]


def told(names: Iterable[str], *, jobs: int = 1, timeout: float | None = None) -> list[str]:
    """What came of articles, in batches of four: ids, and the lines of failures."""
    inputs = [Article(id=name, lang="en", text="Alvia paid Bertin $5 million.") for name in names]
    options = Options(model=False, timeout=timeout)
    outcomes = [
        outcome for rows in extract_stream(inputs, options, jobs=jobs, batch=4) for _, outcome in rows
    ]
    return [outcome.message if isinstance(outcome, Failure) else outcome.article.id for outcome in outcomes]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles do to their worker what their id says."""

    def one(article: Article, nlp: Language) -> Extraction:
        if article.id == "dies":
            os._exit(9)
        if article.id == "hangs":
            time.sleep(600)
        if article.id == "fails":
            raise ValueError("no such thing")
        return Extraction(article=article)

    def several(articles: Iterable[Article], nlp: Language) -> Iterator[Extraction]:
        return (one(article, nlp) for article in articles)

    monkeypatch.setattr(batch, "extract", one)
    monkeypatch.setattr(batch, "extract_all", several)


@pytest.mark.parametrize("jobs", [1, 2])
def test_outcomes_come_in_the_order_of_the_articles(jobs: int) -> None:
    assert told(NAMES, jobs=jobs) == NAMES


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_article_that_fails_costs_itself_only(jobs: int) -> None:
    line = "fails: extraction failed: ValueError: no such thing"
    assert told([*NAMES[:5], "fails", *NAMES[5:]], jobs=jobs) == [*NAMES[:5], line, *NAMES[5:]]


@pytest.mark.parametrize("text", ["Alvia " * 200_000, "1" * 1_200_000], ids=["words", "one word"])
def test_a_text_that_is_too_long_is_told(text: str) -> None:
    inputs = [Article(id=name, lang="en", text=words) for name, words in [("a", text), ("b", "Alvia")]]
    (((_, first), (_, second)),) = extract_stream(inputs, Options(model=False))
    line = "a: a text of 1,200,000 characters: an article may have 1,000,000, split it"
    assert first == Failure(line)
    assert isinstance(second, Extraction)


@pytest.mark.usefixtures("broken")
def test_a_dead_worker_costs_one_article() -> None:
    expected = [*NAMES[:5], "dies: broke its worker twice", *NAMES[5:]]
    assert told([*NAMES[:5], "dies", *NAMES[5:]], jobs=2) == expected


def test_an_article_that_broke_its_worker_once_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first_time(articles: Iterable[Article], nlp: Language) -> Iterator[Extraction]:
        mark = tmp_path / "died"
        if not mark.exists():
            mark.touch()
            os._exit(9)
        return (Extraction(article=article) for article in articles)

    monkeypatch.setattr(batch, "extract_all", first_time)
    assert told(NAMES, jobs=2) == NAMES


@pytest.mark.usefixtures("broken")
def test_an_article_beyond_the_time_limit_is_told() -> None:
    expected = [*NAMES[:5], "hangs: took longer than --timeout", *NAMES[5:]]
    assert told([*NAMES[:5], "hangs", *NAMES[5:]], timeout=0.3) == expected


@pytest.mark.usefixtures("broken")
def test_a_worker_that_does_not_keep_the_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch.signal, "setitimer", lambda *words: None)
    monkeypatch.setattr(batch, "_load_allowance", lambda options: 0.5)
    assert told(["hangs", "a"], timeout=0.1) == ["hangs: took longer than --timeout", "a"]


def test_what_could_not_be_read_keeps_its_place() -> None:
    inputs = [Article(id="a", lang="en", text="a"), ReadFailure("b", "b: no article")]
    ((_, first), (_, second)) = next(extract_stream(inputs, Options(model=False)))
    outcomes: tuple[Outcome, Outcome] = (first, second)
    assert isinstance(outcomes[0], Extraction)
    assert outcomes[1] == Failure("b: no article")


def test_workers_of_a_killed_run_let_go_of_its_outputs(tmp_path: Path) -> None:
    """They are in the middle of an article that takes ten minutes."""
    script = f"""
        import os, time
        from pathlib import Path
        from extractor import batch, output, values

        def never(articles, nlp):
            os.write(1, b"at work")
            time.sleep(600)

        batch.extract_all = never
        writer = output.FileWriter([Path({str(tmp_path / "deals.csv")!r})])
        article = values.Article(id="a", lang="en", text="a")
        list(batch.extract_stream([article], batch.Options(model=False), jobs=2))
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert os.read(run.stdout.fileno(), 7) == b"at work"
        run.kill()
        run.wait()
        # The pipe is closed when the last worker has gone.
        assert run.stdout.read() == b""
    FileWriter([tmp_path / "deals.csv"]).abort()
