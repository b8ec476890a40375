"""The news of gold/names and gold/deals: every mark is read, none crosses another, and the split never moves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractor.gold import SPLITS, load_gold
from extractor.lexicon import languages

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

from marked import DEALS, NAMES, Marked, part, read_deals, read_names, read_passages

SCRIPTS = Path(__file__).parent.parent / "scripts"
Read = Callable[[str], Iterator[Marked]]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("read", [read_names, read_deals])
def test_marks_are_read(read: Read, lang: str) -> None:
    texts = list(read(lang))
    assert len({text.id for text in texts}) == len(texts) > 200
    for text in texts:
        assert not set("⟦⟧") & set(text.text), text.id
        assert all(text.text[a:b] == text.text[a:b].strip() != "" for a, b, _ in text.ents), text.id
        assert all(one[1] <= two[0] for one, two in zip(text.ents, text.ents[1:], strict=False)), text.id


@pytest.mark.parametrize(("folder", "read"), [(NAMES, read_names), (DEALS, read_deals)])
def test_every_mark_is_of_a_known_kind(folder: Path, read: Read) -> None:
    marked = sum(path.read_text("utf-8").count("⟦") for path in folder.glob("*.txt"))
    assert marked == sum(len(text.ents) for lang in languages() for text in read(lang))


def test_no_deal_stands_in_a_passage() -> None:
    texts = [text.text for lang in languages() for text in read_deals(lang)]
    assert not [text for text in texts if "status=" in text or "\n---" in text]


def test_ids_of_both_folders_differ() -> None:
    ids = [text.id for lang in languages() for read in (read_names, read_deals) for text in read(lang)]
    assert len(set(ids)) == len(ids)


def test_one_text_in_six_is_held_out() -> None:
    texts = [text for lang in languages() for text in read_names(lang)]
    assert 0.12 < sum(text.held_out for text in texts) / len(texts) < 0.2
    assert (part("enb-001"), part("frn-001")) == (72, 41)


def test_every_second_passage_is_held_out() -> None:
    texts = {text.id: text.held_out for lang in languages() for text in read_deals(lang)}
    assert 0.45 < sum(texts.values()) / len(texts) < 0.55


def test_passages_become_gold(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SCRIPTS / "passages", tmp_path], check=True)
    gold = [item for split in SPLITS for item in load_gold(tmp_path / split)]
    told = [
        line
        for lang in languages()
        for _, _, lines in read_passages(lang)
        for line in lines
        if line != "none"
    ]
    deals = [deal for item in gold for deal in item.extraction.deals]
    assert len(deals) == len(told) > 1000
    assert sum(deal.amount is not None for deal in deals) == sum("amount=" in line for line in told)
    assert sum(bool(deal.payer) for deal in deals) == sum("payer=" in line for line in told)
    marked = {m.text for item in gold for m in item.extraction.mentions}
    assert {name for deal in deals for name in deal.parties} <= marked
