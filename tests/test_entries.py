"""Timelines: markers, years, extents; publication dates that a text tells."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.dates import find_dates
from extractor.entries import entries_note, infer_published, split_entries
from extractor.lexicon import languages, load_lexicon
from extractor.values import Article, Entry, PublishedFrom

CASES = Path(__file__).parent / "cases"


_MARK = re.compile(r"⟪(?:ENTRY\|([^⟫]*)|/ENTRY)⟫")


def cases(key: str) -> list[object]:
    """Language, article and the entries marked in it, for each case of each pack."""
    found = []
    for path in sorted(CASES.glob("*/entries.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        for n, case in enumerate(data[key]):
            lang, published, marked = path.parent.name, data["anchor"], case.strip("\n")
            if marked.startswith("---\npublished:"):
                head, _, marked = marked.partition("\n---\n")
                published = head.partition(":")[2].strip() or None
            article = Article(id="case", text=_MARK.sub("", marked), lang=lang, published=published)
            marks = list(_MARK.finditer(marked))
            entries = [
                (opening[1], marked[opening.end() : closing.start()])
                for opening, closing in zip(marks[::2], marks[1::2], strict=True)
            ]
            found.append(pytest.param(lang, article, entries, id=f"{lang}-{n}-{article.text[:30]!r}"))
    return found


def split(article: Article, lang: str) -> list[Entry]:
    lexicon = load_lexicon(lang)
    return split_entries(article, find_dates(article.text, lexicon), lexicon)


def inferred(text: str, lang: str) -> Article:
    lexicon = load_lexicon(lang)
    return infer_published(Article(id="a", text=text, lang=lang), find_dates(text, lexicon), lexicon)


def shown(text: str, entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.date, text[entry.start : entry.end]) for entry in entries]


@pytest.mark.parametrize(("lang", "article", "entries"), cases("right"))
def test_timelines_are_split(lang: str, article: Article, entries: list[tuple[str, str]]) -> None:
    assert shown(article.text, split(article, lang)) == entries


@pytest.mark.parametrize(("lang", "article", "entries"), cases("nothing"))
def test_prose_has_no_entries(lang: str, article: Article, entries: list[tuple[str, str]]) -> None:
    assert shown(article.text, split(article, lang)) == entries == []


@pytest.mark.parametrize(("lang", "article", "entries"), cases("right"))
def test_line_ends_do_not_matter(lang: str, article: Article, entries: list[tuple[str, str]]) -> None:
    dos = replace(article, text=article.text.replace("\n", "\r\n"))
    assert [entry.date for entry in split(dos, lang)] == [day for day, _ in entries]


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        ("fr", "Publié le 12 novembre 2025 à 10h32\n\nOrme achète Saule.", "2025-11-12"),
        ("fr", "Orme achète Saule\n\nPar Jeanne Dupuis, le 12 novembre 2025\n\nIl paie.", "2025-11-12"),
        ("fr", "Orme achète Saule\n\nJeanne Dupuis | 12 novembre 2025\n\nIl paie.", "2025-11-12"),
        ("fr", "12 novembre 2025\n\nOrme achète Saule.", "2025-11-12"),
        ("fr", "Orme achète Saule\n\n12 novembre 2025, 8 h 13 UTC . –\nOrme a payé.", "2025-11-12"),
        (
            "fr",
            "Orme achète Saule\n\nPage actualisée : 12 novembre 2025 — « Nous payons », dit-elle.",
            "2025-11-12",
        ),
        ("fr", "PARIS, 12 novembre 2025 – Orme achète Saule.", "2025-11-12"),
        (
            "fr",
            "Les rachats de 2019\n\n11 nov. : Orme achète Saule.\n\n2 mai : Saule achète Hêtre.",
            "2019-11-11",
        ),
        ("fr", "Orme a acheté Saule le 12 novembre 2025.", None),
        ("fr", "Le 12 novembre 2025, Orme a acheté Saule.", None),
        ("fr", "Orme (1998-2010)\n\n3 mai 1998 : Orme naît.\n\n2 mai 2009 : Orme meurt.", None),
        ("fr", "3 mai 1998\n\nOrme naît.\n\n2 mai 2009\n\nOrme meurt.", None),
        ("en", "Elm buys Willow\n\nBy Ann Reed\n\nPublished on November 12, 2025\n\nIt pays.", "2025-11-12"),
        ("en", "Elm buys Willow\n\nUpdated Nov 12, 2025, 10:05 AM ET\n\nIt pays.", "2025-11-12"),
        ("en", "Elm buys Willow\n\nAnn Reed - November 12, 2025\n\nIt pays.", "2025-11-12"),
        ("en", "LONDON, Nov. 12, 2025 (NewsLine) -- Elm bought Willow.", "2025-11-12"),
        ("en", "Elm bought Willow on November 12, 2025.", None),
        ("en", "On November 12, 2025, Elm bought Willow. It paid.", None),
        ("en", "Elm grew in 2025.\n\nIt pays.", None),
    ],
)
def test_the_publication_date_is_read_from_the_text(lang: str, text: str, day: str | None) -> None:
    article = inferred(text, lang)
    assert (article.published, article.published_from) == (day, PublishedFrom.TEXT if day else None)


def test_a_given_publication_date_stays() -> None:
    article = Article(
        id="a", text="Publié le 12 novembre 2025", published="2020-01-01", published_from=PublishedFrom.GIVEN
    )
    lexicon = load_lexicon("fr")
    assert infer_published(article, find_dates(article.text, lexicon), lexicon) == article


def test_a_layout_like_a_list_without_entries_is_noted() -> None:
    text = "\n\n".join(
        f"On March {day}, 2025, Elm bought {name}. It paid in cash.\n\nNobody knew why it did so."
        for day, name in [(3, "Willow"), (5, "Oak"), (9, "Ash")]
    )
    article = Article(id="a", text=text, lang="en")
    assert split(article, "en") == []
    assert entries_note(article, [], load_lexicon("en")) == [
        "3 paragraphs open with a date ('On March 3, 2025, Elm bought W' …), but they were not read as a timeline"
    ]


def test_years_that_nobody_tells_are_noted() -> None:
    article = Article(id="a", text="Nov. 11: Elm buys Willow.\n\nNov. 2: Oak closes.", lang="en")
    notes = entries_note(article, split(article, "en"), load_lexicon("en"))
    assert notes == ["nothing tells the year of 2 entries of the timeline: give the publication date"]


def test_prose_is_not_noted() -> None:
    article = Article(id="a", text="Elm bought Willow on March 3.\n\nIt paid in cash.", lang="en")
    assert entries_note(article, [], load_lexicon("en")) == []


_PIECES = st.sampled_from(
    ["11 nov.", "3 mai 2021", "Mars 2021", "2024", "2025-11-11", "03/05/2024", "March 3, 2025", "- ", "  - ", "## ",
     "**", "[", "] ", " : ", " – ", "\n", "\n\n", "Orme achète Saule.", "Titre", "Le ", "On ", "| ", "🚀 ", "\r\n", " "]
)  # fmt: skip


@pytest.mark.parametrize("lang", languages())
@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)))
def test_entries_are_sorted_disjoint_and_inside_the_text(lang: str, text: str) -> None:
    entries = split(inferred(text, lang), lang)
    edges = [edge for entry in entries for edge in (entry.start, entry.end)]
    assert edges == sorted(edges)
    assert all(text[e.start : e.end].strip() == text[e.start : e.end] != "" for e in entries)
