"""Where a text breaks: lines, paragraphs and sentences.

A paragraph is a line, or several where the text is wrapped at a fixed width. Sentences lie within paragraphs and leave
only blanks between them. Abbreviations and the words that open a sentence: lang/<code>/language.toml.
"""

from __future__ import annotations

import functools
import re
from itertools import pairwise

from extractor.lexicon import Lexicon

Span = tuple[int, int]

# Text is wrapped where no line is longer than this; mail and markdown wrap at 65 to 100.
_WIDEST_WRAP = 100
_NARROWEST_WRAP = 40

BULLET = re.compile(r"[ \t]*+(?:[-–—•*+‣▪●◦·>]++[ \t]++|\(?\d{1,3}[.)][ \t]++|#{1,6}[ \t]++|\|)")
_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]++")
_END = re.compile(r"(?:[.!?…]++|(?<=[^\W_])[。！？])[\"'”’»)\]*]*+(?:\s*[”»])?(?P<gap>\s*+)")
_WORD_BEFORE = re.compile(r"(?:[^\W_]+[.\-'’])*[^\W_]+\.$")
_OPENING = re.compile(r"[\"'“‘«(\[\s–—•*-]*+")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+$")
_FIRST_WORD = re.compile(r"[^\W_]+(?:['’])?")
# Longer than any abbreviation; bounds the look back so that time stays linear.
_LOOK_BACK = 24


def lines(text: str) -> list[Span]:
    """Extents of the lines that hold more than blanks, without the blanks around them."""
    return [span for match in _LINE.finditer(text) if (span := _trim(text, *match.span()))]


# Several stages ask for them; so many articles may be under way at once.
@functools.lru_cache(maxsize=64)
def paragraphs(text: str) -> tuple[Span, ...]:
    """Extents of the paragraphs, in order, without the blanks around them; all that is no blank is in one."""
    found: list[Span] = []
    whole = lines(text)
    width = _wrap_width(text, whole)
    for start, end in whole:
        if found and _goes_on(text, found[-1][1], start, end, _last_line(text, found[-1]), width):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(found)


def _wrap_width(text: str, whole: list[Span]) -> int | None:
    """The width at which a text is wrapped; None where its lines are paragraphs."""
    widest = max((end - start for start, end in whole), default=0)
    if not _NARROWEST_WRAP <= widest <= _WIDEST_WRAP:
        return None
    adjacent = [b for (_, a), (b, _) in pairwise(whole) if text.count("\n", a, b) == 1]
    # A wrapped sentence goes on in lower case; lines of a list seldom do.
    return widest if 3 * sum(text[start].islower() for start in adjacent) > len(adjacent) else None


def _last_line(text: str, paragraph: Span) -> int:
    """Length of a paragraph's last line."""
    start, end = paragraph
    return end - max(start, text.rfind("\n", start, end) + 1)


def _goes_on(text: str, before: int, start: int, end: int, length: int, width: int | None) -> bool:
    """Whether the line at `start` continues the paragraph that ends at `before` with a line of `length`."""
    if text.count("\n", before, start) != 1 or BULLET.match(text, start, end):
        return False
    if width is not None:
        # A wrapped line had no room left for the next word; the widest line of a text may stick out a little.
        word = text[start:end].split(None, 1)[0]
        return length + 1 + len(word) > 0.85 * width
    return length >= _NARROWEST_WRAP and text[start].islower() and text[before - 1] not in ".!?:;…"


@functools.lru_cache(maxsize=64)
def sentences(text: str, lexicon: Lexicon) -> tuple[Span, ...]:
    """Extents of the sentences of all paragraphs, in order; what has no full stop (a title) is one as well."""
    found: list[Span] = []
    for start, end in paragraphs(text):
        opened = start
        for match in _END.finditer(text, start, end):
            if match.end() < end and _ends_sentence(text, start, match, end, lexicon):
                found.append((opened, match.start("gap")))
                opened = match.end()
        found.append((opened, end))
    return tuple(found)


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int, lexicon: Lexicon) -> bool:
    """Whether the full stop of `match`, in the paragraph from `start` to `end`, ends a sentence."""
    following = _OPENING.match(text, match.end(), end)
    begin = following.end() if following else match.end()
    if begin >= end or text[begin].islower():
        return False
    first = _FIRST_WORD.match(text, begin, end)
    opens = first is not None and lexicon.value("sentence_start", first[0]) is not None
    if not match["gap"] and not (_is_glued(text, match.start(), match.end(), end)):
        return False
    mark = match.start() + 1
    if text[mark - 1] != "." or text[mark : mark + 1] == ".":
        return True
    back = _WORD_BEFORE.search(text, max(start, mark - _LOOK_BACK), mark)
    if back is None:
        return True
    word = back[0]
    # The number of a list item ("1. Nvidia …") opens its paragraph.
    if back.start() == start and word[:-1].isdecimal():
        return False
    if _INITIALS.match(word):
        return opens and len(word) > 2
    # The last part of a compound ("vice-prés.", "l'art.") is looked up too.
    kind = lexicon.value("abbreviation", word) or lexicon.value("abbreviation", re.split(r"[-'’]", word)[-1])
    if kind == "number":
        return not text[begin].isdecimal()
    return kind is None or (kind == "end" and opens)


def _is_glued(text: str, mark: int, after: int, end: int) -> bool:
    """Whether two sentences run together at a full stop ("a signé.Google va"): no address, no number, no initials."""
    return (
        mark >= 3
        and text[mark - 3 : mark].isalpha()
        and text[mark - 1].islower()
        and after + 1 < end
        and text[after].isupper()
        and (text[after + 1].islower() or text[after + 1] in " '’")
    )


def _trim(text: str, start: int, end: int) -> Span | None:
    body = text[start:end]
    lead = len(body) - len(body.lstrip())
    return (start + lead, start + len(body.rstrip())) if lead < len(body) else None
