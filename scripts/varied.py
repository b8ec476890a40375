"""Distinct articles without end, made of those in corpus/: other names and numbers in each, the same ones each time."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

from extractor.read import read_articles
from extractor.values import Article

CORPUS = Path(__file__).parent.parent / "corpus"
_SYLLABLES = (
    "al",
    "ber",
    "co",
    "dan",
    "el",
    "fi",
    "gor",
    "ha",
    "in",
    "jo",
    "ka",
    "lor",
    "mi",
    "no",
    "or",
    "pe",
    "ra",
    "sol",
    "ti",
    "ver",
)
_NAME = re.compile(r"(?<=[^\W\d_][, ] )[A-ZÀ-Þ][^\W\d_A-Z]{3,}|(?<=[^\W\d_] )[A-ZÀ-Þ][^\W\d_A-Z]{3,}")
_NUMBER = re.compile(r"(?<![\w.,/-])[1-9]\d{1,2}(?![\w/-])")


def varied(count: int, *, lang: str | None = None, seed: int = 1) -> Iterator[Article]:
    """`count` articles of a language, or of all."""
    models = [a for a in read_articles([CORPUS]) if isinstance(a, Article) and lang in (None, a.lang)]
    chance = random.Random(seed)
    for number, article in zip(range(count), itertools.cycle(models), strict=False):
        yield Article(
            id=f"{article.id}-{number}",
            lang=article.lang,
            published=article.published,
            text=vary(article.text, chance),
        )


def vary(text: str, chance: random.Random) -> str:
    """The text with half of its names replaced, each by the same one throughout, and with other numbers."""
    names: dict[str, str] = {}

    def rename(match: re.Match[str]) -> str:
        kept = chance.random() < 0.5
        new = match[0] if kept else "".join(chance.choices(_SYLLABLES, k=3)).capitalize()
        return names.setdefault(match[0], new)

    return _NUMBER.sub(lambda match: str(chance.randint(2, 999)), _NAME.sub(rename, text))
