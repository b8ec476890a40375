"""Which rules may match at a place of a text, told by the few characters that stand there.

Most rules open with one of a few words. Trying every rule at every word costs more than all else that rules do, so each
regular expression is asked once with what characters its matches begin.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

# Python's own parser of expressions, the only one that reads what `re` reads; the stubs leave it out.
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# Longer beginnings tell no more rules apart; shorter ones leave twice as many to be tried.
LENGTH = 4
# A set of more characters ("any letter") is not written out: what begins with it is tried everywhere.
_WIDEST = 60
# Where amounts are written out in full they have ten thousand beginnings: shorter ones tell enough.
_MOST = 500
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_NO_WIDTH = (op.AT, op.ASSERT, op.ASSERT_NOT)
# Hostile texts have no end of beginnings: so many are remembered.
_KEYS = 8_192
_WORD = re.compile(r"[^\W\d_]+|\d+")
# A node of a parsed expression: its operator, and what that works on.
_Node = tuple[object, Any]


def beginnings(pattern: str) -> set[str]:
    """What the matches of a pattern may begin with: at most `LENGTH` folded characters; "" may begin with anything.

    The first one is a capital where the pattern asks for a capital.
    """
    going, ended = _walk(_parser.parse(pattern, re.IGNORECASE), {""})
    return going | ended


def fold(text: str) -> str:
    """Small letters, and one digit for all: what beginnings are compared by."""
    return "".join("0" if char.isdecimal() else char for char in text.lower())


def _walk(items: Iterable[_Node], heads: set[str], cased: bool = False) -> tuple[set[str], set[str]]:
    """The heads with what the items add to them: those that go on, and those that end there."""
    going, ended = set(heads), set[str]()
    for operator, argument in items:
        going, more = _step(operator, argument, going, cased)
        ended |= more
        if not going:
            break
    return going, ended


def _step(operator: object, argument: Any, heads: set[str], cased: bool) -> tuple[set[str], set[str]]:
    match operator, argument:
        case op.LITERAL, int(code):
            return _add(heads, {_char(code, cased)})
        case op.IN, list(members) if (chars := _members(members, cased)) is not None:
            return _add(heads, chars)
        case op.BRANCH, (_, branches):
            return _join(_walk(branch, heads, cased) for branch in branches)
        case op.SUBPATTERN, (_, on, off, body):
            return _walk(body, heads, (cased or bool(off & re.IGNORECASE)) and not on & re.IGNORECASE)
        case op.ATOMIC_GROUP, body:
            return _walk(body, heads, cased)
        case _, (int(low), high, body) if operator in _REPEATS:
            return _repeat(low, int(high), body, heads, cased)
        case op.FAILURE, _:
            return set(), set()
    return (heads, set()) if operator in _NO_WIDTH else (set(), heads)


def _add(heads: set[str], chars: set[str]) -> tuple[set[str], set[str]]:
    if len(heads) * len(chars) > _MOST:
        return set(), heads
    longer = {head + fold(char) if head else char for head in heads for char in chars}
    ended = {head[:LENGTH] for head in longer if len(head) >= LENGTH}
    return {head for head in longer if len(head) < LENGTH}, ended


def _char(code: int, cased: bool) -> str:
    """A character as beginnings have it: folded, but for a capital where case tells."""
    char = chr(code)
    return char if cased and char.isupper() else fold(char)


def _members(members: Sequence[_Node], cased: bool) -> set[str] | None:
    """The characters of a set; None where they are too many to write out."""
    chars: set[str] = set()
    for member in members:
        match member:
            case op.LITERAL, int(code):
                chars.add(_char(code, cased))
            case op.RANGE, (int(first), int(last)) if last - first < _WIDEST:
                chars.update(_char(code, cased) for code in range(first, last + 1))
            case op.CATEGORY, op.CATEGORY_DIGIT:
                chars.add("0")
            case _:
                return None
    return chars if len(chars) <= _WIDEST else None


def _join(parts: Iterator[tuple[set[str], set[str]]]) -> tuple[set[str], set[str]]:
    going, ended = set[str](), set[str]()
    for one, other in parts:
        going |= one
        ended |= other
    return going, ended


def _repeat(
    low: int, high: int, body: Iterable[_Node], heads: set[str], cased: bool
) -> tuple[set[str], set[str]]:
    going, ended, current = set(heads) if low == 0 else set(), set[str](), heads
    for count in range(1, min(high, LENGTH) + 1):
        current, more = _walk(body, current, cased)
        ended |= more
        if count >= min(low, LENGTH):
            going |= current
        if not current:
            break
    return going, ended


def _any_of(firsts: set[str]) -> str | None:
    """A regular expression for one of some folded characters; "" stands for any."""
    if "" in firsts:
        return r"[\w\W]"
    # Both cases are written out: a set of characters is looked for several times as fast where case tells.
    return f"[{''.join(_escaped(first) for first in sorted(firsts))}]" if firsts else None


def _escaped(char: str) -> str:
    return r"\d" if char == "0" else "".join(re.escape(case) for case in sorted({char, char.upper()}))


class Group:
    """Indexes that are asked about the same texts: each text's words are gone through once for all of them."""

    def __init__(self) -> None:
        self._indexes: list[Index[Any]] = []
        self._found: dict[str, list[tuple[int, tuple[Any, ...]]]] = {}

    def add(self, index: Index[Any]) -> int:
        """Take an index in; the number under which `words` has it."""
        self._indexes.append(index)
        self._found.clear()
        self.words.cache_clear()
        return len(self._indexes) - 1

    @functools.lru_cache(maxsize=8)  # noqa: B019  (a group lives as long as the process)
    def words(self, text: str) -> Mapping[int, list[tuple[int, tuple[Any, ...]]]]:
        """For each index the words at which some pattern may match, and the items whose patterns may."""
        out: dict[int, list[tuple[int, tuple[Any, ...]]]] = {}
        for match in _WORD.finditer(text):
            start = match.start()
            key = text[start : start + LENGTH]
            found = self._found.get(key)
            if found is None:
                found = [(n, items) for n, index in enumerate(self._indexes) if (items := index.fit(key))]
                if len(self._found) < _KEYS:
                    self._found[key] = found
            for number, items in found:
                out.setdefault(number, []).append((start, items))
        return out


