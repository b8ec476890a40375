"""extractor ledger: questions to a ledger, answered as a table, CSV or Parquet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(no_args_is_help=True, help="Ask a ledger that `extractor run --ledger` filled.")
LedgerPath = Annotated[Path, typer.Argument(metavar="LEDGER", help="The ledger's file.")]


@app.command()
def query(
    ledger: LedgerPath,
    sql: Annotated[str, typer.Argument(help="A query, or the name of a table or view.")],
) -> None:
    """Run a query that reads, or show a table or view.

    `extractor ledger query deals.db biggest_deals_by_year`

    `extractor ledger query deals.db "SELECT * FROM payments WHERE payee = 'Anthropic'"`
    """
    _show(ledger, sql if " " in sql.strip() else f'SELECT * FROM "{sql.strip()}"')


@app.command()
def conflicts(ledger: LedgerPath) -> None:
    """Slots on which the sources of one event do not agree, with who says what."""
    _show(ledger, "SELECT * FROM conflicts")


@app.command()
def export(
    ledger: LedgerPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write: .csv or .parquet.")],
    table: Annotated[str, typer.Option(help="The table or view to write.")] = "events",
) -> None:
    """Write a table or view as CSV or Parquet.

    `extractor ledger export deals.db -o events.parquet`
    """
    from extractor.ledger import Ledger
    from extractor.table import write_rows
    from extractor.values import ExtractorError

    try:
        with Ledger(ledger, create=False) as opened:
            write_rows(*opened.query(f'SELECT * FROM "{table}"'), output)
    except ExtractorError as error:
        _fail(error)


@app.command()
def score(
    gold: Annotated[Path, typer.Option(help="A file of deals under the events they tell.")] = Path(
        "gold/events/dev.jsonl"
    ),
    errors: Annotated[
        bool, typer.Option("--errors", help="Every pair that is joined or parted wrongly.")
    ] = False,
) -> None:
    """How well deals of several articles are merged: pairs of deals in one event, with 95 % intervals.

    `extractor ledger score --gold gold/events/test.jsonl`
    """
    from extractor.events import load_events, report_lines, score_events
    from extractor.values import ExtractorError

    try:
        labels = load_events(gold)
    except ExtractorError as error:
        _fail(error)
    except OSError as error:
        _fail(ExtractorError(f"{gold}: {error.strerror}"))
    for line in report_lines(labels, score_events(labels), errors=errors):
        typer.echo(line)


def _show(path: Path, sql: str) -> None:
    from extractor.ledger import Ledger
    from extractor.report import print_rows
    from extractor.table import rows_csv
    from extractor.values import ExtractorError

    try:
        with Ledger(path, create=False) as opened:
            names, rows = opened.query(sql)
    except ExtractorError as error:
        _fail(error)
    if sys.stdout.isatty():
        print_rows(names, rows)
    else:
        sys.stdout.write(rows_csv(names, rows))


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"extractor: {error}", err=True)
    raise typer.Exit(1)
