"""Drawings of deals as SVG: a timeline, the web of who pays whom with its loops, totals by organisation.

Drawn by matplotlib with text as text. Ink is drawn in one colour that becomes `currentColor`, so that a drawing follows
the page between light and dark. The same deals give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import matplotlib as mpl
import networkx as nx
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from extractor.timex import bounds
from extractor.values import Deal, DealType

_INK = "#123456"
# Okabe and Ito's palette: told apart by people with any colour sight, on light and dark alike.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8E8E8E")
_TYPE_COLOUR = {kind: _COLOURS[i % len(_COLOURS)] for i, kind in enumerate(DealType)}
_LOOP, _ONE_WAY = "#D55E00", "#0072B2"
# More than this and a drawing is a blot: the biggest are drawn, the table holds all.
MOST_DRAWN = 40
_LONGEST_LOOP = 4

mpl.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "extractor", "font.family": "sans-serif", "font.size": 11,
    "text.color": _INK, "axes.edgecolor": _INK, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
    "axes.spines.top": False, "axes.spines.right": False, "text.parse_math": False,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that one organisation pays another, in one currency, over all deals between them; `amount` 0: not told."""

    payer: str
    payee: str
    amount: float
    currency: str | None
    deals: tuple[int, ...]


def payments(deals: Sequence[Deal]) -> list[Payment]:
    """Who pays whom, biggest first; a deal's amount is told of the deal, so several payers each show it whole."""
    sums: dict[tuple[str, str, str | None], list[int]] = defaultdict(list)
    for i, deal in enumerate(deals):
        for payer in deal.payer:
            for payee in deal.payee:
                if payer != payee:
                    sums[payer, payee, deal.currency].append(i)
    found = [
        Payment(payer, payee, sum(_amount(deals[i]) for i in rows), currency, tuple(rows))
        for (payer, payee, currency), rows in sums.items()
    ]
    return sorted(found, key=lambda p: (-p.amount, p.payer, p.payee))


def loops(paid: Iterable[Payment]) -> list[tuple[str, ...]]:
    """Circles of payments, each from its first name in the alphabet, shortest first: money that comes back."""
    graph = nx.DiGraph(sorted((p.payer, p.payee) for p in paid))
    circles = []
    for circle in nx.simple_cycles(graph, length_bound=_LONGEST_LOOP):
        first = circle.index(min(circle))
        circles.append((*circle[first:], *circle[:first]))
    return sorted(circles, key=lambda c: (len(c), c))


def _amount(deal: Deal) -> float:
    value = deal.amount if deal.amount is not None else deal.amount_low
    return 0.0 if value is None else float(value)


def timeline(deals: Sequence[Deal]) -> str | None:
    """Deals along the calendar, a dot each, its area by the amount; None where none has a date."""
    rows = [(middle, deal) for deal in deals if (middle := _middle(deal.date))]
    rows = sorted(sorted(rows, key=lambda row: -_amount(row[1]))[:MOST_DRAWN], key=lambda row: row[0])
    if not rows:
        return None
    figure = Figure(figsize=(9, 0.9 + 0.28 * len(rows)))
    axes = figure.add_subplot()
    most = max((_amount(deal) for _, deal in rows), default=0.0) or 1.0
    for y, (when, deal) in enumerate(rows):
        area = 25 + 500 * _amount(deal) / most
        x = date2num(when)
        axes.scatter(
            [x], [y], s=area, color=_TYPE_COLOUR[deal.type] if deal.type else _COLOURS[-1], alpha=0.85
        )
        label = " → ".join(filter(None, (" + ".join(deal.payer), " + ".join(deal.payee)))) or " + ".join(
            deal.parties
        )
        axes.annotate(
            _short(label), (x, y), xytext=(6 + (area**0.5) / 2, 0), textcoords="offset points", va="center"
        )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.12)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + (high - low) * 0.35)
    locator = AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    kinds = sorted({deal.type for _, deal in rows if deal.type})
    handles = [axes.scatter([], [], color=_TYPE_COLOUR[kind], label=kind.value) for kind in kinds]
    figure.legend(
        handles=handles, loc="upper center", ncols=min(6, len(handles)), frameon=False, labelcolor=_INK
    )
    return _svg(figure, "Timeline of deals, the area of a dot by its amount")


