"""What speaks for and against a type and a date of a deal: short words that tell how a frame came by them.

What its frames and sides are, how far off a date is told and how long ago it was; for the sides see `side_signs`.
`judging` weighs them. Of a type words speak too: as they are learnt, none is written here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from extractor.clauses import Sentence
from extractor.context import Reader
from extractor.drafts import Draft
from extractor.values import DealType, MentionType

Side = Literal["payer", "payee", "party"]
NO_SIDE = "none"
CHARACTERS = ("state", "lender", "watcher", "customer")
# Sentences before and behind those of a deal in which its date may be told.
_NEAR = 3
# Sentences of a deal that are looked at: the first, which keeps the time linear where one is told over and over.
_TOLD = 6
# Days within which a date is told as news, of the month, of the year.
_AGES = (0, 7, 31, 366)
# Letters of a word that are looked at.
_BEGINNING = 6
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deal as its frames have it: its type, and the side of each organisation by norm, those who pay first."""

    draft: Draft
    type: DealType
    sides: Mapping[str, Side]

    @property
    def pattern(self) -> str:
        """Which sides are told at all."""
        return " ".join(sorted(set(self.sides.values()))) or NO_SIDE


class Told:
    """Which sentences and dates how many of a text's deals are told by."""

    def __init__(self, proposals: Iterable[Proposal]) -> None:
        drafts = [proposal.draft for proposal in proposals]
        self._dates = Counter(draft.date for draft in drafts)
        self._sentences = Counter(index for draft in drafts for index in set(draft.sentences))

    def has_date(self, draft: Draft, place: int) -> bool:
        """Whether a date is another deal's."""
        return self._dates[place] > (draft.date == place)

    def has_sentence(self, draft: Draft, index: int) -> bool:
        """Whether a sentence tells another deal."""
        return self._sentences[index] > (index in draft.sentences)


def type_signs(reader: Reader, proposal: Proposal) -> frozenset[str]:
    """What speaks for and against each type of a deal."""
    return frozenset(_type_signs(reader, proposal))


def words_of(reader: Reader, masked: str) -> list[str]:
    """The words of a masked text as signs: under its language the first letters of each, without most endings."""
    return [f"{reader.lexicon.lang}:{word[:_BEGINNING]}" for word in _WORD.findall(masked.lower())]


def sentences_of(reader: Reader, draft: Draft) -> list[Sentence]:
    """The sentences that tell a deal, as many as are looked at."""
    return [reader.sentences[index] for index in list(dict.fromkeys(draft.sentences))[:_TOLD]]


def _type_signs(reader: Reader, proposal: Proposal) -> Iterator[str]:
    draft, kind, pattern = proposal.draft, proposal.type, proposal.pattern
    yield from (
        f"type:{kind}",
        f"type:{kind} of:{pattern}",
        f"of:{pattern}",
        f"goods:{draft.goods or NO_SIDE}",
    )
    yield from (
        f"frame:{draft.type}",
        f"frame:{draft.type} goods:{draft.goods or NO_SIDE}",
        f"rule:{draft.rule}",
    )
    for part, orgs in draft.parts.items():
        if orgs:
            yield from (f"part:{part}", f"part:{part} {draft.type}")
    paid = draft.amount is not None
    stake = "none" if draft.stake is None else "small" if draft.stake < 50 else "large"
    yield from (
        f"stake:{stake}",
        f"stake:{stake} {kind} paid:{yes(paid)}",
        f"paid:{yes(paid)}",
        f"own:{yes(draft.own)}",
    )
    yield from (f"power:{yes(draft.power is not None)}", f"guessed:{min(2, draft.guessed)}")
    yield f"guessed:{min(2, draft.guessed)} {kind}"
    for norm, side in proposal.sides.items():
        yield from (f"{side} is:{one}" for one in CHARACTERS if norm in reader.of_side(one))
        yield from (f"makes:{ware}" for ware in reader.wares.get(norm, ()))
    yield from words_of(reader, sentences_of(reader, draft)[0].masked)
    for sentence in sentences_of(reader, draft)[:2]:
        for table, template in (("delivery", "{<}{delivery}{>}"), ("hint", "{<}{hint}(?:{>}|(?<='))")):
            yield from (
                f"{table}:{reader.lexicon.value(table, m[table])}" for _, _, m in sentence.spans(template)
            )


def date_signs(reader: Reader, proposal: Proposal, deals: Told) -> dict[int, frozenset[str]]:
    """What speaks for and against each date that is told near a deal, by its mention; `deals`: of all its text."""
    draft = proposal.draft
    own = [sentence.index for sentence in sentences_of(reader, draft)]
    near = sorted({n for index in own for n in range(max(0, index - _NEAR), index + _NEAR)})
    sentences = [reader.sentences[n] for n in near if n < len(reader.sentences)]
    dates = [(s, i) for s in sentences for i in s.of_type(MentionType.DATE) if _is_date(reader.timex(i))]
    values = [reader.timex(i) or "" for _, i in dates]
    return {i: frozenset(_date_signs(reader, proposal, deals, s, i, values)) for s, i in dates}


