"""Which side of a deal each organisation is on, of what type the deal is and when it was, judged by learnt weights.

Frames propose; linear models (multinomial logistic regression over the signs of `signs`) decide, and another finds the
deals that no frame reads. Their weights, log odds by label, are made by scripts/train.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

from extractor.context import Reader
from extractor.side_signs import around_signs, side_signs
from extractor.signs import Proposal, Side, Told, date_signs, type_signs
from extractor.unframed import Unframed
from extractor.values import DealType
from extractor.weights import BIAS, load_weights

# Log odds by which another type than the proposed one is ahead; and of one too rare to be learnt, which stands.
_CLEARLY, _RARE = 0.4, 100.0


def tells_deal(one: Unframed) -> bool:
    """Whether a sentence that no frame reads tells a deal."""
    odds = _odds("unframed", one.signs)
    return odds["deal"] > odds["none"]


def judge_sides(reader: Reader, proposal: Proposal) -> dict[str, Side]:
    """The sides of a deal by norm, those who pay first, from all that its sentences or, where one is missing, those
    around name.

    Where nobody would be left on a side, or only one side be told of partners with none, what was proposed stands.
    """
    drawn = (("sides", side_signs(reader, proposal)), ("around", around_signs(reader, proposal)))
    judged = {norm: _best(_odds(name, signs)) for name, one in drawn for norm, signs in one.items()}
    order: tuple[Side, ...] = ("payer", "payee", "party")
    sides = {norm: side for side in order for norm, best in judged.items() if best == side}
    half = set(proposal.sides.values()) == {"party"} and len({*sides.values()} & {"payer", "payee"}) == 1
    return dict(proposal.sides) if half or not sides else sides


def judge_type(reader: Reader, proposal: Proposal) -> DealType:
    """The type of a deal: what was proposed, unless another is clearly more likely."""
    odds = _odds("types", type_signs(reader, proposal))
    best = _best(odds)
    return DealType(best) if odds[best] > odds.get(proposal.type, _RARE) + _CLEARLY else proposal.type


def judge_date(reader: Reader, proposal: Proposal, deals: Told) -> int | None:
    """The mention that tells when a deal was, None where none is likely to; `deals`: of all its text."""
    best: tuple[float, int | None] = (0.0, None)
    for i, signs in date_signs(reader, proposal, deals).items():
        odds = _odds("dates", signs)
        best = max(best, (odds["date"] - odds["none"], i), key=lambda one: one[0])
    return best[1]


def _odds(name: str, signs: frozenset[str]) -> dict[str, float]:
    """The log odds of each label, up to one constant."""
    return {
        # The exact sum: that of a set in no order must not depend on it.
        label: weights[BIAS] + fsum(weights.get(sign, 0.0) for sign in signs)
        for label, weights in load_weights(name).items()
    }


def _best(odds: Mapping[str, float]) -> str:
    return max(odds, key=lambda label: odds[label])
