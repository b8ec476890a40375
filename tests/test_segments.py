"""Paragraphs and sentences."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.lexicon import languages, load_lexicon
from extractor.segments import paragraphs, sentences


def sentences_of(text: str, lang: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, load_lexicon(lang))]


def paragraphs_of(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ["Acme Inc. bought Bolt Corp. for $6.5 billion.", "The deal closed."]),
        ("en", ["It was sold to Bolt Corp.", "The price was not told."]),
        ("en", ["The U.S. Department of Energy agreed.", "It pays in the U.S.", "The rest follows."]),
        ("en", ['"We are glad," said Dr. A. B. Jones.', "“Very glad.”", "He left."]),
        (
            "en",
            [
                "Shares fell on Sept. 3 (see No. 5).",
                "Analysts said no.",
                "More follows!",
                "Why?",
                "Nobody knows.",
            ],
        ),
        ("en", ["1. Acme pays.", "Bolt sells."]),
        ("en", ["**More chips.**", "Acme pays.", "*Bolt sells.*", "Corvo waits."]),
        ("en", ["See example.com/a.Bc or node.js now.", "Done…", "Then more."]),
        (
            "fr",
            [
                "M. Jean P. Martin dirige Acme Inc. depuis 2020.",
                "Il a payé 6,5 M$ à Bolt S.A. en sept. 2021.",
            ],
        ),
        ("fr", ["Il a signé avec Bolt Corp.", "Le prix n’est pas connu, etc.", "L’accord court."]),
        ("fr", ["11 nov.Acme a annoncé un plan.", "Le coût : 3 Mds.", "Le prix monte !"]),
        ("fr", ["« C’est signé. »", "Le groupe n’a rien dit de plus… mais il paie.", "« Oui », dit-il."]),
        ("fr", ["22 sept. Le groupe achète Bolt.", "La suite ?", "On verra."]),
        ("fr", ["Le site Forbes.be l’a écrit.", "Voir p. 12 et art. 3."]),
    ],
)
def test_sentences_break_where_a_reader_would(lang: str, parts: list[str]) -> None:
    assert sentences_of(" ".join(parts), lang) == parts


def test_sentences_that_run_together_break() -> None:
    assert sentences_of("Acme a signé.Bolt va livrer.", "fr") == ["Acme a signé.", "Bolt va livrer."]


def test_sentences_never_cross_a_line_of_an_unwrapped_text() -> None:
    assert sentences_of("A title\n\nA text of Acme. More.\nNext", "en") == [
        "A title",
        "A text of Acme.",
        "More.",
        "Next",
    ]


def test_a_paragraph_is_a_line() -> None:
    assert paragraphs_of("  One\r\n\r\nTwo \n- three\n- Four\u2028five\n") == [
        "One",
        "Two",
        "- three",
        "- Four",
        "five",
    ]


def test_a_wrapped_text_has_paragraphs_of_several_lines() -> None:
    first = (
        "The company said that it would pay two hundred million for\n"
        "the plant, which stands near the river and has been idle since\nlast spring."
    )
    second = "- An item of a list whose text is long enough that it goes on\nin the next line\n- Another"
    assert paragraphs_of(f"Title\nBy line\n\n{first}\n\n{second}") == [
        "Title",
        "By line",
        first,
        *second.split("\n- ")[:1],
        "- Another",
    ]


def test_a_sentence_broken_by_a_line_break_goes_on() -> None:
    text = "Acme said on Tuesday that it would buy the whole of Bolt, a maker of very small engines, for cash,\nsoon."
    assert paragraphs_of(text) == [text]


@pytest.mark.parametrize("lang", languages())
@given(text=st.text())
def test_all_that_is_no_blank_is_in_one_paragraph_and_one_sentence(lang: str, text: str) -> None:
    for spans in (paragraphs(text), sentences(text, load_lexicon(lang))):
        edges = [0, *itertools.chain.from_iterable(spans), len(text)]
        assert edges == sorted(edges)
        assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
        assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()
