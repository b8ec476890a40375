"""Scores for people and machines: tables, JSON, CSV, errors in context, and a page to browse them beside the text."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.compare import ROWS, SLOTS, Comparison, Counts, Outcome, Verdict
from extractor.score import RATIOS, Band, Difference, Figure, Interval, figures
from extractor.values import Deal, Entry, Mention, Money, Org, Power, Timex

DASH = "–"
_TEMPLATES = Path(__file__).parent / "templates"
_CONTEXT = 60  # characters shown on either side of an error: about a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table to print: the first column holds words, the others figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def plain(self) -> str:
        """The table as aligned text."""
        grid = [self.columns, *self.rows]
        widths = [max(len(row[n]) for row in grid) for n in range(len(self.columns))]
        lines = (
            "  ".join(
                (row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)))
            )
            for row in grid
        )
        return "\n".join((self.title, *(line.rstrip() for line in lines)))


Groups = Mapping[str, Mapping[str, Sequence[Comparison]]]
Causes = list[tuple[str, list[tuple[Comparison, Verdict]]]]
Measured = Mapping[str, Mapping[str, Mapping[str, Figure]]]


def group(comparisons: Sequence[Comparison], labels: Mapping[str, Mapping[str, str]]) -> Groups:
    """Comparisons by what is told of their articles: axis ("lang") to value ("fr") to comparisons; "all" holds all.

    `labels`: article id to axis to value.
    """
    out: dict[str, dict[str, list[Comparison]]] = {"all": {"all": list(comparisons)}}
    for axis in dict.fromkeys(axis for told in labels.values() for axis in told):
        for comparison in comparisons:
            value = labels[comparison.gold.article.id].get(axis)
            if value is not None:
                out.setdefault(axis, {}).setdefault(value, []).append(comparison)
    return {axis: dict(sorted(parts.items())) for axis, parts in out.items()}


def measure(groups: Groups) -> Measured:
    """The figures of all groups."""
    return {axis: {name: figures(part) for name, part in parts.items()} for axis, parts in groups.items()}


# ── tables ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ratio(value: float | None, interval: Interval | None = None) -> str:
    """A ratio to three decimals, with its interval; a dash where there is none."""
    if value is None:
        return DASH
    return f"{value:.3f}" + (f" [{interval[0]:.2f} {interval[1]:.2f}]" if interval else "")


def score_tables(
    groups: Groups, measured: Measured, baseline: Mapping[str, Figure] | None = None
) -> list[Table]:
    """All figures with intervals and counts; then F1 by each axis of the groups. Rows of nothing are left out."""
    whole = measured["all"]["all"]
    shown = [row for row in ROWS if whole[row].counts.f1 is not None]
    rows = []
    for row in shown:
        counts, (precision, recall, f1) = whole[row].counts, whole[row].intervals
        cells = (
            row, ratio(counts.precision, precision), ratio(counts.recall, recall), ratio(counts.f1, f1),
            str(counts.tp), str(counts.fp), str(counts.fn),
        )  # fmt: skip
        rows.append(
            (*cells, ratio(baseline[row].counts.f1, baseline[row].intervals[2])) if baseline else cells
        )
    columns = ("", "precision", "recall", "F1", "tp", "fp", "fn", *(("baseline F1",) if baseline else ()))
    tables = [Table(title=f"in all: {_articles(groups['all']['all'])}", columns=columns, rows=tuple(rows))]
    for axis, parts in groups.items():
        if len(parts) == 1:
            continue  # "all", or an axis on which all articles are alike
        names = [f"{name} ({len(part)})" for name, part in parts.items()]
        body = [(row, *(_short(measured[axis][name][row].counts) for name in parts)) for row in shown]
        tables.append(
            Table(title=f"F1 by {axis} (articles), tp/fp/fn", columns=("", *names), rows=tuple(body))
        )
    return tables


def _articles(comparisons: Sequence[Comparison]) -> str:
    missing = [c.gold.article.id for c in comparisons if c.predicted is None]
    said = (
        f", {len(missing)} without a prediction, counted as missed: {', '.join(missing[:5])}"
        if missing
        else ""
    )
    return f"{len(comparisons)} article{'s' if len(comparisons) != 1 else ''}{said}"


def _short(counts: Counts) -> str:
    return f"{ratio(counts.f1)} {counts.tp}/{counts.fp}/{counts.fn}"


def difference_table(differences: Mapping[str, Difference]) -> Table:
    """Two runs side by side; a star where the interval of the difference does not hold 0."""
    rows = []
    for row, difference in differences.items():
        if difference.ours is None and difference.theirs is None:
            continue
        interval, delta = difference.interval, difference.delta
        ends = f"[{interval[0]:+.3f} {interval[1]:+.3f}]" if interval else DASH
        star = "*" if interval and (interval[0] > 0 or interval[1] < 0) else ""
        change = DASH if delta is None else f"{delta:+.3f}"
        rows.append((row, ratio(difference.ours), ratio(difference.theirs), change, ends, star))
    return Table(
        title="F1 against the other run",
        columns=("", "this", "other", "difference", "95 %", ""),
        rows=tuple(rows),
    )


def confidence_table(bands: Sequence[Band]) -> Table:
    """Confidence against precision: of the deals predicted in a band, how many are in the gold and strictly right."""
    rows = tuple(
        (f"{b.low:.1f}–{b.high:.1f}", str(b.predicted), str(b.found), ratio(b.found / b.predicted),
         str(b.strict), ratio(b.strict / b.predicted))
        for b in bands
    )  # fmt: skip
    columns = ("confidence", "deals", "found", "share", "strict", "share")
    return Table(title="confidence of deals against precision", columns=columns, rows=rows)


# ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────────


def errors(comparisons: Iterable[Comparison], kind: str | None = None) -> Causes:
    """Every error, of one type or all, by its cause: the rule or source that made the item. Worst cause first."""
    causes: dict[str, list[tuple[Comparison, Verdict]]] = {}
    for comparison in comparisons:
        for verdict in comparison.verdicts:
            if verdict.outcome not in (Outcome.RIGHT, Outcome.OPTIONAL) and kind in (None, verdict.type):
                causes.setdefault(_cause(comparison, verdict), []).append((comparison, verdict))
    return sorted(causes.items(), key=lambda cause: (-len(cause[1]), cause[0]))


def _cause(comparison: Comparison, verdict: Verdict) -> str:
    """The rule that made a wrong item; for a missed one the rule that took its place in the text."""
    if verdict.predicted is not None:
        return f"{verdict.type} by {_source(verdict.predicted)}"
    missed = verdict.gold
    if isinstance(missed, Mention) and comparison.predicted is not None:
        for other in comparison.predicted.mentions:
            if other.start < missed.end and missed.start < other.end:
                return f"{verdict.type} missed, taken for {other.type} by {_source(other)}"
    return f"{verdict.type} missed"


def _source(item: Entry | Mention | Deal) -> str:
    if isinstance(item, Entry):
        return "the entry splitter"
    if (
        item.rule is None
        and isinstance(item, Mention)
        and isinstance(item.value, Org)
        and item.value.evidence
    ):
        return item.value.evidence[0]
    return item.rule or "no stated rule"


def error_lines(causes: Causes) -> Iterator[str]:
    """The errors as text: a headline a cause, under it each item with what was expected, found, and its context."""
    for cause, items in causes:
        outcomes = Counter(verdict.outcome.value for _, verdict in items)
        yield f"{cause}: {', '.join(f'{number} {outcome}' for outcome, number in outcomes.most_common())}"
        for comparison, verdict in items:
            yield f"  {verdict.article}@{verdict.start} {verdict.outcome.value}: {_expected_found(verdict)}"
            yield f"    {_context(comparison, verdict)}"


def change_lines(won: Sequence[Verdict], lost: Sequence[Verdict]) -> Iterator[str]:
    """What another run had wrong and this one has right, and the reverse: each with the error as it was or is."""
    for name, verdicts in (("won", won), ("lost", lost)):
        yield f"{name}: {len(verdicts)}"
        for verdict in verdicts:
            place = f"{verdict.article}@{verdict.start}"
            yield f"  {place} {verdict.type} {verdict.outcome.value}: {_expected_found(verdict)}"


def _expected_found(verdict: Verdict) -> str:
    if isinstance(verdict.gold, Deal) and isinstance(verdict.predicted, Deal):
        return "; ".join(
            f"{slot} {_slot(verdict.predicted, slot)}, expected {_slot(verdict.gold, slot)}"
            for slot in verdict.slots
        )
    sides = [brief(item) for item in (verdict.predicted, verdict.gold) if item is not None]
    return ", expected ".join(sides)


def brief(item: Entry | Mention | Deal) -> str:
    """An item on one line."""
    match item:
        case Entry():
            return f"entry {item.date} to {item.end}"
        case Mention():
            return f"{_printable(item.text)!r} = {brief_value(item)}"
        case Deal():
            return "; ".join(f"{slot} {shown}" for slot in SLOTS if (shown := _slot(item, slot)) != DASH)


def brief_value(mention: Mention) -> str:
    """A mention's value in a few words."""
    match mention.value:
        case Org() as org:
            return org.norm
        case Timex() as timex:
            return f"{timex.value or DASH}{f' {timex.mod.value}' if timex.mod else ''}"
        case Money() as money:
            amount, unit = (money.value, money.low, money.high), money.currency
        case Power() as power:
            amount, unit = (power.gw, power.low, power.high), "GW"
    value, low, high = (None if number is None else f"{number.normalize():,f}" for number in amount)
    shown = value if value is not None else f"{low or DASH} to {high or DASH}"
    return f"{shown} {unit or DASH} {mention.value.qualifier.value}"


