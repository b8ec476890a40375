"""Dates, money and power read by us and by other libraries from the same texts: accuracy and characters a second.

scripts/bench values [--cases FILE.jsonl ...]: without cases, those of tests/cases and the texts of gold/. Libraries
that are not installed are named and left out (they are the optional group `bench`). A value counts where its
span overlaps the expected one and its value is equal: F1. Speeds are measured on what people feed a reader, whole
articles (every sixth of gold/), when all that is loaded or remembered on first use is: characters a second of one
core. In one run on one machine only the ratios, in brackets, mean something.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from extractor.amounts import find_amounts
from extractor.dates import find_dates, resolve_dates
from extractor.gold import load_gold, parse_markup
from extractor.lexicon import load_lexicon
from extractor.values import Money, Power, Timex

ROOT = Path(__file__).parent.parent
Value = tuple[int, int, str, object]  # start, end, type, value
Reader = Callable[[str, str, str | None, set[str]], list[Value]]


def plain(value: object) -> object:
    """What is compared: amounts without their currency's country, since some libraries give only a name."""
    if isinstance(value, Money | Power):
        exact = value.value if isinstance(value, Money) else value.gw
        return float(exact) if exact is not None else (float(value.low or 0), float(value.high or 0))
    return value.value if isinstance(value, Timex) else value


def ours(text: str, lang: str, day: str | None, kinds: set[str]) -> list[Value]:
    lexicon, found = load_lexicon(lang), []
    if "DATE" in kinds:
        found += resolve_dates(
            find_dates(text, lexicon), text=text, lexicon=lexicon, published=day, entries=()
        )
    if kinds & {"MONEY", "POWER"}:
        found += find_amounts(text, lexicon)
    return [(m.start, m.end, m.type.value, plain(m.value)) for m in found]


def dateparser_search() -> Reader:
    from dateparser.search import search_dates

    def read(text: str, lang: str, day: str | None, kinds: set[str]) -> list[Value]:
        base = {"RELATIVE_BASE": datetime.fromisoformat(day)} if day else {}
        out, position = [], 0
        for surface, when in search_dates(text, languages=[lang], settings=base) or ():
            start = text.find(surface, position)
            if start >= 0:
                position = start + len(surface)
                out.append((start, position, "DATE", when.date().isoformat()))
        return out

    return read


def price_parser() -> Reader:
    from price_parser import Price

    def read(text: str, lang: str, day: str | None, kinds: set[str]) -> list[Value]:
        price = Price.fromstring(text)
        if price.amount is None or price.currency is None or price.amount_text is None:
            return []
        start = max(0, text.find(price.amount_text.strip()))
        return [(start, start + len(price.amount_text), "MONEY", float(price.amount))]

    return read


def quantulum3() -> Reader:
    from quantulum3 import parser

    parser.parse("1 dollar", lang="en_US")

    def read(text: str, lang: str, day: str | None, kinds: set[str]) -> list[Value]:
        out: list[Value] = []
        for quantity in parser.parse(text, lang="en_US"):
            kind = {"currency": "MONEY", "power": "POWER"}.get(quantity.unit.entity.name)
            if kind:
                giga = {"gigawatt": 1, "megawatt": 1e-3, "kilowatt": 1e-6, "watt": 1e-9}.get(
                    quantity.unit.name, 0
                )
                out.append((*quantity.span, kind, quantity.value * (giga if kind == "POWER" else 1)))
        return out

    return read


def timexy() -> Reader:
    import spacy
    from timexy import Timexy  # noqa: F401  (registers the pipe)

    pipes = {lang: spacy.blank(lang) for lang in ("fr", "en")}
    for nlp in pipes.values():
        nlp.add_pipe("timexy", config={"kb_id_type": "timex3", "label": "timexy", "overwrite": False})

    def read(text: str, lang: str, day: str | None, kinds: set[str]) -> list[Value]:
        out = []
        for ent in pipes[lang](text).ents:
            found = ent.kb_id_.partition('value="')[2].partition('"')[0]
            out.append(
                (ent.start_char, ent.end_char, "DATE", found.partition("T")[0] if found[:1] != "P" else found)
            )
        return out

    return read


def recognizers() -> Reader:
    from recognizers_date_time import recognize_datetime
    from recognizers_number_with_unit import recognize_currency
    from recognizers_text import Culture

    cultures = {"fr": Culture.French, "en": Culture.English}

    def read(text: str, lang: str, day: str | None, kinds: set[str]) -> list[Value]:
        out: list[Value] = []
        when = datetime.fromisoformat(day) if day else datetime(2000, 1, 1)
        for found in recognize_datetime(text if "DATE" in kinds else "", cultures[lang], reference=when):
            values = (found.resolution or {}).get("values") or [{}]
            out.append(
                (found.start, found.end + 1, "DATE", values[-1].get("value") or values[-1].get("timex"))
            )
        for found in recognize_currency(text if "MONEY" in kinds else "", cultures[lang]):
            number = (found.resolution or {}).get("value")
            out.append((found.start, found.end + 1, "MONEY", float(number) if number else None))
        return out

    return read


