"""What a person looks at: text with its marks, deals and drawings, on a terminal or as self-contained HTML pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, islice, pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractor.output import Done
from extractor.values import Deal, Extraction, Mention, MentionType, Money, Org, Power, Timex

_SCALES = (
    (Decimal(10) ** 12, "tn"),
    (Decimal(10) ** 9, "bn"),
    (Decimal(10) ** 6, "m"),
    (Decimal(10) ** 3, "k"),
)


def short_amount(value: Decimal | None, currency: str | None) -> str:
    """An amount for the eye: "USD 38bn"; empty where there is none."""
    if value is None:
        return ""
    for scale, letter in _SCALES:
        if abs(value) >= scale:
            return f"{currency or ''} {(value / scale).normalize():f}{letter}".strip()
    return f"{currency or ''} {value.normalize():f}".strip()


def deal_amount(deal: Deal) -> str:
    """A deal's amount for the eye, with its qualifier and bounds."""
    if deal.amount is None and deal.amount_low is not None:
        high = short_amount(deal.amount_high, None)
        return (
            f"{short_amount(deal.amount_low, deal.currency)}–{high}"
            if high
            else f"≥ {short_amount(deal.amount_low, deal.currency)}"
        )
    sign = {"about": "~", "up_to": "≤ ", "at_least": "≥ ", "over": "> ", "under": "< "}.get(
        deal.amount_qualifier or "", ""
    )
    text = short_amount(deal.amount, deal.currency)
    return f"{sign}{text}" if text else ""


def clean(text: str) -> str:
    """Text that cannot steer a terminal: control characters and line breaks become blanks."""
    return "".join(c if c.isprintable() else " " for c in text)