def yes(so: object) -> str:
    """ "yes" or "no"."""
    return "yes" if so else "no"


def _is_date(value: str | None) -> bool:
    return bool(value) and not re.search("^P|[/X]", value or "")


def _date_signs(
    reader: Reader, proposal: Proposal, deals: Told, sentence: Sentence, place: int, values: Sequence[str],
) -> Iterator[str]:  # fmt: skip
    draft = proposal.draft
    value, m = reader.timex(place) or "", reader.mentions[place]
    own = reader.sentences[draft.sentence if draft.sentence in draft.sentences else draft.sentences[0]]
    told = (
        "this" if draft.date == place else "same" if draft.date_value == value
        else "other" if draft.date_value else "none"
    )  # fmt: skip
    offset, age = max(-_NEAR, min(_NEAR, sentence.index - own.index)), _age(value, reader.article.published)
    before = sentence.between(max(sentence.start, m.start - 40), m.start)
    lexicon = reader.lexicon
    yield from (
        f"told:{told}",
        f"at:{offset}",
        f"age:{age}",
        f"told:{told} at:{offset}",
        f"told:{told} age:{age}",
    )
    yield from (
        f"at:{offset} age:{age}",
        f"told:{told} at:{offset} age:{age}",
        f"length:{len(value)} at:{offset}",
    )
    yield from (f"length:{len(value)}", f"within:{yes(sentence.index in draft.sentences)}")
    same = sentence.paragraph == own.paragraph
    yield from (f"paragraph:{yes(same)}", f"paragraph:{yes(same)} told:{told} at:{offset}")
    another = yes(deals.has_date(draft, place))
    yield from (f"others:{another}", f"others:{another} told:{told}")
    yield f"another tells:{yes(deals.has_sentence(draft, sentence.index))} at:{offset}"
    recent = {v for v in values if _age(v, reader.article.published) in ("0", "7")}
    yield f"dates:{min(3, len(set(values)))} told:{told}"
    yield f"recent:{min(2, len(recent))} {yes(value in recent)} told:{told}"
    yield f"first:{yes(value == values[0])} told:{told}"
    yield from (f"status:{draft.status} told:{told} age:{age}", f"type:{proposal.type} told:{told}")
    yield from (f"guessed:{yes(draft.guessed > 0)} told:{told}", f"again:{yes(draft.again)} told:{told}")
    yield f"frames:{min(2, len(sentence.triggers))} at:{offset}"
    yield f"sentence:{min(2, own.index)} told:{told} at:{offset}"
    yield f"here:{min(2, len(own.of_type(MentionType.DATE)))} told:{told}"
    for name, template in (
        ("excluded", "{<}{not_date:}(?:{>}|(?<=')) (?:[^\\W\\d_]{1,6}{_})?$"),
        ("dated", "(?:^|[^\\w\\s\ue000-\ue004]|{<}{date_before:}) $"),
    ):
        yield f"{name}:{yes(lexicon.compiled(template).search(before))} at:{offset}"
    yield f"announced:{yes(sentence.spans('{<}{announce:}{>}'))} told:{told} at:{offset}"
    for name, one in (("names", MentionType.ORG), ("amounts", MentionType.MONEY)):
        yield f"{name}:{yes(sentence.of_type(one))} told:{told} at:{offset}"
    if sentence is own:
        low, high = sorted((m.start, draft.at))
        between = sum(low < reader.mentions[i].start < high for i in sentence.of_type(MentionType.MONEY))
        frames = sum(low < t.start < high for t in sentence.triggers)
        yield from (
            f"after:{yes(m.end <= draft.at)} told:{told}",
            f"clauses:{min(2, sentence.crossings(low, high))} told:{told}",
        )
        yield from (
            f"frames between:{min(2, frames)} told:{told}",
            f"amounts between:{min(2, between)} told:{told}",
        )
        yield f"distance:{min(5, (high - low) // 25)} told:{told}"


def _age(value: str, published: str | None) -> str:
    """How long before publication a date was, in steps; of a month or a year its first day counts."""
    told, since = _first_day(value), _first_day(published or "")
    if told is None or since is None:
        return "unknown"
    if len(value) < len(published or "") and since.isoformat().startswith(value):
        return f"same {len(value)}"
    days = (since - told).days
    return "later" if days < 0 else next((str(most) for most in _AGES if days <= most), "old")


def _first_day(value: str) -> date | None:
    """The first day of a day, a month or a year; None of anything else, or where the calendar has no such day."""
    if not re.fullmatch(r"\d{4}(?:-\d\d){0,2}", value):
        return None
    try:
        return date.fromisoformat(f"{value}-01-01"[:10])
    except ValueError:
        return None
