"""A dated timeline in an article: `11 nov.Nvidia a investi …` -> Entry(date "2025-11-11").

Four questions, in this order. Which paragraphs open with a date (`read_blocks`)? Which of these make up a list, seen
over the whole article (`_select`)? Of which year are they (`settle_years`)? Where does each entry end (`_extents`)?
Words: lang/<code>/entries.toml. Bullets, dashes and brackets belong to no language.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from extractor import timex
from extractor.dates import FoundDate, find_dates
from extractor.entry_years import settle_years, title_years
from extractor.lexicon import Lexicon, normalise
from extractor.markers import HEADING, WORD, Block, Cues, Sign, When, cues_of, is_title, read_blocks
from extractor.segments import paragraphs
from extractor.values import Article, Entry, PublishedFrom

# Share of the paragraphs of a stretch that open with a date, where prose might have such openings too.
_DENSE = 0.6


def split_entries(article: Article, found_dates: Sequence[FoundDate], lexicon: Lexicon) -> list[Entry]:
    """The dated entries of an article's timeline, in text order and disjoint; none where it is told in prose.

    A year that is not stated is inferred from the order of the entries, headings, the publication date and the title;
    where none of these tells it, the date is empty.
    """
    blocks = read_blocks(article.text, found_dates, lexicon)
    chosen, headings = _select(article.text, blocks, cues_of(lexicon.lang))
    if not chosen:
        return []
    whens = settle_years(article, blocks, chosen, headings)
    extents = _extents(article.text, blocks, chosen, headings, cues_of(lexicon.lang))
    entries = [
        Entry(start=extent[0], end=extent[1], date=when.iso)
        for extent, when in zip(extents, whens, strict=True)
        if extent is not None
    ]
    # What is left must be a list of news: dates above numbers are the head of a table.
    return entries if len(entries) > 1 and 2 * len(entries) > len(chosen) else []


def entries_note(article: Article, entries: Sequence[Entry], lexicon: Lexicon) -> list[str]:
    """Notes for a person: a layout like a timeline that gave no entry, or entries whose year nobody tells."""
    if undated := sum(not entry.date for entry in entries):
        return [f"nothing tells the year of {undated} entries of the timeline: give the publication date"]
    if entries:
        return []
    starts = paragraphs(article.text)
    if sum(any(c.isdecimal() for c in article.text[start : start + 30]) for start, _ in starts) < 3:
        return []
    blocks = read_blocks(article.text, find_dates(article.text, lexicon), lexicon)
    dated = [block for block in blocks if block.marker and block.marker.when.grain == 3]
    if len(dated) < 3:
        return []
    first = article.text[dated[0].start : dated[0].start + 30].split("\n", 1)[0].strip()
    return [f"{len(dated)} paragraphs open with a date ({first!r} …), but they were not read as a timeline"]


def infer_published(article: Article, found_dates: Sequence[FoundDate], lexicon: Lexicon) -> Article:
    """The article with its publication date read from the text, where nobody gave it.

    A dateline or "published on …" in the first or last lines; else the newest entry of a list whose article has the
    year in its title.
    """
    if article.published is not None:
        return article
    blocks = read_blocks(article.text, found_dates, lexicon)
    chosen, headings = _select(article.text, blocks, cues_of(lexicon.lang))
    day = _dateline(article.text, blocks, chosen, found_dates, cues_of(lexicon.lang))
    if day is None and chosen and len(years := title_years(article, blocks, chosen[0])) == 1:
        whens = settle_years(article, blocks, chosen, headings)
        if max((when.year or 0 for when in whens), default=0) == years[0]:
            day = max((when.iso for when in whens if when.grain == 3 and when.year == years[0]), default=None)
    if day is None:
        return article
    return replace(article, published=day, published_from=PublishedFrom.TEXT)


# --- which of them make up a list ---


def _select(text: str, blocks: Sequence[Block], cues: Cues) -> tuple[list[int], dict[int, When]]:
    """Indices of the blocks that open an entry, and the headings among the blocks that tell years or months."""
    marked = {i: block.marker for i, block in enumerate(blocks) if block.marker and not _is_nested(blocks, i)}
    chosen: set[int] = set()
    groups: dict[tuple[bool, Sign, bool], list[int]] = defaultdict(list)
    for i, marker in marked.items():
        strong = marker.sign in (Sign.ALONE, Sign.MARK)
        groups[blocks[i].bulleted, marker.sign, marker.led and not strong].append(i)
    for (bulleted, sign, led), members in groups.items():
        if _is_list(text, blocks, members, bulleted, sign, led, cues):
            chosen.update(members)
    if not chosen:
        return [], {}
    # What stands between the entries of a list, and opens as none of prose does, is one of them.
    first, last = min(chosen), max(chosen)
    ranks = {blocks[i].bulleted for i in chosen}
    for i, marker in marked.items():
        unlike_prose = not marker.led and marker.sign != Sign.PROSE
        if first < i < last and blocks[i].bulleted in ranks and unlike_prose:
            chosen.add(i)
    return _part_headings(blocks, _before_links(text, blocks, sorted(chosen), cues))


def _before_links(text: str, blocks: Sequence[Block], chosen: list[int], cues: Cues) -> list[int]:
    """Leave out what stands below a title like "Related articles": dated links are no part of the list above."""
    for i in range(chosen[0], chosen[-1]):
        closing = cues.end.match(text, blocks[i].start, blocks[i].end)
        if closing and blocks[i].end - closing.end() < 3:
            above = bisect_left(chosen, i)
            if above > 1 and 2 * above >= len(chosen):
                return chosen[:above]
    return chosen


def _is_nested(blocks: Sequence[Block], i: int) -> bool:
    """Whether a bullet stands under a bullet that is dated as closely: then it is a part of that entry."""
    block = blocks[i]
    for above in reversed(blocks[max(0, i - 40) : i]):
        if not above.bulleted:
            return False
        if above.indent < block.indent:
            return bool(above.marker and block.marker and above.marker.when.grain >= block.marker.when.grain)
    return False


def _is_list(
    text: str,
    blocks: Sequence[Block],
    members: list[int],
    bulleted: bool,
    sign: Sign,
    led: bool,
    cues: Cues,
) -> bool:
    """Whether paragraphs that open in one way are the entries of a list, or prose that happens to."""
    count = len(members)
    if count < 2:
        return False
    span = [block for block in blocks[members[0] : members[-1] + 1] if block.bulleted == bulleted]
    dense = count / len(span) >= _DENSE
    if sign in (Sign.ALONE, Sign.MARK):
        return True
    if sign is Sign.SPACE and not led:
        return count > 2 or dense
    if bulleted:
        return count > 2 and dense
    rest = set(range(members[0], len(blocks))).difference(members)
    headings = sum(is_title(text, blocks[i]) and i + 1 in rest for i in members)
    if headings == count:
        return True
    announced = any(
        block.end - block.start <= HEADING and cues.title.match(text, block.start, block.end)
        for block in blocks[max(0, members[0] - 3) : members[0]]
    )
    return count > 2 and dense and (announced or (sign is Sign.COMMA and not led))


def _part_headings(blocks: Sequence[Block], chosen: list[int]) -> tuple[list[int], dict[int, When]]:
    """Part the entries from the headings over them: a year or month that stands alone over closer dates."""
    headings: dict[int, When] = {}
    taken = set(chosen)
    for i, block in enumerate(blocks[: chosen[-1]]):
        when, below = block.heading, blocks[chosen[bisect_right(chosen, i)]].marker
        if when is None or below is None or block.bulleted or below.when.grain <= when.grain:
            continue
        if i not in taken or (block.marker and block.marker.sign is Sign.ALONE):
            headings[i] = when
    entries = [i for i in chosen if i not in headings]
    return (entries, headings) if len(entries) > 1 else ([], {})


# --- where they end ---


def _extents(
    text: str, blocks: Sequence[Block], chosen: Sequence[int], headings: dict[int, When], cues: Cues
) -> list[tuple[int, int] | None]:
    """Start and end of each entry; None for one that has no text of its own."""
    bodies = [
        _own_blocks(blocks, i, j, headings) for i, j in zip(chosen, [*chosen[1:], len(blocks)], strict=True)
    ]
    _cut(text, blocks, chosen, bodies, cues)
    bodies[-1] = _last_body(blocks, chosen[-1], bodies)
    extents: list[tuple[int, int] | None] = []
    for i, body in zip(chosen, bodies, strict=True):
        marker = blocks[i].marker
        end = blocks[body[-1] if body else i].end
        if blocks[i].row:
            end = blocks[i].start + len(text[blocks[i].start : end].rstrip(" |"))
        extents.append((marker.start, end) if marker and WORD.search(text, marker.end, end) else None)
    return extents


def _own_blocks(blocks: Sequence[Block], i: int, following: int, headings: dict[int, When]) -> list[int]:
    """The blocks below a marker that may be its entry's: up to a heading, or a bullet of its rank without a date."""
    own: list[int] = []
    marker, head = blocks[i].marker, blocks[i]
    for j in range(i + 1, following):
        block = blocks[j]
        if j in headings:
            break
        if (
            head.bulleted
            and block.bulleted
            and block.indent <= head.indent
            and marker
            and marker.sign != Sign.ALONE
        ):
            break
        own.append(j)
    return own


