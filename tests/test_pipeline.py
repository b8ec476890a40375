from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.language import Language

from extractor import pipeline as pipeline_module
from extractor.lexicon import languages
from extractor.pipeline import annotate, extract, extract_all, load
from extractor.values import Article, ExtractorError

TEXTS = {
    "fr": "Le 3 mars 2024, la société Brivel SA a racheté Ondal pour 5 millions d'euros, selon Les Échos.",
    "en": "On March 3, 2024, Brivel Inc. acquired Ondal for $5 million, according to the Financial Times.",
}
Pipeline = Callable[[str], Language]


@pytest.mark.model
@pytest.mark.parametrize("lang", languages())
def test_all_stages_work_together(pipeline: Pipeline, lang: str) -> None:
    extraction = extract(Article(id="a", lang=lang, text=TEXTS[lang]), pipeline(lang))
    (deal,) = extraction.deals
    assert (deal.payer, deal.type, deal.amount, deal.date) == (
        ("Brivel",),
        "acquisition",
        5_000_000,
        "2024-03-03",
    )
    assert extraction.mentions[deal.provenance["amount"][0]].text in TEXTS[lang]


@pytest.mark.model
@pytest.mark.parametrize("lang", languages())
def test_offsets_count_into_the_text(pipeline: Pipeline, lang: str) -> None:
    text = f"\n\n  «😀» {TEXTS[lang]}\n"
    extraction = extract(Article(id="a", lang=lang, text=text), pipeline(lang))
    assert extraction.mentions
    assert [text[m.start : m.end] for m in extraction.mentions] == [m.text for m in extraction.mentions]


@pytest.mark.model
def test_the_text_of_the_doc_is_the_article(pipeline: Pipeline) -> None:
    text = "22 aoûtLe président a parlé.\n\n30 juinOracle paie 40M$."
    assert annotate(Article(id="a", lang="fr", text=text), pipeline("fr")).text == text


@pytest.mark.model
def test_batches_give_what_single_articles_give(pipeline: Pipeline) -> None:
    articles = [Article(id=str(i), lang="en", text=f"{TEXTS['en']} Then {i}.") for i in range(5)]
    assert list(extract_all(articles, pipeline("en"))) == [extract(a, pipeline("en")) for a in articles]


def test_a_language_without_a_pack_is_an_error() -> None:
    with pytest.raises(ExtractorError, match="'xx': installed are"):
        load("xx")


def test_another_model_than_the_recorded_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline_module, "model_digest", lambda model: "other")
    with pytest.raises(ExtractorError, match="reinstall"):
        load(languages()[0])
