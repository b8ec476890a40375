"""Gold: hand labels of articles, as JSON beside the corpus and as marked text that a person can edit.

The JSON is an article's record without its text, which stands in `corpus/<id>.txt` behind its front matter. It says of
the article its `kind` (one of KINDS), whether it is `invented` (then nothing in it can be known by heart), and its
`scope` where not all of it is labelled.

Marked text is the article with its labels in brackets that do not occur in news:

    ---
    id: example
    lang: en
    published: 2025-11-12
    kind: list
    ---
    ⟪ENTRY|2025-11-11⟫⟦DATE|Nov. 11|norm=2025-11-11⟧: ⟦ORG|Alvia Corp.|norm=Alvia⟧ pays about
    ⟦MONEY|$2bn|value=2e9;currency=USD;qualifier=about⟧ for ⟦POWER|300 MW|gw=0.3⟧.⟪/ENTRY⟫
    ⟪DEALS⟫
    [[deal]]            # TOML; slots that the text does not fill are left out
    date = "2025-11-11"
    parties = ["Alvia"]
    payer = ["Alvia"]
    type = "infrastructure"
    amount = 2_000_000_000
    currency = "USD"
    amount_qualifier = "about"
    power_gw = 0.3
    power_qualifier = "exact"
    status = "announced"
    evidence = "Nvidia Corp. pays about $2bn for 300 MW."

`norm` of an ORG may be left out where it is the text itself. `optional` (no value) marks a mention optional. The
evidence is found in the text; where it stands there more than once, `evidence_start` says which is meant.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from extractor.gold_check import MENTION_SLOTS, SCOPE, check_record
from extractor.records import DEAL_SLOTS, Json, Record, from_record, read_value, to_record
from extractor.values import Extraction, GoldError, Mention, MentionType

SPLITS = ("dev", "test")

DEALS = "⟪DEALS⟫"
_MARK = re.compile(
    r"⟦(?P<type>[A-Z]+)\|(?P<text>[^⟦⟧|]+)(?:\|(?P<slots>[^⟦⟧]*))?⟧|⟪ENTRY\|(?P<date>[^⟦⟧⟪⟫]*)⟫|(?P<close>⟪/ENTRY⟫)"
)
_FRONT = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """An article's labels, and what is told of the article: `scope` says which of SCOPE is labelled."""

    extraction: Extraction
    kind: str | None = None
    invented: bool = False
    scope: tuple[str, ...] = SCOPE

    @property
    def id(self) -> str:
        """The article's id."""
        return self.extraction.article.id

    @property
    def about(self) -> str:
        """Whether it tells of the world: "real" or "invented"."""
        return "invented" if self.invented else "real"


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def load_gold(path: Path, corpus: Path | None = None, *, but: Path | None = None) -> list[Gold]:
    """The gold of a file, or of all files under a folder `but` those in a folder of it, checked and sorted by id.

    An article's text is `corpus`/<id>.txt, else the record's own, else the .txt beside the file. GoldError names
    file, place, found and expected: for an unknown article, another text than was labelled, an extent outside the
    text or unlike it, mentions of one type that overlap, an unknown key or value, an evidence that is not there.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    if not files:
        raise GoldError(f"{path}: found no .json file in it, expected gold")
    if but is not None:
        files = [file for file in files if but.absolute() not in file.absolute().parents]
    gold = [item for file in files if (item := _load_file(file, corpus)) is not None]
    return sorted(gold, key=lambda item: item.id)


def _load_file(file: Path, corpus: Path | None) -> Gold | None:
    record = _read_json(file)
    if "mentions" not in record:
        return None  # a file of another kind in the folder: floors, notes
    text = _article_text(file, record, corpus)
    check_record(record, text, place=str(file))
    scope = record.get("scope") or list(SCOPE)
    return Gold(
        extraction=from_record(record, text, place=str(file)),
        kind=cast("str | None", record.get("kind")),
        invented=bool(record.get("invented")),
        scope=tuple(cast("list[str]", scope)),
    )


def _read_json(file: Path) -> Record:
    try:
        record = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise GoldError(f"{file}: there is no such file") from None
    except ValueError as error:
        raise GoldError(f"{file}: found no JSON in UTF-8: {error}") from error
    if not isinstance(record, dict):
        raise GoldError(f"{file}: found {type(record).__name__}, expected an object")
    return record


def _article_text(file: Path, record: Record, corpus: Path | None) -> str:
    id_ = record.get("id")
    if not isinstance(id_, str) or not re.fullmatch(r"[\w.-]+", id_):
        raise GoldError(f"{file}: id: found {id_!r}, expected a name of letters, digits and hyphens")
    places = [folder / f"{id_}.txt" for folder in (corpus, file.parent) if folder is not None]
    source = next((place for place in places if place.is_file()), None)
    if source is not None:
        return split_front_matter(read_text(source))[1]
    text = record.get("text")
    if not isinstance(text, str):
        raise GoldError(f"{file}: id: found the unknown article {id_!r}, expected {places[0]}")
    return text


def read_text(file: Path) -> str:
    """The file's text with its line ends as they are: offsets count them."""
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise GoldError(f"{file}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise GoldError(f"{file}: found no UTF-8: {error}") from error


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The keys of an opening `--- key: value ---` block, and the text behind it."""
    head = _FRONT.match(text)
    if head is None:
        return {}, text
    pairs = (line.partition(":") for line in head[1].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}, text[head.end() :]


def load_predictions(path: Path, gold: Sequence[Gold]) -> list[Extraction]:
    """Extractions of the gold's articles: lines of a JSONL file, or a folder of a second gold.

    A record may leave its text out. GoldError for an article that the gold does not hold.
    """
    if not path.is_dir():
        return read_predictions(read_text(path), gold, place=str(path))
    rows = [(str(file), _read_json(file)) for file in sorted(path.rglob("*.json"))]
    return _predictions([(place, record) for place, record in rows if "mentions" in record], gold)


def read_predictions(lines: str, gold: Sequence[Gold], *, place: str) -> list[Extraction]:
    """The same of JSONL; `place` names it in errors."""
    return _predictions(_json_lines(lines, place), gold)


def _predictions(rows: Iterable[tuple[str, Record]], gold: Sequence[Gold]) -> list[Extraction]:
    texts = {item.id: item.extraction.article.text for item in gold}
    out = []
    for place, record in rows:
        text = texts.get(cast(str, record.get("id")))
        if text is None:
            raise GoldError(
                f"{place}: found the unknown article {record.get('id')!r}, expected one of the gold's {len(gold)}"
            )
        own = record.get("text")
        extraction = from_record(record, own if isinstance(own, str) else text, place=place)
        if record.get("sha256") not in (None, extraction.article.sha256):
            raise GoldError(
                f"{place}: sha256: found {extraction.article.sha256} for the text, expected {record['sha256']}"
            )
        out.append(extraction)
    return out


def _json_lines(lines: str, path: str) -> Iterator[tuple[str, Record]]:
    for n, line in enumerate(lines.split("\n"), start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except ValueError as error:
                raise GoldError(f"{path}:{n}: found no JSON: {error}") from error
            if not isinstance(record, dict):
                raise GoldError(f"{path}:{n}: found {type(record).__name__}, expected an object")
            yield f"{path}:{n}", record


def gold_record(gold: Gold) -> Record:
    """The JSON of a gold article: its text and what is empty left out."""
    full = to_record(gold.extraction)
    record = {key: full[key] for key in ("id", "lang", "title", "published")}
    record |= {"kind": gold.kind, "invented": gold.invented, "sha256": full["sha256"]}
    if gold.scope != SCOPE:
        record["scope"] = list[Json](gold.scope)
    for key in SCOPE:
        rows = cast("list[Record]", full[key])
        known = {"entries": ("start", "end", "date"), "deals": (*DEAL_SLOTS, "optional", "optional_slots")}
        record[key] = [
            {
                slot: value
                for slot, value in row.items()
                if slot in (known.get(key) or _kept(row)) and value is not None and value != []
            }
            for row in rows
        ]
    return record


def _kept(mention: Record) -> tuple[str, ...]:
    return ("type", "start", "end", "text", *MENTION_SLOTS[MentionType(cast(str, mention["type"]))])


def write_gold(gold: Gold, folder: Path, corpus: Path) -> None:
    """Write `folder`/<id>.json, one label a line, and the article as `corpus`/<id>.txt."""
    record = gold_record(gold)
    check_record(record, gold.extraction.article.text, place=gold.id)
    lines = []
    for key, value in record.items():
        rows = value if key in SCOPE and isinstance(value, list) and value else None
        shown = (
            "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n ]"
            if rows
            else json.dumps(value, ensure_ascii=False)
        )
        lines.append(f" {json.dumps(key)}: {shown}")
    folder.mkdir(parents=True, exist_ok=True)
    corpus.mkdir(parents=True, exist_ok=True)
    (folder / f"{gold.id}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8", newline="")
    text = _front_matter(gold) + gold.extraction.article.text
    (corpus / f"{gold.id}.txt").write_text(text, "utf-8", newline="")


def _front_matter(gold: Gold) -> str:
    article = gold.extraction.article
    front = {"id": article.id, "lang": article.lang, "published": article.published, "title": article.title}
    front |= {"kind": gold.kind, "invented": str(gold.invented).lower()}
    if gold.scope != SCOPE:
        front["scope"] = ", ".join(gold.scope)
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items() if value) + "---\n"


def split_evenly(gold: Iterable[Gold]) -> dict[str, str]:
    """Each article's part of SPLITS: a third is "test", spread evenly over language, kind and invented or not.

    Within a language the articles are laid out by these, in an order that their ids' digests shuffle, and every third
    is taken: a fixed rule that looks at no text.
    """

    def order(item: Gold) -> tuple[str, str, bool, str]:
        digest = hashlib.sha256(item.id.encode()).hexdigest()
        return item.extraction.article.lang or "", item.kind or "", item.invented, digest

    out: dict[str, str] = {}
    count: dict[str, int] = {}
    for item in sorted(gold, key=order):
        lang = order(item)[0]
        count[lang] = count.get(lang, 0) + 1
        out[item.id] = "test" if count[lang] % 3 == 2 else "dev"
    return out


# ── mark-up ──────────────────────────────────────────────────────────────────────────────────────────────────────


def parse_markup(marked: str) -> tuple[str, list[Mention]]:
    """The text of a marked passage, and the mentions marked in it."""
    text, mentions, _ = _parse(marked, place="marked text")
    return text, mentions


def _parse(marked: str, *, place: str) -> tuple[str, list[Mention], list[Record]]:
    parts: list[str] = []
    mentions: list[Mention] = []
    entries: list[Record] = []
    position = length = 0
    for match in _MARK.finditer(marked):
        parts.append(marked[position : match.start()])
        length += len(parts[-1])
        position = match.end()
        if match["date"] is not None:
            if entries and "end" not in entries[-1]:
                raise GoldError(f"{place}: the entry of {entries[-1]['date']} is not closed before the next")
            entries.append({"start": length, "date": match["date"]})
        elif match["close"]:
            if not entries or "end" in entries[-1]:
                raise GoldError(f"{place}: ⟪/ENTRY⟫ at {match.start()} closes no entry")
            entries[-1]["end"] = length
        else:
            mentions.append(_marked_mention(match, length, place))
            parts.append(match["text"])
            length += len(match["text"])
    parts.append(marked[position:])
    text = "".join(parts)
    if stray := re.search("[⟦⟧⟪⟫]", text):
        raise GoldError(
            f"{place}: {stray[0]} with no partner in {text[max(0, stray.start() - 30) : stray.end() + 30]!r}"
        )
    if entries and "end" not in entries[-1]:
        raise GoldError(f"{place}: the entry of {entries[-1]['date']} is not closed")
    return text, mentions, entries


def _marked_mention(match: re.Match[str], start: int, place: str) -> Mention:
    try:
        kind = MentionType(match["type"])
    except ValueError:
        raise GoldError(f"{place}: {match[0]!r}: no mention type {match['type']!r}") from None
    slots: Record = {"type": kind.value}
    for pair in filter(None, (match["slots"] or "").split(";")):
        key, _, value = pair.partition("=")
        if key not in MENTION_SLOTS[kind]:
            raise GoldError(
                f"{place}: {match[0]!r}: {kind} has no slot {key!r}, it has {', '.join(MENTION_SLOTS[kind])}"
            )
        slots[key] = True if key == "optional" else value
    try:
        value_ = read_value(slots, match["text"])
    except (ValueError, ArithmeticError) as error:
        raise GoldError(f"{place}: {match[0]!r}: {error}") from error
    return Mention(
        type=kind,
        start=start,
        end=start + len(match["text"]),
        text=match["text"],
        value=value_,
        optional=bool(slots.get("optional")),
    )


def read_marked(paths: Iterable[Path]) -> list[Gold]:
    """The gold of marked texts, or of all in a folder; GoldError where two tell of one article."""
    files = [file for path in paths for file in (sorted(path.glob("*.txt")) if path.is_dir() else [path])]
    out: dict[str, Gold] = {}
    for file in files:
        gold = parse_marked_article(read_text(file), place=str(file))
        if gold.id in out:
            raise GoldError(
                f"{file}: id: found {gold.id!r}, which another marked text has, expected one of its own"
            )
        out[gold.id] = gold
    return list(out.values())


def parse_marked_article(marked: str, *, place: str) -> Gold:
    """The gold of a whole marked article. GoldError names `place` and the fault."""
    front, labelled = split_front_matter(marked)
    if not front:
        raise GoldError(f"{place}: found no front matter, expected --- key: value ---")
    for key in ("id", "lang"):
        if not front.get(key):
            raise GoldError(f"{place}: the front matter lacks {key!r}")
    if front.get("invented", "false") not in ("true", "false"):
        raise GoldError(f"{place}: invented: found {front['invented']!r}, expected true or false")
    body, _, tail = labelled.partition(DEALS)
    text, mentions, entries = _parse(body.strip("\n"), place=place)
    try:
        rows = tomllib.loads(tail).get("deal", [])
    except tomllib.TOMLDecodeError as error:
        raise GoldError(f"{place}: the deals are no TOML: {error}") from error
    for row in rows:
        _place_evidence(row, text, place)
    record: Record = {key: front.get(key) or None for key in ("id", "lang", "published", "title")}
    record |= {"entries": list[Json](entries), "deals": rows}
    labels = from_record(record, text, place=place)
    gold = Gold(
        extraction=Extraction(
            article=labels.article,
            entries=labels.entries,
            mentions=tuple(mentions),
            deals=tuple(sorted(labels.deals, key=lambda deal: deal.evidence_start)),
        ),
        kind=front.get("kind") or None,
        invented=front.get("invented") == "true",
        scope=tuple(part.strip() for part in front["scope"].split(",")) if "scope" in front else SCOPE,
    )
    # The deals are checked as they were written: a slot that is no slot is in the rows only.
    check_record(gold_record(gold) | {"deals": rows}, text, place=place)
    return gold


def _place_evidence(row: Record, text: str, place: str) -> None:
    evidence = row.get("evidence")
    if not isinstance(evidence, str) or text.count(evidence) == 0:
        raise GoldError(f"{place}: the evidence is not in the text: {evidence!r}")
    start = row.get("evidence_start")
    if start is None:
        if text.count(evidence) > 1:
            raise GoldError(
                f"{place}: the evidence stands in the text twice, say evidence_start: {evidence!r}"
            )
        start = text.index(evidence)
    if not isinstance(start, int) or not text.startswith(evidence, start):
        raise GoldError(f"{place}: the evidence does not start at {start!r}: {evidence!r}")
    row["evidence_start"], row["evidence_end"] = start, start + len(evidence)


def to_markup(gold: Gold) -> str:
    """The marked text of a gold article, from which `parse_marked_article` makes the same gold."""
    record = gold_record(gold)
    text = gold.extraction.article.text
    parts: list[str] = [_front_matter(gold)]
    position = 0
    for start, end, opening, closing in _marks(gold, record):
        if start < position:
            raise GoldError(
                f"{gold.id}: {opening!r} at {start} overlaps the label before it: mark-up has no way to write that"
            )
        parts += [text[position:start], opening, text[start:end], closing]
        position = end
    parts += [text[position:].rstrip("\n"), "\n", f"{DEALS}\n"]
    for row in cast("list[Record]", record["deals"]):
        parts.append("[[deal]]\n")
        unique = text.count(cast(str, row["evidence"])) == 1
        for slot, value in row.items():
            if slot != "evidence_end" and not (slot == "evidence_start" and unique):
                parts.append(f"{slot} = {_toml(value)}\n")
    return "".join(parts)


def _marks(gold: Gold, record: Record) -> list[tuple[int, int, str, str]]:
    """(start, end, what stands before, what stands behind) of each label, in the order of the text."""
    marks = []
    for entry in gold.extraction.entries:
        marks.append((entry.start, entry.start, f"⟪ENTRY|{entry.date}⟫", ""))
        marks.append((entry.end, entry.end, "⟪/ENTRY⟫", ""))
    for row in cast("list[Record]", record["mentions"]):
        kind = MentionType(cast(str, row["type"]))
        slots = [
            slot if slot == "optional" else f"{slot}={row[slot]}"
            for slot in MENTION_SLOTS[kind]
            if slot in row
            and not (slot == "norm" and kind is MentionType.ORG and row[slot] == row["text"])
            and not (slot == "qualifier" and row[slot] == "exact")
        ]
        closing = f"|{';'.join(slots)}⟧" if slots else "⟧"
        marks.append((cast(int, row["start"]), cast(int, row["end"]), f"⟦{kind}|", closing))
    # At one place an entry closes, then the next one opens, then its first mention.
    return sorted(marks, key=lambda mark: (mark[0], mark[1], mark[2] != "⟪/ENTRY⟫"))


def _toml(value: Json) -> str:
    # JSON's strings, numbers, booleans and lists of them are TOML's.
    return json.dumps(value, ensure_ascii=False)
