"""ORG: named organisations, found even when no list knows them, each with one norm.

Every capitalised name is weighed on its evidence (`evidence`): the gazetteer, the tagger's opinion, the words around
it, the other places where it stands in the text; some of it weighs more or less together. The weights are data
(`lang/shared/weights.toml`), fitted by `scripts/train`. Of spans that overlap the one with the most evidence is kept.

Linking: a name of the gazetteer has its norm, what a rule finds the norm that the rule tells, any other name is its
own norm without legal form, and short forms and initials have the norm of the long name in the same text.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import repeat
from math import fsum

from extractor.candidates import Candidate, Candidates, name_key
from extractor.evidence import is_initials, judge
from extractor.gazetteer import Gazetteer
from extractor.lexicon import Lexicon
from extractor.reading import Reading, Span, Words, read_words
from extractor.values import Mention, MentionType, Org
from extractor.weights import BIAS, load_weights

# How many reasons a mention states: the strongest ones, a person reads no more.
_REASONS = 4
# One name, one label: a mention gains this share of what the best mention of the same name has, up to a sure one.
# Exact F1 blind to the list, cross-validated on gold/dev: French 0 .755, 0.3 .766, 0.6 .773; English .815, .826, .826.
# On real texts it is flat (French .79, English .83 to .82).
_AGREEMENT = 0.5
_SURE = 4.0
# Joins two words of evidence in the table of weights.
_TOGETHER = " & "
# A text of fewer words is a title; how its letters are cased says nothing.
_ENOUGH_WORDS = 40


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A span of the statistical tagger, of any label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class _Knowledge:
    words: Words
    weights: Mapping[str, float]
    pairs: Mapping[str, Sequence[tuple[str, float]]]
    """Words of evidence that weigh differently together: the second one and the weight, by the first."""
    bits: Mapping[str, int]
    """A bit for each word of a pair."""
    partners: Mapping[str, int]
    """The bits of the second words, by the first."""
    paired: frozenset[str]
    bias: float


@functools.cache
def _knowledge(lexicon: Lexicon) -> _Knowledge:
    weights = dict(load_weights("orgs")["org"])
    pairs = defaultdict(list)
    for name in [name for name in weights if _TOGETHER in name]:
        first, second = name.split(_TOGETHER)
        pairs[first].append((second, weights.pop(name)))
    both = {*pairs, *(second for seconds in pairs.values() for second, _ in seconds)}
    bits = {word: 1 << number for number, word in enumerate(sorted(both))}
    partners = {word: sum(bits[second] for second, _ in pairs.get(word, ())) for word in bits}
    return _Knowledge(read_words(lexicon), weights, pairs, bits, partners, frozenset(bits), weights.pop(BIAS))


def find_orgs(
    text: str,
    lexicon: Lexicon,
    *,
    tagged: Sequence[TaggedSpan],
    taken: Sequence[Span],
    sums: Sequence[Span] = (),
    gazetteer: Gazetteer,
) -> list[Mention]:
    """The organisations of a text, sorted, without overlap with each other or with the `taken` extents.

    `tagged`: what a tagger marked, of any label. `taken`: extents of dates and amounts; they are borders of words too.
    `sums`: those of them that are amounts.
    """
    knowledge = _knowledge(lexicon)
    spans = [(span.start, span.end, span.label) for span in tagged]
    reading = Reading(text, lexicon, knowledge.words, taken=taken, sums=sums)
    candidates = Candidates(reading, tagged=spans, gazetteer=gazetteer)
    judge(reading, candidates)
    chosen = _choose(candidates.found.values(), knowledge)
    norms = _norms(chosen, text, knowledge.words, gazetteer)
    return [
        Mention(
            type=MentionType.ORG,
            start=candidate.start,
            end=candidate.end,
            text=text[candidate.start : candidate.end],
            value=replace(norms[candidate.start, candidate.end], evidence=_reasons(candidate, knowledge)),
            rule="orgs",
        )
        for candidate in chosen
    ]


def _weighed(evidence: Set[str], knowledge: _Knowledge) -> Iterator[tuple[str, float]]:
    """What each piece of evidence, and each two together, weigh."""
    for word in evidence:
        yield word, knowledge.weights.get(word, 0.0)
        for other, weight in knowledge.pairs.get(word, ()):
            if other in evidence:
                yield f"{word}{_TOGETHER}{other}", weight


def score(candidate: Candidate, knowledge: _Knowledge) -> float:
    """The evidence for a candidate less that against it: an organisation above zero."""
    evidence = candidate.evidence
    weights = list(map(knowledge.weights.get, evidence, repeat(0.0)))
    # Most words have no partner here: bits tell so much faster than look-ups.
    paired = evidence & knowledge.paired
    present = sum(map(knowledge.bits.__getitem__, paired))
    for first in paired:
        if present & knowledge.partners[first]:
            weights += [weight for second, weight in knowledge.pairs[first] if second in evidence]
    # fsum: the order of a set must not change the figure.
    return knowledge.bias + fsum(weights)


def _choose(candidates: Iterable[Candidate], knowledge: _Knowledge) -> list[Candidate]:
    """The candidates above zero, strongest first, those that overlap a stronger one left out; sorted by start."""
    own = [(score(candidate, knowledge), candidate) for candidate in candidates]
    best: dict[str, float] = {}
    for points, candidate in own:
        best[candidate.name] = max(best.get(candidate.name, 0.0), points)
    scored = [
        (points + (_AGREEMENT * min(best[c.name], _SURE) if best[c.name] > points else 0.0), c)
        for points, c in own
    ]
    used: set[int] = set()
    chosen = []
    for points, candidate in sorted(scored, key=lambda pair: (-pair[0], pair[1].start, -pair[1].end)):
        if points <= 0:
            break
        extent = range(candidate.start, candidate.end)
        if used.isdisjoint(extent):
            used.update(extent)
            chosen.append(candidate)
    return sorted(chosen, key=lambda candidate: candidate.start)


def _reasons(candidate: Candidate, knowledge: _Knowledge) -> tuple[str, ...]:
    ranked = sorted(_weighed(candidate.evidence, knowledge), key=lambda pair: (-pair[1], pair[0]))
    return tuple(word for word, weight in ranked[:_REASONS] if weight > 0)


def _norms(chosen: Sequence[Candidate], text: str, words: Words, gazetteer: Gazetteer) -> dict[Span, Org]:
    """The organisation of every chosen span."""
    legal = words.legal
    forms: dict[str, Counter[str]] = {}
    for candidate in chosen:
        surface = _without_legal_form(text[candidate.start : candidate.end], legal)
        forms.setdefault(name_key(surface, legal), Counter())[surface] += 1
    orgs: dict[str, Org] = {}
    out: dict[Span, Org] = {}
    for candidate in chosen:
        surface = text[candidate.start : candidate.end]
        bare = _without_legal_form(surface, legal)
        known = candidate.known or gazetteer.lookup(surface) or gazetteer.lookup(bare)
        key = name_key(bare, legal)
        if known is not None:
            org = Org(norm=known.norm, known=True, kind=known.kind, country=known.country)
        elif candidate.norm is not None:
            listed = gazetteer.lookup(candidate.norm)
            norm, country = (listed.norm, listed.country) if listed is not None else (candidate.norm, None)
            org = Org(norm=norm, known=listed is not None, kind=candidate.kind, country=country)
        else:
            org = Org(norm=_usual_form(forms[key]), kind=candidate.kind)
        orgs.setdefault(key, org)
        out[candidate.start, candidate.end] = org
    return {span: _longer(org, text[span[0] : span[1]], orgs, words) for span, org in out.items()}


def _longer(org: Org, surface: str, orgs: Mapping[str, Org], words: Words) -> Org:
    """The organisation that a short form or initials stand for in this text; unknown names only.

    A name is cut behind its first words, or before them where they say the kind alone: "Acme" for "Banco Acme".
    """
    if org.known:
        return org
    key = name_key(surface, words.legal)
    longer = [
        (k, o)
        for k, o in orgs.items()
        if k.startswith((f"{key} ", f"{key}-"))
        or (k.endswith(f" {key}") and all(word in words.kinds for word in k[: -len(key)].split()))
    ]
    if not longer and surface.isupper() and len(surface) > 1:
        longer = [(k, o) for k, o in orgs.items() if " " in k and is_initials(surface, k)]
    norms = {o.norm for _, o in longer}
    return longer[0][1] if len(norms) == 1 else org


def _without_legal_form(surface: str, legal: frozenset[str]) -> str:
    words = re.split(r"[\s,]+", surface.strip())
    while len(words) > 1 and words[-1].lower() in legal:
        words.pop()
    end = surface.find(words[-1], len(" ".join(words[:-1]))) + len(words[-1])
    return surface[:end].rstrip(" ,.&") or surface


def _usual_form(forms: Counter[str]) -> str:
    """The form written most often, then the one with the fewest capitals: "Alvia" before "ALVIA"."""
    return min(forms, key=lambda form: (-forms[form], sum(c.isupper() for c in form), form))


def text_notes(text: str) -> tuple[str, ...]:
    """What makes names hard to find in this text: capitals only, no capitals, no accents where there should be some."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    if len(words) < _ENOUGH_WORDS:
        return ()
    notes = []
    if sum(word.isupper() for word in words) > 0.8 * len(words):
        notes.append(
            "the text is in capitals only: names of organisations are found by the list and the rules alone"
        )
    elif not any(word[0].isupper() for word in words):
        notes.append("the text has no capitals: names of organisations that no list knows are not found")
    return tuple(notes)