def print_rows(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Any rows as a table on the terminal."""
    table = Table(*names, header_style="bold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else clean(str(cell))) for cell in row))
    Console().print(table)


class TerminalWriter:
    """Gathers the deals of a run and prints them as one table when it ends."""

    def __init__(self) -> None:
        self.done = Done()
        self._extractions: list[Extraction] = []

    def write(self, extractions: Sequence[Extraction], done: Done) -> None:
        """Keep them for the table."""
        self._extractions.extend(extractions)

    def close(self) -> None:
        """Print the table."""
        Console().print(deals_table(self._extractions))

    def abort(self) -> None:
        """Nothing was printed."""


def deals_table(extractions: Sequence[Extraction]) -> Table:
    """The deals of a run, a row each; the article is named where there are several."""
    table = Table(title=None, header_style="bold", row_styles=("", "dim"))
    many = len(extractions) > 1
    for column in (
        *(("article",) if many else ()),
        "date",
        "payer",
        "payee",
        "type",
        "amount",
        "GW",
        "status",
    ):
        narrow = column in ("date", "type", "amount", "GW", "status")
        table.add_column(column, justify="right" if column in ("amount", "GW") else "left", no_wrap=narrow)
    for extraction in extractions:
        for deal in extraction.deals:
            others = [p for p in deal.parties if p not in deal.payer and p not in deal.payee]
            payer = " + ".join(deal.payer) or ("" if deal.payee else " + ".join(others))
            cells = (
                deal.date or "", payer, " + ".join(deal.payee), deal.type or "", deal_amount(deal),
                "" if deal.power_gw is None else f"{deal.power_gw.normalize():f}", deal.status or "",
            )  # fmt: skip
            table.add_row(*(Text(clean(cell)) for cell in ((extraction.article.id,) if many else ()) + cells))
    return table


def show_text(extraction: Extraction) -> Text:
    """The article's text for a terminal, mentions in the colour of their type, each entry's date before it."""
    text, out, position = extraction.article.text, Text(), 0
    starts = {entry.start: entry.date for entry in extraction.entries}
    edges = sorted({*starts, *(m.start for m in extraction.mentions)})
    mentions = {m.start: m for m in extraction.mentions}
    for edge in edges:
        if edge < position:
            continue
        out.append(_lines(text[position:edge]))
        position = edge
        if edge in starts:
            out.append(f"[{starts[edge]}] ", style="bold reverse")
        if edge in mentions:
            mention = mentions[edge]
            out.append(_lines(text[mention.start : mention.end]), style=_STYLES[mention.type])
            position = mention.end
    out.append(_lines(text[position:]))
    return out


_STYLES = {
    MentionType.ORG: "bold cyan",
    MentionType.DATE: "green",
    MentionType.MONEY: "bold yellow",
    MentionType.POWER: "bold magenta",
}


def _lines(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def print_extraction(extraction: Extraction) -> None:
    """An article on the terminal: marked text, then its deals with what each rests on."""
    console = Console()
    console.print(show_text(extraction))
    console.print()
    console.print(deals_table([extraction]))
    organisations = {m.value.norm: m.value for m in reversed(extraction.mentions) if isinstance(m.value, Org)}
    table = Table("organisation", "known", "why", header_style="bold")
    for norm, org in sorted(organisations.items()):
        table.add_row(
            *(Text(clean(cell)) for cell in (norm, "yes" if org.known else "new", ", ".join(org.evidence)))
        )
    console.print(table)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text on a page: the mention it is, the entry that starts there, the deals it is evidence of."""

    text: str
    mention: Mention | None
    entry: str | None
    deals: tuple[int, ...]
    anchors: tuple[int, ...]


def pieces(extraction: Extraction) -> list[Piece]:
    """The whole text cut where a mention, an entry or a deal's evidence begins or ends; mentions stay whole."""
    text, deals = extraction.article.text, extraction.deals
    mentions: dict[int, Mention] = {}
    free = 0
    for mention in sorted(extraction.mentions, key=lambda m: (m.start, -m.end)):
        if mention.start >= free:
            mentions[mention.start], free = mention, mention.end
    inside = {i for m in mentions.values() for i in range(m.start + 1, m.end)}
    entries = {entry.start: entry.date for entry in extraction.entries}
    edges = {0, len(text), *entries, *mentions, *(m.end for m in mentions.values())}
    edges |= {edge for deal in deals for edge in (deal.evidence_start, deal.evidence_end)}
    cuts = sorted(edge for edge in edges if edge not in inside)
    return [
        Piece(
            text=text[start:end],
            mention=mentions.get(start),
            entry=entries.get(start),
            deals=tuple(i for i, d in enumerate(deals) if d.evidence_start < end and start < d.evidence_end),
            anchors=tuple(i for i, d in enumerate(deals) if start <= d.evidence_start < end),
        )
        for start, end in pairwise(cuts)
    ]


def value_text(mention: Mention) -> str:
    """What a mention was read as, in words for the eye."""
    match mention.value:
        case Org() as org:
            return f"{org.norm} ({'known' if org.known else 'new'}: {', '.join(org.evidence) or 'gold'})"
        case Timex() as timex:
            return f"{timex.value or 'not settled'}{f' ({timex.mod})' if timex.mod else ''}"
        case Money() as money:
            amount = short_amount(money.value, money.currency)
            bounds = f"{short_amount(money.low, money.currency)} to {short_amount(money.high, None) or '?'}"
            return f"{amount or bounds} ({money.qualifier})"
        case Power() as power:
            return f"{power.gw if power.gw is not None else f'{power.low} to {power.high}'} GW ({power.qualifier})"


def write_report(extractions: Iterable[Extraction], output: Path) -> int:
    """Write `output` and return how many articles it shows: one page for one article, else an index and a page each.

    The pages of several articles go into a folder beside the index. They hold everything they need: no request.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("extractor"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"deal_amount": deal_amount, "value_text": value_text, "pieces": pieces}
    page, index = environment.get_template("article.html.jinja"), environment.get_template("index.html.jinja")
    rows = iter(extractions)
    head = list(islice(rows, 2))
    if len(head) < 2:
        for extraction in head:
            output.write_text(
                page.render(x=extraction, back=None, **_drawn(extraction.deals)), "utf-8", "xmlcharrefreplace"
            )
        return len(head)
    folder = output.with_name(f"{output.stem}_articles")
    folder.mkdir(exist_ok=True)
    listed: list[tuple[str, Extraction]] = []
    for number, extraction in enumerate(chain(head, rows)):
        name = f"{number:06}.html"
        body = page.render(x=extraction, back=f"../{output.name}", **_drawn(extraction.deals))
        (folder / name).write_text(body, "utf-8", "xmlcharrefreplace")
        # The index needs no text and no mentions: thousands of articles must fit into memory.
        listed.append(
            (
                f"{folder.name}/{name}",
                replace(extraction, mentions=(), article=replace(extraction.article, text="")),
            )
        )
    deals = [deal for _, extraction in listed for deal in extraction.deals]
    output.write_text(index.render(listed=listed, deals=deals, **_drawn(deals)), "utf-8", "xmlcharrefreplace")
    return len(listed)


def _drawn(deals: Sequence[Deal]) -> dict[str, object]:
    from markupsafe import Markup

    from extractor import drawings

    drawn = {
        "timeline": drawings.timeline(deals),
        "web": drawings.web(deals),
        "totals": drawings.totals(deals),
    }
    # matplotlib has escaped the names in its drawings.
    return {name: svg and Markup(svg) for name, svg in drawn.items()} | {
        "loops": drawings.loops(drawings.payments(deals))
    }
