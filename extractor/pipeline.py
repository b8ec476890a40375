"""One article through all stages: `load` a language's pipeline once, then `extract` as many articles as you like."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import cast

import spacy
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.tokens import Doc, DocBin

from extractor import pipes
from extractor.deals import assemble_deals
from extractor.entries import entries_note
from extractor.gazetteer import load_gazetteer
from extractor.lexicon import Lexicon, load_lexicon
from extractor.orgs import text_notes
from extractor.tagger import Tagger
from extractor.values import Article, Extraction, ExtractorError, Mention

# Taggers tuned from an installed model's: the weights of its `ner`, made by scripts/train.
_MODELS = Path(__file__).parent / "models"

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_WORD = re.compile(r"\S{500}")


def load(
    lang: str, *, model: bool = True, aliases: Path | None = None, blind_to: Sequence[str] = ()
) -> Language:
    """The spaCy pipeline of a language: pattern components, the tagger, then organisations.

    `model` False leaves the tagger out: rules and gazetteer alone. ExtractorError where the language has no pack, or
    its model is not installed. `blind_to`: texts whose names are taken out of the gazetteer, to measure how
    organisations that nobody listed are found.
    """
    nlp = _load_model(load_lexicon(lang)) if model else spacy.blank(lang)
    nlp.add_pipe("extractor_dates", first=True)
    nlp.add_pipe("extractor_amounts", after="extractor_dates")
    if model:
        tagger = Tagger(nlp.remove_pipe("ner")[1])
        cast(pipes.TaggerPipe, nlp.add_pipe("extractor_tagger")).tagger = tagger
    nlp.add_pipe("extractor_orgs", config={"aliases": str(aliases) if aliases else None})
    if blind_to:
        cast(pipes.OrgsPipe, nlp.get_pipe("extractor_orgs")).gazetteer = load_gazetteer(
            aliases=aliases, blind_to=blind_to
        )
    return nlp


def _model_folder(model: str) -> Path:
    spec = importlib.util.find_spec(model)
    if spec is None or spec.origin is None:
        raise ExtractorError(f"the model {model} is not installed: pip install {model.replace('_', '-')}")
    return next(Path(spec.origin).parent.glob("*/config.cfg")).parent


def model_digest(model: str) -> str:
    """Hex SHA-256 over the files of an installed model that are read: name and bytes of each, in order of name."""
    folder = _model_folder(model)
    return _digest(
        folder, [folder / "config.cfg", *(p for part in ("ner", "vocab") for p in (folder / part).rglob("*"))]
    )


def tagger_digest(lang: str) -> str | None:
    """The same of the tuned tagger that the package brings for a language; None where it brings none."""
    folder = _tuned(lang)
    return _digest(folder, folder.iterdir()) if folder else None


def _digest(folder: Path, parts: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in parts if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _tuned(lang: str) -> Path | None:
    folder = _MODELS / f"{lang}_ner"
    return folder if folder.is_dir() else None


def _load_model(lexicon: Lexicon) -> Language:
    model = lexicon.language_setting("model")
    if model_digest(model) != lexicon.language_setting("model_sha256"):
        raise ExtractorError(
            f"the installed model {model} is not the one this version was measured with: "
            "reinstall it from the pinned requirements"
        )
    folder = _model_folder(model)
    # Of the stock components only `ner` is read, and it has a tok2vec of its own: the others are not even loaded.
    unread = [
        name for name in spacy.util.load_config(folder / "config.cfg")["nlp"]["pipeline"] if name != "ner"
    ]
    with warnings.catch_warnings():
        # A model of the minor version before ours: its `ner` is what the figures were measured with.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        # Nor are the strings of its vocabulary: 700,000 words, and a text brings its own.
        nlp = spacy.load(folder, exclude=[*unread, "strings"])
    if tuned := _tuned(lexicon.lang):
        cast(TrainablePipe, nlp.get_pipe("ner")).from_disk(tuned, exclude=["vocab"])
    return nlp


def prepare(article: Article, nlp: Language) -> Doc:
    """The Doc of an article, tokenised, ready for `nlp.pipe`; ExtractorError where it is longer than spaCy reads."""
    if len(article.text) > nlp.max_length:
        raise ExtractorError(
            f"a text of {len(article.text):,} characters: an article may have {nlp.max_length:,}, split it"
        )
    # spaCy keeps strings in UTF-8, which has no half of a pair: another character of the same length stands for it.
    text = _SURROGATE.sub("\ufffd", article.text)
    # Its tokenizer looks through the whole of a word for each mark at its ends: longer ones are cut.
    cuts = [0, *(match.end() for match in _LONG_WORD.finditer(text)), len(text)]
    docs = [nlp.make_doc(text[a:b]) for a, b in pairwise(cuts) if a < b] or [nlp.make_doc("")]
    doc = docs[0] if len(docs) == 1 else Doc.from_docs(docs, ensure_whitespace=False)
    doc._.article, doc._.plain = article, text
    return doc


def finish(doc: Doc) -> Extraction:
    """What the components wrote on a Doc, and the deals assembled from it."""
    article = pipes.article_of(doc)
    lexicon = load_lexicon(doc.lang_)
    entries = pipes.read_entries(doc)
    mentions = pipes.read_spans(doc)
    return Extraction(
        article=article,
        entries=tuple(entries),
        mentions=tuple(mentions),
        deals=tuple(assemble_deals(article, entries, mentions, lexicon)),
        notes=(*text_notes(article.text), *entries_note(article, entries, lexicon)),
    )


def annotate(article: Article, nlp: Language) -> Doc:
    """The Doc of an article with all span groups set."""
    return next(iter(nlp.pipe([prepare(article, nlp)])))


def mentions(doc: Doc) -> list[Mention]:
    """The mentions on a Doc, sorted by start."""
    return pipes.read_spans(doc)


def extract(article: Article, nlp: Language) -> Extraction:
    """Everything read out of one article."""
    return finish(annotate(article, nlp))


def extract_all(articles: Iterable[Article], nlp: Language, *, batch_size: int = 32) -> Iterator[Extraction]:
    """Extractions in the order of the articles, all of the pipeline's language; the tagger reads in batches."""
    docs = (prepare(article, nlp) for article in articles)
    return (finish(doc) for doc in nlp.pipe(docs, batch_size=batch_size))


def to_doc(extraction: Extraction, nlp: Language) -> Doc:
    """The Doc of an extraction: span groups as the components write them, and the evidence of deals as "deals"."""
    doc = prepare(extraction.article, nlp)
    for group, types in pipes.GROUPS.items():
        pipes.set_spans(doc, group, (mention for mention in extraction.mentions if mention.type in types))
    extents = {
        "entries": [(entry.start, entry.end, entry.date) for entry in extraction.entries],
        "deals": [(deal.evidence_start, deal.evidence_end, deal.type or "") for deal in extraction.deals],
    }
    for group, rows in extents.items():
        spans = (doc.char_span(a, b, label=label, alignment_mode="expand") for a, b, label in rows)
        doc.spans[group] = [span for span in spans if span is not None]
    return doc


def doc_bin(rows: Iterable[tuple[Extraction, str]]) -> bytes:
    """A DocBin of extractions, each with its record as JSON, which the Doc holds as `doc.user_data["record"]`."""
    docs, blank = DocBin(store_user_data=True), functools.cache(spacy.blank)
    for extraction, record in rows:
        doc = to_doc(extraction, blank(cast(str, extraction.article.lang)))
        # A DocBin is made of plain data, and our values are none: the record tells them.
        doc.user_data = {"record": record}
        docs.add(doc)
    return docs.to_bytes()