def _slot(deal: Deal, slot: str) -> str:
    value = getattr(deal, slot)
    if slot == "amount":
        value = value if value is not None else deal.amount_low
        return DASH if value is None else f"{value.normalize():,f} {deal.currency or ''}".strip()
    if isinstance(value, tuple):
        return ", ".join(value) or DASH
    return DASH if value is None else str(value)


def _context(comparison: Comparison, verdict: Verdict) -> str:
    text, item = comparison.gold.article.text, verdict.gold or verdict.predicted
    start, end = verdict.start, verdict.start
    if isinstance(item, Deal):
        end = item.evidence_end
    elif isinstance(item, Mention):
        end = item.end
    before, behind = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    if isinstance(item, Deal):
        return _printable(text[start:end])
    return _printable(f"{before}⟦{text[start:end]}⟧{behind}")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


# ── machines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def figure_record(figure: Figure) -> dict[str, object]:
    """A figure as JSON and CSV hold it; nothing over nothing is null."""
    counts = figure.counts
    out: dict[str, object] = {}
    for name, interval in zip(RATIOS, figure.intervals, strict=True):
        out[name] = getattr(counts, name)
        out[f"{name}_low"], out[f"{name}_high"] = interval or (None, None)
    return out | {"tp": counts.tp, "fp": counts.fp, "fn": counts.fn}


