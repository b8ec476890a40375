"""ORG: named organisations, found by evidence and linked to one norm each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor.gazetteer import Gazetteer
from extractor.lexicon import Lexicon
from extractor.values import Mention, MentionType, Org


@dataclass(frozen=True, slots=True)
class TaggedSpan:
    """A span of the statistical tagger, of any label."""

    start: int
    end: int
    label: str


def find_orgs(
    text: str,
    lexicon: Lexicon,
    *,
    tagged: Sequence[TaggedSpan],
    taken: Sequence[tuple[int, int]],
    gazetteer: Gazetteer,
) -> list[Mention]:
    """The organisations of a text, sorted, without overlap with each other or with the `taken` extents."""
    borders = frozenset(offset for extent in taken for offset in extent)
    used = {i for start, end in taken for i in range(start, end)}
    mentions = []
    for hit in gazetteer.find(text, borders=borders):
        if used.isdisjoint(range(hit.start, hit.end)) and text[hit.start].isupper():
            used.update(range(hit.start, hit.end))
            known = hit.known
            org = Org(norm=known.norm, known=True, kind=known.kind, country=known.country, evidence=("gazetteer",))
            mentions.append(Mention(type=MentionType.ORG, start=hit.start, end=hit.end, text=text[hit.start : hit.end], value=org))
    for span in tagged:
        if span.label == "ORG" and used.isdisjoint(range(span.start, span.end)):
            surface = text[span.start : span.end]
            org = Org(norm=surface, evidence=("tagger:ORG",))
            mentions.append(Mention(type=MentionType.ORG, start=span.start, end=span.end, text=surface, value=org))
    return sorted(mentions, key=lambda mention: mention.start)


def text_notes(text: str) -> tuple[str, ...]:
    """What makes names hard to find in this text."""
    return ()
