"""What speaks for and against each side of a deal: short words that tell how an organisation stands to it.

Where a name stands beside the frame and the amount, what is said before it, what is known of it; of one that only the
sentences around name, how far off that is, whether it acts there, and what stands for it in the deal's own sentence.
`judging` weighs them. No sign is a word of a language.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractor.clauses import MENTION, WORD, Group, Sentence
from extractor.context import Reader
from extractor.drafts import Draft, all_orgs
from extractor.signs import CHARACTERS, NO_SIDE, Proposal, sentences_of, yes
from extractor.slots import find_sources
from extractor.values import DealType, MentionType, Org

# Words between a name and an amount or a frame that stand beside each other.
_BESIDE = 3
# Sentences before and behind those of a deal in which those who are on a side may be named.
_BACK, _AHEAD = 3, 1


def side_signs(reader: Reader, proposal: Proposal) -> dict[str, frozenset[str]]:
    """What speaks for and against a side, for each organisation that may have one, by norm; those told come first."""
    norms = _named(reader, proposal)
    return {norm: frozenset(_side_signs(reader, proposal, norm)) for norm in norms}


def around_signs(reader: Reader, proposal: Proposal) -> dict[str, frozenset[str]]:
    """The same where a side is missing, for each organisation that only the sentences around name."""
    if {"payer", "payee"} <= {*proposal.sides.values()}:
        return {}
    named, missing = _named(reader, proposal), frozenset(_missing_signs(reader, proposal))
    return {
        norm: missing.union(_around_signs(reader, proposal, sentence, place, rank))
        for rank, (norm, (sentence, place)) in enumerate(_around(reader, proposal.draft).items())
        if norm not in named
    }


def _named(reader: Reader, proposal: Proposal) -> list[str]:
    """The organisations that a deal's frames, its sentences or the text's topic name, by norm."""
    draft = proposal.draft
    named = [i for s in sentences_of(reader, draft) for i in s.of_type(MentionType.ORG)]
    topic = [i for i in (reader.topic,) if i is not None]
    return list(dict.fromkeys([*proposal.sides, *reader.norms([*named, *all_orgs(draft), *topic])]))


def indices_of(reader: Reader, draft: Draft, norm: str) -> list[int]:
    """The mentions by which an organisation is a side: those that a frame took, else the one nearest to the frame."""
    taken = [i for i in all_orgs(draft) if reader.norm(i) == norm]
    named = [
        i for s in sentences_of(reader, draft) for i in s.of_type(MentionType.ORG) if reader.norm(i) == norm
    ]
    near = sorted(named, key=lambda i: abs(reader.mentions[i].start - draft.at))[:1]
    topic = [i for i in (reader.topic,) if i is not None and reader.norm(i) == norm]
    return taken or near or topic or [_around(reader, draft)[norm][1]]


def _side_signs(reader: Reader, proposal: Proposal, norm: str) -> Iterator[str]:
    draft, kind, pattern = proposal.draft, proposal.type, proposal.pattern
    side = proposal.sides.get(norm, NO_SIDE)
    indices = indices_of(reader, draft, norm)
    place, sentence = min(
        ((i, s) for i in indices for s in sentences_of(reader, draft) if i in s.mentions),
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
        yield f"sentence:{min(2, sentences_of(reader, draft).index(sentence))}"
        yield from _standing_signs(reader, proposal, sentence, place)


def _known_signs(reader: Reader, kind: DealType, norm: str, place: int) -> Iterator[str]:
    """What the text and the gazetteer say of an organisation."""
    for name, one in (("topic", reader.topic), ("dominant", reader.dominant)):
        if one is not None and reader.norm(one) == norm:
            yield name
    if norm in reader.norms(reader.sentences[0].of_type(MentionType.ORG)):
        yield "headline"
    for character in CHARACTERS:
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


def _around(reader: Reader, draft: Draft) -> dict[str, tuple[Sentence, int]]:
    """The organisations of the sentences around those of a deal by norm, nearest first: where each is named."""
    own = {sentence.index for sentence in sentences_of(reader, draft)}
    low, high = max(0, min(own) - _BACK), min(max(own) + _AHEAD, len(reader.sentences) - 1)
    near = sorted(set(range(low, high + 1)) - own, key=lambda n: min(abs(n - one) for one in own))
    out: dict[str, tuple[Sentence, int]] = {}
    for sentence in (reader.sentences[n] for n in near):
        for i in sentence.of_type(MentionType.ORG) if sentence.entry == draft.entry else ():
            out.setdefault(reader.norm(i), (sentence, i))
    return out


def _stand_ins(reader: Reader, draft: Draft) -> set[str]:
    """The words of a deal's first sentence that stand for who is named elsewhere, before or after its frame."""
    groups = [g for g in sentences_of(reader, draft)[0].groups if g.reference]
    return {f"{g.reference} {'before' if g.start < draft.at else 'after'}" for g in groups} or {NO_SIDE}


def _missing_signs(reader: Reader, proposal: Proposal) -> Iterator[str]:
    """Who is missing in a deal's own sentence, and what stands for them."""
    draft, kind, pattern = proposal.draft, proposal.type, proposal.pattern
    orgs = sentences_of(reader, draft)[0].of_type(MentionType.ORG)
    yield from (f"of:{pattern}", f"of:{pattern} {kind}", f"type:{kind}", f"rule:{draft.rule}")
    yield f"named:{min(3, len(reader.norms(orgs)))} of:{pattern}"
    yield f"named before:{yes(any(reader.mentions[i].end <= draft.at for i in orgs))} of:{pattern}"
    for word in _stand_ins(reader, draft):
        yield from (f"stands:{word}", f"stands:{word} of:{pattern}")


def _around_signs(
    reader: Reader, proposal: Proposal, sentence: Sentence, place: int, rank: int
) -> Iterator[str]:
    """How a name stands in a sentence around those of a deal."""
    draft, kind, pattern = proposal.draft, proposal.type, proposal.pattern
    norm, names = reader.norm(place), reader.norms(sentence.of_type(MentionType.ORG))
    own = min(sentences_of(reader, draft), key=lambda one: abs(one.index - sentence.index))
    at = f"at:{sentence.index - own.index}"
    groups = [g for g in sentence.groups if g.orgs and not g.aside]
    group = next((g for g in groups if place in g.orgs), None)
    marker = group.marker or "bare" if group else "aside"
    acts = f"acts:{yes(group is groups[0] and marker in ('bare', 'head') if group else False)}"
    order = "first" if names[0] == norm else "last" if names[-1] == norm else "amid"
    count = f"names:{min(4, len(names))}"
    for sign in (
        at, order, count, acts, f"marker:{marker}", f"rank:{min(3, rank)}",
        f"{order} {at}", f"{count} {at}", f"{acts} {at}", f"marker:{marker} {at}",
        *_known_signs(reader, kind, norm, place),
    ):  # fmt: skip
        yield from (sign, f"{sign} of:{pattern}")
    for word in _stand_ins(reader, draft):
        yield from (f"stands:{word} {at}", f"stands:{word} {acts}")
    yield f"{acts} {kind} of:{pattern}"
    yield f"paragraph:{yes(sentence.paragraph == own.paragraph)} {at}"
