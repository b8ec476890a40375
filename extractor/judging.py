"""Which side of a deal each organisation is on and of what type the deal is, judged by what the frames say of them.

Frames give an organisation its part. The signs drawn here say how it came by it: where its name stands beside the frame
and the amount, what is said before it, what is known of it. Two linear models weigh them (multinomial logistic
regression; shared/judged.toml, made by scripts/train). No sign is a word of a language.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Literal

from extractor.clauses import MENTION, WORD, Group, Reader, Sentence
from extractor.drafts import Draft, all_orgs
from extractor.lexicon import Lexicon
from extractor.slots import find_sources
from extractor.values import DealType, MentionType, Org

Side = Literal["payer", "payee", "party"]
NO_SIDE = "none"
_CHARACTERS = ("state", "lender", "watcher", "customer")
# Words between a name and an amount or a frame that stand beside each other.
_BESIDE = 3


def judge_sides(reader: Reader, draft: Draft, kind: DealType, told: Mapping[str, Side]) -> dict[str, Side]:
    """The sides of a deal, of those that the frames have `told` and of all others that its sentences name, by norm.

    Where nobody would be left on a side, what was told stands.
    """
    judged = {
        norm: _best(reader.lexicon, "side_weight", signs)
        for norm, signs in side_signs(reader, draft, kind, told).items()
    }
    order: tuple[Side, ...] = ("payer", "payee", "party")
    sides = {norm: side for side in order for norm, best in judged.items() if best == side}
    return sides or dict(told)


def judge_type(reader: Reader, draft: Draft, kind: DealType, told: Mapping[str, Side]) -> DealType:
    """The type of a deal, which the frames have as `kind`."""
    return DealType(_best(reader.lexicon, "type_weight", type_signs(reader, draft, kind, told)))


def side_signs(
    reader: Reader, draft: Draft, kind: DealType, told: Mapping[str, Side]
) -> dict[str, frozenset[str]]:
    """What speaks for and against a side, for each organisation that may have one, by norm; those told come first."""
    named = [i for s in _sentences(reader, draft) for i in s.of_type(MentionType.ORG)]
    topic = [i for i in (reader.topic,) if i is not None]
    norms = dict.fromkeys([*told, *reader.norms([*named, *all_orgs(draft), *topic])])
    return {norm: frozenset(_side_signs(reader, draft, kind, told, norm)) for norm in norms}


def type_signs(reader: Reader, draft: Draft, kind: DealType, told: Mapping[str, Side]) -> frozenset[str]:
    """What speaks for and against each type of a deal."""
    return frozenset(_type_signs(reader, draft, kind, told))


def indices_of(reader: Reader, draft: Draft, norm: str) -> list[int]:
    """The mentions by which an organisation is a side: those that a frame took, else the one nearest to the frame."""
    taken = [i for i in all_orgs(draft) if reader.norm(i) == norm]
    named = [
        i for s in _sentences(reader, draft) for i in s.of_type(MentionType.ORG) if reader.norm(i) == norm
    ]
    near = sorted(named, key=lambda i: abs(reader.mentions[i].start - draft.at))[:1]
    return taken or near or [i for i in (reader.topic,) if i is not None and reader.norm(i) == norm]


def _sentences(reader: Reader, draft: Draft) -> list[Sentence]:
    return [reader.sentences[index] for index in dict.fromkeys(draft.sentences)]


def _pattern(told: Mapping[str, Side]) -> str:
    """Which sides are told at all."""
    return " ".join(sorted(set(told.values()))) or NO_SIDE


def _side_signs(
    reader: Reader, draft: Draft, kind: DealType, told: Mapping[str, Side], norm: str
) -> Iterator[str]:
    side, pattern = told.get(norm, NO_SIDE), _pattern(told)
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
        yield from _standing_signs(reader, draft, kind, pattern, sentence, place)


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


def _standing_signs(
    reader: Reader, draft: Draft, kind: DealType, pattern: str, sentence: Sentence, place: int
) -> Iterator[str]:
    """How a name stands in its sentence: what is said before it, and on which side of the frame and of the amount."""
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


def _type_signs(reader: Reader, draft: Draft, kind: DealType, told: Mapping[str, Side]) -> Iterator[str]:
    pattern = _pattern(told)
    yield from (f"type:{kind}", f"type:{kind} of:{pattern}", f"of:{pattern}", f"goods:{draft.goods}")
    yield from (f"frame:{draft.type}", f"frame:{draft.type} goods:{draft.goods}", f"rule:{draft.rule}")
    for part, orgs in draft.parts.items():
        if orgs:
            yield from (f"part:{part}", f"part:{part} {draft.type}")
    paid = draft.amount is not None
    stake = "none" if draft.stake is None else "small" if draft.stake < 50 else "large"
    yield from (f"stake:{stake}", f"stake:{stake} {kind} paid:{paid}", f"paid:{paid}", f"own:{draft.own}")
    yield from (f"power:{draft.power is not None}", f"guessed:{min(2, draft.guessed)}")
    yield f"guessed:{min(2, draft.guessed)} {kind}"
    for norm, side in told.items():
        yield from (f"{side} is:{one}" for one in _CHARACTERS if norm in reader.of_side(one))
        yield from (f"makes:{ware}" for ware in reader.wares.get(norm, ()))
    for sentence in _sentences(reader, draft)[:2]:
        for table, template in (("delivery", "{<}{delivery}{>}"), ("hint", "{<}{hint}(?:{>}|(?<='))")):
            yield from (
                f"{table}:{reader.lexicon.value(table, m[table])}" for _, _, m in sentence.spans(template)
            )


def _best(lexicon: Lexicon, table: str, signs: frozenset[str]) -> str:
    """The label of a table of weights that signs speak for most."""
    weights = _weights(lexicon, table)
    return max(weights, key=lambda label: sum(weights[label].get(sign, 0.0) for sign in (*signs, "bias")))


@functools.cache
def _weights(lexicon: Lexicon, table: str) -> Mapping[str, Mapping[str, float]]:
    """The weights of signs, by label."""
    weights: dict[str, dict[str, float]] = {}
    for name, value in lexicon.table(table).items():
        label, _, sign = name.partition(" | ")
        weights.setdefault(label, {})[sign] = float(str(value))
    return weights
