"""What a frame finds around it: its subject, its object, its voice, and the verb or noun that governs it."""

from __future__ import annotations

import re

from extractor.clauses import DATE_MASK, MONEY_MASK, POINT, WORD, Group, Sentence, Trigger
from extractor.drafts import GETS, PARTS, PAYS

_INDIRECT = frozenset({"to", "from"})


def inverted_subject(sentence: Sentence, trigger: Trigger, right: list[Group]) -> Group | None:
    """ "B, que lui cède A": the subject stands behind its verb."""
    before = sentence.between(max(sentence.start, trigger.start - 30), trigger.start)
    opened = sentence.reader.lexicon.compiled(
        "{<}{inverting:}(?:{_}|(?<='))(?:{indirect_pronoun:}{_})?(?:{auxiliary:}{_})?$"
    )
    if trigger.noun or not right or right[0].marker or not opened.search(before):
        return None
    gap = sentence.between(trigger.end, right[0].start)
    return right[0] if len(WORD.findall(gap)) <= 4 and not re.search(r"[,;:.(]", gap) else None


def antecedent_of(
    sentence: Sentence, trigger: Trigger, subject: Group, left: list[Group]
) -> tuple[str, Group] | None:
    """Of whom a relative clause or a pronoun speaks, and their part: "B, que A a racheté", "B, for which A paid"."""
    lexicon, thing = sentence.reader.lexicon, trigger.part("object")
    aimed = [g for g in left if g.end <= subject.start]
    if aimed:
        gap = sentence.between(aimed[-1].end, min(subject.start, trigger.start))
        behind = "^ ,? (?:{role_marker}{_})?{relative_object}(?:{_}|(?<=')) {definite:}?$"
        inverted = "^ ,? {inverting:}(?:{_}|(?<='))(?:{indirect_pronoun:}{_})?(?:{auxiliary:}{_})?$"
        found = lexicon.compiled(inverted if subject.start > trigger.start else behind).search(gap)
        if found:
            marker = lexicon.value("role_marker", found.groupdict().get("role_marker"))
            # "que" is the object, "dont" says of whom, "dans laquelle" has its own word for it.
            kind = lexicon.value("relative_object", found.groupdict().get("relative_object"))
            told = str(marker or kind)
            part = trigger.part(told) if marker or isinstance(kind, str) else thing
            return (part, aimed[-1]) if part else None
    return object_pronoun(sentence, trigger)


def object_pronoun(sentence: Sentence, trigger: Trigger) -> tuple[str, Group] | None:
    """ "A l'a racheté": the object is who was told last."""
    thing, place = trigger.part("object"), trigger.start
    before = sentence.between(max(sentence.start, place - 20), place)
    pronoun = "{<}{object_pronoun:}(?:{_}|(?<=')){auxiliary:}{_}$"
    if thing and not trigger.noun and sentence.reader.lexicon.compiled(pronoun).search(before):
        return thing, Group((), place, place, "", reference="near")
    return None


def is_indirect(sentence: Sentence, group: Group) -> bool:
    """ "sells A the output": what is sold follows the name at once, not when ("sold A the year before")."""
    after = sentence.between(group.end, sentence.end)
    return bool(
        sentence.reader.lexicon.compiled(
            rf"^ (?:{{definite:}}|{{own_pronoun:}})(?:{{_}}|(?<='))(?!{DATE_MASK})"
        ).match(after)
    ) or bool(re.match(f" {MONEY_MASK}", after))


def last_end(sentence: Sentence, group: Group) -> int:
    """Where the last mention before a group ends."""
    ends = (sentence.reader.mentions[i].end for i in sentence.mentions)
    return max((e for e in ends if e <= group.start), default=sentence.start)


