"""From the match of a rule to amounts: one number, a range, a list of two, bounds ("tens of billions").

Whether a rule's words are an amount at all is decided here too: None leaves the place to the next rule.
"""

from __future__ import annotations

import functools
import logging
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from extractor.amount_units import Unit, national, possible, power_factor, read_unit
from extractor.lexicon import Found, Lexicon
from extractor.numbers import read_number
from extractor.values import Qualifier

log = logging.getLogger(__name__)

# Characters before an amount in which its qualifier stands: "maximum de" and three fillers.
LEFT = 56
# More than the world's wealth in the smallest unit in use.
_LARGEST = Decimal(10) ** 18
_LARGEST_GW = Decimal(10) ** 6
_TORN = re.compile(r"\d[.,] ")
# Marks of thousands or hundredths make a number of money likely: "R1,999", "45 000 won".
_MONEY_LIKE = re.compile(r"\d[ ,.']\d{3}(?!\d)|\d[.,]\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as found: what its currency is may still hang on the rest of the text."""

    start: int
    end: int
    rule: str
    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: Unit | None = None
    hundredth: str | None = None
    qualifier: Qualifier = Qualifier.EXACT
    power: bool = False
    shared: bool = False
    pending: bool = False


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


def read_amounts(found: Found, norm: str, lexicon: Lexicon, *, is_power: bool) -> list[Amount] | None:
    """What a match tells: None where it is no amount, nothing where it is one that has no sure value."""
    options = found.rule.options
    near = options.get("near")
    if near is not None and not _is_spoken_of(str(near), norm, lexicon):
        return None
    unit, factor = None, Decimal(1)
    weak = False
    if is_power:
        power = power_factor(found["unit"], lexicon)
        if power is None:
            return None
        factor = power
    elif found["unit"] is not None:
        unit = read_unit(found["unit"], lexicon)
        if unit is None:
            return None
        others = [read_unit(found[name], lexicon) for name in ("unit2", "unit3")]
        for other in filter(None, others):
            if not possible(unit, lexicon) & possible(other, lexicon):
                log.debug("two currencies on one number: %r", found.match[0])
                return None if found["to"] is not None else []
            unit = unit if unit.code else replace(other, factor=unit.factor)
        if found["country"]:
            unit = national(unit.kind or str(unit.code), found["country"], lexicon)
        factor, weak = unit.factor, unit.weak
    base = Amount(
        *found.span, f"{'power' if is_power else 'money'}:{found.rule.name}", None, unit=unit, power=is_power,
        shared="shared" in options,
    )  # fmt: skip
    if found["minor"] is not None or options.get("minor"):
        kind = str(
            options.get("minor")
            or lexicon.value("minor", found["minor"])
            or lexicon.value("minor_symbol", found["minor"])
        )
        unit = national("dollar", found["country"], lexicon) if found["country"] else Unit()
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
    if (hundredths := found["cents"] or found["cents2"] or found["last"]) is not None:
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
        value += factor / 2
    scaled = number.scale is not None or factor >= 1000
    # "5G" counts no money, and "1. 6 milliards" is no number.
    if base.shared and (
        number.scale is None or re.search(r"\d ?\w$", surface) or _TORN.match(norm, max(0, base.start - 3))
    ):
        return None
    plain = not scaled and (unit is None or unit.measure or _MONEY_LIKE.search(surface) is None)
    if unit is not None and unit.measure and not unit.code:
        around = norm[max(0, base.start - LEFT) : base.end + LEFT]
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


def _sized(amounts: list[Amount]) -> list[Amount]:
    """The amounts, or none where one is larger than any can be."""
    for amount in amounts:
        largest = max(filter(None, (amount.value, amount.low, amount.high)), default=Decimal(0))
        if largest >= (_LARGEST_GW if amount.power else _LARGEST):
            log.debug("a number too large: %s", largest)
            return []
    return amounts


# One search a text and rule, not one for each of its matches, keeps the time linear.
@functools.lru_cache(maxsize=8)
def _is_spoken_of(template: str, norm: str, lexicon: Lexicon) -> bool:
    return lexicon.compiled(template).search(norm) is not None


def _is_several(start: int, norm: str, lexicon: Lexicon) -> bool:
    return lexicon.compiled(r"{<}{amount_several:}{_}\Z").search(norm[max(0, start - 20) : start]) is not None


def _bounds(found: Found, base: Amount, factor: Decimal, norm: str, lexicon: Lexicon) -> list[Amount]:
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


def _range(found: Found, base: Amount, factor: Decimal, norm: str, lexicon: Lexicon) -> list[Amount] | None:
    """One amount from a range, two from a list or a step; None where the joint joins other things."""
    low_surface, high_surface, joint = str(found["low"]), str(found["high"]), str(found["to"])
    low, high = _read_amount(low_surface, lexicon), _read_amount(high_surface, lexicon)
    if low is None or high is None:
        return None
    own_units = found["unit2"] is not None
    scaled = low.scale is not None
    left = norm[max(0, base.start - LEFT) : base.start]
    is_between = (
        lexicon.compiled(r"{<}{amount_between:}(?: (?:{amount_filler:}|{qualifier:})){0,2} \Z").search(left)
        is not None
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
        # "$5 to $10 billion" share the magnitude, "$500 to $1 million" do not, nor "$500,000 to $1 million".
        shared = first * high.scale
        if shared < 100 * second:
            first = shared
        elif low.value < 1000:
            first = shared / 1000
    if own_units and base.power:
        first = low.value * (power_factor(found["unit2"], lexicon) or factor)
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
            after = norm[found.match.end() : found.match.end() + LEFT]
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
