"""Language packs: the words and patterns of a language, loaded from `lang/<code>/*.toml`, checked, compiled.

A pack is data. In each file

- a table (`[month]`) maps a surface to a value. Surfaces are literals: they match without regard to case, any blank
  of theirs stands for a run of blanks of the text, and ’ reads as '.
- `[pattern]` maps a name to a fragment of a template, to be used as `{name}` in other templates.
- a rule (`[[date]]`: an array of tables) has a `name`, a `match` template, `examples`, and keys of its own that the
  module which owns the section reads. Rules of a section are tried in the order of the file, leftmost place first.

A template is a regular expression in which
    `{table}`    stands for any surface of the table, caught as group `table` (a second one as `table2`, then `table3`)
    `{table:x}`  the same, caught as `x`;  `{table:}` not caught
    a blank      stands for optional blanks (at most three, or one line break)
    `{_}`        for blanks that must be there
    `{<}` `{>}`  for the borders of a word; `{>}` also holds where the next word is glued on ("22 aoûtLe président")
and the group `span`, where there is one, is the extent of the mention.

Which tables and sections a file must have stands in `lang/shared/schema.toml`; all packs have the same.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from extractor.prefixes import LENGTH, Group, Index
from extractor.values import LexiconError

T = TypeVar("T")
TableValue = str | int | float | bool | list[str] | list[int]

LANG_DIR = Path(__file__).parent / "lang"
SHARED = "shared"

_BLANK = r"(?: {1,3}|\n(?!\s))"
_OPTIONAL_BLANK = f"{_BLANK}?+"
# A word may not start inside another; glued text ("aoûtLe") is a lower-case letter or a full stop before a capital.
_LOWER, _UPPER = r"(?-i:[a-zß-öø-ÿœ.])", r"(?-i:[A-ZÀ-ÖØ-ÞŒ])"
_MACROS = {
    "_": _BLANK,
    "<": r"(?<![^\W_])",
    ">": rf"(?:(?![^\W_])|(?<={_LOWER})(?={_UPPER}))",
}
# Before a word: no letter or digit, or no letter.
_BORDERS = (_MACROS["<"], r"(?<![^\W\d_])")
# A placeholder, or a blank, which stands for any.
_PLACEHOLDER = re.compile(r"\{(<|>|_|[a-z][a-z_]*)(:[a-z_0-9]*)?\}| ")
# One character for one, so that offsets hold: apostrophes, hyphens that only forbid a break, and every blank.
_ONE_TO_ONE = {
    "’": "'", "ʼ": "'", "‘": "'", "´": "'", "\u2010": "-", "\u2011": "-",
    **dict.fromkeys("\t\u00a0\u202f\u205f\u3000", " "), **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
}  # fmt: skip
_UNUSUAL = re.compile(f"[{''.join(_ONE_TO_ONE)}]")


def normalise(text: str) -> str:
    """The text with one apostrophe, one hyphen and one blank for all their kinds: same length, same offsets."""
    if text.isascii() and "\t" not in text:
        return text
    # Most characters are usual: to look each up, as `str.translate` does, takes several times as long.
    return _UNUSUAL.sub(lambda match: _ONE_TO_ONE[match[0]], text)


@functools.lru_cache(maxsize=16_384)
def surface_key(surface: str) -> str:
    """What two surfaces share when a table holds them for the same."""
    return " ".join(normalise(surface).casefold().split())


@dataclass(frozen=True)
class Rule:
    """A rule of a section: its template as a regular expression, its examples, and the keys that its owner reads."""

    name: str
    template: str
    source: str
    examples: tuple[str, ...]
    options: Mapping[str, TableValue]

    @functools.cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled template: on first use, for a short article uses few of a pack's rules."""
        try:
            return re.compile(self.source, re.IGNORECASE)
        except re.error as error:
            raise LexiconError(
                f"rule {self.name!r} is no regular expression: {error}: {self.source}"
            ) from error


@dataclass(frozen=True, slots=True)
class Found:
    """A match of a rule: `span` is the group of that name, else the whole match."""

    rule: Rule
    match: re.Match[str]

    @property
    def span(self) -> tuple[int, int]:
        """Offsets of the mention."""
        return self.match.span("span") if "span" in self.rule.regex.groupindex else self.match.span()

    def __getitem__(self, group: str) -> str | None:
        """Text of a named group; None where the group did not take part or the rule has no such group."""
        return self.match[group] if group in self.rule.regex.groupindex else None


