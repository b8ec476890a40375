"""No figure on gold/test falls below its floor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.language import Language

from extractor.floors import check, load_floors
from extractor.gold import load_gold
from extractor.pipeline import extract
from extractor.score import figures, score

ROOT = Path(__file__).parent.parent
FLOORS = ROOT / "gold" / "floors.json"


@pytest.mark.model
def test_no_figure_falls_below_its_floor(pipeline: Callable[[str], Language]) -> None:
    gold = load_gold(ROOT / "gold" / "test", ROOT / "corpus")
    found = [extract(item.extraction.article, pipeline(item.extraction.article.lang or "")) for item in gold]
    comparisons = score(found, [item.extraction for item in gold])
    groups = {"all": comparisons} | {
        name: [c for c in comparisons if c.gold.article.lang == name]
        for name in load_floors(FLOORS)[1]
        if name != "all"
    }
    assert check(FLOORS, gold, {name: figures(part) for name, part in groups.items()}) == []