def is_goods(sentence: Sentence, trigger: Trigger, group: Group) -> bool:
    """Whether things are bought, not the company: a number or a word for goods before its name."""
    # "achète 11 % de B" buys of the company.
    gap = re.sub(rf"\d[\d.,{POINT}]{{0,6}} ?%", "", sentence.between(trigger.end, group.start))
    goods = sentence.reader.lexicon.compiled("{<}{delivery:}{>}")
    return bool(re.search(r"\d", gap) or goods.search(gap) or len(WORD.findall(gap)) > 8)


def is_opposed(sentence: Sentence, n: int, subject: Group | None, subjects: dict[int, Group]) -> bool:
    """ "A invests in B in a new round": A has its part from the verb, and the noun would give it the other side."""
    mine = PARTS.get(sentence.triggers[n].part("subject") or "")
    for k, group in subjects.items():
        verb = sentence.triggers[k]
        if (
            group is subject
            and not verb.noun
            and {mine, PARTS.get(verb.part("subject") or "")} == {PAYS, GETS}
        ):
            return not sentence.crossings(verb.end, sentence.triggers[n].start)
    return False


def governor_of(sentence: Sentence, n: int) -> Trigger | None:
    """The verb of which a noun is the object: "obtient un prêt"; its subject has its part from the verb."""
    noun = sentence.triggers[n]
    verb = sentence.triggers[n - 1] if n else None
    if verb is None or verb.noun or not verb.rule.options.get("light"):
        return None
    gap = sentence.between(verb.end, noun.start)
    bare = any(
        verb.end <= g.start < noun.start and not g.marker and not g.possessive
        for g in sentence.groups
        if g.orgs
    )
    return verb if len(WORD.findall(gap)) <= 9 and not bare and not re.search(r"[,;:.]", gap) else None


def fronted_subject(sentence: Sentence, trigger: Trigger, right: list[Group]) -> Group | None:
    """ "Après avoir racheté B, A …": the subject stands behind the clause that opens the sentence."""
    if len(WORD.findall(sentence.between(sentence.start, trigger.start))) > 5:
        return None
    joined = sentence.reader.lexicon.compiled("{<}{org_joiner:} $")
    for g in right:
        before = sentence.between(sentence.start, g.start)
        opened = re.search(r", (?:l'|(?P<word>[^\W_]{2,3}) )?$", before)
        # "…, et A souscrira": acts in a clause of its own.
        apart = (
            opened and opened["word"] and joined.search(before) and has_trigger(sentence, g.end, sentence.end)
        )
        if not g.marker and not g.possessive and opened and not apart:
            return g
    return None


