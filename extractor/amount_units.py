"""Units of amounts: the currency that "US$", "euros" or "MUSD" names, the gigawatts of a "MW".

Words: the tables of lang/<code>/amounts.toml, lang/shared/currencies.toml and units.toml.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from extractor.lexicon import Lexicon, surface_key

WORD_TABLES = ("symbol", "currency", "weak_currency", "measure_currency")


@dataclass(frozen=True, slots=True)
class Unit:
    """A currency: its code, or its kind where the text must tell the country.

    A weak one has another common sense and needs more than a small number; a measure ("pounds") needs a magnitude.
    """

    code: str | None = None
    kind: str | None = None
    weak: bool = False
    measure: bool = False
    factor: Decimal = Decimal(1)


def read_unit(surface: str | None, lexicon: Lexicon) -> Unit | None:
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
    for table in WORD_TABLES:
        if (code := lexicon.value(table, key)) is not None:
            unit = _unit(str(code), weak=table in ("weak_currency", "measure_currency"))
            return replace(unit, measure=table == "measure_currency")
    core = "(?P<core>{symbol:}|{currency:}|{weak_currency:}|{measure_currency:})"
    if named := lexicon.compiled(
        "(?:(?P<before>{demonym:})[ -])?" + core + "(?: (?P<after>{demonym:}))?"
    ).fullmatch(surface):
        kind = next(v for t in WORD_TABLES if (v := lexicon.value(t, named["core"])) is not None)
        return national(str(kind), named["before"] or named["after"], lexicon)
    scaled = lexicon.compiled("(?P<magnitude>{magnitude:})(?P<code>{code:})").fullmatch(surface)
    if scaled is None or not scaled["code"].isupper():
        return None
    factor = Decimal(str(lexicon.value("magnitude", scaled["magnitude"])))
    return Unit(code=str(lexicon.value("code", scaled["code"])), factor=factor)


@functools.cache
def possible(unit: Unit, lexicon: Lexicon) -> frozenset[str]:
    """The currencies that a unit may be: its own, or those of its kind in all countries."""
    if unit.code:
        return frozenset((unit.code,))
    national = lexicon.table("national")
    return frozenset(str(code) for key, code in national.items() if key.split()[0] == unit.kind)


def _unit(value: str, *, weak: bool) -> Unit:
    return Unit(code=value, weak=weak) if value.isupper() else Unit(kind=value, weak=weak)


def national(kind: str, country: str | None, lexicon: Lexicon) -> Unit:
    """A kind of currency with a country's name beside it: "dollars canadiens"."""
    if kind.isupper():
        return Unit(code=kind)
    code = lexicon.value("national", f"{kind} {lexicon.value('demonym', country)}")
    return Unit(code=str(code), kind=kind) if code is not None else Unit(kind=kind)


def power_factor(surface: str | None, lexicon: Lexicon) -> Decimal | None:
    """Gigawatts of a unit of power; None for milliwatts and for a small "w"."""
    if surface is None:
        return None
    if (value := lexicon.value("power_word", re.sub(r"[ -]cr.te$", "", surface))) is not None:
        return Decimal(str(value))
    value = lexicon.value("power_unit", surface)
    spelled = surface[0].isupper() or (surface[0] in "gk" and "m" not in surface)
    return Decimal(str(value)) if value is not None and spelled else None
