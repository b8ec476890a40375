"""What speaks for and against each candidate of a text.

The evidence is a set of short words ("gazetteer", "tagger:person", "before:org_noun"), drawn from the span itself,
from what stands around it, and, marked "document:", from the other places where the same name stands. `orgs` weighs
them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from extractor.candidates import Candidate, Candidates
from extractor.gazetteer import fold
from extractor.lexicon import surface_key
from extractor.reading import ARTICLES, Reading, Span

_CONTEXT = 4
# Classes of verbs that organisations are the subjects of.
_ACTS = ("deal", "act")
_SKIPS = 3
# Words within which a verb stands ahead of a name.
_VERB = 6
# What may stand behind a place that opens a line, up to the dash: "BERLIN, 3 May (ABC) – ", and ahead of an age.
_DATELINE = re.compile(r"(?P<more>,[^.!?\n]{1,30})?(?P<source> ?\([^)\n]{1,30}\))? ?[–—-] ")
_FIGURE = re.compile(r"\d{2,}[A-Z]{1,2}")
_AGE = re.compile(r", \d\d(?: \w{1,4})?,")
# What a longer candidate that starts or ends with the same words was made of.
_LONGER = ("rule", "head", "joined")


def judge(reading: Reading, candidates: Candidates) -> None:
    """Fill every candidate's evidence: its own, then that of the same name elsewhere."""
    for candidate in candidates.found.values():
        candidate.evidence.update(
            _shape(candidate, reading, candidates.name_words),
            _context(candidate, reading, candidates.run_of),
            _overlaps(candidate, candidates),
        )
    _in_lists(reading, candidates)
    _in_longer(candidates)
    _longer_names(reading, candidates)
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates.found.values():
        groups[candidate.name].append(candidate)
    for group in groups.values():
        union = {f"document:{word}" for word in set().union(*(candidate.evidence for candidate in group))}
        union.add(f"language:{reading.lexicon.lang}")
        if len(group) > 1:
            union.add("document:again")
        if len(group) > 3:
            union.add("document:often")
        for candidate in group:
            candidate.evidence |= union


def _shape(candidate: Candidate, reading: Reading, name_words: Set[str]) -> Iterator[str]:
    """What the words of the name look like."""
    words, surface = reading.words, reading.text[candidate.start : candidate.end]
    low, high = bisect_left(reading.starts, candidate.start), bisect_right(reading.ends, candidate.end)
    tokens = [t for t in reading.tokens[low:high] if t.text[0].isalnum()]
    if not tokens:
        return
    names = [t.text.rstrip("'") for t in tokens]
    small, folded = [name.lower() for name in names], [fold(name) for name in names]
    yield f"words:{min(len(names), 5)}"
    first = names[0]
    if not first[0].isupper() and not first[0].isdigit():
        yield "small" if not any(map(str.isupper, first)) else "camel"
    if len(names) == 1:
        if len(first) > 2 and first[-1] == "s" and first[:-1].isupper() and first[:-1].isalpha():
            yield "capitals:plural"
        if _FIGURE.fullmatch(first):
            yield "figure"
        if first.isupper() and first.isalpha():
            yield f"capitals:{'short' if len(first) < 3 else 'middle' if len(first) < 6 else 'long'}"
        elif any(map(str.isupper, first[1:].replace("-", ""))):
            yield "camel"
        if "." in first[:-1] and not first.isupper():
            yield "domain"
        if len(first) > 4 and first.isalpha():
            yield f"ends in:{folded[0][-3:]}"
    elif all(map(str.isupper, names)):
        yield "capitals:all"
    if "-" in first:
        yield f"part:{folded[0].partition('-')[0]}"
    if any(map(str.isdigit, surface)):
        yield "digit"
    if "&" in surface:
        yield "ampersand"
    if "'s" in surface:
        yield "holds:possessive"
    # "as" and "se" in small letters are words; so is "AI" behind a nation.
    if any(
        (word in words.legal or f"{word}." in words.legal) and not (name.islower() and word in words.common)
        for name, word in zip(names[1:], small[1:], strict=True)
    ):
        yield "legal"
    of_nation = folded[-1] in words.no_name and all(word in words.nation for word in small[:-1])
    if small[-1] in words.tail and len(names) > 1 and not of_nation:
        yield f"tail:{words.tail[small[-1]]}"
    if small[0] in words.head:
        yield "opens:head" if len(names) > 1 else "only:head"
        yield f"head:{words.head[small[0]]}"
    elif any(name in words.head for name in small[1:-1]):
        yield "holds:head"
    if words.before.get(small[0]) in ARTICLES or words.before.get(tokens[0].text.lower()) in (
        "the",
        "of",
    ):
        yield "opens:article"
    if all(f in words.common or n in reading.small for f, n in zip(folded, small, strict=True)):
        yield "common:all"
    else:
        if folded[0] in words.common:
            yield "common:first"
        if len(names) > 1 and folded[-1] in words.common:
            yield "common:last"
    if len(names) > 1:
        if folded[-1] in name_words:
            yield "word of names:last"
        if any(f in name_words for f in folded[:-1]):
            yield "word of names"
    if folded[0] in words.no_name or folded[-1] in words.no_name:
        yield "calendar" if len(names) == 1 else "opens:calendar"
    if folded[0] in words.given:
        yield "given" if len(names) > 1 else "given:alone"
    if fold(surface) in words.product or (names[-1].isdigit() and " ".join(folded[:-1]) in words.product):
        yield "product"
    if " ".join(folded) in words.place:
        yield "place"
    elif folded[-1] in words.place:
        yield "place:last"
    elif folded[0] in words.place:
        yield "place:first"
    if all(n in words.nation for n in small):
        yield "nation"
    elif small[0] in words.nation:
        yield "nation:first"


