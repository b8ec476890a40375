"""Known organisations: names and aliases in every language, each with one norm.

`lang/shared/organisations.tsv` holds the shipped names (licences: organisations.LICENSES.md): tab-separated columns
`name, aliases, kind, country, source, ambiguous`, aliases joined by `|`. A name that opens with `*`, or every name
of a row whose `ambiguous` is 1, is also a common word, a person, a place or a short acronym: it names the organisation
only where the context says so. A person adds names in a TOML file of their own:

    ["Acme Robotics"]                     # the norm; a shipped one gains the aliases
    aliases = ["Acme", "*ACR"]
    kind = "company"
    country = "FR"
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from extractor.lexicon import LANG_DIR, SHARED, normalise
from extractor.values import LexiconError

COLUMNS = ("name", "aliases", "kind", "country", "source", "ambiguous")
KINDS = frozenset({"company", "media", "agency", "fund", "government", "university"})
_KEYS = frozenset({"aliases", "kind", "country"})
_NO_COUNTRY = "XX"
# A name of five letters or more is the same name in another case ("NVIDIA", "Softbank"); a shorter one may be a word.
_RECASED = 5
# A word behind the first in so many names says that it is of a name.
_SHARED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An organisation of the gazetteer under one of its names; `ambiguous`: that name needs context."""

    norm: str
    kind: str | None = None
    country: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A name of the gazetteer that stands in a text."""

    start: int
    end: int
    known: Known


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


@functools.cache
def _fold_char(char: str) -> str:
    """A letter without case and accent: always one character, so that offsets hold."""
    folded = unicodedata.normalize("NFD", char)[0].lower()
    return folded if len(folded) == 1 else char


def fold(text: str) -> str:
    """The text without case and accents, one kind of apostrophe, hyphen and blank: same length, same offsets."""
    if text.isascii():
        return text.lower().replace("\t", " ")
    return _BEYOND_ASCII.sub(lambda match: _fold_char(match[0]), normalise(text)).lower()


class Gazetteer:
    """Names of organisations: fast to find in a text, to look up one by one, and to take away from."""

    def __init__(self, names: Mapping[str, Known]) -> None:
        self._names = dict(names)
        self._by_fold: dict[str, list[str]] = {}
        for name in self._names:
            self._by_fold.setdefault(fold(name), []).append(name)
        self._patterns = sorted(self._by_fold)
        self._automaton = AhoCorasick(self._patterns)

    def __len__(self) -> int:
        return len(self._names)

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Words, folded, that stand in the names of several organisations: "energie", "partners"."""
        told = {(word, known.norm) for name, known in self._names.items() for word in fold(name).split()[1:]}
        counts = Counter(word for word, _ in told)
        return frozenset(word for word, count in counts.items() if count >= _SHARED)

    def names(self) -> Mapping[str, Known]:
        """Every name, norms and aliases, and what it stands for."""
        return self._names

    def lookup(self, surface: str) -> Known | None:
        """The organisation that a surface names, read as `find` reads it."""
        for name in self._by_fold.get(fold(surface), ()):
            if _same_name(normalise(surface), name):
                return self._names[name]
        return None

    def find(self, text: str, *, borders: frozenset[int] = frozenset()) -> list[Hit]:
        """The names in a text, longest first, left to right, without overlap.

        A name stands between borders of words, or at one of the `borders` (offsets at which a word ends or starts
        though letters touch: "11 nov.Acme").
        """
        folded, plain = fold(text), normalise(text)
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if not (_border(folded, start, borders) and _border(folded, end, borders)):
                continue
            for name in self._by_fold[self._patterns[index]]:
                if _same_name(plain[start:end], name):
                    found.append(Hit(start, end, self._names[name]))
                    break
        found.sort(key=lambda hit: (hit.start - hit.end, hit.start))
        taken: set[int] = set()
        kept = []
        for hit in found:
            if taken.isdisjoint(range(hit.start, hit.end)):
                taken.update(range(hit.start, hit.end))
                kept.append(hit)
        return sorted(kept, key=lambda hit: hit.start)

    def without(self, texts: Iterable[str]) -> Gazetteer:
        """The gazetteer less every name that occurs in the texts, whatever its case: a blind test's gazetteer."""
        seen: set[str] = set()
        for text in texts:
            folded = fold(text)
            for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
                if _border(folded, start, frozenset()) or _border(folded, end, frozenset()):
                    seen.add(self._patterns[index])
        return Gazetteer({name: known for name, known in self._names.items() if fold(name) not in seen})

    def extended(self, names: Mapping[str, Known]) -> Gazetteer:
        """The gazetteer with a person's own names, which win over the shipped ones."""
        shipped = {known.norm: known for known in self._names.values()}
        own = {}
        for name, known in names.items():
            base = shipped.get(known.norm, known)
            own[name] = replace(known, kind=known.kind or base.kind, country=known.country or base.country)
        return Gazetteer({**self._names, **own})


