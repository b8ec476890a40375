"""The currency of an amount where its own words leave it open: a neighbour's, the text's country's, the usual one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from extractor.amount_readings import Amount
from extractor.amount_units import Unit, possible
from extractor.lexicon import Lexicon

# A number with a magnitude takes the currency of an amount of its sentence no further away than this.
_NEIGHBOUR = 160
# Characters before a number within which its words for a payment stand.
_LEAD = 60
# Words of a country in a text before it is held to be set there: one may be a bystander.
_SETTING = 3
# Kinds whose bare sign stands for one currency of the text, whatever others it spells out: "$10m (C$14m)".
_SELF_CONTAINED = ("dollar",)
_SENTENCE_END = re.compile(r"[.!?…][»”\")]?\s+(?=[\"«“(A-ZÀ-Þ•-])|\n\s*(?:\n|[-•*])")


def with_neighbours(found: list[Amount], norm: str, lexicon: Lexicon) -> Iterator[Amount]:
    """The amounts; one without a currency takes that of the nearest in its sentence; where the words before it speak
    of money ("a prêté 28 millions"), that of the amount told last; else it is left out."""
    firm = [a for a in found if not a.shared and not a.power and not a.hundredth]
    starts = [a.start for a in firm]
    for amount in found:
        if not amount.shared:
            yield amount
            continue
        index = bisect_left(starts, amount.start)
        near = []
        for other in firm[max(0, index - 1) : index + 1]:
            a, b = sorted((amount, other), key=lambda x: x.start)
            gap = norm[a.end : b.start]
            if len(gap) <= _NEIGHBOUR and not _SENTENCE_END.search(gap):
                near.append((len(gap), other))
        if near:
            other = min(near, key=lambda pair: pair[0])[1]
            yield replace(amount, unit=other.unit)
        elif firm and _is_paid(amount, norm, lexicon):
            yield replace(amount, unit=firm[max(0, index - 1)].unit)


def _is_paid(amount: Amount, norm: str, lexicon: Lexicon) -> bool:
    """Whether the words before a bare number are those of a payment."""
    before = norm[max(0, amount.start - _LEAD) : amount.start]
    lead = lexicon.compiled(r"{<}{paid_before:}(?:{_}|(?<=')) (?:{qualifier:}(?:{_}|(?<=')) )?\Z")
    return bool(lead.search(before))


def currencies_of(found: Iterable[Amount], norm: str, lexicon: Lexicon) -> dict[int, str | None]:
    """The currency of each amount of money, by its start."""
    money = [a for a in found if not a.power]
    kinds = {a.unit.kind for a in money if a.unit and a.unit.kind and not a.unit.code}
    words = _setting(norm, lexicon) if kinds - {None} else {}
    spelled = {a.unit.code for a in money if a.unit and a.unit.code and not (a.unit.kind and a.unit.weak)}
    by_setting = {
        kind: _by_setting(kind, usual, words, usual in spelled, lexicon)
        for kind in kinds
        if kind
        for usual in [_usual(kind, lexicon)]
    }
    chosen: dict[int, str | None] = {}
    spelled_out: list[str] = []
    for amount in money:
        unit = amount.unit
        if unit is None or amount.hundredth:
            continue
        if unit.code:
            chosen[amount.start] = unit.code
            spelled_out.append(unit.code)
        elif unit.kind:
            # In a text that has "US$" and "C$", a bare "$" is still its own; "francs" are those told before.
            told = unit.kind not in _SELF_CONTAINED and [
                c for c in spelled_out if c in possible(unit, lexicon)
            ]
            chosen[amount.start] = told[-1] if told else by_setting[unit.kind]
    resolved = sorted((start, code) for start, code in chosen.items() if code)
    for amount in money:
        if not amount.hundredth:
            continue
        unit = amount.unit or Unit()
        chosen[amount.start] = unit.code or _of_hundredth(amount, resolved, lexicon)
    return chosen


def _usual(kind: str, lexicon: Lexicon) -> str | None:
    value = lexicon.value("usual_here", kind) or lexicon.value("usual", kind)
    return None if value is None else str(value)


def _setting(norm: str, lexicon: Lexicon) -> Mapping[str, set[str]]:
    """For each country the words of the text that point to it."""
    places = {**lexicon.table("demonym"), **lexicon.table("setting")}
    words: dict[str, set[str]] = {}
    for word in sorted(set(re.findall(r"[^\W\d_]+|U\.S\.", norm))):
        if (country := places.get(word.casefold())) is not None and word != "us":
            words.setdefault(str(country), set()).add(word.casefold())
    return words


def _by_setting(
    kind: str, usual: str | None, words: Mapping[str, set[str]], usual_spelled: bool, lexicon: Lexicon
) -> str | None:
    """The currency of a kind in the country where the text is set; the usual one unless the text is clear."""
    weights: Counter[str] = Counter()
    for country, counted in words.items():
        if (code := lexicon.value("national", f"{kind} {country}")) is not None:
            weights[str(code)] += len(counted)
    foreign = [(n, code) for code, n in weights.most_common() if code != usual]
    if usual is None:
        ahead = len(foreign) == 1 or (len(foreign) > 1 and foreign[0][0] > foreign[1][0])
        return foreign[0][1] if ahead else None
    if not foreign or (len(foreign) > 1 and foreign[0][0] == foreign[1][0]):
        return usual
    needed = _SETTING - 1 if usual_spelled else _SETTING
    rival = 0 if usual_spelled else weights[usual] * (needed if kind in _SELF_CONTAINED else 2)
    clear = foreign[0][0] >= max(needed, rival) and (usual_spelled or not (rival and kind in _SELF_CONTAINED))
    return foreign[0][1] if clear else usual


def _of_hundredth(amount: Amount, resolved: list[tuple[int, str]], lexicon: Lexicon) -> str | None:
    """The currency of cents: that of the amount before them, else after, which has such; else the usual one."""
    kind = str(amount.hundredth)
    if kind.isupper():
        return kind
    possible = lexicon.value("hundredth", kind)
    if not isinstance(possible, list):
        return next((code for _, code in resolved if lexicon.value("national", kind) == code), None)
    before = [code for start, code in resolved if start < amount.start and code in possible]
    after = [code for start, code in resolved if start > amount.start and code in possible]
    return before[-1] if before else after[0] if after else str(possible[0]) or None
