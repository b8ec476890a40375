"""Sentences that no frame reads and that may tell a deal all the same: what speaks for it, and the deal they tell.

Nobody can list all the ways in which a deal is told. Where a sentence names two organisations, or one beside an amount
or power, and no frame has made a deal of it, learnt weights (judging.py) tell by its words and its form whether it is
one; who is on which side and of what type it is are judged like those of any deal.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractor.clauses import ORG_MASK, Sentence
from extractor.context import Reader
from extractor.drafts import CONTRACT, SIDES, Draft, all_orgs
from extractor.signs import words_of, yes
from extractor.slots import USABLE, amount_kind, date_of, find_sources, is_site, set_report, stake_of, term_of
from extractor.values import MentionType, Status

UNFRAMED = "words"
"""The rule of a draft that no frame opened."""
_BETWEEN = re.compile(f"{ORG_MASK}\ue004*([^\ue000]*){ORG_MASK}")


@dataclass(frozen=True, slots=True)
class Unframed:
    """A sentence that no frame made a deal of, those in it who may be parties, and what speaks for a deal."""

    sentence: Sentence
    orgs: tuple[int, ...]
    money: tuple[int, ...]
    power: tuple[int, ...]
    signs: frozenset[str]


def find_unframed(reader: Reader, drafts: Sequence[Draft]) -> Iterator[Unframed]:
    """The sentences that tell none of the drafts and name enough for a deal."""
    told = {index for draft in drafts for index in draft.sentences}
    parties = {norm for draft in drafts for norm in reader.norms(all_orgs(draft))}
    for sentence in reader.sentences:
        if (
            sentence.index in told
            or not _names_enough(sentence)
            or not sentence.tells
            or _is_denied(sentence)
        ):
            continue
        sources = find_sources(reader, sentence)
        orgs = tuple(i for i in sentence.of_type(MentionType.ORG) if i not in sources)
        money = [i for i in sentence.of_type(MentionType.MONEY) if amount_kind(sentence, i) in USABLE]
        power = [i for i in sentence.of_type(MentionType.POWER) if not is_site(sentence, i)]
        norms = reader.norms(orgs)
        if len(norms) >= 2 or (norms and (money or power)):
            signs = frozenset(_signs(reader, sentence, norms, parties, len(drafts)))
            signs |= {
                f"money:{yes(money)}",
                f"money:{yes(money)} names:{min(3, len(norms))}",
                f"power:{yes(power)}",
            }
            yield Unframed(sentence, orgs, tuple(money), tuple(power), signs)


def _names_enough(sentence: Sentence) -> bool:
    orgs = len(sentence.of_type(MentionType.ORG))
    return orgs > 1 or bool(
        orgs and (sentence.of_type(MentionType.MONEY) or sentence.of_type(MentionType.POWER))
    )


def _is_denied(sentence: Sentence) -> bool:
    """Whether a word for what is no deal stands there: a refusal, a result, a dispute."""
    denied = any(found.rule.options["effect"] == "none" for found in sentence.found("doubt"))
    return denied or bool(sentence.spans("{<}{no_hint:}{>}"))


def unframed_draft(reader: Reader, one: Unframed) -> Draft:
    """The deal that a sentence tells without a frame: all whom it names, with its first amount."""
    sentence = one.sentence
    wares = [m["delivery"] for _, _, m in sentence.spans("{<}{delivery}{>}")]
    draft = Draft(
        rule=UNFRAMED, type=CONTRACT, needs=frozenset(), sentence=sentence.index,
        at=reader.mentions[one.orgs[0]].end, end=reader.mentions[one.orgs[0]].end, parts={SIDES: list(one.orgs)},
        amount=next(iter(one.money), None), power=next(iter(one.power), None), guessed=1,
        status=Status.PLANNED if _is_planned(sentence) else Status.ANNOUNCED,
        goods=str(reader.lexicon.value("delivery", wares[0])) if wares else None,
        own=bool(sentence.spans("{<}{own_object:}{>}")), entry=sentence.entry, sentences=[sentence.index],
    )  # fmt: skip
    draft.stake = stake_of(sentence, draft, [draft])
    draft.date, draft.date_value, draft.own_date = date_of(reader, sentence, draft)
    draft.term = term_of(reader, sentence, draft, [draft])
    set_report(reader, sentence, draft)
    return draft


def _is_planned(sentence: Sentence) -> bool:
    return any(found.rule.options["effect"] == "planned" for found in sentence.found("doubt"))


def _signs(
    reader: Reader, sentence: Sentence, norms: Sequence[str], parties: set[str], deals: int
) -> Iterator[str]:
    words = words_of(reader, sentence.masked)
    yield from words
    if between := _BETWEEN.search(sentence.masked):
        gap = words_of(reader, between[1])
        yield from (f"between {word}" for word in gap)
        yield from (f"gap:{min(8, len(gap))}", f"broken:{yes(re.search('[,;:.]', between[1]))}")
    markers = [group.marker or "bare" for group in sentence.groups if group.orgs and not group.aside]
    yield from (f"marker:{marker}" for marker in markers)
    yield from (f"markers:{one} {other}" for one, other in itertools.pairwise(markers))
    if markers:
        yield f"first marker:{markers[0]}"
    first = next(iter(sentence.groups), None)
    yield f"acts:{yes(first and first.orgs and first.marker in ('', 'head'))}"
    yield f"planned:{yes(_is_planned(sentence))}"
    size, place = min(4, len(reader.sentences) // 3), min(2, sentence.index)
    yield from (f"names:{min(3, len(norms))}", f"told:{yes(set(norms) <= parties)}", f"deals:{min(2, deals)}")
    yield from (f"frames:{min(3, len(sentence.triggers))}", f"words:{min(6, len(words) // 6)}")
    yield from (f"dates:{min(2, len(sentence.of_type(MentionType.DATE)))}", f"bullet:{yes(sentence.bullet)}")
    yield from (
        f"entry:{yes(sentence.entry is not None)}",
        f"text:{size}",
        f"text:{size} at:{place}",
        f"at:{place}",
    )