def _end_of(text: str, blocks: Sequence[Block], head: int, body: Sequence[int], cues: Cues) -> int | None:
    """The block at which the entry's body seems to give way to the rest of the page: a title or a closing word."""
    marker = blocks[head].marker
    below_date = marker is not None and marker.sign is Sign.ALONE
    for j in body:
        block = blocks[j]
        title = is_title(text, block)
        if title and below_date:
            continue  # the entry's own title stands below a date that stands alone
        below_date = False
        short = not block.bulleted and block.end - block.start <= HEADING
        if title or (short and cues.end.match(text, block.start, block.end)):
            return j
    return None


def _cut(
    text: str, blocks: Sequence[Block], heads: Sequence[int], bodies: list[list[int]], cues: Cues
) -> None:
    """End each body at the first title or closing word, unless the entries have such lines as a rule."""
    ends = [_end_of(text, blocks, i, body, cues) for i, body in zip(heads, bodies, strict=True)]
    ended = sum(end is not None for end in ends)
    for k, (body, end) in enumerate(zip(bodies, ends, strict=True)):
        if end is not None and 2 * (ended - 1) <= len(ends) - 1:
            bodies[k] = [j for j in body if j < end]


def _last_body(blocks: Sequence[Block], head: int, bodies: Sequence[list[int]]) -> list[int]:
    """What belongs to the last entry: no more paragraphs, and none much longer, than the others have."""
    lengths = [len(body) for body in bodies[:-1]]
    if median(lengths) > 2:
        return bodies[-1]
    room = max(lengths)
    longest = 2 * max(
        blocks[j].end - blocks[j].start for body in [*bodies[:-1], [head]] for j in body or [head]
    )
    lists = not blocks[head].bulleted and any(blocks[j].bulleted for body in bodies[:-1] for j in body)
    kept: list[int] = []
    for j in bodies[-1]:
        below = blocks[head].bulleted and blocks[j].indent > blocks[head].indent
        if not below and not (lists and blocks[j].bulleted):
            room -= 1
        if room < 0 or blocks[j].end - blocks[j].start > longest:
            break
        kept.append(j)
    return kept


