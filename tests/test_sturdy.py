"""Whatever the text: no crash, no hang, no offset outside it, and the laws that every extraction keeps.

The slow campaigns are scripts/attack, scripts/fuzz and scripts/chaos.
"""

from __future__ import annotations

import functools
import gzip
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from extractor.lexicon import languages, load_lexicon
from extractor.output import json_line
from extractor.pipeline import annotate, extract, finish, load
from extractor.read import ReadFailure, read_articles
from extractor.table import csv_text
from extractor.values import Article, Extraction

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from attacks import attacks  # noqa: E402

CORPUS = {a.id: a for a in read_articles([ROOT / "corpus"]) if isinstance(a, Article)}
ODD = [
    *"\x00\x07\x1b\x7f\u00a0\u00ad\u0301\u061c\u200b\u200d\u200e\u2028\u202e\u2066\ufeff\ud83d\udc00\ue000\ue004\uffff😀ßİıſǅ"
]

loaded = functools.cache(functools.partial(load, model=False))
langs = pytest.mark.parametrize("lang", languages())
unhurried = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def read(text: str, lang: str) -> Extraction:
    return extract(Article(id="a", lang=lang, text=text, published="2025-06-15"), loaded(lang))


def check(text: str, lang: str) -> Extraction:
    """The extraction of a text, held to the laws."""
    extraction = read(text, lang)
    assert extraction.article.text == text
    mentions = extraction.mentions
    assert [text[m.start : m.end] for m in mentions] == [m.text for m in mentions]
    assert all(0 <= m.start < m.end <= len(text) for m in mentions)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    for kind in {m.type for m in mentions}:
        assert all(a.end <= b.start for a, b in pairwise(m for m in mentions if m.type is kind))
    assert all(0 <= e.start < e.end <= len(text) for e in extraction.entries)
    assert all(a.end <= b.start for a, b in pairwise(extraction.entries))
    for deal in extraction.deals:
        assert text[deal.evidence_start : deal.evidence_end] == deal.evidence
        assert all(0 <= i < len(mentions) for indices in deal.provenance.values() for i in indices)
    assert json_line(extraction)
    assert csv_text([extraction], header=True)
    return extraction


def words(lang: str) -> st.SearchStrategy[str]:
    """Pieces that rules look for, among odd characters: texts that nearly match."""
    pieces = [attack.piece for attack in attacks(load_lexicon(lang))]
    return st.lists(
        st.one_of(st.sampled_from(pieces), st.sampled_from(ODD), st.text(max_size=8)), max_size=30
    ).map("".join)


@langs
@unhurried
@example("\ud83d")
@example("İ 1 ſ")
@example("1\u0301 $\u200b5 M€")
@given(text=st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_any_unicode_is_read(lang: str, text: str) -> None:
    check(text, lang)


@langs
@unhurried
@given(data=st.data())
def test_near_matches_among_odd_characters_are_read(lang: str, data: st.DataObject) -> None:
    check(data.draw(words(lang)), lang)


@langs
@unhurried
@given(data=st.data())
def test_a_text_is_read_the_same_way_twice(lang: str, data: st.DataObject) -> None:
    text = data.draw(words(lang))
    assert read(text, lang) == read(text, lang)


@langs
@pytest.mark.parametrize("first", range(3))
def test_prefixes_of_articles_are_read(lang: str, first: int) -> None:
    own = sorted((a for a in CORPUS.values() if a.lang == lang), key=lambda a: a.id)
    text = own[first].text[:700]
    for end in range(first, len(text) + 1, 3):
        check(text[:end], lang)


@unhurried
@given(data=st.data())
def test_edited_articles_are_read(data: st.DataObject) -> None:
    article = CORPUS[data.draw(st.sampled_from(sorted(CORPUS)))]
    text = article.text[:1500]
    for _ in range(data.draw(st.integers(1, 8))):
        at, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 40))
        text = (
            text[:at]
            + data.draw(st.one_of(st.sampled_from(ODD), st.just(text[:length]), st.text(max_size=5)))
            + text[at + length :]
        )
    check(text, article.lang or "")


@pytest.mark.parametrize("name", sorted(CORPUS)[::9])
def test_a_paragraph_at_the_end_moves_no_mention(name: str) -> None:
    article = CORPUS[name]
    lang = article.lang or ""
    text = article.text.rstrip()
    before = [(m.type, m.start, m.end) for m in check(text, lang).mentions]
    after = [(m.type, m.start, m.end) for m in check(f"{text}\n\n—\n", lang).mentions]
    assert after == before


@langs
def test_the_doc_keeps_the_text(lang: str) -> None:
    text = "".join(f"{char}22 aoûtAlvia{char}$5bn " for char in ODD if not "\ud800" <= char <= "\udfff")
    assert annotate(Article(id="a", lang=lang, text=text), loaded(lang)).text == text


@langs
def test_attacks_are_read(lang: str) -> None:
    for attack in attacks(load_lexicon(lang)):
        check(attack.text(300), lang)


def steps(text: str, lang: str, nlp: Language) -> int:
    """Calls that reading a text makes: what time stands for, and the same on any machine."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        finish(annotate(Article(id="a", lang=lang, text=text), nlp))
    finally:
        sys.setprofile(None)
    return count


@langs
@pytest.mark.parametrize(
    "piece",
    ["1.2.3.", "$1 ", "Abcde ", "1-2-", "a, ", "- a\n", "2024-01-01: A\n", "\ue000 ", "Abc def. ", "Inc. "],
)
def test_steps_are_linear(lang: str, piece: str) -> None:
    one, two = (steps(piece * count, lang, loaded(lang)) for count in (150, 300))
    assert two <= 2.2 * one


@langs
def test_a_very_long_line_is_read(lang: str) -> None:
    text = "Alvia " * 4_000
    assert read(text, lang).article.text == text


@langs
def test_very_many_entries_are_read(lang: str) -> None:
    lines = (
        f"{2000 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}: Alvia paid Bertin $5 million for A{day % 7}."
        for day in range(1_000)
    )
    assert len(read("\n".join(lines), lang).entries) == 1_000


def test_deep_html_is_read_or_told(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<html><body>" + "<div>" * 50_000 + "<p>Alvia paid $5 million.</p>", "utf-8")
    (article,) = read_articles([path], lang=languages()[0])
    assert isinstance(article, Article | ReadFailure)


def test_a_zip_bomb_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bomb.txt.gz"
    with gzip.open(path, "wb") as packed:
        for _ in range(200):
            packed.write(b"a" * 2**20)
    (failure,) = read_articles([path])
    assert isinstance(failure, ReadFailure)