def to_json(groups: Groups, measured: Measured, baseline: Mapping[str, Figure] | None = None) -> str:
    """All figures: axis to group to row; those of the baseline beside."""
    comparisons = groups["all"]["all"]
    record: dict[str, object] = {
        "articles": len(comparisons),
        "missing": [c.gold.article.id for c in comparisons if c.predicted is None],
        "figures": {
            axis: {name: _records(part) for name, part in parts.items()} for axis, parts in measured.items()
        },
    }
    if baseline is not None:
        record["baseline"] = _records(baseline)
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _records(part: Mapping[str, Figure]) -> dict[str, object]:
    return {row: figure_record(figure) for row, figure in part.items()}


def to_csv(measured: Measured) -> str:
    """One line a figure: axis, group, row, ratios with their intervals, counts."""
    out = io.StringIO()
    columns = list(figure_record(Figure(counts=Counts(), intervals=(None, None, None))))
    writer = csv.DictWriter(out, ["axis", "group", "row", *columns])
    writer.writeheader()
    for axis, parts in measured.items():
        for name, part in parts.items():
            for row, figure in part.items():
                writer.writerow({"axis": axis, "group": name, "row": row} | figure_record(figure))
    return out.getvalue()


# ── page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of text under the same labels."""

    text: str
    kinds: tuple[str, ...]
    note: str


def to_html(tables: Sequence[Table], comparisons: Sequence[Comparison]) -> str:
    """A page that stands alone: the tables, then each article with the gold's labels and the predicted beside."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    articles = [
        {
            "id": comparison.gold.article.id,
            "title": comparison.gold.article.title or "",
            "sides": [("gold", _pieces(comparison, "gold")), ("predicted", _pieces(comparison, "predicted"))],
            "deals": [_deal_cells(v) for v in comparison.verdicts if v.type == "DEAL"],
            "entries": [
                v for v in comparison.verdicts if v.type == "ENTRY" and v.outcome is not Outcome.RIGHT
            ],
            "faults": sum(v.outcome not in (Outcome.RIGHT, Outcome.OPTIONAL) for v in comparison.verdicts),
        }
        for comparison in comparisons
    ]
    page = environment.get_template("score.html.jinja")
    return page.render(tables=tables, articles=articles, slots=SLOTS, brief=brief)


def _pieces(comparison: Comparison, side: str) -> list[_Piece]:
    """The text cut at every border of the side's mentions, each piece with the types and outcomes it stands under."""
    text = comparison.gold.article.text
    marks: list[tuple[Mention, Verdict]] = []
    for verdict in comparison.verdicts:
        mention = verdict.gold if side == "gold" else verdict.predicted
        if isinstance(mention, Mention):
            marks.append((mention, verdict))
    borders = sorted({0, len(text), *(m.start for m, _ in marks), *(m.end for m, _ in marks)})
    marks.sort(key=lambda mark: mark[0].start)
    pieces, open_marks, following = [], list[tuple[Mention, Verdict]](), 0
    for start, end in itertools.pairwise(borders):
        open_marks = [mark for mark in open_marks if mark[0].end > start]
        while following < len(marks) and marks[following][0].start <= start:
            open_marks.append(marks[following])
            following += 1
        kinds = tuple(kind for _, v in open_marks for kind in (v.type, v.outcome.value))
        note = " | ".join(f"{v.type} {v.outcome.value}: {_expected_found(v)}" for _, v in open_marks)
        pieces.append(_Piece(text[start:end], kinds, note))
    return pieces


def _deal_cells(verdict: Verdict) -> dict[str, object]:
    sides = [
        (side, deal)
        for side, deal in (("gold", verdict.gold), ("predicted", verdict.predicted))
        if isinstance(deal, Deal)
    ]
    evidence = next((deal.evidence for _, deal in sides), "")
    rows = [(side, [_slot(deal, slot) for slot in SLOTS]) for side, deal in sides]
    wrong = [slot in verdict.slots for slot in SLOTS]
    return {"outcome": verdict.outcome.value, "rows": rows, "wrong": wrong, "evidence": evidence}