def _context(candidate: Candidate, reading: Reading, run_of: Mapping[int, Span]) -> Iterator[str]:
    """What stands before and after the name, within its sentence."""
    words, start, end = reading.words, candidate.start, candidate.end
    sentence = bisect_right(reading.sentence_starts, start) - 1
    opening = reading.sentence_starts[sentence] if sentence >= 0 else 0
    closing = reading.sentence_ends[sentence] if sentence >= 0 else len(reading.text)
    low, high = bisect_left(reading.starts, start), bisect_left(reading.starts, end)
    first_token = bisect_left(reading.starts, opening)
    run = run_of.get(low)
    if run is not None:
        if run == (start, end):
            yield "run:whole"
        elif run[0] < start:
            yield "run:cut before"
            article = words.before.get(reading.tokens[low - 1].text.lower()) in ARTICLES
            if article and reading.tokens[low - 1].start == run[0]:
                yield (
                    "run:cut article"
                    if "opens sentence" in reading.opening(run[0])
                    else "run:cut capital article"
                )
        if run[1] > end:
            yield "run:cut after"
    yield from reading.opening(start)
    if start in reading.titles:
        yield "in title"
    if bisect_left(reading.edges, opening) < bisect_left(reading.edges, closing):
        yield "sentence:taken"
    if reading.text[opening:closing].strip(" -–—•*·>#") == reading.text[start:end]:
        yield "alone"
    yield from _dateline(reading, start, end)
    # Before: the longest phrase that the pack classes, then the classes of the words further off.
    before = _phrase_before(reading, low, first_token, start)
    if before is not None:
        size, kind = before
        yield f"before:{kind}"
        for step in range(low - size - 1, max(first_token, low - size - 4) - 1, -1):
            token = reading.tokens[step]
            if not token.text[0].isalnum():
                break
            near = words.before.get(token.text.lower())
            if near in ("org_noun", "person", "product", "event", "place", "source"):
                yield f"near:{near}"
                break
    elif low > first_token:
        token = reading.tokens[low - 1]
        if token.text.lower() in words.nation:
            yield "before:nation"
        elif token.text.islower():
            yield f"before word in:{token.text[-2:]}"
            yield f"before word:{token.text}"
        yield (
            "before:capital"
            if token.capital
            else "before:other"
            if token.text[0].isalnum()
            else "before:mark"
        )
        if token.end in reading.borders:
            yield "before:taken"
        for step in range(low - 2, max(first_token, low - 4) - 1, -1):
            near = words.before.get(reading.tokens[step].text.lower())
            if near in ("org_noun", "person", "product", "event", "place", "source"):
                yield f"near:{near}"
                break
    yield from _behind(reading, low, first_token)
    if low - 2 >= first_token and reading.tokens[low - 2].end in reading.sum_ends:
        yield from ("before:sum", f"before:sum {reading.tokens[low - 1].text.lower()}")
    if reading.text[start - 1 : start] == "(" and reading.text[end : end + 1] == ")":
        yield "in brackets"
        if end + 1 in reading.line_ends or reading.text[end + 1 : end + 2] in ("\n", ""):
            yield "credit"
    yield from _after(reading, high, end, closing)


def _behind(reading: Reading, low: int, first_token: int) -> Iterator[str]:
    """A verb of deals ahead of the name, and the word between: "ordered 30 trains from", "took over"."""
    for step in range(low - 1, max(first_token, low - _VERB) - 1, -1):
        token = reading.tokens[step]
        if not token.text[0].isalnum():
            return
        if token.text.islower() and reading.words.after.get(token.text) == "deal":
            yield from ("behind:deal", f"behind:deal {reading.tokens[low - 1].text.lower()}")
            return