# --- when the article came out ---

# A byline or dateline stands among the first paragraphs, or under the text.
_FIRST, _LAST = 12, 4
_PLACE = re.compile(r"[^\W\d_a-z][^\d:;!?]{0,60}$")
_AGENCY = re.compile(r"(?:,\s[^\n.:;!?]{1,40}(?=\s\.))?(?:\s?\([^()\n]{1,40}\))?\s?\.?\s?(?:[–—]|--?\s)")
_BYLINE = re.compile(r"(?:^|[|•·,–—/(-]\s{0,3})$")


def _dateline(
    text: str, blocks: Sequence[Block], chosen: Sequence[int], found_dates: Sequence[FoundDate], cues: Cues
) -> str | None:
    """The day of a dateline, byline or "published on …", the first that there is; no entry of a list."""
    plain, taken = normalise(text), set(chosen)
    places = [*range(min(_FIRST, len(blocks))), *range(max(_FIRST, len(blocks) - _LAST), len(blocks))]
    for i in places:
        block = blocks[i]
        for found in found_dates:
            when = found.calendar
            if i in taken or not block.start <= found.start < block.end or when is None:
                continue
            if when.year is None or when.month is None or when.day is None:
                continue
            if found.start - block.start > HEADING:
                break
            before, rest = plain[block.start : found.start], plain[found.end : block.end]
            lead = cues.lead.search(before)
            name = before[: lead.start()] if lead else before
            clock = cues.clock.match(rest)
            behind = rest[clock.end() :] if clock else rest
            short = len(before) <= HEADING and len(rest) <= 60
            cue = short and cues.published.search(before) is not None
            byline = short and not behind.strip(" )*_|") and _BYLINE.search(name) is not None
            dateline = (not before or _PLACE.match(before)) and len(before) <= 60 and _AGENCY.match(behind)
            if cue or byline or dateline:
                return timex.day(when.year, when.month, when.day)
    return None
