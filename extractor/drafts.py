"""Deals in the making: the parts that a frame gives, and the sides of the deal on which they end."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from extractor.values import DealType, Status

PAYS, GETS, SIDES = "payer", "payee", "party"
# Parts that a frame gives, and the side of the deal on which they end.
PARTS = {
    "payer": PAYS,
    "payee": GETS,
    "seller": GETS,
    "target": GETS,
    "party": SIDES,
    "giver": SIDES,
    "taker": SIDES,
}
SUPPLY, CONTRACT = "supply", "contract"
GOODS = frozenset({DealType.CHIPS, DealType.CLOUD, DealType.ENERGY})


@dataclass(slots=True)
class Draft:
    """A deal in the making: parts and slots as indices into the mentions."""

    rule: str
    type: str
    needs: frozenset[str]
    sentence: int
    at: int
    end: int = 0
    places: list[int] = field(default_factory=list)  # where its frames stand
    parts: dict[str, list[int]] = field(default_factory=dict)
    amount: int | None = None
    power: int | None = None
    date: int | None = None
    date_value: str | None = None
    own_date: bool = False  # told in the same clause
    term: int | None = None
    stake: Decimal | None = None
    status: Status = Status.ANNOUNCED
    source: int | None = None
    again: bool = False
    listed: bool = False  # one of a list of names and amounts
    noun: bool = False
    partial: bool = False
    guessed: int = 0  # parts filled from outside the clause
    alone: bool = False
    frames: int = 1
    goods: str | None = None
    announced: bool = False
    own: bool = False  # what one builds for oneself is spoken of
    entry: int | None = None
    sentences: list[int] = field(default_factory=list)


def all_orgs(draft: Draft) -> list[int]:
    """The organisations of all parts."""
    return [i for v in draft.parts.values() for i in v]


def side_orgs(draft: Draft, side: str) -> list[int]:
    """The organisations on one side of the deal; of those that get the money, the seller before what is sold."""
    parts = tuple(p for p, s in PARTS.items() if s == side)
    if side == GETS and draft.parts.get("seller"):
        parts = ("seller",)
    elif side == GETS and draft.parts.get(GETS):
        parts = (GETS,)
    return [i for p in parts for i in draft.parts.get(p, [])]
