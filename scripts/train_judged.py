"""Fit the weights by which the sides and the type of a deal are judged: multinomial logistic regression over signs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from marked import ROOT
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from extractor.compare import compare
from extractor.deals import Unjudged, unjudged
from extractor.gold import Gold
from extractor.judging import NO_SIDE
from extractor.lexicon import load_lexicon
from extractor.names import Names, article_names, keys_of
from extractor.pipeline import extract, load
from extractor.values import Deal, Extraction

# The penalty of the squared weights; how often a sign is seen at least; smaller weights are left out.
L2, SEEN, LEAST = 5.0, 8, 0.05
Example = tuple[frozenset[str], str]


def write_judged(gold: Sequence[Gold]) -> None:
    """Fit the weights on deals that are both read out of a text and labelled there, and write them into the packs."""
    pairs = [pair for item in gold for pair in _pairs(item.extraction)]
    lines = [
        "# Weights of signs for the sides and the type of a deal: log odds, by label. Made by scripts/train."
    ]
    for table, examples in (("side_weight", _sides(pairs)), ("type_weight", _types(pairs))):
        lines += ["", f"[{table}]"]
        lines += [f'"{name}" = {value:.2f}' for name, value in sorted(fit(list(examples)).items())]
    (ROOT / "extractor/lang/shared/judged.toml").write_text("\n".join(lines) + "\n", "utf-8")


def _pairs(gold: Extraction) -> Iterator[tuple[Unjudged, Deal, Names, Names]]:
    """What the frames make of a deal, the labelled deal, and the names of both texts."""
    found = extract(gold.article, load(gold.article.lang))
    read = unjudged(found.article, found.entries, found.mentions, load_lexicon(gold.article.lang))
    by_deal = {id(one.deal): one for one in read}
    told = Extraction(
        article=found.article,
        entries=found.entries,
        mentions=found.mentions,
        deals=tuple(one.deal for one in read),
    )
    for verdict in compare(told, gold, scope=("deals",)).verdicts:
        if isinstance(verdict.gold, Deal) and isinstance(verdict.predicted, Deal):
            yield by_deal[id(verdict.predicted)], verdict.gold, article_names(told), article_names(gold)


def _sides(pairs: Iterable[tuple[Unjudged, Deal, Names, Names]]) -> Iterator[Example]:
    for read, deal, found, labelled in pairs:
        for norm, signs in read.sides.items():
            sides = [
                side
                for side, names in (("payer", deal.payer), ("payee", deal.payee), ("party", deal.parties))
                if any(keys_of(name, labelled) & keys_of(norm, found) for name in names)
            ]
            yield signs, next(iter(sides), NO_SIDE)


def _types(pairs: Iterable[tuple[Unjudged, Deal, Names, Names]]) -> Iterator[Example]:
    for read, deal, _, _ in pairs:
        if "type" not in deal.optional_slots:
            yield read.type, str(deal.type)


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """The weight of each sign for each label, and each label's own, its `bias`."""
    counts = Counter(sign for signs, _ in examples for sign in signs)
    signs = sorted(sign for sign, count in counts.items() if count >= SEEN)
    labels = sorted({label for _, label in examples})
    column = {sign: n for n, sign in enumerate(signs)}
    cells = [(row, column[sign]) for row, (seen, _) in enumerate(examples) for sign in seen if sign in column]
    shape = (len(examples), len(signs))
    matrix = csr_matrix((np.ones(len(cells)), tuple(zip(*cells, strict=True))), shape=shape)
    wanted = np.array([[label == one for one in labels] for _, label in examples], dtype=float)
    penalty = np.array([[L2]] * len(signs) + [[0.0]])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(len(signs) + 1, len(labels))
        odds = matrix @ weights[:-1] + weights[-1]
        odds -= odds.max(axis=1, keepdims=True)
        total = np.log(np.exp(odds).sum(axis=1, keepdims=True))
        rest = np.exp(odds - total) - wanted
        gradient = np.vstack([matrix.T @ rest, rest.sum(axis=0)]) + 2 * penalty * weights
        return float((wanted * (total - odds)).sum() + (penalty * weights**2).sum()), gradient.ravel()

    start = np.zeros((len(signs) + 1) * len(labels))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    weights = found.reshape(len(signs) + 1, len(labels))
    named = {
        f"{label} | {sign}": float(weights[row, n])
        for row, sign in enumerate([*signs, "bias"])
        for n, label in enumerate(labels)
    }
    return {name: value for name, value in named.items() if abs(value) >= LEAST}
