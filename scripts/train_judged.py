"""Fit the weights by which the sides, the type and the date of a deal are judged: multinomial logistic regression."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from marked import ROOT
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from spacy.tokens import Doc

from extractor.compare import Outcome, compare
from extractor.deals import Unframed, Unjudged, unframed, unjudged
from extractor.gold import SCOPE, Gold, parse_markup
from extractor.lexicon import languages, load_lexicon
from extractor.names import Names, article_names, keys_of
from extractor.pipeline import annotate, load
from extractor.pipes import article_of, read_entries, read_spans
from extractor.signs import NO_SIDE
from extractor.values import Article, Deal, DealType, Extraction, Mention, Money, Org, Power, Timex
from extractor.weights import BIAS, save_weights

# The penalty of the squared weights; how often a sign is seen at least; smaller weights are left out.
L2, SEEN, LEAST = 5.0, 8, 0.01
# Of sentences that no frame reads there are fewer.
UNFRAMED_SEEN = 4
# How often the cases are counted: plain sentences are rarer in the passages than in the news.
CASES = 6
# How often whole articles are counted beside the passages, which are nearly all deals.
ARTICLES = 3
# In texts of six sentences and more fewer sentences tell deals than in the passages: of real texts that the weights had
# not seen .79 of all deals read were right without this, .89 with it.
PAGE_SHIFT = 1.25
PAGES = ("text:2", "text:3", "text:4")
# Deals of a type below which it is not learnt: it stands as the frames have it.
RARE = 20
# A date is taken from .4 on: what is left out is as wrong as what is told wrongly.
DATE_SHIFT = 0.4
# Whom only the sentences around name takes a side where that is clearly likelier than none.
AROUND_SHIFT = 0.4
Example = tuple[frozenset[str], str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A deal that is both read out of a text and labelled there, and the names and mentions of both."""

    read: Unjudged
    deal: Deal
    mentions: Sequence[Mention]
    found: Names
    labelled: Names


def write_judged(gold: Sequence[Gold]) -> None:
    """Fit the weights on deals that are both read out of a text and labelled there, and write them into the packs.

    The plain sentences of tests/cases are learnt from too: without them what is told plainly is trusted too little.
    """
    models = {lang: load(lang) for lang in languages()}
    learnt = [*CASES * tuple(_cases())]
    for one in gold:
        article = one.extraction.article
        text = _read(annotate(article, models[article.lang]))
        learnt += [(text, one.extraction)] * (ARTICLES if one.scope == SCOPE else 1)
    unread = fit([one for text, labelled in learnt for one in _unframed(text, labelled)], seen=UNFRAMED_SEEN)
    for sign in PAGES:
        unread[NO_SIDE][sign] = unread[NO_SIDE].get(sign, 0.0) + PAGE_SHIFT
    save_weights("unframed", unread, least=LEAST)
    pairs = [pair for text, labelled in learnt for pair in _pairs(text, labelled)]
    save_weights("sides", fit([one for pair in pairs for one in _sides(pair, pair.read.sides)]), least=LEAST)
    around = fit([one for pair in pairs for one in _sides(pair, pair.read.around)])
    around[NO_SIDE][BIAS] += AROUND_SHIFT
    save_weights("around", around, least=LEAST)
    save_weights("types", fit(list(_types(pairs))), least=LEAST)
    dates = fit(list(_dates(pairs)))
    dates["date"][BIAS] += DATE_SHIFT
    save_weights("dates", dates, least=LEAST)


def _read(doc: Doc) -> Extraction:
    """What is read out of a text but for the deals, which the weights to be learnt judge."""
    return Extraction(
        article=article_of(doc), entries=tuple(read_entries(doc)), mentions=tuple(read_spans(doc))
    )


def _cases() -> Iterator[tuple[Extraction, Extraction]]:
    """The sentences of tests/cases with their mentions, and the same with their deals."""
    for path in sorted(ROOT.glob("tests/cases/*/deals.toml")):
        body = tomllib.loads(path.read_text("utf-8"))
        for case in (*body["right"], *({"text": text, "deals": []} for text in body["nothing"])):
            text, mentions = parse_markup(case["text"])
            article = Article(id="case", text=text, lang=path.parent.name, published=body["anchor"])
            read = Extraction(article=article, mentions=tuple(mentions))
            yield read, replace(read, deals=tuple(_deal(line, text) for line in case["deals"]))


