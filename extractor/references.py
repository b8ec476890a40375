"""Whom a word stands for that names nobody: "la start-up", "l'équipementier finlandais", "both firms"."""

from __future__ import annotations

from extractor.clauses import BYSTANDERS, WORD, Group, Sentence
from extractor.context import Reader
from extractor.drafts import PAYS

# "le premier", "le second": of two told before.
_PLACES = {"first": 0, "second": 1}
# "l'acquéreur", "le vendeur", "la cible": the parts of the purchase told before that such a word may mean.
_ROLES = {"buyer": frozenset({PAYS}), "seller": frozenset({"seller"}), "bought": frozenset({"target"})}
# A word stands for who is told within so many sentences before it.
_BACK = 4


def resolve(
    reader: Reader, sentence: Sentence, group: Group, exclude: set[str], *, subject: bool
) -> list[int]:
    """The organisations that a word stands for ("la start-up", "both firms"), none where it is not clear."""
    kind, exclude = group.reference, exclude | reader.of_side("watcher")
    back = reader.sentences[max(0, sentence.index - _BACK) : sentence.index + 1]
    if kind in _ROLES:
        told = [d.parts for s in back[:-1] for d in s.drafts if d.type in ("acquisition", "stake")]
        held = [[i for part in _ROLES[kind] for i in parts.get(part, [])] for parts in told]
        return next((orgs for orgs in reversed(held) if orgs), [])
    noun = _is_noun(reader, sentence, group)
    if noun:
        exclude = exclude | reader.of_side("state")
    for earlier in reversed(back):
        if earlier.entry != sentence.entry:
            break
        groups = _groups(earlier, sentence, group)
        found = [i for g in groups for i in g.orgs if reader.norm(i) not in exclude]
        if not found:
            continue
        bare = [g for g in groups if g.marker in ("", "head") and not set(reader.norms(g.orgs)) & exclude]
        if kind in _PLACES:
            pair = {reader.norm(i): i for g in reversed(groups) for i in reversed(g.orgs)}
            return [sorted(pair.values())[_PLACES[kind]]] if len(pair) == 2 else []
        if kind == "near":
            # "It" that opens a sentence is who acted in the one before.
            opens = len(WORD.findall(sentence.between(sentence.start, group.start))) <= 2
            first = subject and opens and earlier is not sentence
            return list((bare or groups)[0 if first else -1].orgs[:1])
        if kind == "one":
            fronted = "," in sentence.between(groups[-1].end, group.start)
            if subject and not bare and earlier is sentence and fronted and not noun:
                continue  # "D'après une note d'Alvia, il a …"
            only = noun and earlier.index == sentence.index - 1 and _is_only(reader, groups)
            old = earlier is not sentence and earlier.index > back[0].index
            if subject and not bare and not only and old:
                continue
            return [bare[0].orgs[0]] if subject and bare else [found[-1]]
        several = [g for g in bare if len(set(reader.norms(g.orgs))) >= 2]
        if several:
            return list(several[-1].orgs)
        if kind == "many" and subject and bare:
            return list(bare[0].orgs)
        distinct = {reader.norm(i): i for i in reversed(found)}
        if len(distinct) >= 2:
            return sorted(distinct.values())[:2] if kind == "both" else []
    topic = reader.dominant if kind == "one" and subject else None
    return [topic] if topic is not None and reader.norm(topic) not in exclude else []


def _groups(earlier: Sentence, sentence: Sentence, group: Group) -> list[Group]:
    """The names told in a sentence before a word of it or of a later one, that may be meant."""
    return [
        g
        for g in earlier.groups
        if g.orgs
        and not g.aside
        and g.marker not in BYSTANDERS
        and (earlier is not sentence or g.end <= group.start)
    ]


# Of the only name of a sentence the next one may speak, where it is who gets something.
_AIMED = frozenset({"for", "to", "in"})


def _is_only(reader: Reader, groups: list[Group]) -> bool:
    """ "Des aides pour Alvia. L'entreprise …": the only name told, behind a word that aims at it."""
    return len(set(reader.norms(i for g in groups for i in g.orgs))) == 1 and groups[-1].marker in _AIMED


def _is_noun(reader: Reader, sentence: Sentence, group: Group) -> bool:
    """Whether a word is a noun behind an article, as no pronoun is."""
    word = sentence.between(group.start, group.end)
    return bool(reader.lexicon.compiled("^{definite:}(?:{_}|(?<='))").match(word))
