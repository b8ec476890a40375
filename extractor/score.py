"""Score runs: pool the counts of compared articles, with intervals; set one run against another.

Counts are pooled over articles; ratios are read last. All intervals are 95 %, by a seeded bootstrap over articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractor.compare import CORE, ROWS, SCOPE, SLOTS, Comparison, Counts, Outcome, Verdict, compare
from extractor.values import Deal, Extraction, GoldError

Floats = NDArray[np.float64]
SAMPLES, SEED = 2000, 20251112


def score(
    predicted: Iterable[Extraction],
    gold: Iterable[Extraction],
    *,
    scopes: Mapping[str, Sequence[str]] | None = None,
) -> list[Comparison]:
    """Compare article by article, in the order of the gold's ids.

    `scopes` says for an article which of SCOPE its gold labels, where that is not all. A gold article with no
    prediction counts as missed whole; GoldError for a prediction of an article that the gold does not hold.
    """
    wanted, given = _by_id(gold, "gold"), _by_id(predicted, "predictions")
    if unknown := sorted(set(given) - set(wanted)):
        raise GoldError(
            f"predictions: {unknown[0]!r} is no article of the gold, which holds {len(wanted)} others"
        )
    return [
        compare(given.get(id_), wanted[id_], scope=(scopes or {}).get(id_, SCOPE)) for id_ in sorted(wanted)
    ]


def _by_id(extractions: Iterable[Extraction], name: str) -> dict[str, Extraction]:
    out: dict[str, Extraction] = {}
    for extraction in extractions:
        if extraction.article.id in out:
            raise GoldError(f"{name}: the article {extraction.article.id!r} is there twice")
        out[extraction.article.id] = extraction
    return out


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────


Interval = tuple[float, float]
RATIOS = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row's pooled counts, and the 95 % interval of each of RATIOS; None for fewer than two articles."""

    counts: Counts
    intervals: tuple[Interval | None, Interval | None, Interval | None]


def figures(comparisons: Sequence[Comparison]) -> dict[str, Figure]:
    """Pool the counts of all rows, with intervals by a seeded bootstrap over articles."""
    table = _count_table(comparisons)
    intervals = _intervals(_ratios(_resample(len(comparisons)) @ table))
    pooled = table.sum(axis=0).astype(int).reshape(len(ROWS), 3).tolist()
    return {
        row: Figure(
            counts=Counts(*counts),
            intervals=(intervals[n][0], intervals[n][1], intervals[n][2]),
        )
        for n, (row, counts) in enumerate(zip(ROWS, pooled, strict=True))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """F1 of one run minus that of another on a row, and its 95 % interval by the paired bootstrap."""

    ours: float | None
    theirs: float | None
    interval: Interval | None

    @property
    def delta(self) -> float | None:
        """Ours minus theirs."""
        return None if self.ours is None or self.theirs is None else self.ours - self.theirs


def differences(ours: Sequence[Comparison], theirs: Sequence[Comparison]) -> dict[str, Difference]:
    """Compare two runs on the same gold, row by row: each resample draws the same articles for both."""
    weights = _resample(len(ours))
    samples = [_ratios(weights @ _count_table(run))[:, :, 2:] for run in (ours, theirs)]
    intervals = _intervals(samples[0] - samples[1])
    left, right = figures(ours), figures(theirs)
    return {
        row: Difference(
            ours=left[row].counts.f1,
            theirs=right[row].counts.f1,
            interval=intervals[n][0],
        )
        for n, row in enumerate(ROWS)
    }


def changes(ours: Sequence[Comparison], theirs: Sequence[Comparison]) -> tuple[list[Verdict], list[Verdict]]:
    """The items that one run gets right and the other does not: won as ours shows or theirs had them, and lost."""
    mine, other = (_faults(run) for run in (ours, theirs))
    won = [other[key] for key in other if key not in mine]
    lost = [mine[key] for key in mine if key not in other]
    return won, lost


def _faults(comparisons: Iterable[Comparison]) -> dict[tuple[str, ...], Verdict]:
    """Each error under what identifies it in another run: the gold item it misses, or the extent it made up."""
    out: dict[tuple[str, ...], Verdict] = {}
    for comparison in comparisons:
        for verdict in comparison.verdicts:
            if verdict.outcome not in (Outcome.RIGHT, Outcome.OPTIONAL):
                item = verdict.gold or verdict.predicted
                side = "gold" if verdict.gold else "predicted"
                place = (
                    repr([getattr(item, slot) for slot in (*SLOTS, "evidence_start")])
                    if isinstance(item, Deal)
                    else f"{verdict.start}-{item.end if item else 0}"
                )
                out[verdict.article, verdict.type, side, place] = verdict
    return out


def _count_table(comparisons: Sequence[Comparison]) -> Floats:
    """Articles × (rows × (tp, fp, fn))."""
    table = [
        [(c.tp, c.fp, c.fn) for c in (comparison.counts[row] for row in ROWS)] for comparison in comparisons
    ]
    return np.array(table, dtype=np.float64).reshape(len(comparisons), len(ROWS) * 3)


def _resample(articles: int) -> Floats:
    """Resamples × articles: how often each article was drawn. One article has nothing to say of its spread."""
    if articles < 2:
        return np.zeros((0, articles))
    rng = np.random.default_rng(SEED)
    return rng.multinomial(articles, np.full(articles, 1 / articles), size=SAMPLES).astype(np.float64)


def _ratios(sums: Floats) -> Floats:
    """Resamples × rows × (precision, recall, F1); nan over nothing."""
    tp, fp, fn = np.moveaxis(sums.reshape(len(sums), len(ROWS), 3), 2, 0)
    with np.errstate(invalid="ignore"):
        return np.stack([tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn)], axis=2)


def _intervals(samples: Floats) -> list[list[Interval | None]]:
    """For each row and ratio the middle 95 % of the resamples that have one."""
    out: list[list[Interval | None]] = []
    for row in np.moveaxis(samples, 0, 2):
        kept = [ratio[~np.isnan(ratio)] for ratio in row]
        ends = [np.quantile(k, (0.025, 0.975)).tolist() if k.size else None for k in kept]
        out.append([(e[0], e[1]) if e else None for e in ends])
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Predicted deals whose confidence lies in [low, high): how many count, are found in gold, are strictly right."""

    low: float
    high: float
    predicted: int
    found: int
    strict: int


def calibration(comparisons: Iterable[Comparison], *, width: float = 0.1) -> list[Band]:
    """Confidence of predicted deals against how often they are right, in bands of `width`; empty bands left out."""
    tallies: dict[int, list[int]] = {}
    last = round(1 / width) - 1
    for comparison in comparisons:
        for verdict in comparison.verdicts:
            deal = verdict.predicted
            if not isinstance(deal, Deal) or deal.confidence is None or verdict.outcome is Outcome.OPTIONAL:
                continue
            tally = tallies.setdefault(min(int(deal.confidence / width + 1e-9), last), [0, 0, 0])
            tally[0] += 1
            tally[1] += verdict.gold is not None
            tally[2] += verdict.gold is not None and not any(slot in CORE for slot in verdict.slots)
    return [
        Band(low=round(n * width, 6), high=round((n + 1) * width, 6), predicted=t[0], found=t[1], strict=t[2])
        for n, t in sorted(tallies.items())
    ]
