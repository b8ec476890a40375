"""MONEY and POWER: "jusqu'à 50 milliards de dollars" -> Money(50_000_000_000, "USD", up_to).

Words, patterns and rules: lang/<code>/amounts.toml; what no language owns: lang/shared/currencies.toml, units.toml.
A rule catches numbers (`number`, `low` and `high`), magnitudes (`scale`, `vague`) and units (`unit`, `unit2`,
`unit3`, `minor`) by groups of these names; its options are `shared` (the currency is a neighbour's), `plural` (only a
lower bound is told), `minor` (hundredths of this currency) and `near` (what the text must hold for the rule to count).

A value is exact or it is not given: two currencies on one number, or a number beyond any economy, leave no mention.
"""

from __future__ import annotations

import functools
import logging
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntFlag

from extractor.lexicon import Found, Lexicon, Rule, normalise, surface_key
from extractor.numbers import read_number
from extractor.values import Mention, MentionType, Money, Power, Qualifier

log = logging.getLogger(__name__)

# Words from the first of an amount to its magnitude or unit; numbers up to a million take 13 in either language.
_LONGEST = 24
# Characters before an amount in which its qualifier stands: "maximum de" and three fillers.
_LEFT = 56
# A number with a magnitude takes the currency of an amount of its sentence no further away than this.
_NEIGHBOUR = 160
# More than the world's wealth in the smallest unit in use.
_LARGEST = Decimal(10) ** 18
_LARGEST_GW = Decimal(10) ** 6
# Words of a country in a text before it is held to be set there: one may be a bystander.
_SETTING = 3
# Kinds whose bare sign stands for one currency of the text, whatever others it spells out: "$10m (C$14m)".
_SELF_CONTAINED = ("dollar",)
_WORD = re.compile(r"[A-ZÀ-ÖØ-ÞŒ]*[a-zß-öø-ÿœł]+|[A-ZÀ-ÖØ-ÞŒ]+|\d+|[^\w\s.,;:!?'()\[\]\"/«»“”…-]|[元円]")
_TORN = re.compile(r"\d[.,] ")
_SENTENCE_END = re.compile(r"[.!?…][»”\")]?\s+(?=[\"«“(A-ZÀ-Þ•-])|\n\s*(?:\n|[-•*])")
_WORD_TABLES = ("symbol", "currency", "weak_currency", "measure_currency")
# Marks of thousands or hundredths make a number of money likely: "R1,999", "45 000 won".
_MONEY_LIKE = re.compile(r"\d[ ,.']\d{3}(?!\d)|\d[.,]\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A currency: its code, or its kind where the text must tell the country.

    A weak one has another common sense and needs more than a small number; a measure ("pounds") needs a magnitude.
    """

    code: str | None = None
    kind: str | None = None
    weak: bool = False
    measure: bool = False
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount as found: what its currency is may still hang on the rest of the text."""

    start: int
    end: int
    rule: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: _Unit | None = None
    hundredth: str | None = None
    qualifier: Qualifier = Qualifier.EXACT
    power: bool = False
    shared: bool = False
    pending: bool = False


def find_amounts(text: str, lexicon: Lexicon) -> list[Mention]:
    """The amounts of money and power of a text, in its order; qualifiers stand outside the spans."""
    norm = normalise(text)
    found = list(_scan(norm, lexicon))
    firm = [a.unit for a in found if a.unit and not a.shared and not a.pending]
    told = {code for unit in firm for code in _possible(unit, lexicon)}
    found = [a for a in found if not a.pending or (a.unit and _possible(a.unit, lexicon) & told)]
    found = list(_with_neighbours(found, norm))
    currencies = _currencies(found, norm, lexicon)
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
    for table in _WORD_TABLES[1:]:
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


def _scan(norm: str, lexicon: Lexicon) -> Iterator[_Amount]:
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
            amounts = _read(Found(rule, match), norm, lexicon, is_power=is_power)
            if amounts is not None:
                yield from amounts
                position = match.end()
                break


# --- numbers and units ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Number:
    """A number and its magnitude: "5 bn" is 5000000000 with 1000000000; without one `scale` is None."""

    value: Decimal
    scale: Decimal | None


def _read_amount(surface: str, lexicon: Lexicon) -> _Number | None:
    surface = surface.replace("+", " ")  # "$100+ million"
    parts = lexicon.compiled("(?P<number>{quantity:})(?: -? (?P<magnitude>{magnitude:}))?").fullmatch(surface)
    if parts is None:
        value = read_number(surface, lexicon)
        return None if value is None else _Number(value, None)
    value = read_number(parts["number"], lexicon)
    if value is None:
        return None
    scales = lexicon.compiled("{<}{scale:}{>}").findall(_after_digits(parts["number"]))
    scale = Decimal(str(lexicon.value("scale", scales[-1]))) if scales else None
    if parts["magnitude"]:
        magnitude = Decimal(str(lexicon.value("magnitude", parts["magnitude"])))
        if scale is not None:
            return None
        return _Number(value * magnitude, magnitude)
    return _Number(value, scale)


def _after_digits(surface: str) -> str:
    return re.sub(r"(?<=\d)(?=[^\W\d])", " ", surface)


def _read_unit(surface: str | None, lexicon: Lexicon) -> _Unit | None:
    """The currency that a surface names; None where its spelling is no currency's ("Bob 3", "rm")."""
    if surface is None:
        return None
    surface = surface.strip(" -\n")
    key = surface_key(surface)
    for table, weak in (("letters", False), ("weak_letters", True), ("prefix_letters", True)):
        spelled = lexicon.value(table, key)
        if isinstance(spelled, list) and surface in spelled[1:]:
            return _unit(str(spelled[0]), weak=weak)
    for table, weak in (("code", False), ("weak_code", True)):
        if (code := lexicon.value(table, key)) is not None and (
            surface.isupper() or lexicon.value("small_code", key)
        ):
            return _unit(str(code), weak=weak)
    for table in _WORD_TABLES:
        if (code := lexicon.value(table, key)) is not None:
            unit = _unit(str(code), weak=table in ("weak_currency", "measure_currency"))
            return replace(unit, measure=table == "measure_currency")
    core = "(?P<core>{symbol:}|{currency:}|{weak_currency:}|{measure_currency:})"
    if named := lexicon.compiled(
        "(?:(?P<before>{demonym:})[ -])?" + core + "(?: (?P<after>{demonym:}))?"
    ).fullmatch(surface):
        kind = next(v for t in _WORD_TABLES if (v := lexicon.value(t, named["core"])) is not None)
        return _national(str(kind), named["before"] or named["after"], lexicon)
    scaled = lexicon.compiled("(?P<magnitude>{magnitude:})(?P<code>{code:})").fullmatch(surface)
    if scaled is None or not scaled["code"].isupper():
        return None
    factor = Decimal(str(lexicon.value("magnitude", scaled["magnitude"])))
    return _Unit(code=str(lexicon.value("code", scaled["code"])), factor=factor)


@functools.cache
def _possible(unit: _Unit, lexicon: Lexicon) -> frozenset[str]:
    """The currencies that a unit may be: its own, or those of its kind in all countries."""
    if unit.code:
        return frozenset((unit.code,))
    national = lexicon.table("national")
    return frozenset(str(code) for key, code in national.items() if key.split()[0] == unit.kind)


def _unit(value: str, *, weak: bool) -> _Unit:
    return _Unit(code=value, weak=weak) if value.isupper() else _Unit(kind=value, weak=weak)


def _national(kind: str, country: str | None, lexicon: Lexicon) -> _Unit:
    """A kind of currency with a country's name beside it: "dollars canadiens"."""
    if kind.isupper():
        return _Unit(code=kind)
    code = lexicon.value("national", f"{kind} {lexicon.value('demonym', country)}")
    return _Unit(code=str(code), kind=kind) if code is not None else _Unit(kind=kind)


def _power_factor(surface: str | None, lexicon: Lexicon) -> Decimal | None:
    """Gigawatts of a unit of power; None for milliwatts and for a small "w"."""
    if surface is None:
        return None
    if (value := lexicon.value("power_word", re.sub(r"[ -]cr.te$", "", surface))) is not None:
        return Decimal(str(value))
    value = lexicon.value("power_unit", surface)
    spelled = surface[0].isupper() or (surface[0] in "gk" and "m" not in surface)
    return Decimal(str(value)) if value is not None and spelled else None


# --- from a match to amounts ---------------------------------------------------------------------------------------


def _read(found: Found, norm: str, lexicon: Lexicon, *, is_power: bool) -> list[_Amount] | None:
    """What a match tells: None where it is no amount, nothing where it is one that has no sure value."""
    options = found.rule.options
    near = options.get("near")
    if near is not None and lexicon.compiled(str(near)).search(norm) is None:
        return None
    unit, factor = None, Decimal(1)
    weak = False
    if is_power:
        power = _power_factor(found["unit"], lexicon)
        if power is None:
            return None
        factor = power
    elif found["unit"] is not None:
        unit = _read_unit(found["unit"], lexicon)
        if unit is None:
            return None
        others = [_read_unit(found[name], lexicon) for name in ("unit2", "unit3")]
        for other in filter(None, others):
            if not _possible(unit, lexicon) & _possible(other, lexicon):
                log.debug("two currencies on one number: %r", found.match[0])
                return None if found["to"] is not None else []
            unit = unit if unit.code else replace(other, factor=unit.factor)
        if found["country"]:
            unit = _national(unit.kind or str(unit.code), found["country"], lexicon)
        factor, weak = unit.factor, unit.weak
    base = _Amount(
        *found.span, f"{'power' if is_power else 'money'}:{found.rule.name}", None, unit=unit, power=is_power,
        shared="shared" in options,
    )  # fmt: skip
    if found["minor"] is not None or options.get("minor"):
        kind = str(
            options.get("minor")
            or lexicon.value("minor", found["minor"])
            or lexicon.value("minor_symbol", found["minor"])
        )
        unit = _national("dollar", found["country"], lexicon) if found["country"] else _Unit()
        base = replace(base, unit=unit, hundredth=kind)
        factor = Decimal("0.01")
    if found["vague"] is not None or options.get("plural") or (found["scale"] and found["number"] is None):
        return _bounds(found, base, factor, norm, lexicon)
    if found["low"] is not None:
        return _range(found, base, factor, norm, lexicon)
    surface = f"{found['number']} {found['scale']}" if found["scale"] else str(found["number"])
    number = _read_amount(surface, lexicon)
    if number is None:
        return None
    value = number.value * factor
    if (hundredths := found["cents"] or found["last"]) is not None:
        # "$73 010" is one number.
        if found["last"] and re.match(r"\d(?!\d$)", found["last"]):
            return None
        cents = read_number(hundredths, lexicon)
        if (
            cents is None
            or not (10 if found["last"] else 0) <= cents < 100
            or value != value.to_integral_value()
        ):
            return None
        value += cents / 100
    if found["half"] is not None:
        if number.scale is not None:
            return None
        value += Decimal("0.5")
    scaled = number.scale is not None or factor >= 1000
    # "5G" counts no money, and "1. 6 milliards" is no number.
    if base.shared and (
        number.scale is None or re.search(r"\d ?\w$", surface) or _TORN.match(norm, max(0, base.start - 3))
    ):
        return None
    plain = not scaled and (unit is None or unit.measure or _MONEY_LIKE.search(surface) is None)
    if unit is not None and unit.measure and not unit.code:
        around = norm[max(0, base.start - _LEFT) : base.end + _LEFT]
        if lexicon.compiled("{<}(?:{measure_other:})").search(around):
            return []
    qualifier = Qualifier.OVER if "+" in surface else Qualifier.EXACT
    amount = replace(base, value=value, pending=weak and plain, qualifier=qualifier)
    if not scaled and _is_several(amount.start, norm, lexicon):
        return None
    if scaled and _is_several(amount.start, norm, lexicon):
        tens = Decimal("9.99") if lexicon.value("cardinal", surface.split()[0]) == 100 else None
        amount = replace(
            amount, value=None, low=value, high=tens and value * tens, qualifier=Qualifier.TENS_OF
        )
    return _sized([amount])


def _sized(amounts: list[_Amount]) -> list[_Amount]:
    """The amounts, or none where one is larger than any can be."""
    for amount in amounts:
        largest = max(filter(None, (amount.value, amount.low, amount.high)), default=Decimal(0))
        if largest >= (_LARGEST_GW if amount.power else _LARGEST):
            log.debug("a number too large: %s", largest)
            return []
    return amounts


def _is_several(start: int, norm: str, lexicon: Lexicon) -> bool:
    return lexicon.compiled(r"{<}{amount_several:}{_}\Z").search(norm[max(0, start - 20) : start]) is not None


def _bounds(found: Found, base: _Amount, factor: Decimal, norm: str, lexicon: Lexicon) -> list[_Amount]:
    """ "tens of billions": low and high; "billions": low alone; "the billion": its value."""
    # Behind a number that did not read ("1/2 million") a magnitude is no amount of its own.
    if re.search(r"[\d½¼¾+] ?-?\Z", norm[max(0, base.start - 3) : base.start]):
        return []
    scale = Decimal(str(lexicon.value("scale", found["scale"]) or 1)) * factor
    counts = lexicon.value("vague", found["vague"]) if found["vague"] else None
    if isinstance(counts, list):
        low, *high = (Decimal(str(c)) * scale for c in counts)
        return _sized([replace(base, low=low, high=high[0] if high else None, qualifier=Qualifier.TENS_OF)])
    if found.rule.options.get("plural") or _is_several(base.start, norm, lexicon):
        return _sized([replace(base, low=scale, qualifier=Qualifier.TENS_OF)])
    return _sized([replace(base, value=scale)])


def _range(found: Found, base: _Amount, factor: Decimal, norm: str, lexicon: Lexicon) -> list[_Amount] | None:
    """One amount from a range, two from a list or a step; None where the joint joins other things."""
    low_surface, high_surface, joint = str(found["low"]), str(found["high"]), str(found["to"])
    low, high = _read_amount(low_surface, lexicon), _read_amount(high_surface, lexicon)
    if low is None or high is None:
        return None
    own_units = found["unit2"] is not None
    scaled = low.scale is not None
    left = norm[max(0, base.start - _LEFT) : base.start]
    is_between = (
        lexicon.compiled(r"{<}{amount_between:}(?: {amount_filler:}){0,2} \Z").search(left) is not None
    )
    is_from = lexicon.compiled(r"{<}{amount_from:} \Z").search(left) is not None
    is_dash = lexicon.compiled("{amount_dash:}").fullmatch(joint) is not None
    is_year = re.fullmatch(r"(?:19|20)\d\d", low_surface) is not None
    # "quarante-cinq" is no range.
    if (scaled and high.scale is None) or (joint == "-" and not re.search(r"\d", low_surface)):
        return None
    if base.shared and (high.scale is None or (scaled and not is_dash)):
        return None
    unit_first = found.match.start("unit") < found.match.start("low") if found["unit"] else False
    if unit_first and not own_units and high.scale is None and not (is_between or is_from or joint in "-–—"):
        return None
    if (
        not own_units
        and not unit_first
        and (is_year or (is_dash and joint not in "-–—" and not scaled and high.scale))
    ):
        return None
    first, second = low.value * factor, high.value * factor
    if not scaled and high.scale is not None and not (own_units and not unit_first):
        first *= high.scale
        if first >= 100 * second:
            first /= 1000
    if own_units and base.power:
        first = low.value * (_power_factor(found["unit2"], lexicon) or factor)
    ends = (
        replace(base, end=found.match.end("low"), value=first),
        replace(base, start=found.match.start("high"), value=second),
    )
    if own_units:
        ends = (
            replace(ends[0], end=found.match.end("low") if unit_first else found.match.end("unit2")),
            replace(ends[1], start=found.match.start("unit2") if unit_first else ends[1].start),
        )
    # "$14.1 billion or $14.9 billion with debt": two prices.
    if lexicon.compiled("{_}{amount_or:}{_}").fullmatch(joint) and (scaled or own_units):
        return None
    if lexicon.compiled("{_}{amount_and:}{_}").fullmatch(joint):
        if not is_between:
            if scaled or (own_units and not unit_first):
                return None
            after = norm[found.match.end() : found.match.end() + _LEFT]
            told = re.search(r"[.,]", low_surface) or lexicon.compiled("{<}{amount_respectively:}{>}").search(
                after
            )
            return _sized(list(ends)) if told else None
    elif is_from and not is_dash and not is_between:
        is_step = (
            lexicon.compiled(r"{<}{change:}(?:{_}[^\W\d_]+){0,4}{_}{amount_from:} \Z").search(left)
            is not None
        )
        if is_step and not base.shared:
            return _sized(list(ends))
    if first == second:
        return None
    weak = base.unit is not None and base.unit.weak and high.scale is None
    low_end, high_end = sorted((first, second))
    return _sized([replace(base, low=low_end, high=high_end, qualifier=Qualifier.RANGE, pending=weak)])


# --- what the rest of the text decides -----------------------------------------------------------------------------


def _with_neighbours(found: list[_Amount], norm: str) -> Iterator[_Amount]:
    """The amounts; one without a currency takes that of the nearest in its sentence, or is left out."""
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


def _currencies(found: Iterable[_Amount], norm: str, lexicon: Lexicon) -> dict[int, str | None]:
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
                c for c in spelled_out if c in _possible(unit, lexicon)
            ]
            chosen[amount.start] = told[-1] if told else by_setting[unit.kind]
    resolved = sorted((start, code) for start, code in chosen.items() if code)
    for amount in money:
        if not amount.hundredth:
            continue
        unit = amount.unit or _Unit()
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


def _of_hundredth(amount: _Amount, resolved: list[tuple[int, str]], lexicon: Lexicon) -> str | None:
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


def _qualifier(amount: _Amount, norm: str, lexicon: Lexicon) -> Qualifier:
    """How exact the words on either side say an amount is; those before it go first."""
    if amount.qualifier is not Qualifier.EXACT:
        return amount.qualifier
    left = norm[max(0, amount.start - _LEFT) : amount.start]
    before = lexicon.compiled(r"{<}{qualifier}(?: {amount_filler:}(?:(?<=')|(?![^\W_]))){0,3} \Z").search(
        left
    )
    if before is not None:
        return Qualifier(str(lexicon.value("qualifier", before["qualifier"])))
    after = lexicon.compiled(r"(?:(?=[-+])|[)]? (?![-+])){qualifier_after}{>}").match(norm, amount.end)
    if after is not None:
        return Qualifier(str(lexicon.value("qualifier_after", after["qualifier_after"])))
    return Qualifier.EXACT
