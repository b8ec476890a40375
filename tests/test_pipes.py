from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
import spacy

from extractor.pipes import read_spans, set_spans
from extractor.values import Article, Mention, MentionType, Money, Org, Timex

TEXT = "22 aoûtLe président, puis 30 juinOracle paie 40M$."


def mention(kind: MentionType, text: str, value: Timex | Org | Money) -> Mention:
    start = TEXT.index(text)
    return Mention(type=kind, start=start, end=start + len(text), text=text, value=value, rule="by hand")


AUGUST = mention(MentionType.DATE, "22 août", Timex(value="2025-08-22"))
JUNE = mention(MentionType.DATE, "30 juin", Timex(value="2025-06-30"))
ORACLE = mention(MentionType.ORG, "Oracle", Org(norm="Oracle"))
MONEY = mention(MentionType.MONEY, "40M$", Money(value=Decimal(40_000_000), currency="USD"))


def test_tokens_are_cut_where_a_mention_ends_inside_one() -> None:
    doc = set_spans(spacy.blank("fr")(TEXT), "dates", [AUGUST, JUNE])
    assert [span.text for span in doc.spans["dates"]] == ["22 août", "30 juin"]
    assert "Oracle" in [token.text for token in doc]


def test_a_later_group_leaves_the_earlier_on_its_words() -> None:
    doc = set_spans(spacy.blank("fr")(TEXT), "dates", [JUNE])
    doc = set_spans(doc, "amounts", [MONEY])
    doc = set_spans(doc, "orgs", [ORACLE])
    assert read_spans(doc) == [JUNE, ORACLE, MONEY]


def test_the_text_survives() -> None:
    assert set_spans(spacy.blank("fr")(TEXT), "dates", [AUGUST, JUNE]).text == TEXT


def test_a_text_with_much_to_cut_keeps_what_was_marked_before() -> None:
    text = "Alvia le 22 aoûtLe président " * 500
    starts = [match.start() for match in re.finditer("22 août", text)]
    names = [
        Mention(
            type=MentionType.ORG, start=at, end=at + 5, text="Alvia", value=Org(norm="Alvia"), rule="by hand"
        )
        for at in (match.start() for match in re.finditer("Alvia", text))
    ]
    days = [replace(AUGUST, start=at, end=at + len("22 août")) for at in starts]
    doc = spacy.blank("fr")(text)
    doc.ents = [doc.char_span(m.start, m.end, label="ORG") for m in names]
    doc._.article = Article(id="a", text=text)
    doc = set_spans(set_spans(doc, "orgs", names), "dates", days)
    assert doc.text == text
    assert read_spans(doc) == sorted([*names, *days], key=lambda m: m.start)
    assert [(e.start_char, e.text) for e in doc.ents] == [(m.start, "Alvia") for m in names]
    assert doc._.article == Article(id="a", text=text)


@pytest.mark.parametrize("name", ["extractor_dates", "extractor_amounts", "extractor_orgs"])
def test_components_work_in_anybodys_pipeline(name: str) -> None:
    nlp = spacy.blank("fr")
    nlp.add_pipe(name)
    text = "Le 3 mars 2024, la société Brivel SA a payé 5 millions d'euros."
    doc = nlp(text)
    assert doc.text == text
    assert [s.text for s in doc.spans[name.removeprefix("extractor_")]]