def _border(folded: str, at: int, borders: frozenset[int]) -> bool:
    return (
        at <= 0
        or at >= len(folded)
        or at in borders
        or not (folded[at - 1].isalnum() and folded[at].isalnum())
    )


def _same_name(surface: str, name: str) -> bool:
    """Whether a surface that differs in case at most is the name, not a common word."""
    name = normalise(name)
    if surface == name or (fold(surface) != surface.lower() == fold(name) and len(name) >= _RECASED):
        return True
    letters = [c for c in surface if c.isalpha()]
    if len(letters) < _RECASED or not any(c.isupper() for c in letters):
        return _unaccented(surface) == _unaccented(name)
    # Every word that opens with a capital in the name does so here: "Banque de France" is not "banque de France".
    return all(
        not n[:1].isupper() or s[:1].isupper() for s, n in zip(surface.split(), name.split(), strict=False)
    )


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def load_gazetteer(*, aliases: Path | None = None, blind_to: Iterable[str] = ()) -> Gazetteer:
    """The shipped names, with a person's own if a file of `aliases` is given, less those that occur in `blind_to`.

    LexiconError names the file and the line of a doubled alias, an unknown kind, an empty name or wrong columns.
    """
    gazetteer = _shipped()
    if aliases is not None:
        gazetteer = gazetteer.extended(read_aliases(aliases))
    texts = list(blind_to)
    return gazetteer.without(texts) if texts else gazetteer


@functools.cache
def _shipped() -> Gazetteer:
    return Gazetteer(read_tsv(LANG_DIR / SHARED / "organisations.tsv"))


def read_tsv(path: Path) -> dict[str, Known]:
    """Every name of a table of organisations; LexiconError names file and line."""
    names: dict[str, Known] = {}
    lines: dict[str, int] = {}
    for number, row in _rows(path):
        name, aliases, kind, country, _, ambiguous = row
        if ambiguous not in ("0", "1"):
            raise LexiconError(f"{path}:{number}: ambiguous is 0 or 1, found {ambiguous!r}")
        known = Known(
            norm=name.removeprefix("*"), kind=kind, country=None if country in ("", _NO_COUNTRY) else country
        )
        surfaces = [name, *(aliases.split("|") if aliases else [])]
        _add(names, lines, surfaces, known, ambiguous=ambiguous == "1", path=path, number=number)
    return names


def read_aliases(path: Path) -> dict[str, Known]:
    """Every name of a person's TOML file; LexiconError names file and line."""
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: {error}") from error
    names: dict[str, Known] = {}
    lines: dict[str, int] = {}
    rows = text.splitlines()
    for norm, body in data.items():
        number = next((i for i, row in enumerate(rows, 1) if row.lstrip().startswith("[") and norm in row), 1)
        if not isinstance(body, dict) or not body.keys() <= _KEYS:
            raise LexiconError(
                f"{path}:{number}: [{norm!r}] holds {', '.join(sorted(_KEYS))} only, found {body!r}"
            )
        aliases, kind, country = body.get("aliases", []), body.get("kind"), body.get("country")
        if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
            raise LexiconError(
                f"{path}:{number}: the aliases of {norm!r} are a list of strings, found {aliases!r}"
            )
        if not isinstance(kind, str | None) or not isinstance(country, str | None):
            raise LexiconError(f"{path}:{number}: kind and country of {norm!r} are strings")
        known = Known(norm=norm, kind=kind, country=country)
        _add(names, lines, [norm, *aliases], known, ambiguous=False, path=path, number=number)
    return names


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(text.splitlines(), 1):
        row = line.split("\t")
        if len(row) != len(COLUMNS) or (number == 1 and tuple(row) != COLUMNS):
            raise LexiconError(f"{path}:{number}: expected the columns {', '.join(COLUMNS)}, found {row}")
        if number > 1:
            yield number, row


def _add(
    names: dict[str, Known],
    lines: dict[str, int],
    surfaces: Sequence[str],
    known: Known,
    *,
    ambiguous: bool,
    path: Path,
    number: int,
) -> None:
    """Add an organisation's names; LexiconError if one is empty or stands there already, or the kind is unknown."""
    if known.kind is not None and known.kind not in KINDS:
        raise LexiconError(
            f"{path}:{number}: unknown kind {known.kind!r}, expected one of {', '.join(sorted(KINDS))}"
        )
    for surface in surfaces:
        name = surface.removeprefix("*").strip()
        if not name:
            raise LexiconError(f"{path}:{number}: {known.norm!r} has an empty name")
        if name in names:
            raise LexiconError(
                f"{path}:{number}: {name!r} stands in line {lines[name]} already, for {names[name].norm!r}"
            )
        names[name] = replace(known, ambiguous=ambiguous or surface.startswith("*"))
        lines[name] = number