def has_trigger(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a frame is opened between two places."""
    return any(start <= t.start and t.end <= end for t in sentence.triggers)


def owner_of(sentence: Sentence, group: Group) -> Trigger | None:
    """The nearest frame before a group that has a part for what is said before it."""
    for trigger in reversed(sentence.triggers):
        if trigger.end > group.start:
            continue
        if trigger.part(group.marker) or (group.inner and trigger.part("of")):
            return trigger
        if group.marker == "of":
            return None
    return None


def is_passive(sentence: Sentence, trigger: Trigger) -> bool:
    if trigger.noun or not trigger.rule.options.get("passive", True):
        return False
    lexicon = sentence.reader.lexicon
    verb = WORD.match(sentence.between(trigger.start, trigger.end))
    if verb and lexicon.compiled("{active_ending:}$").search(verb[0]):
        return False
    before = sentence.between(max(sentence.start, trigger.start - 40), trigger.start)
    found = lexicon.compiled(r"{<}{passive}{>} (?:(?!{infinitive:}{_})[^\W\d_]{1,14}{_}){0,2}$").search(
        before
    )
    # "Bertin, cédé à Alvia": a participle that follows its name at once.
    bare = (
        verb
        and lexicon.compiled("{participle:}$").search(verb[0])
        # "Bertin, de Jurane, repris par": what stands between two commas describes the name.
        and re.search(
            "[\ue000\ue004]\\)?(?: ?,(?: (?:[^\\W\\d_]{1,14}[ '-]){0,4}[^\\W\\d_]{1,16} ?,)?)? $", before
        )
    )
    # "un prêt, accordé par une banque": behind no auxiliary, a participle before its agent.
    agent = lexicon.compiled("^{_}(?:[^\\W\\d_]{1,14}{_}){0,2}{role_marker}{_}").search(
        sentence.between(trigger.end, min(sentence.end, trigger.end + 40))
    )
    acted = lexicon.compiled("{<}{auxiliary:}{_}(?:[^\\W\\d_]{1,14}{_}){0,1}$").search(before)
    by = agent and lexicon.value("role_marker", agent["role_marker"]) == "by" and not acted
    if by and verb and lexicon.compiled("{participle:}$").search(verb[0]):
        return True
    return bool(bare or (found and lexicon.value("passive", found["passive"])))


def is_object(sentence: Sentence, trigger: Trigger, group: Group) -> bool:
    """Whether a bare name is the verb's object: near, in the clause, no other frame or name between."""
    start = trigger.end
    joined = sentence.reader.lexicon.compiled("^ {org_joiner:}(?:{_}|(?<='))")
    for g in sentence.groups:
        # "cède à Alvia sa filiale Bertin": who gets it may stand before what is sold.
        between = trigger.end <= g.start < group.start and g.marker in _INDIRECT and trigger.part(g.marker)
        if between and not joined.search(sentence.between(g.end, group.start)):
            start = g.end
    gap = sentence.between(start, group.start)
    return (
        len(WORD.findall(gap)) <= 7
        and not re.search(r"[;:(\ue000]", gap)
        and len(re.findall(r",(?!\d)", gap)) == int(group.apposed)
        and not sentence.crossings(trigger.end, group.start)
        and not any(trigger.end <= t.start < group.start and not t.noun for t in sentence.triggers)
    )


def find_subject(
    sentence: Sentence, n: int, groups: list[Group], objects: dict[int, int], subjects: dict[int, Group]
) -> Group | None:
    """The group that a frame's left side speaks of: its antecedent, the nearest bare name, or the owner of one."""
    trigger = sentence.triggers[n]
    left = [g for g in groups if g.end <= trigger.start and not (g.aside and g.orgs)]
    if not left:
        return None
    lexicon = sentence.reader.lexicon
    nearest = left[-1]
    gap = sentence.between(nearest.end, trigger.start)
    if lexicon.compiled(r"^ ,? {relative:}{_}(?:[^\W\d_]{1,14}(?:{_}|')){0,4}$").search(gap):
        return nearest
    for g in reversed(left):
        if g.marker not in ("", "head", "and") or g.possessive:
            continue
        owner = objects.get(g.start)
        if owner is not None and owner != n:
            if sentence.triggers[owner].rule.options.get("controls") and _opens_infinitive(
                sentence, g, trigger
            ):
                return g
            # The object of the verb before: "A buys B and invests" speaks of A.
            return subjects.get(owner)
        return g
    # "obtient le soutien de B, en obligations": what B is said to do is not done by B again.
    free = [g for g in left if sentence.taken.get(g.start, n) == n]
    loose = [g for g in free if g.marker in ("of", "") or g.possessive]
    near = [
        g
        for g in loose
        if not sentence.crossings(g.end, trigger.start) and not _has_verb(sentence, g.end, trigger)
    ]
    return near[-1] if near and (near[-1].marker == "of" or not trigger.noun) else None


def _has_verb(sentence: Sentence, start: int, trigger: Trigger) -> bool:
    return any(start <= t.start < trigger.start and not t.noun for t in sentence.triggers)


def _opens_infinitive(sentence: Sentence, group: Group, trigger: Trigger) -> bool:
    """ "A has chosen B to supply": the object of such a verb acts in the infinitive behind it."""
    gap = sentence.between(group.end, trigger.start)
    return bool(sentence.reader.lexicon.compiled("^ {infinitive:}(?:{_}|(?<='))$").match(gap))