class Lexicon:
    """One language's words, and the rules made of them."""

    def __init__(self, lang: str, directory: Path) -> None:
        self.lang = lang
        self._group = Group()
        self._tables: dict[str, dict[str, TableValue]] = {}
        self._patterns: dict[str, str] = {}
        self._sources: dict[str, Path] = {}
        schema = cast("dict[str, dict[str, list[str]]]", _read_toml(LANG_DIR / SHARED / "schema.toml"))
        raw_rules: list[tuple[Path, str, list[dict[str, TableValue]]]] = []
        for file, wanted in schema.items():
            path = (
                directory / f"{file}.toml"
                if (directory / f"{file}.toml").exists()
                else LANG_DIR / SHARED / f"{file}.toml"
            )
            data = _read_toml(path)
            _check_keys(path, data, wanted)
            for key, body in data.items():
                if key == "pattern":
                    for name, template in cast("dict[str, str]", body).items():
                        if name in self._patterns:
                            raise LexiconError(f"{path}: pattern {name!r} stands in another file too")
                        self._patterns[name] = template
                elif isinstance(body, dict):
                    self._add_table(path, key, cast("dict[str, TableValue]", body))
                else:
                    raw_rules.append((path, key, body))
        self._rules = {
            section: tuple(self._compile_rule(path, section, raw) for raw in body)
            for path, section, body in raw_rules
        }

    def _add_table(self, path: Path, name: str, body: Mapping[str, TableValue]) -> None:
        if name in self._tables:
            raise LexiconError(f"{path}: table [{name}] stands in {self._sources[name].name} too")
        table: dict[str, TableValue] = {}
        for surface, value in body.items():
            key = surface_key(surface)
            if not key:
                raise LexiconError(f"{path}: [{name}] has an empty surface")
            if key in table and table[key] != value:
                raise LexiconError(
                    f"{path}: [{name}] gives {surface!r} two values, {table[key]!r} and {value!r}"
                )
            table[key] = value
        self._tables[name] = table
        self._sources[name] = path

    def _compile_rule(self, path: Path, section: str, raw: Mapping[str, TableValue]) -> Rule:
        name, template, examples = raw.get("name"), raw.get("match"), raw.get("examples", [])
        if not isinstance(name, str) or not isinstance(template, str) or not isinstance(examples, list):
            raise LexiconError(
                f"{path}: a rule of [[{section}]] needs name, match and examples, found {sorted(raw)}"
            )
        try:
            source = self.expand(template)
        except LexiconError as error:
            raise LexiconError(f"{path}: rule {name!r} of [[{section}]]: {error}") from error
        options = {key: value for key, value in raw.items() if key not in ("name", "match", "examples")}
        return Rule(name, template, source, tuple(str(e) for e in examples), options)

    @functools.cache  # noqa: B019  (a Lexicon lives as long as the process: load_lexicon caches it)
    def _literal(self, name: str, size: int | None) -> str:
        return _alternatives({surface[:size] for surface in self._tables[name]})

    def expand(self, template: str, *, size: int | None = None) -> str:
        """The regular expression that a template stands for; `size`: so many characters of each surface in it."""
        seen: dict[str, int] = {}

        def fill(fragment: str, depth: int) -> str:
            if depth > 8:
                raise LexiconError(f"patterns refer to each other in a circle: {fragment!r}")

            def one(match: re.Match[str]) -> str:
                name, label = match[1], match[2]
                if name is None:
                    return _OPTIONAL_BLANK
                if name in _MACROS:
                    return _MACROS[name]
                if name in self._patterns:
                    body = fill(self._patterns[name], depth + 1)
                elif name in self._tables:
                    body = self._literal(name, size)
                else:
                    raise LexiconError(f"no table or pattern {name!r}")
                group = name if label is None else label[1:]
                if not group or (depth and label is None):
                    return f"(?:{body})"
                seen[group] = seen.get(group, 0) + 1
                return f"(?P<{group}{seen[group] if seen[group] > 1 else ''}>{body})"

            return _PLACEHOLDER.sub(one, fragment)

        return fill(template, 0)

    def table(self, name: str) -> Mapping[str, TableValue]:
        """A table by name: surface key to value."""
        return self._tables[name]

    def value(self, name: str, surface: str | None) -> TableValue | None:
        """The value of a surface in a table, None where the table does not hold it."""
        return None if surface is None else self._tables[name].get(surface_key(surface))

    def language_setting(self, key: str) -> str:
        """A string of the pack's `[language]` table."""
        return str(self._tables["language"][key])

    def rules(self, section: str) -> tuple[Rule, ...]:
        """The rules of a section, in the order in which they are tried."""
        return self._rules.get(section, ())

    @functools.cache  # noqa: B019
    def compiled(self, template: str) -> re.Pattern[str]:
        """A template that a module uses by itself, compiled once."""
        return re.compile(self.expand(template), re.IGNORECASE)

    @functools.cache  # noqa: B019
    def _places(self, template: str) -> Index[re.Pattern[str]]:
        return Index([(self.expand(template, size=LENGTH), self.compiled(template))], _BORDERS, self._group)

    def find(self, template: str, text: str) -> list[re.Match[str]]:
        """The matches of a template, as `re.finditer` has them, tried only where it may begin."""
        found: list[re.Match[str]] = []
        position = 0
        for start, (regex,) in self._places(template).places(text):
            if start >= position and (match := regex.match(text, start)):
                found.append(match)
                position = max(match.end(), start + 1)
        return found

    @functools.cache  # noqa: B019
    def index(self, section: str) -> Index[Rule]:
        """The rules of a section by what they may begin with."""
        # What a match begins with is told by what its words begin with: a tenth of the expressions in full.
        rules = [(self.expand(rule.template, size=LENGTH), rule) for rule in self.rules(section)]
        return Index(rules, _BORDERS, self._group)

    def scan(self, section: str, text: str, read: Callable[[Found], T | None]) -> Iterator[tuple[Found, T]]:
        """Yield what the rules of a section find in a normalised text, left to right, without overlap.

        `read` turns a match into a value; where it gives None the next rule is tried at the same place, and after
        the last one the search goes on behind the place's first character.
        """
        position = 0
        for start, rules in self.index(section).places(text):
            if start < position:
                continue
            for rule in rules:
                exact = rule.regex.match(text, start)
                if exact is None:
                    continue
                found = Found(rule, exact)
                value = read(found)
                if value is not None:
                    yield found, value
                    position = max(found.span[1], start + 1)
                    break


