"""The command line: parses, calls, prints.

Data to stdout, words to stderr; exit 0, 1 (some input failed) or 2 (usage).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor import cli_ledger, cli_score

# Whatever is heavy (spaCy, pandas) is imported inside the command that needs it: `--help` answers at once.
if TYPE_CHECKING:
    from extractor.batch import Input, Outcome
    from extractor.output import Writer

    Batch = list[tuple[Input, Outcome]]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown")


def say(message: str) -> None:
    """A line for the person, on stderr, without control characters of the input."""
    typer.echo("extractor: " + "".join(c if c.isprintable() else "�" for c in message), err=True)


app.command()(cli_score.score)
app.add_typer(cli_score.gold_app, name="gold")
app.add_typer(cli_ledger.app, name="ledger")


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
    ledger: Annotated[
        Path | None,
        typer.Option(help="A ledger (SQLite) to put articles and deals into; it is made if need be."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Redo articles that the ledger has.")] = False,
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
    if ledger and resume:
        raise typer.BadParameter("a ledger skips what it has by itself: leave --resume out")
    try:
        with contextlib.ExitStack() as stack:
            writers = [
                stack.enter_context(whole_or_absent(writer))
                for writer in _writers(output, ledger, resume=resume)
            ]
            done = writers[0].done
            inputs = skip_done(read_articles(articles, lang=lang, published=published), done)
            if ledger and not again:
                inputs = _unknown(inputs, ledger)
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
                    for writer in writers:
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


@app.command()
def show(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Articles, or the .jsonl of a run.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="An .html page; without it, on the terminal.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the articles.")] = None,
    published: Annotated[
        str | None, typer.Option(help="Publication date of the articles (YYYY-MM-DD).")
    ] = None,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Without the model: rules and gazetteer alone.")
    ] = True,
) -> None:
    """Look at articles: the text with its marks, the deals, their timeline and the web of who pays whom.

    `extractor show article.txt`

    `extractor show run.jsonl -o report.html`
    """
    from extractor.batch import Failure, Options, extract_stream
    from extractor.read import read_articles
    from extractor.records import read_run
    from extractor.report import print_extraction, write_report
    from extractor.values import Extraction, ExtractorError

    failed = 0

    def outcomes() -> Iterator[Extraction]:
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
        if output is None:
            for extraction in outcomes():
                print_extraction(extraction)
        elif output.suffix.lower() not in (".html", ".htm"):
            raise typer.BadParameter(f"{output}: a report is .html")
        else:
            say(f"{write_report(outcomes(), output)} articles: {output}")
    except ExtractorError as error:
        say(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        say(f"{output}: cannot be written: {error.strerror}")
        raise typer.Exit(1) from None
    raise typer.Exit(1 if failed else 0)


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


def _writers(outputs: list[Path] | None, ledger: Path | None, *, resume: bool) -> Iterator[Writer]:
    from extractor.ledger import LedgerWriter
    from extractor.output import FileWriter, StdoutWriter
    from extractor.report import TerminalWriter

    if outputs:
        yield FileWriter(outputs, resume=resume)
    if ledger:
        yield LedgerWriter(ledger)
    if not outputs and not ledger:
        yield TerminalWriter() if sys.stdout.isatty() else StdoutWriter()


def _unknown(inputs: Iterable[Input], path: Path) -> Iterator[Input]:
    """The inputs that are not in the ledger, as this version of the extractor reads them."""
    from extractor.ledger import Ledger
    from extractor.values import Article

    with Ledger(path) as ledger:
        yield from (row for row in inputs if not isinstance(row, Article) or not ledger.has(row))


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