class Index(Generic[T]):
    """Items by what their patterns begin with."""

    def __init__(self, items: Sequence[tuple[str, T]], anchors: Sequence[str], group: Group) -> None:
        """`anchors`: what patterns begin with that match where a word begins, if they go on with a letter."""
        self._items = [item for _, item in items]
        self._by_beginning: dict[str, list[int]] = {}
        self._at: dict[str, tuple[T, ...]] = {}
        others = set[str]()
        for number, (pattern, _) in enumerate(items):
            bound = pattern.startswith(tuple(anchors))
            for beginning in beginnings(pattern):
                self._by_beginning.setdefault(beginning, []).append(number)
                if not (bound and beginning[:1].isalpha()):
                    others.add(beginning[:1])
        marks = _any_of(others)
        self._others = None if marks is None else re.compile(marks)
        self._group = group

    @functools.cached_property
    def _number(self) -> int:
        return self._group.add(self)

    def fit(self, key: str) -> tuple[T, ...]:
        """The items whose patterns may match where some characters stand, in their order."""
        folded = fold(key)
        heads = {words[:size] for words in (folded, key[:1] + folded[1:]) for size in range(LENGTH + 1)}
        fits = {number for head in heads for number in self._by_beginning.get(head, ())}
        return tuple(self._items[number] for number in sorted(fits))

    def at(self, text: str, start: int) -> tuple[T, ...]:
        """The items whose patterns may match at a place."""
        key = text[start : start + LENGTH]
        found = self._at.get(key)
        if found is None:
            found = self.fit(key)
            if len(self._at) < _KEYS:
                self._at[key] = found
        return found

    def places(self, text: str) -> list[tuple[int, tuple[T, ...]]]:
        """The places at which some pattern may match, and the items whose patterns may."""
        number = self._number  # the first time it takes the index into the group: before the words are read
        places = self._group.words(text).get(number, [])
        if self._others is not None:
            others = [match.start() for match in self._others.finditer(text)]
            more = {start: items for start in others if (items := self.at(text, start))}
            if more:
                places = sorted((more | dict(places)).items(), key=itemgetter(0))
        return places
