"""When two names are one organisation, for the scorer: data in `lang/shared/scoring.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from extractor.values import Extraction, Org

_NAMES = Path(__file__).parent / "lang" / "shared" / "scoring.toml"
_OTHER = re.compile(r"[^a-z0-9]+")


Names = Mapping[str, frozenset[str]]


@functools.cache
def _name_rules() -> tuple[re.Pattern[str], Mapping[str, str], re.Pattern[str]]:
    """Words that make no difference, words that stand for another, and a pattern of these."""
    data = tomllib.loads(_NAMES.read_text("utf-8"))
    ignored, same = data["ignored"], data["same"]
    return re.compile(rf"\b(?:{'|'.join(ignored)})\b"), same, re.compile(rf"\b(?:{'|'.join(same)})\b")


@functools.lru_cache(maxsize=8_192)
def name_key(name: str) -> str:
    """What two spellings of an organisation's name share: no case, accent, punctuation, legal form or article."""
    ignored, same, replaced = _name_rules()
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    folded = replaced.sub(lambda match: same[match[0]], folded.replace("'", " ").replace(".", ""))
    return _OTHER.sub(" ", ignored.sub(" ", folded)).strip() or _OTHER.sub(" ", folded).strip()


def article_names(extraction: Extraction) -> Names:
    """Key of an organisation's norm to the keys of all names that the article's mentions give it."""
    out: dict[str, set[str]] = {}
    for mention in extraction.mentions:
        if isinstance(mention.value, Org):
            key = name_key(mention.value.norm)
            out.setdefault(key, {key}).add(name_key(mention.text))
    return {key: frozenset(names) for key, names in out.items()}


def keys_of(norm: str, names: Names) -> frozenset[str]:
    """The keys of all names that the article gives the organisation of a norm."""
    key = name_key(norm)
    return names.get(key) or frozenset((key,))