def _middle(value: str | None) -> date | None:
    extent = bounds(value) if value else None
    return extent[0] + timedelta(days=(extent[1] - extent[0]).days // 2) if extent else None


def web(deals: Sequence[Deal]) -> str | None:
    """Who pays whom: arrows from payer to payee, width by amount, those of a circle in another colour."""
    paid = payments(deals)[:MOST_DRAWN]
    if not paid:
        return None
    graph = nx.DiGraph(sorted((p.payer, p.payee) for p in paid))
    in_loop = {pair for circle in loops(paid) for pair in zip(circle, (*circle[1:], circle[0]), strict=True)}
    places = nx.circular_layout(sorted(graph.nodes, key=lambda n: (-graph.degree(n), n)))
    figure = Figure(figsize=(9, 7.5))
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-1.45, 1.45)
    axes.set_ylim(-1.2, 1.2)
    most = max(p.amount for p in paid) or 1.0
    for payment in paid:
        axes.add_patch(FancyArrowPatch(
            tuple(places[payment.payer]), tuple(places[payment.payee]), connectionstyle="arc3,rad=0.15",
            arrowstyle="-|>", mutation_scale=16, shrinkA=12, shrinkB=12, linewidth=1 + 7 * payment.amount / most,
            color=_LOOP if (payment.payer, payment.payee) in in_loop else _ONE_WAY, alpha=0.7,
        ))  # fmt: skip
    for name, (x, y) in places.items():
        axes.scatter([x], [y], s=70, color=_INK, zorder=3)
        side = "left" if x > 0.05 else "right" if x < -0.05 else "center"
        shift = (
            8 if side == "left" else -8 if side == "right" else 0,
            0 if side != "center" else 12 if y > 0 else -14,
        )
        axes.annotate(
            _short(name),
            (x, y),
            xytext=shift,
            textcoords="offset points",
            ha=side,
            va="center",
            weight="bold",
        )
    return _svg(figure, "Who pays whom, the width of an arrow by the amount; circles of payments in orange")


def totals(deals: Sequence[Deal]) -> str | None:
    """What each organisation pays and is paid, in the currency that most amounts are told in."""
    currency = main_currency(deals)
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for deal in deals:
        if deal.currency == currency:
            for side, names in enumerate((deal.payer, deal.payee)):
                for name in names:
                    sums[name][side] += _amount(deal)
    rows = sorted(((n, s) for n, s in sums.items() if max(s) > 0), key=lambda row: (sum(row[1]), row[0]))[
        -20:
    ]
    if not rows:
        return None
    figure = Figure(figsize=(9, 0.8 + 0.34 * len(rows)))
    axes = figure.add_subplot()
    spots = range(len(rows))
    axes.barh(spots, [-s[0] / 1e9 for _, s in rows], color=_LOOP, label="pays")
    axes.barh(spots, [s[1] / 1e9 for _, s in rows], color=_ONE_WAY, label="is paid")
    axes.set_yticks(spots, [_short(name) for name, _ in rows])
    axes.axvline(0, color=_INK, linewidth=0.8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_xlabel(f"{currency}, billions")
    axes.legend(frameon=False, loc="lower right", labelcolor=_INK)
    return _svg(figure, f"What each organisation pays and is paid, in billions of {currency}")


def main_currency(deals: Sequence[Deal]) -> str | None:
    """The currency that most amounts are told in."""
    told = [deal.currency for deal in deals if deal.currency and _amount(deal)]
    return max(sorted(set(told)), key=told.count) if told else None


def _short(name: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in name)
    return clean if len(clean) <= 34 else clean[:33] + "…"


def _svg(figure: Figure, title: str) -> str:
    buffer = io.StringIO()
    FigureCanvasSVG(figure)
    figure.savefig(
        buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight", transparent=True
    )
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :].replace(_INK, "currentColor").replace("#ffffff", "none")
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    # Groups are numbered from one in every drawing, and a page holds several.
    drawn = re.sub(r' id="\w+_\d+"', "", drawn)
    # The page sets the size; the title is read aloud.
    drawn = re.sub(r' (?:width|height)="[\d.]+pt"', "", drawn, count=2)
    return drawn.replace(">", f' role="img" aria-label="{title}">', 1)
