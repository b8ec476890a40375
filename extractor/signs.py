"""What speaks for and against a side, a type and a date of a deal: short words that tell how a frame came by them.

Where a name stands beside the frame and the amount, what is said before it, what is known of it; how far off a date is
told and how long ago it was. `judging` weighs them. No sign is a word of a language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from extractor.clauses import MENTION, WORD, Group, Reader, Sentence
from extractor.drafts import Draft, all_orgs
from extractor.slots import find_sources
from extractor.values import DealType, MentionType, Org

Side = Literal["payer", "payee", "party"]
NO_SIDE = "none"
_CHARACTERS = ("state", "lender", "watcher", "customer")
# Words between a name and an amount or a frame that stand beside each other.
_BESIDE = 3
# Sentences before and behind those of a deal in which its date may be told.
_NEAR = 3
# Sentences of a deal that are looked at: the first, which keeps the time linear where one is told over and over.
_TOLD = 6
# Days within which a date is told as news, of the month, of the year.
_AGES = (0, 7, 31, 366)


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


def side_signs(reader: Reader, proposal: Proposal) -> dict[str, frozenset[str]]:
    """What speaks for and against a side, for each organisation that may have one, by norm; those told come first."""
    draft = proposal.draft
    named = [i for s in _sentences(reader, draft) for i in s.of_type(MentionType.ORG)]
    topic = [i for i in (reader.topic,) if i is not None]
    norms = dict.fromkeys([*proposal.sides, *reader.norms([*named, *all_orgs(draft), *topic])])
    return {norm: frozenset(_side_signs(reader, proposal, norm)) for norm in norms}


def type_signs(reader: Reader, proposal: Proposal) -> frozenset[str]:
    """What speaks for and against each type of a deal."""
    return frozenset(_type_signs(reader, proposal))


def indices_of(reader: Reader, draft: Draft, norm: str) -> list[int]:
    """The mentions by which an organisation is a side: those that a frame took, else the one nearest to the frame."""
    taken = [i for i in all_orgs(draft) if reader.norm(i) == norm]
    named = [
        i for s in _sentences(reader, draft) for i in s.of_type(MentionType.ORG) if reader.norm(i) == norm
    ]
    near = sorted(named, key=lambda i: abs(reader.mentions[i].start - draft.at))[:1]
    return taken or near or [i for i in (reader.topic,) if i is not None and reader.norm(i) == norm]


def _sentences(reader: Reader, draft: Draft) -> list[Sentence]:
    return [reader.sentences[index] for index in list(dict.fromkeys(draft.sentences))[:_TOLD]]


def _side_signs(reader: Reader, proposal: Proposal, norm: str) -> Iterator[str]:
    draft, kind, pattern = proposal.draft, proposal.type, proposal.pattern
    side = proposal.sides.get(norm, NO_SIDE)
    indices = indices_of(reader, draft, norm)
    place, sentence = min(
        ((i, s) for i in indices for s in _sentences(reader, draft) if i in s.mentions),
        key=lambda found: abs(reader.mentions[found[0]].start - draft.at),
        default=(indices[0], None),
    )
    yield from (
        f"side:{side}",
        f"side:{side} {kind}",
        f"side:{side} of:{pattern}",
        f"of:{pattern}",
        f"type:{kind}",
    )
    yield from (f"frame:{draft.type}", f"guessed:{min(draft.guessed, 2)}")
    parts = [part for part, orgs in draft.parts.items() if norm in reader.norms(orgs)]
    for part in parts or [NO_SIDE]:
        yield from (f"part:{part}", f"part:{part} {kind}", f"part:{part} {draft.rule}")
        if sentence is None:
            yield f"part:{part} afar"
    yield from _known_signs(reader, kind, norm, place)
    if sentence is None:
        yield "afar"
    else:
        yield f"sentence:{min(2, _sentences(reader, draft).index(sentence))}"
        yield from _standing_signs(reader, proposal, sentence, place)


def _known_signs(reader: Reader, kind: DealType, norm: str, place: int) -> Iterator[str]:
    """What the text and the gazetteer say of an organisation."""
    for name, one in (("topic", reader.topic), ("dominant", reader.dominant)):
        if one is not None and reader.norm(one) == norm:
            yield name
    if norm in reader.norms(reader.sentences[0].of_type(MentionType.ORG)):
        yield "headline"
    for character in _CHARACTERS:
        if norm in reader.of_side(character):
            yield from (f"is:{character}", f"is:{character} {kind}")
    if str(kind) in reader.wares.get(norm, ()):
        yield "deals in it"
    value = reader.mentions[place].value
    if isinstance(value, Org) and value.kind:
        yield from (f"known:{value.kind}", f"known:{value.kind} {kind}")


def _standing_signs(reader: Reader, proposal: Proposal, sentence: Sentence, place: int) -> Iterator[str]:
    """How a name stands in its sentence: what is said before it, and on which side of the frame and of the amount."""
    draft, kind, pattern = proposal.draft, proposal.type, proposal.pattern
    m, norm = reader.mentions[place], reader.norm(place)
    group = next((g for g in sentence.groups if place in g.orgs), Group((), m.start, m.end, "?"))
    marker = group.marker or "bare"
    yield from (f"marker:{marker}", f"marker:{marker} {kind}", f"marker:{marker} {draft.type} of:{pattern}")
    for name, so in (
        ("inner", group.inner), ("possessive", group.possessive), ("aside", group.aside), ("apposed", group.apposed),
        ("listed", len(group.orgs) > 1), ("source", place in find_sources(reader, sentence)),
    ):  # fmt: skip
        if so:
            yield name
    orgs = sentence.of_type(MentionType.ORG)
    norms = reader.norms(orgs)
    yield f"names:{min(3, len(norms))}"
    for name, end in (("first", 0), ("last", -1)):
        if norms[end] == norm:
            yield from (name, f"{name} {kind}")
    anchors = {"frame": (draft.at, draft.at)}
    if draft.amount is not None:
        anchors["amount"] = (reader.mentions[draft.amount].start, reader.mentions[draft.amount].end)
    for name, (start, end) in anchors.items():
        if not sentence.start <= start < sentence.end:
            continue
        way = f"{name} after" if m.end <= start else f"{name} before"
        low, high = sorted((m.start, start))
        between = len({reader.norm(i) for i in orgs if low < reader.mentions[i].start < high} - {norm})
        yield from (way, f"{way} {marker}", f"{way} {kind}", f"{way} {marker} {kind}", f"{way} {draft.rule}")
        yield from (f"{way} names:{min(2, between)}", f"{way} names:{min(2, between)} {kind}")
        yield f"{name} clauses:{min(2, sentence.crossings(low, high))}"
        gap = sentence.between(m.end, start) if m.end <= start else sentence.between(end, m.start)
        if len(WORD.findall(gap)) <= _BESIDE and not MENTION.search(gap):
            yield f"{way} beside"


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
        f"stake:{stake} {kind} paid:{_yes(paid)}",
        f"paid:{_yes(paid)}",
        f"own:{_yes(draft.own)}",
    )
    yield from (f"power:{_yes(draft.power is not None)}", f"guessed:{min(2, draft.guessed)}")
    yield f"guessed:{min(2, draft.guessed)} {kind}"
    for norm, side in proposal.sides.items():
        yield from (f"{side} is:{one}" for one in _CHARACTERS if norm in reader.of_side(one))
        yield from (f"makes:{ware}" for ware in reader.wares.get(norm, ()))
    for sentence in _sentences(reader, draft)[:2]:
        for table, template in (("delivery", "{<}{delivery}{>}"), ("hint", "{<}{hint}(?:{>}|(?<='))")):
            yield from (
                f"{table}:{reader.lexicon.value(table, m[table])}" for _, _, m in sentence.spans(template)
            )


def date_signs(reader: Reader, proposal: Proposal, deals: Told) -> dict[int, frozenset[str]]:
    """What speaks for and against each date that is told near a deal, by its mention; `deals`: of all its text."""
    draft = proposal.draft
    own = [sentence.index for sentence in _sentences(reader, draft)]
    near = sorted({n for index in own for n in range(max(0, index - _NEAR), index + _NEAR)})
    sentences = [reader.sentences[n] for n in near if n < len(reader.sentences)]
    dates = [(s, i) for s in sentences for i in s.of_type(MentionType.DATE) if _is_date(reader.timex(i))]
    values = [reader.timex(i) or "" for _, i in dates]
    return {i: frozenset(_date_signs(reader, proposal, deals, s, i, values)) for s, i in dates}


def _yes(so: object) -> str:
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
    yield from (f"length:{len(value)}", f"within:{_yes(sentence.index in draft.sentences)}")
    same = sentence.paragraph == own.paragraph
    yield from (f"paragraph:{_yes(same)}", f"paragraph:{_yes(same)} told:{told} at:{offset}")
    another = _yes(deals.has_date(draft, place))
    yield from (f"others:{another}", f"others:{another} told:{told}")
    yield f"another tells:{_yes(deals.has_sentence(draft, sentence.index))} at:{offset}"
    recent = {v for v in values if _age(v, reader.article.published) in ("0", "7")}
    yield f"dates:{min(3, len(set(values)))} told:{told}"
    yield f"recent:{min(2, len(recent))} {_yes(value in recent)} told:{told}"
    yield f"first:{_yes(value == values[0])} told:{told}"
    yield from (f"status:{draft.status} told:{told} age:{age}", f"type:{proposal.type} told:{told}")
    yield from (f"guessed:{_yes(draft.guessed > 0)} told:{told}", f"again:{_yes(draft.again)} told:{told}")
    yield f"frames:{min(2, len(sentence.triggers))} at:{offset}"
    yield f"sentence:{min(2, own.index)} told:{told} at:{offset}"
    yield f"here:{min(2, len(own.of_type(MentionType.DATE)))} told:{told}"
    for name, template in (
        ("excluded", "{<}{not_date:}(?:{>}|(?<=')) (?:[^\\W\\d_]{1,6}{_})?$"),
        ("dated", "(?:^|[^\\w\\s\ue000-\ue004]|{<}{date_before:}) $"),
    ):
        yield f"{name}:{_yes(lexicon.compiled(template).search(before))} at:{offset}"
    yield f"announced:{_yes(sentence.spans('{<}{announce:}{>}'))} told:{told} at:{offset}"
    for name, one in (("names", MentionType.ORG), ("amounts", MentionType.MONEY)):
        yield f"{name}:{_yes(sentence.of_type(one))} told:{told} at:{offset}"
    if sentence is own:
        low, high = sorted((m.start, draft.at))
        between = sum(low < reader.mentions[i].start < high for i in sentence.of_type(MentionType.MONEY))
        frames = sum(low < t.start < high for t in sentence.triggers)
        yield from (
            f"after:{_yes(m.end <= draft.at)} told:{told}",
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
