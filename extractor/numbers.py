"""Numbers as a language writes them: "1 200,5", "vingt-deux millions", "half a billion" -> Decimal.

Words and patterns: lang/<code>/numbers.toml. Other modules take the extent from its patterns `{number}` (no magnitude)
and `{quantity}` (with one), and read the surface here.
"""

from __future__ import annotations

import re
from decimal import Decimal

from extractor.lexicon import Lexicon, normalise

_DIGITS = re.compile(r"[\d.,' ]*\d")
# Groups of three; of two in Indian numbers ("2,50,000"), which end on three.
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}")
_TOKEN = (
    "(?P<digits>{digits:})|{cardinal}{>}|{scale}{>}|{fraction}{>}|{decimal_word}{>}|{joiner}|{article}{>}"
    "|(?P<blank>[ \\n-])"
)
# Blanks stand before thousands, or behind a comma in torn text ("1.837, 32").
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?|\d{1,3}(?:\.\d{3})+, \d\d")
# Longer surfaces are no amounts; reading them digit by digit would let a hostile text cost more than its length.
_MAX_SURFACE = 200


def read_number(surface: str, lexicon: Lexicon) -> Decimal | None:
    """The value of a number in digits, words, or both with magnitudes; None where it does not read as one number.

    Digits follow the language where two readings are possible ("1.250" is 1250 in French, 1.25 in English); three zeros
    behind a mark are thousands in any language.
    """
    text = normalise(surface).strip()
    if not text or text[0] == "-" or len(text) > _MAX_SURFACE:
        return None
    if _DIGITS.fullmatch(text):
        return _read_digits(text, str(lexicon.value("language", "decimal")))
    return _read_words(text, lexicon)


def _read_digits(text: str, decimal: str) -> Decimal | None:
    """Digits with marks of thousands and decimals; the last of two different marks is the decimal one."""
    if not text.isascii() or (" " in text and not _SPACED.fullmatch(text)):
        return None
    grouped = " " in text or "'" in text
    text = text.replace(" ", "").replace("'", "")
    marks = re.findall(r"[.,]", text)
    if len(set(marks)) == 2:
        mark = marks[-1]
        if marks.count(mark) > 1:
            return None
    elif len(marks) == 1 and not _is_thousands(
        *re.split(r"[.,]", text), own=marks[0] == decimal, grouped=grouped
    ):
        mark = marks[0]
    else:
        mark = ""
    whole, _, fraction = text.rpartition(mark) if mark else (text, "", "")
    if re.search(r"[.,]", whole) and not _GROUPED.fullmatch(whole):
        return None
    return Decimal(f"{re.sub(r'[.,]', '', whole) or '0'}.{fraction or '0'}").normalize() + 0


def _is_thousands(whole: str, fraction: str, *, own: bool, grouped: bool) -> bool:
    """Whether the only mark of a number stands before thousands: "94.000", not "0.125" nor "1 234,500"."""
    possible = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.lstrip("0") != "" and not grouped
    return possible and (not own or fraction == "000")


