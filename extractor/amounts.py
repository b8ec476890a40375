"""MONEY and POWER: "jusqu'à 50 milliards de dollars" -> Money(50_000_000_000, "USD", up_to).

Words, patterns and rules: lang/<code>/amounts.toml; what no language owns: lang/shared/currencies.toml, units.toml.
A rule catches numbers (`number`, `low` and `high`), magnitudes (`scale`, `vague`) and units (`unit`, `unit2`,
`unit3`, `minor`) by groups of these names; its options are `shared` (the currency is a neighbour's), `plural` (only a
lower bound is told), `minor` (hundredths of this currency) and `near` (what the text must hold for the rule to count).

A value is exact or it is not given: two currencies on one number, or a number beyond any economy, leave no mention.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from enum import IntFlag

from extractor.amount_currencies import currencies_of, with_neighbours
from extractor.amount_readings import LEFT, Amount, read_amounts
from extractor.amount_units import WORD_TABLES, possible
from extractor.lexicon import Found, Lexicon, Rule, normalise
from extractor.values import Mention, MentionType, Money, Power, Qualifier

# Words from the first of an amount to its magnitude or unit; numbers up to a million take 13 in either language.
_LONGEST = 24
_WORD = re.compile(r"[A-ZÀ-ÖØ-ÞŒ]*[a-zß-öø-ÿœł]+|[A-ZÀ-ÖØ-ÞŒ]+|\d+|[^\w\s.,;:!?'()\[\]\"/«»“”…-]|[元円]")


def find_amounts(text: str, lexicon: Lexicon) -> list[Mention]:
    """The amounts of money and power of a text, in its order; qualifiers stand outside the spans."""
    norm = normalise(text)
    found = list(_scan(norm, lexicon))
    firm = [a.unit for a in found if a.unit and not a.shared and not a.pending]
    told = {code for unit in firm for code in possible(unit, lexicon)}
    found = [a for a in found if not a.pending or (a.unit and possible(a.unit, lexicon) & told)]
    found = list(with_neighbours(found, norm, lexicon))
    currencies = currencies_of(found, norm, lexicon)
    mentions = []
    for amount in found:
        qualifier = _qualifier(amount, norm, lexicon)
        value: Money | Power
        if amount.power:
            value = Power(gw=amount.value, low=amount.low, high=amount.high, qualifier=qualifier)
        else:
            if amount.start not in currencies:  # a magnitude that nothing counts
                continue
            currency = currencies[amount.start]
            if currency is None and amount.unit and amount.unit.weak:
                continue
            value = Money(
                value=amount.value, currency=currency, low=amount.low, high=amount.high, qualifier=qualifier
            )
        mentions.append(
            Mention(
                type=MentionType.POWER if amount.power else MentionType.MONEY,
                start=amount.start,
                end=amount.end,
                text=text[amount.start : amount.end],
                value=value,
                rule=amount.rule,
            )
        )
    return mentions


# --- where to look -------------------------------------------------------------------------------------------------


class _Kind(IntFlag):
    """What a word may be in an amount; `INSIDE` also holds for all others."""

    INSIDE = 1
    UNIT = 2
    NUMBER = 4
    SCALE = 8
    VAGUE = 16
    MULTI = 32
    HINT = 64


_KINDS = {
    _Kind.UNIT | _Kind.HINT: (
        "symbol",
        "letters",
        "weak_letters",
        "prefix_letters",
        "code",
        "weak_code",
        "small_code",
    ),
    _Kind.UNIT: ("demonym",),
    _Kind.NUMBER: ("cardinal", "article", "fraction"),
    _Kind.SCALE | _Kind.HINT: ("scale",),
    _Kind.VAGUE: ("vague",),
    _Kind.INSIDE: ("joiner", "decimal_word"),
    _Kind.HINT: ("minor", "minor_symbol", "magnitude", "power_word", "power_unit"),
}
# The first group of a rule tells with which words it may begin.
_OPENS = {
    "unit": _Kind.UNIT, "unit2": _Kind.UNIT | _Kind.MULTI, "low": _Kind.NUMBER, "number": _Kind.NUMBER,
    "scale": _Kind.SCALE, "vague": _Kind.VAGUE,
}  # fmt: skip


@functools.cache
def _words(lexicon: Lexicon) -> Mapping[str, int]:
    """The words of amounts and what they may be: a look-up here spares most of a text every rule."""
    words: dict[str, int] = {"multi": _Kind.MULTI}

    def add(surface: str, kind: int) -> None:
        for word in _WORD.findall(surface):
            words[word] = words.get(word, _Kind.INSIDE) | kind

    for kind, tables in _KINDS.items():
        for table in tables:
            for surface in lexicon.table(table):
                add(surface, kind)
    for table in WORD_TABLES[1:]:
        for surface in lexicon.table(table):
            add(surface, _Kind.UNIT | _Kind.HINT)
    for surface in lexicon.table("scale"):
        add("multi" + surface, _Kind.MULTI | _Kind.HINT)
    for short in lexicon.table("magnitude"):
        for code in (*lexicon.table("code"), *lexicon.table("letters"), *lexicon.table("weak_letters")):
            words.setdefault(short + code, _Kind.INSIDE | _Kind.UNIT | _Kind.HINT)
    for surface, role in lexicon.table("amount_inside").items():
        add(surface, _Kind.HINT if role == "unit" else _Kind.INSIDE)
    return {word: int(kind) for word, kind in words.items()}


class _Lookup(dict[str, int]):
    """The kind of each word of a text, looked up once."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self.words = words

    def __missing__(self, word: str) -> int:
        digits = word[0].isdigit()
        kind = (
            int(_Kind.NUMBER | _Kind.INSIDE)
            if digits
            else self.words.get(word) or self.words.get(word.casefold(), 0)
        )
        self[word] = kind
        return kind


