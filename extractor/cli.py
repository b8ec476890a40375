"""The command line: parses, calls, prints.

Data to stdout, words to stderr; exit 0, 1 (some input failed) or 2 (usage).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from extractor import cli_config, cli_ledger, cli_look, cli_score
from extractor.cli_look import Lang, Model, say

# Whatever is heavy (spaCy, pandas) is imported inside the command that needs it: `--help` answers at once.
if TYPE_CHECKING:
    from extractor.batch import Input, Options, Outcome
    from extractor.output import Writer

    Batch = list[tuple[Input, Outcome]]


class Engine(StrEnum):
    """What a run runs on."""

    LOCAL = "local"
    RAY = "ray"


# Panels (rich) would take longer to load than the rest of the help.
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 120},
)


for command in (cli_look.show, cli_look.orgs, cli_look.info, cli_score.score):
    app.command()(command)
app.add_typer(cli_score.gold_app, name="gold")
app.add_typer(cli_ledger.app, name="ledger")


@app.callback()
def extractor(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            help=f"A file of options; without it {cli_config.NAME} in the current folder, if there is one."
        ),
    ] = None,
) -> None:
    """Deals out of business news: who pays whom, how much, how many gigawatts, when, on whose word."""
    from extractor.values import ExtractorError

    try:
        context.default_map = cli_config.read_config(config, context)
    except ExtractorError as error:
        say(str(error))
        raise typer.Exit(2) from None


@app.command()
def run(
    articles: Annotated[
        list[str],
        typer.Argument(
            metavar="ARTICLE...",
            help="Files (.txt .md .html .jsonl .csv .rss .atom .xml .warc, each also .gz), folders, "
            "addresses of pages and feeds (https://…), or - for standard input.",
        ),
    ],
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--output",
            help="Where to write: .csv, .jsonl, .parquet or .spacy; may be given several times. "
            "Without it: a table on a terminal, CSV in a pipe.",
        ),
    ] = None,
    lang: Lang = None,
    published: Annotated[
        str | None, typer.Option(help="Publication date of the articles (YYYY-MM-DD).")
    ] = None,
    model: Model = True,
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
    engine: Annotated[
        Engine,
        typer.Option(help="`ray`: shards on a cluster; -o then names a folder of parts, which may be a URL."),
    ] = Engine.LOCAL,
    address: Annotated[
        str | None, typer.Option(help="Of a Ray cluster that runs; without it one is started here.")
    ] = None,
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
    from extractor.output import Done, whole_or_absent
    from extractor.read import read_articles
    from extractor.values import ExtractorError, ReadError

    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.ERROR, format="%(name)s: %(message)s", stream=sys.stderr
    )
    done = Done()
    options = Options(model=model, aliases=aliases, timeout=timeout)
    if engine is Engine.RAY:
        if ledger or not output or len(output) != 1:
            raise typer.BadParameter("--engine ray writes one output: name it with -o, and no ledger")
        _run_on_ray(
            articles, str(output[0]), options, address=address, lang=lang, published=published, quiet=quiet
        )
    if ledger and resume:
        raise typer.BadParameter("a ledger skips what it has by itself: leave --resume out")
    go_on = _go_on(output, ledger)
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
        # What no input could be read with (a language, a date) is wrong usage; an output that cannot be is not.
        raise typer.Exit(2 if isinstance(error, ReadError) else 1) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        say(f"{error.filename or _named(output)}: {error.strerror}: nothing was put in place{go_on}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt as stop:
        say(f"interrupted after {done.inputs} inputs{go_on}")
        raise typer.Exit(128 + (stop.args[0] if stop.args else signal.SIGINT)) from None
    if not quiet:
        say(
            f"{done.articles} articles, {done.deals} deals"
            + (f", {done.failed} inputs failed" if done.failed else "")
        )
    raise typer.Exit(1 if done.failed else 0)


def _run_on_ray(
    inputs: list[str],
    output: str,
    options: Options,
    *,
    address: str | None,
    lang: str | None,
    published: str | None,
    quiet: bool,
) -> NoReturn:
    """Shards on a cluster, told as they are done."""
    from extractor.cluster import run_on_ray
    from extractor.values import ExtractorError

    # A path has one slash where a URL has two.
    output = re.sub(r"^(\w{2,}):/(?!/)", r"\1://", output)
    articles = deals = failed = 0
    try:
        for part in run_on_ray(inputs, output, options, address=address, lang=lang, published=published):
            articles, deals, failed = (
                articles + part.articles,
                deals + part.deals,
                failed + len(part.failures),
            )
            for line in part.failures:
                say(f"{part.shard}: {line}")
    except ExtractorError as error:
        say(str(error))
        raise typer.Exit(1) from None
    if not quiet:
        say(f"{articles} articles, {deals} deals" + (f", {failed} inputs failed" if failed else ""))
    raise typer.Exit(1 if failed else 0)


def _named(outputs: list[Path] | None) -> str:
    return ", ".join(map(str, outputs or ())) or "output"


def _go_on(outputs: list[Path] | None, ledger: Path | None) -> str:
    """How a run that broke off is gone on with."""
    if ledger:
        return f"; the ledger skips what it has{', --again redoes it for -o' if outputs else ''}"
    return "; --resume goes on from here" if outputs else ""


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
    """The entry point: usage errors exit with 2, a closed pipe ends quietly, SIGTERM is an interrupt."""
    own = os.getpid()

    def end(number: int, frame: object) -> None:
        if os.getpid() != own:
            os._exit(128 + number)  # a worker process has nothing to put away
        raise KeyboardInterrupt(number)

    signal.signal(signal.SIGTERM, end)
    try:
        app(prog_name="extractor")
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
