"""The command line: parses, calls, prints.

Data to stdout, words to stderr; exit 0, 1 (some input failed) or 2 (usage).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

# Whatever is heavy (spaCy, pandas) is imported inside the command that needs it: `--help` answers at once.
if TYPE_CHECKING:
    from extractor.batch import Outcome
    from extractor.output import Writer

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown")


def say(message: str) -> None:
    """A line for the person, on stderr, without control characters of the input."""
    typer.echo("extractor: " + "".join(c if c.isprintable() else "�" for c in message), err=True)


@app.callback()
def extractor() -> None:
    """Deals out of business news: who pays whom, how much, how many gigawatts, when, on whose word."""


@app.command()
def run(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files (.txt .md .html .jsonl, each also .gz), folders, or - for standard input.",
        ),
    ],
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--output",
            help="Where to write: .csv, .jsonl or .parquet; may be given several times. "
            "Without it: a table on a terminal, CSV in a pipe.",
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="Language of the articles; found by itself if not given.")
    ] = None,
    published: Annotated[
        str | None, typer.Option(help="Publication date of the articles (YYYY-MM-DD).")
    ] = None,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Without the model: rules and gazetteer alone.")
    ] = True,
    aliases: Annotated[Path | None, typer.Option(help="A TOML file of your own organisation names.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is going on inside.")] = False,
) -> None:
    """Extract the deals of articles.

    `extractor run article.txt`

    `extractor run news/ -o deals.csv -o deals.jsonl`

    `cat news.html | extractor run - --published 2025-11-12`
    """
    import functools
    import logging

    from extractor.batch import Failure, extract_stream
    from extractor.pipeline import load
    from extractor.read import read_articles
    from extractor.values import ExtractorError

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.ERROR, format="%(name)s: %(message)s", stream=sys.stderr
    )
    pipeline = functools.cache(lambda code: load(code, model=model, aliases=aliases))
    failed = done = deals = 0
    with contextlib.ExitStack() as stack:
        try:
            inputs = read_articles(articles, lang=lang, published=published)
            writers = [stack.enter_context(_whole_or_absent(writer)) for writer in _writers(output or [])]
            for outcomes in stack.enter_context(_progress(extract_stream(inputs, pipeline), quiet=quiet)):
                extractions = [outcome for outcome in outcomes if not isinstance(outcome, Failure)]
                for outcome in outcomes:
                    if isinstance(outcome, Failure):
                        failed += 1
                        say(outcome.message)
                    elif not quiet:
                        for note in outcome.notes:
                            say(f"{outcome.article.id}: {note}")
                for writer in writers:
                    writer.write(extractions)
                done += len(extractions)
                deals += sum(len(x.deals) for x in extractions)
        except ExtractorError as error:
            say(str(error))
            raise typer.Exit(1) from None
    if not quiet:
        say(f"{done} articles, {deals} deals" + (f", {failed} inputs failed" if failed else ""))
    raise typer.Exit(1 if failed else 0)


def _writers(outputs: list[Path]) -> Iterator[Writer]:
    from extractor.output import StdoutWriter, open_writer
    from extractor.report import TerminalWriter

    if outputs:
        yield from map(open_writer, outputs)
    else:
        yield TerminalWriter() if sys.stdout.isatty() else StdoutWriter()


@contextlib.contextmanager
def _whole_or_absent(writer: Writer) -> Iterator[Writer]:
    """Close the writer when all went well; else leave nothing of its file."""
    try:
        yield writer
    except BaseException:
        writer.abort()
        raise
    writer.close()


@contextlib.contextmanager
def _progress(outcomes: Iterator[list[Outcome]], *, quiet: bool) -> Iterator[Iterator[list[Outcome]]]:
    """The same outcomes, counted on a terminal's stderr while they come."""
    if quiet or not sys.stderr.isatty():
        yield outcomes
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn(
            "{task.completed} articles, {task.fields[deals]} deals, {task.fields[rate]:.1f} articles/s"
        ),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None, deals=0, rate=0.0)

        def counted() -> Iterator[list[Outcome]]:
            deals = 0
            for batch in outcomes:
                yield batch
                deals += sum(len(getattr(outcome, "deals", ())) for outcome in batch)
                progress.update(task, advance=len(batch), deals=deals, rate=progress.tasks[0].speed or 0.0)

        yield counted()


def main() -> None:
    """The entry point: usage errors exit with 2, a closed pipe ends quietly."""
    try:
        app(prog_name="extractor")
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
