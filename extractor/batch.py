"""Many articles: streamed in and out, in order, one bad article costing that article only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from spacy.language import Language

from extractor.pipeline import extract, extract_all
from extractor.read import ReadFailure
from extractor.values import Article, Extraction

log = logging.getLogger(__name__)

# Articles read ahead: throughput is flat from 32 to 256 on articles of 2,000 characters, memory is not.
CHUNK = 64


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave nothing, and why: one line for a person."""

    message: str


Outcome = Extraction | Failure


def extract_stream(
    inputs: Iterable[Article | ReadFailure], pipeline: Callable[[str], Language], *, chunk: int = CHUNK
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of the inputs, in their order, in lists of at most `chunk`."""
    iterator = iter(inputs)
    while batch := list(islice(iterator, chunk)):
        yield _extract_chunk(batch, pipeline)


def _extract_chunk(batch: list[Article | ReadFailure], pipeline: Callable[[str], Language]) -> list[Outcome]:
    outcomes: list[Outcome | None] = [
        Failure(item.message) if isinstance(item, ReadFailure) else None for item in batch
    ]
    waiting = [(item.lang or "", i, item) for i, item in enumerate(batch) if isinstance(item, Article)]
    for lang, group in groupby(sorted(waiting, key=lambda row: row[:2]), key=lambda row: row[0]):
        rows = list(group)
        for (_, i, _), outcome in zip(
            rows, _extract_group([row[2] for row in rows], pipeline(lang)), strict=True
        ):
            outcomes[i] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _extract_group(articles: list[Article], nlp: Language) -> list[Outcome]:
    try:
        return list(extract_all(articles, nlp))
    except Exception:  # whatever one article broke, the others still count: each is tried by itself
        log.debug("a batch failed, its articles are tried one by one", exc_info=True)
        return [_extract_one(article, nlp) for article in articles]


def _extract_one(article: Article, nlp: Language) -> Outcome:
    try:
        return extract(article, nlp)
    except Exception as error:  # the border of one article: reported by its name, the run goes on
        log.debug("%s failed", article.id, exc_info=True)
        return Failure(f"{article.id}: extraction failed: {type(error).__name__}: {error}")