def _deal(line: str, text: str) -> Deal:
    """What "debt announced: Alvia > Bertin with Cortal; amount=20" tells: type, sides, amount and date."""
    told, *slots = line.split("; ")
    kind, sides = re.split(r" \w+: ?", told, maxsplit=1)
    payer, payee, others = (
        tuple(name.strip() for name in part.split(" + ") if name.strip())
        for part in [*re.split(" ?> ?| with ", sides), "", ""][:3]
    )
    values = dict(slot.split("=") for slot in slots)
    amount = values.get("amount")
    return Deal(
        parties=(*payer, *payee, *others), payer=payer, payee=payee, type=DealType(kind), date=values.get("date"),
        amount=None if amount is None else Decimal(amount), evidence=text, evidence_start=0, evidence_end=len(text),
    )  # fmt: skip


def _unframed(text: Extraction, gold: Extraction) -> Iterator[Example]:
    """The sentences that no frame reads, and whether they tell a labelled deal that none found."""
    deals, sentences = unframed(text.article, text.entries, text.mentions, load_lexicon(text.article.lang))
    told = replace(text, deals=tuple(deals))
    names = article_names(told), article_names(gold)
    verdicts = compare(told, gold, scope=("deals",)).verdicts
    missed = [v.gold for v in verdicts if v.outcome is Outcome.MISSED and isinstance(v.gold, Deal)]
    for one in sentences:
        yield one.signs, "deal" if any(_names(one, deal, text, *names) for deal in missed) else NO_SIDE


def _names(one: Unframed, deal: Deal, text: Extraction, found: Names, labelled: Names) -> bool:
    """Whether a sentence names two parties of a deal, or one beside its amount or power."""
    values = [text.mentions[i].value for i in (*one.orgs, *one.money, *one.power)]
    norms = {value.norm for value in values if isinstance(value, Org)}
    named = [n for n in deal.parties if any(keys_of(n, labelled) & keys_of(norm, found) for norm in norms)]
    paid = any(isinstance(v, Money) and v.value is not None and v.value == deal.amount for v in values)
    powered = deal.power_gw is not None and any(isinstance(v, Power) for v in values)
    return len(named) >= 2 or bool(named and (paid or powered))


def _pairs(text: Extraction, gold: Extraction) -> Iterator[Pair]:
    read = unjudged(text.article, text.entries, text.mentions, load_lexicon(text.article.lang))
    by_deal = {id(one.deal): one for one in read}
    told = replace(text, deals=tuple(one.deal for one in read))
    names = article_names(told), article_names(gold)
    for verdict in compare(told, gold, scope=("deals",)).verdicts:
        if isinstance(verdict.gold, Deal) and isinstance(verdict.predicted, Deal):
            yield Pair(by_deal[id(verdict.predicted)], verdict.gold, text.mentions, *names)


def _sides(pair: Pair, drawn: Mapping[str, frozenset[str]]) -> Iterator[Example]:
    labels = (("payer", pair.deal.payer), ("payee", pair.deal.payee), ("party", pair.deal.parties))
    for norm, signs in drawn.items():
        keys = keys_of(norm, pair.found)
        sides = [side for side, names in labels if any(keys & keys_of(n, pair.labelled) for n in names)]
        yield signs, next(iter(sides), NO_SIDE)


def _types(pairs: Sequence[Pair]) -> Iterator[Example]:
    counts = Counter(pair.deal.type for pair in pairs)
    for pair in pairs:
        if "type" not in pair.deal.optional_slots and counts[pair.deal.type] >= RARE:
            yield pair.read.type, str(pair.deal.type)


def _dates(pairs: Iterable[Pair]) -> Iterator[Example]:
    for pair in pairs:
        for i, signs in pair.read.dates.items():
            value = pair.mentions[i].value
            if "date" not in pair.deal.optional_slots and isinstance(value, Timex):
                yield signs, "date" if value.value == pair.deal.date else "none"


def fit(examples: Sequence[Example], *, seen: int = SEEN) -> dict[str, dict[str, float]]:
    """The weight of each sign for each label, and each label's own."""
    counts = Counter(sign for signs, _ in examples for sign in signs)
    signs = sorted(sign for sign, count in counts.items() if count >= seen)
    labels = sorted({label for _, label in examples})
    column = {sign: n for n, sign in enumerate(signs)}
    cells = [(row, column[sign]) for row, (held, _) in enumerate(examples) for sign in held if sign in column]
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
    return {
        label: dict(zip([*signs, BIAS], weights[:, n].tolist(), strict=True))
        for n, label in enumerate(labels)
    }