def _starts(norm: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Offsets at which an amount may start, and what stands there: its words lead to a unit or a magnitude."""
    kinds = _Lookup(_words(lexicon))
    tokens = [(match.start(), kinds[match[0]]) for match in _WORD.finditer(norm)]
    starts, leads = [], 0
    opening = int(_Kind.UNIT | _Kind.NUMBER | _Kind.SCALE | _Kind.VAGUE | _Kind.MULTI)
    hint = int(_Kind.HINT)
    for start, kind in reversed(tokens):
        leads = 0 if not kind else _LONGEST if kind & hint else leads - 1
        if leads > 0 and kind & opening:
            starts.append((start, kind))
    starts.reverse()
    return starts


@functools.cache
def _rules(lexicon: Lexicon) -> list[tuple[Rule, bool, int]]:
    """The rules in the order of trial, power before amounts without a unit, each with the words it may begin with."""
    money = lexicon.rules("money")
    rules = [(r, False) for r in money if "shared" not in r.options] + [
        (r, True) for r in lexicon.rules("power")
    ]
    rules += [(r, False) for r in money if "shared" in r.options]
    # The first group is read from the source: compiling all rules takes a second, and most texts need few of them.
    first = re.compile(r"\(\?P<(\w+)>")
    return [
        (rule, power, int(_OPENS[match[1]])) for rule, power in rules if (match := first.search(rule.source))
    ]


def _scan(norm: str, lexicon: Lexicon) -> Iterator[Amount]:
    rules, position = _rules(lexicon), 0
    for start, kind in _starts(norm, lexicon):
        if start < position:
            continue
        # ".5" starts at its mark; the rest of a number that did not read ("1.2.3 $") is no number.
        if norm[start].isdigit() and start and norm[start - 1] in ".,":
            if norm[start - 1] == "." and (start == 1 or norm[start - 2] in " ($€£~"):
                start -= 1
            elif norm[start - 2 : start - 1].isdigit():
                continue
        elif re.match(r"\d/\d", norm[max(0, start - 2) : start + 1]):
            continue
        for rule, is_power, opens in rules:
            if not kind & opens:
                continue
            match = rule.regex.match(norm, start)
            if match is None:
                continue
            amounts = read_amounts(Found(rule, match), norm, lexicon, is_power=is_power)
            if amounts is not None:
                yield from amounts
                position = match.end()
                break


def _qualifier(amount: Amount, norm: str, lexicon: Lexicon) -> Qualifier:
    """How exact the words on either side say an amount is; those before it go first."""
    if amount.qualifier is not Qualifier.EXACT:
        return amount.qualifier
    left = norm[max(0, amount.start - LEFT) : amount.start]
    before = lexicon.compiled(r"{<}{qualifier}(?: {amount_filler:}(?:(?<=')|(?![^\W_]))){0,3} \Z").search(
        left
    )
    if before is not None:
        return Qualifier(str(lexicon.value("qualifier", before["qualifier"])))
    after = lexicon.compiled(r"(?:(?=[-+])|[)]? (?![-+])){qualifier_after}{>}").match(norm, amount.end)
    if after is not None:
        return Qualifier(str(lexicon.value("qualifier_after", after["qualifier_after"])))
    return Qualifier.EXACT