class _Sum:
    """A number under construction: finished magnitudes, and the part below the next one."""

    def __init__(self) -> None:
        self.total = Decimal(0)  # "two million" of "two million five hundred thousand"
        self.thousands: Decimal | None = None
        self.group: Decimal | None = None  # what stands below the thousands
        self.room = Decimal("Infinity")  # the next word adds less than this
        self.last_scale: Decimal | None = None

    def part(self) -> Decimal | None:
        """What the next magnitude multiplies."""
        if self.thousands is None:
            return self.group
        return self.thousands + (self.group or 0)

    def add(self, value: Decimal, wide: bool) -> bool:
        """Take in a word below a hundred, or digits."""
        if value >= self.room:
            return False
        self.group = (self.group or Decimal(0)) + value
        tens = Decimal(20 if wide else 10)
        self.room = tens if 20 <= value < 100 and value % 10 == 0 else Decimal(0)
        return True

    def times_hundred(self) -> bool:
        """Take in "hundred": of a unit, or of nothing."""
        if self.group is not None and (
            self.group >= 100 or self.group != self.group.to_integral_value() or self.group == 0
        ):
            return False
        if self.room == 10 and self.group is not None and self.group % 10 == 0:
            return False
        self.group, self.room = (self.group or Decimal(1)) * 100, Decimal(100)
        return True

    def times_thousand(self) -> bool:
        """Take in "thousand", which a greater magnitude may still follow."""
        if self.thousands is not None:
            return False
        self.thousands = (Decimal(1) if self.group is None else self.group) * 1000
        self.group, self.room = None, Decimal(1000)
        return True

    def times_scale(self, scale: Decimal) -> bool:
        """Close a magnitude; each is smaller than the one before."""
        part = self.part()
        if self.last_scale is not None and (scale >= self.last_scale or part is None):
            return False
        self.total += (Decimal(1) if part is None else part) * scale
        self.group = self.thousands = None
        self.room, self.last_scale = scale, scale
        return True

    def take_fraction(self, value: Decimal, joined: bool) -> bool:
        """Take in a fraction: of the last magnitude, beside a number ("two and a half") or counted."""
        part = self.part()
        if self.last_scale is not None and part in (None, 1):
            self.total += value * self.last_scale
            self.group = None
        elif part is None:
            self.group = value
        elif self.thousands is not None or self.last_scale is not None:
            return False
        else:
            self.group = part + value if joined else part * value
        self.room = Decimal(0)
        return True


def _read_words(text: str, lexicon: Lexicon) -> Decimal | None:
    number, joined, decimals, position = _Sum(), False, "", 0
    point = False
    for token in lexicon.compiled(_TOKEN).finditer(text):
        if token.start() != position:
            return None
        position = token.end()
        if token["blank"]:
            continue
        ok = True
        if point and not token["cardinal"] and not token["scale"]:
            return None
        if token["digits"]:
            value = _read_digits(token["digits"], str(lexicon.value("language", "decimal")))
            ok = value is not None and number.group is None and number.add(value, False)
        elif token["decimal_word"]:
            point = number.part() is not None
            ok = point
        elif token["cardinal"] and point:
            decimals = _more_decimals(decimals, Decimal(str(lexicon.value("cardinal", token["cardinal"]))))
        elif token["cardinal"]:
            value = Decimal(str(lexicon.value("cardinal", token["cardinal"])))
            wide = lexicon.value("wide_tens", token["cardinal"]) is not None
            if value == 100:
                ok = number.times_hundred()
            else:
                ok = number.times_thousand() if value == 1000 else number.add(value, wide)
        elif token["scale"]:
            if point:
                number.group, point = (number.group or Decimal(0)) + Decimal(f"0.{decimals or 0}"), False
            ok = number.times_scale(Decimal(str(lexicon.value("scale", token["scale"]))))
        elif token["fraction"]:
            glued = text[position - 2 : position - 1].isdigit()  # "2½"
            ok = number.take_fraction(
                Decimal(str(lexicon.value("fraction", token["fraction"]))), joined or glued
            )
        if not ok:
            return None
        joined = (joined and bool(token["article"])) or bool(token["joiner"])
    if position != len(text):
        return None
    if point:
        number.group = (number.group or Decimal(0)) + Decimal(f"0.{decimals or 0}")
    part = number.part()
    if part is None and number.last_scale is None:
        return Decimal(1) if lexicon.value("article", text) is not None else None
    return number.total + (part or 0)


def _more_decimals(decimals: str, value: Decimal) -> str:
    """Decimals in words: "two five" and "twenty-five" are both 25."""
    if decimals.endswith("0") and decimals != "0" and value < 10 and len(decimals) > 1:
        return decimals[:-1] + str(value)
    return decimals + str(value)
