"""Texts whose names are marked, to learn from: news written and marked for this project, WiNER-fr, and gold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.gold import split_front_matter

ROOT = Path(__file__).parent.parent
NAMES = ROOT / "gold" / "names"
DEALS = ROOT / "gold" / "deals"
Span = tuple[int, int]
# Texts of WiNER-fr that stand in the development or the held-out gold.
_LEFT_OUT = {
    "2017/12/2017_12_14-001",
    "2016/01/2016_01_24-003",
    "2017/10/2017_10_09-001",
    "2016/12/2016_12_29-004",
}
# The kinds of name that a tagger is trained on, by the labels of the sources.
_KINDS = {"ORG": "ORG", "PER": "PER", "LOC": "LOC", "MISC": "MISC", "PRODUCT": "MISC", "EVENT": "MISC"}
# Files of gold/deals in which nearly every name is an organisation, which in other texts it is not: they count less.
_PLAIN = "gh"
# Files of whole pages, of which a fourth is held out, of the others half: they are the nearest to what is read.
_PAGES = "ij"
_MARK = re.compile(r"⟦(\w+)\|([^⟧]+)⟧")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with its names by kind (ORG, PER, LOC, MISC), those of them that are optional, and how much it counts.

    `ents` is empty where only organisations are marked: such a text trains no tagger.
    """

    id: str
    lang: str
    text: str
    ents: tuple[tuple[int, int, str], ...]
    orgs: frozenset[Span]
    optional: tuple[Span, ...]
    weight: int
    held_out: bool = False
    """Whether it is never learnt from: one text in six, in gold/deals every second or, of whole pages, every fourth."""


def part(id_: str, salt: str = "") -> int:
    """A number below 100 by the digest of an id: a split that no order changes."""
    return _digest(salt + id_) % 100


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def _sixth(id_: str) -> bool:
    return part(id_) < 16


def read_names(lang: str) -> Iterator[Marked]:
    """The news of gold/names in a language: `### id kind of text`, then the text with ⟦KIND|name⟧."""
    for (id_, *_), body in _blocks(NAMES, lang):
        yield _of_marks(id_, lang, body, held_out=_sixth(id_))


def read_deals(lang: str) -> Iterator[Marked]:
    """The passages of gold/deals in a language."""
    for marked, _, _ in read_passages(lang):
        yield marked


def read_passages(lang: str) -> Iterator[tuple[Marked, str, list[str]]]:
    """The passages of gold/deals: `### id date`, the same marks, then behind a line `---` a line for each deal."""
    for (id_, published), body in _blocks(DEALS, lang):
        text, _, deals = body.partition("\n---\n")
        # Files of both folders use the same ids.
        weight = 1 if id_[2] in _PLAIN else 3
        held_out = _digest(id_) % (4 if id_[2] in _PAGES else 2) == 0
        marked = _of_marks(f"deals/{id_}", lang, text, held_out=held_out, weight=weight)
        yield marked, published, deals.splitlines()


def _blocks(folder: Path, lang: str) -> Iterator[tuple[list[str], str]]:
    for path in sorted(folder.glob(f"{lang}-*.txt")):
        for block in re.split(r"^### ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = block.partition("\n")
            yield head.split(), body.strip()


def _of_marks(id_: str, lang: str, marked: str, *, held_out: bool, weight: int = 3) -> Marked:
    text, ents, position = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        ents.append((len(text), len(text) + len(match[2]), _KINDS[match[1]]))
        text += match[2]
        position = match.end()
    orgs = frozenset((a, b) for a, b, kind in ents if kind == "ORG")
    return Marked(id_, lang, text + marked[position:], tuple(ents), orgs, (), weight, held_out=held_out)


def read_winer(path: Path) -> Iterator[Marked]:
    """WiNER-fr as JSONL: `id`, `lang`, `text`, `ents` (`start`, `end`, `type`, perhaps `nested` or `optional`)."""
    for row in map(json.loads, path.read_text("utf-8").splitlines()):
        if row["id"] in _LEFT_OUT:
            continue
        spans = sorted((e["start"], e["end"], e["type"], bool(e.get("nested"))) for e in row["ents"])
        unsure = {(e["start"], e["end"]) for e in row["ents"] if e.get("nested") or e.get("optional")}
        orgs = {(a, b) for a, b, kind, _ in spans if kind == "ORG"}
        ents = tuple((a, b, _KINDS[kind]) for a, b, kind, nested in spans if kind in _KINDS and not nested)
        optional = tuple(sorted(orgs & unsure))
        yield Marked(
            row["id"],
            row["lang"],
            row["text"],
            ents,
            frozenset(orgs - unsure),
            optional,
            weight=1,
            held_out=_sixth(row["id"]),
        )


def read_gold(folders: Sequence[Path]) -> Iterator[Marked]:
    """Gold records, each beside its text as `.txt`, or with it in corpus/; only organisations are marked there."""
    for file in sorted(f for folder in folders for f in folder.rglob("*.json")):
        row, beside = json.loads(file.read_text("utf-8")), file.with_suffix(".txt")
        source = beside if beside.exists() else ROOT / "corpus" / beside.name
        spans = [(m["start"], m["end"], m["type"] == "ORG", bool(m.get("optional"))) for m in row["mentions"]]
        yield Marked(
            row["id"],
            row["lang"],
            split_front_matter(source.read_bytes().decode())[1],
            ents=(),
            orgs=frozenset((a, b) for a, b, org, optional in spans if org and not optional),
            optional=tuple((a, b) for a, b, _, optional in spans if optional),
            weight=3,
        )
