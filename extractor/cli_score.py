"""The commands `score` and `gold`: parse, call, print. The command line mounts them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from extractor.compare import Comparison
    from extractor.gold import Gold
    from extractor.score_report import Table
    from extractor.values import Extraction

_BASELINE = Path(__file__).parent.parent / "scripts" / "baseline"
_TYPES = ("ENTRY", "ORG", "DATE", "MONEY", "POWER", "DEAL")

gold_app = typer.Typer(no_args_is_help=True, help="Check gold, and turn it into marked text and back.")
GoldPath = Annotated[Path, typer.Argument(help="A gold file or folder.")]
GoldDir = Annotated[Path, typer.Option(help="A gold file, or a folder of them.")]
CorpusDir = Annotated[
    Path | None, typer.Option(help="Where the articles are; the folder `corpus` near the gold if not given.")
]


def score(
    type_: Annotated[
        str | None,
        typer.Argument(metavar="[TYPE]", help=f"With --errors: {', '.join(_TYPES)}.", show_default=False),
    ] = None,
    gold: GoldDir = Path("gold/dev"),
    pred: Annotated[
        Path | None,
        typer.Option(
            help="Finished predictions (.jsonl), or a second gold; runs the extractor if not given."
        ),
    ] = None,
    corpus: CorpusDir = None,
    errors: Annotated[
        bool,
        typer.Option("--errors", help="Every error, or those of TYPE, in context by the rule that made it."),
    ] = False,
    against: Annotated[Path | None, typer.Option(help="Another run's predictions to compare with.")] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="The figures of scripts/baseline beside.")
    ] = False,
    blind: Annotated[
        bool, typer.Option("--blind", help="Run without the known names that occur in the scored texts.")
    ] = False,
    count_optional: Annotated[
        bool, typer.Option("--count-optional", help="Count optional labels of both sides like any other.")
    ] = False,
    model: Annotated[bool, typer.Option("--model/--no-model", help="Without the model: rules alone.")] = True,
    json: Annotated[Path | None, typer.Option(help="Write all figures as JSON.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all figures as CSV.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page to browse gold and predictions.")] = None,
    floors: Annotated[
        Path | None, typer.Option(help="Exit with 1 where a figure is below this file's.")
    ] = None,
    raise_floors: Annotated[
        bool, typer.Option("--raise-floors", help="Raise the floors to these figures.")
    ] = False,
    lower_floors: Annotated[
        bool, typer.Option("--lower-floors", help="Set the floors, lower ones too.")
    ] = False,
) -> None:
    """Precision, recall and F1 against hand labels, with 95 % intervals by bootstrap over articles.

    `extractor score --gold gold/test`

    `extractor score --gold gold/dev --pred run.jsonl --errors DEAL`

    `extractor score --pred after.jsonl --against before.jsonl`
    """
    from extractor import floors as floor_files
    from extractor import score as scoring
    from extractor import score_report as report
    from extractor.compare import required
    from extractor.gold import load_gold, load_predictions

    if type_ is not None and (not errors or type_.upper() not in _TYPES):
        raise typer.BadParameter(f"found {type_!r}, expected --errors and one of {', '.join(_TYPES)}")
    if (raise_floors or lower_floors) and floors is None:
        raise typer.BadParameter("raising or lowering floors needs --floors FILE", param_hint="--floors")
    with _told():
        second = pred if pred is not None and pred.is_dir() else None
        labels = load_gold(gold, corpus or _corpus_near(gold), but=second if second != gold else None)
        if second is not None:
            labels = _labelled_twice(labels, load_gold(second, corpus or _corpus_near(second)))
        scopes = {item.id: item.scope for item in labels}

        def compared(predictions: Sequence[Extraction]) -> list[Comparison]:
            sides = predictions, [item.extraction for item in labels]
            if count_optional:
                sides = [required(x) for x in sides[0]], [required(x) for x in sides[1]]
            return scoring.score(*sides, scopes=scopes)

        ours = compared(
            load_predictions(pred, labels) if pred else _extract(labels, model=model, blind=blind)
        )
        other = compared(load_predictions(against, labels)) if against else None
        base = scoring.figures(compared(_run_baseline(labels))) if baseline else None
        groups = report.group(ours, {item.id: _told_of(item) for item in labels})
        measured = report.measure(groups)
        tables = report.score_tables(groups, measured, base)
        if other is not None:
            tables.append(report.difference_table(scoring.differences(ours, other)))
        if bands := scoring.calibration(ours):
            tables.append(report.confidence_table(bands))
        for table in tables:
            _print(table)
        if other is not None:
            won, lost = scoring.changes(ours, other)
            for line in report.change_lines(won, lost):
                typer.echo(line)
        if errors:
            for line in report.error_lines(report.errors(ours, type_ and type_.upper())):
                typer.echo(line)
        if json is not None:
            json.write_text(report.to_json(groups, measured, base), "utf-8")
        if csv is not None:
            csv.write_text(report.to_csv(measured), "utf-8", newline="")
        if html is not None:
            html.write_text(report.to_html(tables, ours), "utf-8")
        if floors is not None:
            kept = {name: measured[axis][name] for axis in ("all", "lang") for name in measured.get(axis, ())}
            if raise_floors or lower_floors:
                floor_files.write_floors(floors, labels, kept, lower=lower_floors)
            faults = floor_files.check(floors, labels, kept)
            for fault in faults:
                _say(fault)
            if faults:
                raise typer.Exit(1)


def _labelled_twice(first: Sequence[Gold], second: Sequence[Gold]) -> list[Gold]:
    """The articles that a second labelling holds too: an article that was labelled once is no disagreement."""
    ids = {item.id for item in second}
    both = [item for item in first if item.id in ids]
    if len(both) < len(first):
        _say(f"{len(both)} of {len(first)} articles are labelled twice: agreement is measured on these")
    return both


def _told_of(item: Gold) -> dict[str, str]:
    told = {"lang": item.extraction.article.lang, "kind": item.kind, "about": item.about}
    return {axis: value for axis, value in told.items() if value}


@contextmanager
def _told() -> Iterator[None]:
    """Errors that are the person's to mend, as a line and exit status 1."""
    from extractor.values import ExtractorError

    try:
        yield
    except ExtractorError as error:
        _say(str(error))
        raise typer.Exit(1) from None
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}")
        raise typer.Exit(1) from None


