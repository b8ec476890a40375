"""The spaCy components: each finds its mentions in `doc.text` and writes them as a typed span group.

| factory | reads | writes |
| --- | --- | --- |
| `extractor_dates` | `doc.text`, `doc._.article` | `doc.spans["dates"]`, `doc.spans["entries"]`, the article's date |
| `extractor_amounts` | `doc.text` | `doc.spans["amounts"]`: MONEY and POWER |
| `extractor_tagger` | the words of a Doc | `doc.ents` |
| `extractor_orgs` | `doc.text`, `doc.ents` of a tagger, the groups above | `doc.spans["orgs"]` |

Every span holds its value as `span._.value` and the rule that made it as `span._.rule`. They work in anybody's
pipeline: `nlp.add_pipe("extractor_amounts")`. Those that find by pattern stand before the tagger, so that it reads
"mai" and "Alvia" where the text has "maiAlvia".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import cast

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from extractor.amounts import find_amounts
from extractor.dates import find_dates, resolve_dates
from extractor.entries import infer_published, split_entries
from extractor.gazetteer import Gazetteer, load_gazetteer
from extractor.lexicon import load_lexicon
from extractor.orgs import TaggedSpan, find_orgs
from extractor.tagger import Tagger
from extractor.values import Article, Entry, Mention, MentionType

GROUPS = {
    "dates": (MentionType.DATE,),
    "amounts": (MentionType.MONEY, MentionType.POWER),
    "orgs": (MentionType.ORG,),
}

# spaCy goes through the whole Doc for each token that it splits: a Doc with more of them is cut slice by slice.
_SLICE = 200

Span.set_extension("value", default=None, force=True)
Span.set_extension("rule", default=None, force=True)
Doc.set_extension("article", default=None, force=True)
Doc.set_extension("plain", default=None, force=True)


def set_spans(doc: Doc, group: str, found: Iterable[Mention]) -> Doc:
    """Write mentions as the span group `group`; tokens are cut where a mention begins or ends inside one.

    Cutting moves token indices, which would leave earlier groups on the wrong words: they are written anew from
    their characters. Entities of a tagger that ran before keep their characters too.
    """
    mentions = list(found)
    extents = [(m.start, m.end, m.type.value) for m in mentions]
    spans = [doc.char_span(start, end, label=label) for start, end, label in extents]
    if None in spans:
        doc = _cut_tokens(doc, {edge for m in mentions for edge in (m.start, m.end)})
        spans = [doc.char_span(start, end, label=label) for start, end, label in extents]
    for mention, span in zip(mentions, spans, strict=True):
        if span is not None:
            span._.value, span._.rule = mention.value, mention.rule
    doc.spans[group] = [span for span in spans if span is not None]
    return doc


def _cut_tokens(doc: Doc, edges: set[int]) -> Doc:
    """The Doc with no token across an edge: the same one, or one made anew where there is much to cut."""
    if not edges or not len(doc):
        return doc
    starts, lengths = doc.to_array(["IDX", "LENGTH"]).astype(np.intp).T
    inner = np.array(sorted(edges))
    tokens = np.maximum(np.searchsorted(starts, inner, side="right") - 1, 0)
    offsets = inner - starts[tokens]
    cuts: dict[int, list[int]] = defaultdict(list)
    for i in np.flatnonzero((offsets > 0) & (offsets < lengths[tokens])):
        cuts[int(tokens[i])].append(int(offsets[i]))
    if not cuts:
        return doc
    kept = {
        name: [(s.start_char, s.end_char, s.label_, s.kb_id_) for s in group]
        for name, group in doc.spans.items()
    }
    if len(cuts) <= _SLICE:
        _split_tokens(doc, cuts)
    else:
        slices = []
        for start in range(0, len(doc), _SLICE):
            part = doc[start : start + _SLICE].as_doc()
            _split_tokens(part, {i: cuts[start + i] for i in range(len(part)) if start + i in cuts})
            slices.append(part)
        user_data, doc = doc.user_data, Doc.from_docs(slices, ensure_whitespace=False)
        doc.user_data = user_data
    for name, extents in kept.items():
        anew = (doc.char_span(a, b, label=label, kb_id=kb_id) for a, b, label, kb_id in extents)
        doc.spans[name] = [span for span in anew if span is not None]
    return doc


def _split_tokens(doc: Doc, cuts: Mapping[int, Sequence[int]]) -> None:
    with doc.retokenize() as retokenizer:
        for index, offsets in cuts.items():
            token = doc[index]
            bounds = [0, *offsets, len(token)]
            pieces = [token.text[a:b] for a, b in pairwise(bounds)]
            retokenizer.split(token, pieces, heads=[(token, i) for i in range(len(pieces))])


def read_spans(doc: Doc) -> list[Mention]:
    """The mentions that the components wrote on a Doc, sorted by start."""
    text = article_of(doc).text
    return sorted(
        (
            Mention(
                type=MentionType(span.label_),
                start=(start := span.start_char),
                end=(end := span.end_char),
                text=text[start:end],
                value=span._.value,
                rule=span._.rule,
            )
            for group in GROUPS
            for span in doc.spans.get(group, ())
        ),
        key=lambda m: (m.start, m.end, m.type),
    )


def read_entries(doc: Doc) -> list[Entry]:
    """The timeline entries that `extractor_dates` wrote on a Doc."""
    return [Entry(start=s.start_char, end=s.end_char, date=s.label_) for s in doc.spans.get("entries", ())]


def text_of(doc: Doc) -> str:
    """`doc.text`, which spaCy puts together from the words whenever it is asked for, put together once."""
    if doc._.plain is None:
        doc._.plain = doc.text
    return cast(str, doc._.plain)


def article_of(doc: Doc) -> Article:
    """The article that a Doc was made from; one with the text alone where nobody said more."""
    return doc._.article or Article(id="", text=text_of(doc), lang=doc.lang_)


@Language.factory("extractor_dates", assigns=["doc.spans"], retokenizes=True)
class DatesPipe:
    """Mark DATE and the timeline's entries; a date leans on its entry, so both are read together."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.lexicon = load_lexicon(nlp.lang)

    def __call__(self, doc: Doc) -> Doc:
        text = text_of(doc)
        found = find_dates(text, self.lexicon)
        article = infer_published(article_of(doc), found, self.lexicon)
        entries = split_entries(article, found, self.lexicon)
        doc._.article = article
        mentions = resolve_dates(
            found, text=text, lexicon=self.lexicon, published=article.published, entries=entries
        )
        doc = set_spans(doc, "dates", mentions)
        doc = _cut_tokens(doc, {edge for e in entries for edge in (e.start, e.end)})
        doc.spans["entries"] = [
            span
            for e in entries
            if (span := doc.char_span(e.start, e.end, label=e.date, alignment_mode="expand"))
        ]
        return doc


