"""Deals out of business news: who pays whom, how much, how many gigawatts, when, on whose word.

import extractor

nlp = extractor.load("fr")
article = extractor.Article(id="a", lang="fr", published="2025-11-12", text=text)
extraction = extractor.extract(article, nlp)
frame = extractor.to_frame([extraction])
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.pipeline import annotate, extract, extract_all, load, mentions
    from extractor.read import read_articles
    from extractor.records import from_record, to_record
    from extractor.table import mentions_frame, to_frame
    from extractor.values import (
        Article,
        Deal,
        Entry,
        Extraction,
        ExtractorError,
        Mention,
        Money,
        Org,
        Power,
        Timex,
    )

# Names are imported when first asked for: `extractor --help` must not wait for spaCy.
_HOMES = {
    **dict.fromkeys(("annotate", "extract", "extract_all", "load", "mentions"), "extractor.pipeline"),
    "read_articles": "extractor.read",
    **dict.fromkeys(("from_record", "to_record"), "extractor.records"),
    **dict.fromkeys(("mentions_frame", "to_frame"), "extractor.table"),
    **dict.fromkeys(
        (
            "Article",
            "Deal",
            "Entry",
            "Extraction",
            "ExtractorError",
            "Mention",
            "Money",
            "Org",
            "Power",
            "Timex",
        ),
        "extractor.values",
    ),
}
__all__ = [
    "Article", "Deal", "Entry", "Extraction", "ExtractorError", "Mention", "Money", "Org", "Power", "Timex",
    "annotate", "extract", "extract_all", "from_record", "load", "mentions", "mentions_frame", "read_articles",
    "to_frame", "to_record",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
