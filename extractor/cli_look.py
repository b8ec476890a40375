"""Commands that look: show, orgs, info."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from extractor.values import Extraction

Sources = Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Articles, or the .jsonl of a run.")]
Lang = Annotated[str | None, typer.Option(help="Language of the articles; found by itself if not given.")]
Published = Annotated[str | None, typer.Option(help="Publication date of the articles (YYYY-MM-DD).")]
Model = Annotated[
    bool, typer.Option("--model/--no-model", help="Without the model: rules and gazetteer alone.")
]


def say(message: str) -> None:
    """A line for the person, on stderr, without control characters of the input."""
    typer.echo("extractor: " + "".join(c if c.isprintable() else "�" for c in message), err=True)


def show(
    sources: Sources,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="An .html page; without it, on the terminal.")
    ] = None,
    lang: Lang = None,
    published: Published = None,
    model: Model = True,
) -> None:
    """Look at articles: the text with its marks, the deals, their timeline and the web of who pays whom.

    `extractor show article.txt`

    `extractor show run.jsonl -o report.html`
    """
    from extractor.report import print_extraction, write_report

    if output is not None and output.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter(f"{output}: a report is .html")
    with _reading(sources, lang=lang, published=published, model=model) as extractions:
        if output is None:
            for extraction in extractions:
                print_extraction(extraction)
        else:
            say(f"{write_report(extractions, output)} articles: {output}")


def orgs(
    sources: Sources,
    lang: Lang = None,
    published: Published = None,
    model: Model = True,
    new: Annotated[bool, typer.Option("--new", help="Only those that are in no list.")] = False,
) -> None:
    """List the organisations that articles name: norm, forms, kind, country, known or new, how often and why.

    `extractor orgs news/ --new`

    Add what you know of them to a file of your own and give it to `extractor run --aliases my.toml`.
    """
    from extractor.report import print_rows
    from extractor.table import organisations, rows_csv

    with _reading(sources, lang=lang, published=published, model=model) as extractions:
        names, rows = organisations(extractions)
        rows = [row for row in rows if not new or row[names.index("known")] == "new"]
        if sys.stdout.isatty():
            print_rows(names, rows)
        else:
            sys.stdout.write(rows_csv(names, rows))


def info() -> None:
    """Versions, language packs, and the models with the hashes of what is installed and of what we bring."""
    import platform
    from importlib.metadata import version

    from extractor.lexicon import languages, load_lexicon
    from extractor.pipeline import model_digest, tagger_digest

    print(f"extractor {version('extractor')}, Python {platform.python_version()}, spaCy {version('spacy')}")
    for lang in languages():
        lexicon = load_lexicon(lang)
        model = lexicon.language_setting("model")
        print(
            f"{lang} ({lexicon.language_setting('name')}): {model} {version(model)}, sha256 {model_digest(model)}"
        )
        if tagger := tagger_digest(lang):
            print(f"{lang} tagger: sha256 {tagger}")


@contextlib.contextmanager
def _reading(
    sources: list[str], *, lang: str | None, published: str | None, model: bool
) -> Iterator[Iterator[Extraction]]:
    """The extractions of articles or of a finished run; exits with 1 where an input failed, saying why."""
    from extractor.batch import Failure, Options, extract_stream
    from extractor.read import read_articles
    from extractor.records import read_run
    from extractor.values import ExtractorError

    failed = 0

    def extractions() -> Iterator[Extraction]:
        nonlocal failed
        if len(sources) == 1 and _is_run(sources[0]):
            yield from read_run(Path(sources[0]))
            return
        inputs = read_articles(sources, lang=lang, published=published)
        for batch in extract_stream(inputs, Options(model=model)):
            for _, outcome in batch:
                if isinstance(outcome, Failure):
                    failed += 1
                    say(outcome.message)
                else:
                    yield outcome

    try:
        yield extractions()
    except ExtractorError as error:
        say(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        say(f"{error.filename}: {error.strerror}")
        raise typer.Exit(1) from None
    if failed:
        raise typer.Exit(1)


def _is_run(source: str) -> bool:
    """Whether a file is the JSONL of a run, not of articles: its first record holds mentions."""
    import json

    path = Path(source)
    if path.suffix != ".jsonl" or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as lines, contextlib.suppress(ValueError):
        record = json.loads(next(lines, "null"))
        return isinstance(record, dict) and "mentions" in record
    return False
