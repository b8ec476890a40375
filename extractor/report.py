"""What a person looks at: the deals as a table on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractor.output import Done
from extractor.values import Deal, Extraction

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
        table.add_column(column, justify="right" if column in ("amount", "GW") else "left", overflow="fold")
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