def _alternatives(surfaces: Iterable[str]) -> str:
    """A regular expression for any of the surfaces, longest first.

    Shared beginnings are written once: a plain list of 500 names costs 500 attempts at each place of a text.
    """
    heads: dict[str, list[str]] = {}
    for surface in sorted(surfaces):
        heads.setdefault(surface[:1], []).append(surface[1:])
    ends = heads.pop("", None) is not None
    if not heads:
        return "" if ends else r"(?!)"
    branches = [
        (_BLANK if head == " " else re.escape(head)) + _alternatives(tails) for head, tails in heads.items()
    ]
    body = "|".join(branches)
    return f"(?:{body})?" if ends else f"(?:{body})" if len(branches) > 1 else body


def _read_toml(path: Path) -> dict[str, dict[str, object]]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise LexiconError(f"{path}: the pack lacks this file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: {error}") from error


def _check_keys(path: Path, data: Mapping[str, object], wanted: Mapping[str, Iterable[str]]) -> None:
    expected = {*wanted.get("tables", ()), *wanted.get("rules", ())}
    missing, unknown = expected - set(data), set(data) - expected - {"pattern"}
    if missing:
        raise LexiconError(f"{path}: missing key {sorted(missing)[0]!r}")
    if unknown:
        raise LexiconError(f"{path}: unknown key {sorted(unknown)[0]!r}")


def languages() -> tuple[str, ...]:
    """Codes of the installed packs, sorted."""
    return tuple(
        sorted(
            p.name
            for p in LANG_DIR.iterdir()
            if p.is_dir() and p.name != SHARED and not p.name.startswith("_")
        )
    )


@functools.cache
def load_lexicon(lang: str) -> Lexicon:
    """The pack of a language; LexiconError where there is none or its data has a fault."""
    if lang not in languages():
        raise LexiconError(f"no language pack {lang!r}: installed are {', '.join(languages())}")
    return Lexicon(lang, LANG_DIR / lang)