@Language.factory("extractor_amounts", assigns=["doc.spans"], retokenizes=True)
class AmountsPipe:
    """Mark MONEY and POWER."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.lexicon = load_lexicon(nlp.lang)

    def __call__(self, doc: Doc) -> Doc:
        return set_spans(doc, "amounts", find_amounts(text_of(doc), self.lexicon))


@Language.factory("extractor_tagger", assigns=["doc.ents"])
class TaggerPipe:
    """Mark as entities the names that `tagger` finds; without one, none."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.tagger: Tagger | None = None

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """The Docs of a stream with their entities, read in batches."""
        stream = iter(docs)
        while batch := list(islice(stream, batch_size)):
            if self.tagger is not None:
                for doc, names in zip(batch, self.tagger(batch), strict=True):
                    doc.set_ents([Span(doc, start, end, label=label) for start, end, label in names])
            yield from batch


@Language.factory("extractor_orgs", default_config={"aliases": None}, assigns=["doc.spans"], retokenizes=True)
class OrgsPipe:
    """Mark ORG; `aliases` names a file of a person's own names. `gazetteer` may be replaced by a narrower one."""

    def __init__(self, nlp: Language, name: str, aliases: str | None) -> None:
        self.lexicon = load_lexicon(nlp.lang)
        self.gazetteer: Gazetteer = load_gazetteer(aliases=Path(aliases) if aliases else None)

    def __call__(self, doc: Doc) -> Doc:
        tagged = [TaggedSpan(e.start_char, e.end_char, e.label_) for e in doc.ents]
        dates, sums = (
            [(s.start_char, s.end_char) for s in doc.spans.get(group, ())] for group in ("dates", "amounts")
        )
        return set_spans(
            doc,
            "orgs",
            find_orgs(
                text_of(doc),
                self.lexicon,
                tagged=tagged,
                taken=sorted([*dates, *sums]),
                sums=sums,
                gazetteer=self.gazetteer,
            ),
        )
