"""The news of gold/names: every mark is read, none crosses another, and the split never moves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from extractor.lexicon import languages

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from marked import NAMES, is_held_out, part, read_names


@pytest.mark.parametrize("lang", languages())
def test_marks_are_read(lang: str) -> None:
    texts = list(read_names(lang))
    assert len({text.id for text in texts}) == len(texts) > 200
    for text in texts:
        assert not set("⟦⟧") & set(text.text), text.id
        assert all(text.text[a:b] == text.text[a:b].strip() != "" for a, b, _ in text.ents), text.id
        assert all(one[1] <= two[0] for one, two in zip(text.ents, text.ents[1:], strict=False)), text.id


def test_every_mark_is_of_a_known_kind() -> None:
    marked = sum(path.read_text("utf-8").count("⟦") for path in NAMES.glob("*.txt"))
    assert marked == sum(len(text.ents) for lang in languages() for text in read_names(lang))


def test_one_text_in_six_is_held_out() -> None:
    texts = [text for lang in languages() for text in read_names(lang)]
    assert 0.12 < sum(map(is_held_out, texts)) / len(texts) < 0.2
    assert (part("enb-001"), part("frn-001")) == (72, 41)