READERS: list[tuple[str, Callable[[], Reader], set[str]]] = [
    ("extractor", lambda: ours, {"DATE", "MONEY", "POWER"}),
    ("dateparser.search", dateparser_search, {"DATE"}),
    ("price-parser", price_parser, {"MONEY"}),
    ("quantulum3", quantulum3, {"MONEY", "POWER"}),
    ("timexy", timexy, {"DATE"}),
    ("Recognizers-Text", recognizers, {"DATE", "MONEY"}),
]
Case = tuple[str, str, str | None, set[str], list[tuple[int, int, str, list[object]]]]


def peer_cases(path: Path) -> Iterator[Case]:
    """Cases as {text, lang, type, reference, expected}; those that are marked as no news are left out."""
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        if not case.get("news", True):
            continue
        expected = []
        for e in case["expected"]:
            bounds = (float(e.get("low") or 0), float(e.get("high") or 0))
            value = e.get("value") if e.get("value") is not None or e.get("low") is None else bounds
            expected.append((e["start"], e["end"], case["type"], [value, *e.get("alt", ())]))
        yield case["lang"], case["text"], (case.get("reference") or "")[:10] or None, {case["type"]}, expected


def own_cases() -> Iterator[Case]:
    """The marked sentences of tests/cases and the articles of gold/."""
    for path in sorted((ROOT / "tests/cases").glob("*/*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        kinds = {"dates": {"DATE"}, "amounts": {"MONEY", "POWER"}}.get(path.stem)
        if kinds is None:
            continue
        for marked in data.get("right", ()):
            if isinstance(marked, str):
                text, gold = parse_markup(marked)
                wanted = [(m.start, m.end, m.type.value, [plain(m.value)]) for m in gold if not m.optional]
                yield path.parent.name, text, data.get("anchor"), kinds, wanted
    yield from articles()


def articles() -> Iterator[Case]:
    for folder in filter(Path.is_dir, (ROOT / "gold/dev", ROOT / "gold/test")):
        for gold in load_gold(folder, ROOT / "corpus"):
            article, kinds = gold.extraction.article, {"DATE", "MONEY", "POWER"}
            told = [m for m in gold.extraction.mentions if m.type.value in kinds and not m.optional]
            wanted = [(m.start, m.end, m.type.value, [plain(m.value)]) for m in told]
            yield str(article.lang), article.text, article.published, kinds, wanted


def pace(read: Reader, texts: list[Case], asked: set[str]) -> float:
    """Characters a second of a second reading; the texts end otherwise then, so that no answer is remembered."""
    spent = 0.0
    for end in ("", "\n"):
        start = time.process_time()
        for lang, text, day, _, _ in texts:
            with contextlib.suppress(Exception):  # another library's fault is a miss, not the end of the run
                read(text + end, lang, day, asked)
        spent = time.process_time() - start
    return sum(len(case[1]) for case in texts) / spent


def same(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, float | int | Decimal):
        return abs(found - float(wanted)) <= 1e-6 * max(1.0, abs(found))
    return found == wanted or (not found and not wanted)


def tally(count: list[int], found: list[Value], wanted: list[tuple[int, int, str, list[object]]]) -> None:
    """Add right, found and wanted values of one text."""
    count[1], count[2] = count[1] + len(found), count[2] + len(wanted)
    for f in found:
        hit = next(
            (w for w in wanted if w[0] < f[1] and f[0] < w[1] and any(same(f[3], v) for v in w[3])), None
        )
        if hit is not None:
            wanted.remove(hit)
            count[0] += 1


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, nargs="*", default=[], help="JSON lines of the peers' form")
    paths = parser.parse_args().cases
    cases = [case for path in paths for case in peer_cases(path)] if paths else list(own_cases())
    columns = sorted({(lang, kind) for lang, _, _, kinds, _ in cases for kind in kinds})
    head = "".join(f"{lang + ' ' + kind:>10}" for lang, kind in columns)
    print(f"{'F1 by value':20}{head}{'speed, dates':>21}{'amounts':>21}")
    texts, own = list(articles())[::6], dict[str, float]()
    for name, load, able in READERS:
        try:
            read = load()
        except ImportError as error:
            print(f"{name:20}not installed ({error.name})")
            continue
        counts = {column: [0, 0, 0] for column in columns}  # right, found, wanted
        for lang, text, day, kinds, wanted in cases:
            for asked in filter(None, (kinds & able & {"DATE"}, kinds & able - {"DATE"})):
                found: list[Value] = []
                with contextlib.suppress(Exception):
                    found = read(text, lang, day, asked)
                for kind in asked:
                    mine, theirs = [f for f in found if f[2] == kind], [w for w in wanted if w[2] == kind]
                    tally(counts[lang, kind], mine, theirs)
        print(f"{name:20}", end="")
        for (_, kind), (right, found_, wanted_) in counts.items():
            told = kind in able and found_ + wanted_
            print(f"{2 * right / (found_ + wanted_):>10.3f}" if told else f"{'-':>10}", end="")
        for group, asked in (("dates", able & {"DATE"}), ("amounts", able - {"DATE"})):
            speed = pace(read, texts, asked) if asked else 0.0
            ratio = speed / own.setdefault(group, speed)
            print(f"{speed:>13,.0f} ({ratio:5.2f})" if asked else f"{'-':>21}", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
