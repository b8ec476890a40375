"""Count the words of a language that are no names."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

import spacy
from marked import ROOT, Marked

from extractor.lexicon import load_lexicon


def write_words(lang: str, texts: Sequence[Marked], *, model: bool) -> None:
    """Words that the texts write in small letters at least as often as not; `model`: and those of the stock model."""
    seen = Counter(re.findall(r"[^\W\d_]{2,}", " ".join(marked.text for marked in texts)))
    words = {word for word, n in seen.items() if word.islower() and n >= seen[word.capitalize()]}
    if model:
        words.update(_of_model(load_lexicon(lang).language_setting("model")))
    lines = [
        "# Words that are no names: written in small letters in the texts of scripts/train (sources and licences:",
        "# shared/organisations.LICENSES.md). Made by scripts/train.",
        "[words]",
        'common = """',
        *textwrap.wrap(" ".join(sorted(words)), 115, break_on_hyphens=False),
        '"""',
    ]
    (ROOT / f"extractor/lang/{lang}/words.toml").write_text("\n".join(lines) + "\n", "utf-8")


def _of_model(name: str) -> Iterator[str]:
    """Words that a model's lemmas know and its vectors rank, by how frequent they are, above the same in capitals.

    Adverbs are no names, though more open sentences than stand inside them.
    """
    nlp = spacy.load(name)
    owners: dict[int, str] = {}
    for key, row in nlp.vocab.vectors.key2row.items():
        owners.setdefault(row, nlp.vocab.strings[key])
    rank = {word: row for row, word in owners.items()}
    tables = [
        nlp.get_pipe("lemmatizer").lookups.get_table(f"lemma_{part}") for part in ("index", "exc", "rules")
    ]
    adverbs = tables[0]["adv"]
    for name, row in rank.items():
        word = name.lower()
        small = word == name and row < rank.get(word.capitalize(), len(owners))
        if re.fullmatch("[a-z]{2,}", word) and (small or word in adverbs) and _known(word, *tables):
            yield word


def _known(word: str, index: dict, irregular: dict, rules: dict) -> bool:
    """Whether a word, or what it is a form of, is a lemma of any part of speech."""
    return any(
        word in lemmas
        or word in irregular.get(part, ())
        or any(
            word.endswith(end) and word[: len(word) - len(end)] + new in lemmas
            for end, new in rules.get(part, ())
        )
        for part, lemmas in index.items()
    )