def _dateline(reading: Reading, start: int, end: int) -> Iterator[str]:
    """The place that opens a report, "BERLIN, 3 May (ABC) – ", or its source; an age that says a person."""
    dateline = _DATELINE.match(reading.text, end)
    if dateline and "opens line" in reading.opening(start):
        told = "more" if dateline["more"] or dateline["source"] else "alone"
        yield f"dateline:{told} {'capitals' if reading.text[start:end].isupper() else 'small'}"
    age = _AGE.match(reading.text, end)
    if age and reading.free(end, age.end()):
        yield "after:age"


def _phrase_before(reading: Reading, low: int, first_token: int, start: int) -> tuple[int, str] | None:
    for size in range(min(_CONTEXT, low - first_token), 0, -1):
        key = surface_key(reading.text[reading.tokens[low - size].start : start])
        kind = reading.words.before.get(key)
        if kind is not None:
            return size, kind
    return None


def _after(reading: Reading, high: int, end: int, closing: int) -> Iterator[str]:
    words, tokens = reading.words, reading.tokens
    if high < len(tokens) and tokens[high].start < closing:
        token = tokens[high]
        if token.text[0].isdigit() and not token.capital and token.end not in reading.borders:
            yield "after:number"
        if token.text.islower() and surface_key(token.text) not in words.after:
            yield f"after word in:{token.text[-2:]}"
            yield f"after word:{token.text}"
        if token.start in reading.borders or (
            high + 1 < len(tokens)
            and tokens[high + 1].start in reading.borders
            and not token.text[0].isalnum()
        ):
            yield "after:taken"
    else:
        yield "ends sentence"
        return
    place, skipped = high, 0
    while place < len(tokens) and tokens[place].start < closing:
        for size in range(_CONTEXT, 0, -1):
            if place + size <= len(tokens) and tokens[place + size - 1].end <= closing:
                from_ = end if place == high else tokens[place].start
                kind = words.after.get(surface_key(reading.text[from_ : tokens[place + size - 1].end]))
                # A word that may be passed over is a verb of its own only where nothing follows it.
                if kind is not None:
                    yield f"after:{kind}"
                    if kind in _ACTS and _before_sum(reading, place + size, closing):
                        yield f"after:{kind} sum"
                    if kind not in ("is", "will") or skipped:
                        return
                    break
        if skipped == _SKIPS or tokens[place].text.lower() not in words.skip:
            return
        skipped += 1
        place += 1


def _before_sum(reading: Reading, place: int, closing: int) -> bool:
    """Whether an amount stands behind a verb, a few words in small letters between: "raises some $20m"."""
    for token in reading.tokens[place : place + _CONTEXT]:
        if token.start in reading.sum_starts or token.start >= closing or token.capital:
            return token.start in reading.sum_starts
    return False


def _overlaps(candidate: Candidate, candidates: Candidates) -> Iterator[str]:
    """How the span lies to what the tagger and the gazetteer marked."""
    start, end = candidate.start, candidate.end
    touched = False
    for low, high, kind in _near(candidates.tagged, start, end):
        touched = True
        if (low, high) == (start, end):
            continue
        if low <= start and high >= end:
            yield f"inside:{kind}"
        elif start <= low and end >= high:
            yield f"holds:{kind}"
        else:
            yield f"across:{kind}"
    if not touched:
        yield "untagged"
    for index in range(max(0, bisect_left(candidates.hit_starts, start) - 1), len(candidates.hits)):
        hit = candidates.hits[index]
        if hit.start >= end:
            break
        if hit.end > start and (hit.start, hit.end) != (start, end):
            sure = "context" if hit.known.ambiguous else "known"
            yield f"{'inside' if hit.start <= start and hit.end >= end else 'holds'}:{sure}"


