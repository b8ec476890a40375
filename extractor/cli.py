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
    from extractor.batch import Input, Outcome
    from extractor.output import Writer

    Batch = list[tuple[Input, Outcome]]

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
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Worker processes.")] = 1,
    timeout: Annotated[
        float | None,
        typer.Option(min=0.1, help="Seconds that an article may take; then it counts as failed."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run to the same outputs stopped.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is going on inside.")] = False,
) -> None:
    """Extract the deals of articles.

    `extractor run article.txt`

    `extractor run news/ -o deals.csv -o deals.jsonl`

    `cat news.html | extractor run - --published 2025-11-12`
    """
    import logging

    from extractor.batch import Failure, Options, extract_stream, input_key, skip_done
    from extractor.output import whole_or_absent
    from extractor.read import read_articles
    from extractor.values import ExtractorError

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.ERROR, format="%(name)s: %(message)s", stream=sys.stderr
    )
    options = Options(model=model, aliases=aliases, timeout=timeout)
    try:
        writer = _writer(output or [], resume=resume)
        done = writer.done
        with whole_or_absent(writer):
            inputs = skip_done(read_articles(articles, lang=lang, published=published), done)
            with _progress(extract_stream(inputs, options, jobs=jobs), quiet=quiet) as batches:
                for batch in batches:
                    extractions = []
                    for row, outcome in batch:
                        done.add(input_key(row))
                        if isinstance(outcome, Failure):
                            done.failed += 1
                            say(outcome.message)
                            continue
                        extractions.append(outcome)
                        for note in () if quiet else outcome.notes:
                            say(f"{outcome.article.id}: {note}")
                    done.articles += len(extractions)
                    done.deals += sum(len(x.deals) for x in extractions)
                    writer.write(extractions, done)
    except ExtractorError as error:
        say(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        say(
            f"{error.filename or 'output'}: {error.strerror}: nothing was put in place; --resume goes on from here"
        )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        say(f"interrupted after {done.inputs} inputs; --resume goes on from here")
        raise typer.Exit(130) from None
    if not quiet:
        say(
            f"{done.articles} articles, {done.deals} deals"
            + (f", {done.failed} inputs failed" if done.failed else "")
        )
    raise typer.Exit(1 if done.failed else 0)


def _writer(outputs: list[Path], *, resume: bool) -> Writer:
    if outputs:
        from extractor.output import FileWriter

        return FileWriter(outputs, resume=resume)
    if sys.stdout.isatty():
        from extractor.report import TerminalWriter

        return TerminalWriter()
    from extractor.output import StdoutWriter

    return StdoutWriter()


@contextlib.contextmanager
def _progress(outcomes: Iterator[Batch], *, quiet: bool) -> Iterator[Iterator[Batch]]:
    """The same batches, counted on a terminal's stderr while they come."""
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

        def counted() -> Iterator[Batch]:
            deals = 0
            for batch in outcomes:
                yield batch
                deals += sum(len(getattr(outcome, "deals", ())) for _, outcome in batch)
                progress.update(task, advance=len(batch), deals=deals, rate=progress.tasks[0].speed or 0.0)

        yield counted()


def main() -> None:
    """The entry point: usage errors exit with 2, a closed pipe ends quietly."""
    try:
        app(prog_name="extractor")
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
