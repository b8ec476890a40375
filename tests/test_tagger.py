"""The tagger marks what spaCy's own `ner` marks, text by text."""

from __future__ import annotations

import warnings
from functools import cache

import pytest
import spacy
from spacy.language import Language

from extractor.lexicon import languages, load_lexicon
from extractor.tagger import Tagger

pytestmark = pytest.mark.model

STORY = (
    "Brivel Robotics Inc. said on Tuesday that Anna Kerwin, its chief executive, had bought the Ondal works in "
    "New Caledonia for $40 million. \n\n Le groupe Vessac, installé à Saint-Malo, a vendu deux usines à la Banque "
    "de Tressan le 3 mars 2024; Mme Le Guennec n'a pas répondu.\n"
)
TEXTS = ["", " ", "\n\n", "Brivel", "Brivel Robotics", STORY, "brivel " * 30, STORY * 20, STORY.upper()]


@cache
def stock(lang: str) -> Language:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return spacy.load(load_lexicon(lang).language_setting("model"))


def own(nlp: Language, texts: list[str]) -> list[list[tuple[int, int, str]]]:
    return Tagger(nlp.get_pipe("ner"))([nlp.make_doc(text) for text in texts])


def theirs(nlp: Language, texts: list[str]) -> list[list[tuple[int, int, str]]]:
    ner = nlp.get_pipe("ner")
    docs = [ner(nlp.make_doc(text)) for text in texts]
    return [[(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in docs]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text[:8]!r}-{len(text)}")
def test_marks_what_spacy_marks(lang: str, text: str) -> None:
    assert own(stock(lang), [text]) == theirs(stock(lang), [text])


@pytest.mark.parametrize("lang", languages())
def test_texts_read_together_do_not_see_each_other(lang: str) -> None:
    assert own(stock(lang), TEXTS) == theirs(stock(lang), TEXTS)


@pytest.mark.parametrize("lang", languages())
def test_the_story_has_names(lang: str) -> None:
    assert len(own(stock(lang), [STORY])[0]) > 5


def test_no_name_crosses_a_sentence_border() -> None:
    nlp = stock(languages()[0])
    ner = nlp.get_pipe("ner")
    whole = ner(nlp.make_doc(STORY)).ents
    name = next(ent for ent in whole if len(ent) > 1)
    cut = nlp.make_doc(STORY)
    cut[name.start + 1].is_sent_start = True
    found = Tagger(ner)([cut])[0]
    assert (name.start, name.end, name.label_) not in found
    assert found == [(ent.start, ent.end, ent.label_) for ent in ner(cut).ents]


def test_words_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractor.tagger._WORDS", 8)
    nlp = stock(languages()[0])
    tagger = Tagger(nlp.get_pipe("ner"))
    texts = [STORY, "Brivel", STORY.upper(), "Ondal works", STORY]
    found = [tagger([nlp.make_doc(text)])[0] for text in texts]
    assert found == theirs(nlp, texts)