def _say(message: str) -> None:
    typer.echo("extractor: " + "".join(c if c.isprintable() else "�" for c in message), err=True)


def _corpus_near(gold: Path) -> Path | None:
    """The folder `corpus` beside the gold's folder or above it."""
    folders = (parent / "corpus" for parent in gold.absolute().parents)
    return next((folder for folder in folders if folder.is_dir()), None)


def _extract(gold: Sequence[Gold], *, model: bool, blind: bool) -> list[Extraction]:
    from extractor.pipeline import extract_all, load

    articles = [item.extraction.article for item in gold]
    texts = [article.text for article in articles] if blind else []
    out: list[Extraction] = []
    for lang in sorted({article.lang or "" for article in articles}):
        nlp = load(lang, model=model, blind_to=texts)
        out += extract_all((article for article in articles if (article.lang or "") == lang), nlp)
    return out


def _run_baseline(gold: Sequence[Gold]) -> list[Extraction]:
    import json
    import subprocess

    from extractor.gold import read_predictions
    from extractor.records import to_record
    from extractor.values import Extraction, ExtractorError

    if not _BASELINE.is_file():
        raise ExtractorError(f"{_BASELINE}: there is no such file: the baseline is kept in the source tree")
    lines = [json.dumps(to_record(Extraction(article=item.extraction.article))) for item in gold]
    done = subprocess.run(
        [sys.executable, str(_BASELINE)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise ExtractorError(f"{_BASELINE}: {done.stderr.strip().splitlines()[-1:] or 'failed'}")
    return read_predictions(done.stdout, gold, place=_BASELINE.name)


def _print(table: Table) -> None:
    if not sys.stdout.isatty():
        typer.echo(table.plain() + "\n")
        return
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(title=Text(table.title), title_justify="left")
    for n, column in enumerate(table.columns):
        shown.add_column(Text(column), justify="right" if n else "left")
    for row in table.rows:
        shown.add_row(*map(Text, row))
    Console().print(shown)


# ── gold ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@gold_app.command()
def check(
    gold: GoldPath = Path("gold"),
    corpus: CorpusDir = None,
) -> None:
    """Check gold: texts unchanged, extents, overlaps, slots, values, evidence."""
    from extractor.gold import load_gold

    with _told():
        labels = load_gold(gold, corpus or _corpus_near(gold))
    typer.echo(
        f"{len(labels)} articles, {sum(len(item.extraction.deals) for item in labels)} deals: no fault found"
    )


@gold_app.command()
def mark(
    gold: Annotated[list[Path], typer.Argument(help="Gold files or folders.")],
    corpus: CorpusDir = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A folder for NAME.txt; else stdout.")
    ] = None,
) -> None:
    """Write gold as marked text, for a person to read and correct."""
    from extractor.gold import load_gold, to_markup

    with _told():
        for path in gold:
            for item in load_gold(path, corpus or _corpus_near(path)):
                if output is None:
                    typer.echo(to_markup(item), nl=False)
                else:
                    output.mkdir(parents=True, exist_ok=True)
                    (output / f"{item.id}.txt").write_text(to_markup(item), "utf-8", newline="")


@gold_app.command()
def build(
    marked: Annotated[list[Path], typer.Argument(help="Marked texts, or folders of them.")],
    gold: Annotated[Path, typer.Option(help="Where the gold goes.")] = Path("gold"),
    corpus: Annotated[Path, typer.Option(help="Where the articles go.")] = Path("corpus"),
    split: Annotated[
        bool, typer.Option("--split", help="Put new articles into dev and test, two to one, evenly.")
    ] = False,
) -> None:
    """Make gold and corpus of marked texts. An article that is there already is written where it is."""
    from extractor.gold import read_marked

    with _told():
        _put(read_marked(marked), gold, corpus, split=split)


def _put(items: Sequence[Gold], gold: Path, corpus: Path, *, split: bool) -> None:
    from extractor.gold import SPLITS, split_evenly, write_gold

    folders = [gold, *(gold / part for part in SPLITS)]
    places = {file.stem: folder for folder in folders for file in folder.glob("*.json")}
    parts = split_evenly(item for item in items if item.id not in places) if split else {}
    for item in items:
        write_gold(item, places.get(item.id) or gold / parts.get(item.id, ""), corpus)
    typer.echo(f"{len(items)} articles")


class Editor(StrEnum):
    """Editors that gold goes to and comes back from."""

    LABEL_STUDIO = "label-studio"


@gold_app.command("export")
def export_(
    gold: Annotated[
        list[Path],
        typer.Argument(help="Gold files or folders, or the .jsonl of a run for a person to correct."),
    ],
    to: Annotated[Editor, typer.Option(help="The editor.")],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="The tasks, .json; the labelling config goes beside it, .xml."),
    ],
    corpus: CorpusDir = None,
) -> None:
    """Write gold as tasks of Label Studio: hand labels as annotations, the labels of a run as predictions.

    `extractor gold export --to label-studio gold/dev -o tasks.json`
    """
    from extractor.gold import Gold, load_gold
    from extractor.labelstudio import to_task, write_tasks
    from extractor.records import read_run

    if output.suffix != ".json":
        raise typer.BadParameter(f"{output}: tasks are .json", param_hint="--output")
    with _told():
        tasks = []
        for path in gold:
            if path.suffix == ".jsonl":
                tasks += [to_task(Gold(extraction=found), predicted=True) for found in read_run(path)]
            else:
                tasks += [to_task(item) for item in load_gold(path, corpus or _corpus_near(path))]
        config = write_tasks(tasks, output)
    _say(f"{len(tasks)} tasks: {output}; the labelling config: {config}")


@gold_app.command("import")
def import_(
    tasks: Annotated[list[Path], typer.Argument(help="What Label Studio exported as JSON.")],
    gold: Annotated[Path, typer.Option(help="Where the gold goes.")] = Path("gold"),
    corpus: Annotated[Path, typer.Option(help="Where the articles go.")] = Path("corpus"),
    split: Annotated[
        bool, typer.Option("--split", help="Put new articles into dev and test, two to one, evenly.")
    ] = False,
) -> None:
    """Make gold and corpus of tasks that were labelled in Label Studio; tasks without a label are named.

    `extractor gold import project-1.json`
    """
    from extractor.labelstudio import read_tasks

    with _told():
        items = []
        for path in tasks:
            labelled, unlabelled = read_tasks(path)
            items += labelled
            if unlabelled:
                _say(f"{path}: not labelled, left out: {', '.join(unlabelled)}")
        _put(items, gold, corpus, split=split)