def _near(spans: Sequence[tuple[int, int, str]], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    # Tagged spans do not overlap each other: at most one reaches in from the left.
    for index in range(max(0, bisect_left(spans, (start, start, "")) - 1), len(spans)):
        low, high, _ = spans[index]
        if low >= end:
            break
        if high > start:
            yield spans[index]


def _in_lists(reading: Reading, candidates: Candidates) -> None:
    """A name joined to another by "and" or a comma is of its neighbour's kind."""
    by_end: dict[int, list[Candidate]] = defaultdict(list)
    by_start: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates.found.values():
        if "run:cut before" not in candidate.evidence and "run:cut after" not in candidate.evidence:
            by_end[candidate.end].append(candidate)
            by_start[candidate.start].append(candidate)
    signs = {
        "gazetteer": "org", "tagger:org": "org", "legal": "org", "tail:company": "org", "rule": "org",
        "tagger:person": "person", "given": "person", "place": "place", "tagger:place": "place",
    }  # fmt: skip
    said: list[tuple[Candidate, set[str]]] = []
    for candidate in candidates.found.values():
        low, high = bisect_left(reading.starts, candidate.start), bisect_left(reading.starts, candidate.end)
        neighbours: list[Candidate] = []
        if low >= 2 and _conjoins(reading, low - 1):
            neighbours += by_end.get(reading.tokens[low - 2].end, [])
        if high + 1 < len(reading.tokens) and _conjoins(reading, high):
            neighbours += by_start.get(reading.tokens[high + 1].start, [])
        said.append((candidate, {f"list:{signs[w]}" for n in neighbours for w in n.evidence if w in signs}))
    for candidate, listed in said:
        candidate.evidence |= listed


def _in_longer(candidates: Candidates) -> None:
    """What a longer name that starts or ends with the same words was made of: "Bank" of "Bank of Acme"."""
    starts: dict[int, list[Candidate]] = defaultdict(list)
    ends: dict[int, list[Candidate]] = defaultdict(list)
    for longer in candidates.found.values():
        if not longer.evidence.isdisjoint(_LONGER):
            starts[longer.start].append(longer)
            ends[longer.end].append(longer)
    for candidate in candidates.found.values():
        for longer in starts.get(candidate.start, ()):
            if longer.end > candidate.end:
                candidate.evidence.update(f"goes on:{word}" for word in _LONGER if word in longer.evidence)
        for longer in ends.get(candidate.end, ()):
            if longer.start < candidate.start:
                candidate.evidence.update(f"tail of:{word}" for word in _LONGER if word in longer.evidence)


def _conjoins(reading: Reading, index: int) -> bool:
    return reading.words.before.get(reading.tokens[index].text.lower()) in ("and", "comma")


def _longer_names(reading: Reading, candidates: Candidates) -> None:
    """Short forms ("Acme" beside "Acme Robotics Inc.") and initials in brackets behind the words they stand for."""
    signs = ("gazetteer", "legal", "tail:company", "tail:fund", "tagger:org")
    told: dict[str, set[str]] = defaultdict(
        set
    )  # by a long name's first word, what it tells of the short one
    for candidate in candidates.found.values():
        surface = reading.text[candidate.start : candidate.end]
        if " " in surface and "run:cut before" not in candidate.evidence:
            first = told[surface.split()[0]]
            first.update(f"short of:{sign.split(':')[0]}" for sign in signs if sign in candidate.evidence)
            if candidate.evidence & {"given", "tagger:person"}:
                first.add("short of:person")
    for candidate in candidates.found.values():
        surface = reading.text[candidate.start : candidate.end]
        candidate.evidence |= told.get(surface, set())
        if surface.isupper() and 2 <= len(surface) <= 8 and "before:bracket" in candidate.evidence:
            for long in _spelled_out(candidate, surface, reading, candidates):
                candidate.evidence.add("initials")
                long.evidence.add("has initials")
            if _of_small_words(candidate, surface, reading):
                candidate.evidence.add("initials of small words")


def _spelled_out(
    candidate: Candidate, letters: str, reading: Reading, candidates: Candidates
) -> Iterator[Candidate]:
    bracket = bisect_left(reading.starts, candidate.start) - 1
    end = reading.tokens[bracket - 1].end if bracket > 0 else 0
    for size in range(1, 12):
        if bracket - size < 0:
            return
        span = (reading.tokens[bracket - size].start, end)
        long = candidates.found.get(span)
        if long is not None and is_initials(letters, reading.text[span[0] : end]):
            yield long


def _of_small_words(candidate: Candidate, letters: str, reading: Reading) -> bool:
    """Whether letters in brackets stand for words in small letters: "free cash flow (FCF)"."""
    bracket = bisect_left(reading.starts, candidate.start) - 1
    for size in range(len(letters), len(letters) + 3):
        words = reading.tokens[max(0, bracket - size) : max(0, bracket)]
        text = " ".join(token.text for token in words if token.text[0].isalnum())
        if text.islower() and is_initials(letters, text):
            return True
    return False


def is_initials(letters: str, phrase: str) -> bool:
    """Whether letters are the initials of a phrase, small words of which may be passed over."""
    words = [w for w in re.split(r"[\s'-]+", fold(phrase)) if w]
    wanted, left = fold(letters), 0
    for word in words:
        if left < len(wanted) and word[0] == wanted[left]:
            left += 1
    return left == len(wanted) and len(words) >= len(wanted) and len(letters) > 1
