"""Train the stock tagger of a language on with marked names, and read what a tagger says of texts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

import spacy
from marked import ROOT, Marked, part
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.training.batchers import minibatch_by_words
from spacy.util import filter_spans

from extractor.gazetteer import load_gazetteer
from extractor.lexicon import load_lexicon

SEED, LEARN_RATE, DROPOUT, BATCH_WORDS = 7, 0.0005, 0.15, 1000
# Labels of the stock taggers for each kind of name, the usual one first.
LABELS = {
    "ORG": ("ORG",),
    "PER": ("PER", "PERSON"),
    "LOC": ("LOC", "GPE", "FAC"),
    "MISC": ("MISC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"),
}
_TOLD = frozenset(label for labels in LABELS.values() for label in labels)
_SYLLABLES = (
    "ba be bo cal cor da del dyn en fla gen ka kor la len lo lux ma mer mi na neo op pa po qua ra ri so zo"
)
_ENDINGS = ("", "", "", "", "x", "is", " AI", " Energy", " Labs", " Capital", " Technologies", " Group")


def stock(lang: str) -> spacy.Language:
    """The installed model's `ner` alone."""
    model = load_lexicon(lang).language_setting("model")
    return spacy.load(model, exclude=[name for name in spacy.load(model).pipe_names if name != "ner"])


def shipped(lang: str) -> spacy.Language:
    """The tagger with the weights that the package ships for it, if there are any."""
    nlp, weights = stock(lang), ROOT / f"extractor/models/{lang}_ner"
    if weights.is_dir():
        nlp.get_pipe("ner").from_disk(weights, exclude=["vocab"])
    return nlp


def fit(lang: str, texts: Sequence[Marked], *, steps: int) -> spacy.Language:
    """The stock tagger, trained on with texts whose names are marked, half of their organisations renamed.

    A text is read as often a round as it weighs.
    """
    spacy.util.fix_random_seed(SEED)
    nlp, before, rng = stock(lang), stock(lang), random.Random(SEED)
    usual = load_gazetteer().names().items()
    names = [name for name, known in usual if known.kind == "company" and not known.ambiguous]
    step, optimizer = 0, nlp.resume_training()
    optimizer.learn_rate = LEARN_RATE
    while step < steps:
        renamed = [_renamed(text, names, rng) for text in texts if text.ents for _ in range(text.weight)]
        pool = [example for text, spans in renamed for example in _examples(text, spans, before)]
        rng.shuffle(pool)
        for batch in minibatch_by_words(pool, size=BATCH_WORDS, get_length=len):
            nlp.update(batch, drop=DROPOUT, sgd=optimizer)
            step += 1
    return nlp


def _invented(rng: random.Random) -> str:
    name = "".join(rng.choice(_SYLLABLES.split()) for _ in range(rng.choice([2, 2, 3]))).capitalize()
    return name + rng.choice(_ENDINGS)


def _renamed(
    marked: Marked, names: Sequence[str], rng: random.Random
) -> tuple[str, list[tuple[int, int, str]]]:
    """The text with half of its short organisation names replaced, the same name everywhere by the same."""
    new: dict[str, str] = {}
    out, position, spans = "", 0, []
    for start, end, kind in marked.ents:
        if start < position:
            continue
        name = marked.text[start:end]
        if kind == "ORG" and name[0].isupper() and len(name.split()) <= 2 and len(name) > 4:
            other = rng.choice(names) if rng.random() < 0.5 else _invented(rng)
            name = new.setdefault(name, other if rng.random() < 0.5 else name)
        out += marked.text[position:start]
        spans.append((len(out), len(out) + len(name), kind))
        out, position = out + name, end
    return out + marked.text[position:], spans


def _examples(text: str, spans: Sequence[tuple[int, int, str]], before: spacy.Language) -> Iterator[Example]:
    """A paragraph each. What the marks do not speak of (nations, numbers) stays as the stock tagger says."""
    start, labels = 0, before.get_pipe("ner").labels
    for paragraph in text.split("\n\n"):
        end = start + len(paragraph)
        said = before(paragraph)
        if len(said):
            inside = [(a - start, b - start, kind) for a, b, kind in spans if start <= a and b <= end]
            marked = [said.char_span(a, b, label=_label(said, a, b, kind, labels)) for a, b, kind in inside]
            ents = filter_spans([span for span in marked if span is not None])
            rest = [e for e in said.ents if e.label_ not in _TOLD and not _touches(e, ents)]
            target = before.make_doc(paragraph)
            target.ents = [Span(target, e.start, e.end, label=e.label_) for e in [*ents, *rest]]
            yield Example(before.make_doc(paragraph), target)
        start = end + 2


def _touches(ent: Span, others: Sequence[Span]) -> bool:
    return any(ent.start < other.end and other.start < ent.end for other in others)


def _label(said: Doc, start: int, end: int, kind: str, labels: Sequence[str]) -> str:
    """The label that the stock tagger gives a span where that is of its kind, else the usual one."""
    own = next((e.label_ for e in said.ents if e.start_char < end and start < e.end_char), None)
    return own if own in LABELS[kind] else next(label for label in LABELS[kind] if label in labels)


def opinions(nlp: spacy.Language, texts: Iterable[Marked]) -> dict[str, list[tuple[int, int, str]]]:
    """What a tagger marks in each text, by its id."""
    texts = list(texts)
    docs = nlp.pipe(text.text for text in texts)
    return {
        text.id: [(e.start_char, e.end_char, e.label_) for e in doc.ents]
        for text, doc in zip(texts, docs, strict=True)
    }


def unseen_opinions(
    lang: str, texts: Sequence[Marked], *, steps: int
) -> dict[str, list[tuple[int, int, str]]]:
    """What a tagger says of texts that it was not trained on, half by half: as it will speak of texts to come."""
    said = {}
    for half in (0, 1):
        of_half = {text.id for text in texts if part(text.id, "half ") % 2 == half}
        nlp = fit(lang, [text for text in texts if text.id not in of_half], steps=steps)
        said |= opinions(nlp, (text for text in texts if text.id in of_half))
    return said
