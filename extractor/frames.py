"""Who plays which part in a frame: its subject, its object, the names behind prepositions, and what words stand for."""

from __future__ import annotations

import re

from extractor.clauses import BYSTANDERS, MONEY_MASK, ORG_MASK, WORD, Group, Reader, Sentence, Trigger
from extractor.drafts import GETS, PARTS, PAYS, SIDES, SUPPLY


def fill_parts(
    reader: Reader,
    sentence: Sentence,
    n: int,
    objects: dict[int, int],
    subjects: dict[int, Group],
    sources: set[int],
) -> dict[str, list[int]]:
    """The parts of a frame: part -> mentions."""
    trigger = sentence.triggers[n]
    groups = [g for g in sentence.groups if not (set(g.orgs) & sources)]
    right = [g for g in groups if g.start >= trigger.end and not (g.aside and g.orgs)]
    left = [g for g in groups if g.end <= trigger.start]
    parts: dict[str, list[int]] = {}
    exact: set[str] = set()  # parts told by a word of their own, which a subject does not fill too

    def put(part: str, group: Group, *, subject: bool = False) -> None:
        exclude = {reader.norm(i) for v in parts.values() for i in v}
        orgs = group.orgs or tuple(_resolve(reader, sentence, group, exclude, subject=subject))
        held = parts.setdefault(part, [])
        held += [i for i in orgs if i not in held]
        if group.marker in (_NAMED if part == SIDES else _EXACT) or group.possessive:
            exact.add(part)

    subject = _subject(sentence, n, groups, objects, subjects)
    governed = trigger.noun and (
        governor_of(sentence, n) is not None or _opposed(sentence, n, subject, subjects)
    )
    if inverted := _inverted(sentence, trigger, right):
        subject = inverted
    if subject is None and not governed:
        subject = _fronted(sentence, trigger, right)
    if subject is not None:
        subjects[n] = subject
    part = trigger.part("subject")
    by = any(g.marker == "by" and owner_of(sentence, g) is trigger for g in right)
    passive = _is_passive(sentence, trigger) or (by and not trigger.noun and trigger.part("by") == part)
    if passive:
        part = trigger.part("object") or trigger.part("of")
    if subject is not None and part and not trigger.noun:
        put(part, subject, subject=True)
        antecedent = None if passive else _antecedent(sentence, trigger, subject, left)
        if antecedent is not None:
            put(*antecedent)
    if trigger.part("to") and reader.lexicon.compiled(
        "{<}{indirect_pronoun:}{_}(?:{auxiliary:}{_})?$"
    ).search(sentence.between(max(sentence.start, trigger.start - 20), trigger.start)):
        put(
            str(trigger.part("to")),
            Group((), trigger.start, trigger.start, "", reference="one"),
            subject=True,
        )
    for g, before in zip(right, [None, *right], strict=False):
        if g is subject:
            continue
        if (
            before
            and g.marker == "of"
            and before.marker in ("with", "in", "to", "from")
            and len(WORD.findall(sentence.between(before.end, g.start))) <= 2
        ):
            continue  # "avec les X de la Y": the second name describes the first
        told = trigger.part(g.marker) if g.marker and g.marker != "and" else None
        told = told or (trigger.part("of") if g.inner else None)
        if g.marker == "of" and told in exact and not (by and told != trigger.part("by")):
            continue
        if (
            told
            and owner_of(sentence, g) is trigger
            and (not sentence.crossings(trigger.end, g.start) or g.marker in ("led", "join"))
        ):
            bare = (
                g.marker == "of"
                and trigger.part("object") == "target"
                and not _is_goods(sentence, trigger, g)
            )
            # "rachète la filiale A de B": what belongs to B is bought from it.
            sold = told == "target" and g.marker == "of" and "target" in parts and not trigger.noun
            put("seller" if sold else "target" if bare else told, g)
        elif (
            not g.marker
            and not passive
            and trigger.part("object")
            and n not in objects.values()
            and g.start not in objects
            and _is_object(sentence, trigger, g)
        ):
            objects[g.start] = n
            indirect = trigger.part("indirect") if _is_indirect(sentence, g) else None
            put(indirect or str(trigger.part("object")), g)
        elif (
            not g.marker
            and trigger.part("tail")
            and not has_trigger(sentence, trigger.end, sentence.end)
            and re.fullmatch(
                r" ?[:,(–|-] ?", sentence.between(max(trigger.end, last_end(sentence, g)), g.start)
            )
        ):
            put(str(trigger.part("tail")), g)
    for g in left:
        if g is subject:
            continue
        gap = sentence.between(g.end, trigger.start)
        if (
            g.possessive
            and trigger.noun
            and len(gap) < 60
            and ORG_MASK not in gap
            and not has_trigger(sentence, g.end, trigger.start)
        ):
            told = trigger.part("poss")
        elif g.marker in _FRONTED and not sentence.crossings(g.end, trigger.start):
            owner = owner_of(sentence, g)
            told = trigger.part(g.marker) if owner is None or owner.part(g.marker) is None else None
        else:
            told = None
        if told:
            put(told, g)
    if (
        subject is None
        or not trigger.noun
        or sentence.crossings(min(subject.end, trigger.end), trigger.start)
    ):
        pass
    elif part in exact and (rest := trigger.part("rest")) and rest not in parts:
        put(rest, subject, subject=True)  # "A accepte un rachat par B", "an injection from B"
    elif part and part not in exact and not governed:
        put(part, subject, subject=True)
    return {k: v for k, v in parts.items() if v}


def _inverted(sentence: Sentence, trigger: Trigger, right: list[Group]) -> Group | None:
    """ "B, que lui cède A": the subject stands behind its verb."""
    before = sentence.between(max(sentence.start, trigger.start - 30), trigger.start)
    opened = sentence.reader.lexicon.compiled(
        "{<}{inverting:}(?:{_}|(?<='))(?:{indirect_pronoun:}{_})?(?:{auxiliary:}{_})?$"
    )
    if trigger.noun or not right or right[0].marker or not opened.search(before):
        return None
    gap = sentence.between(trigger.end, right[0].start)
    return right[0] if len(WORD.findall(gap)) <= 4 and not re.search(r"[,;:.(]", gap) else None


def _antecedent(
    sentence: Sentence, trigger: Trigger, subject: Group, left: list[Group]
) -> tuple[str, Group] | None:
    """Of whom a relative clause or a pronoun speaks, and their part: "B, que A a racheté", "B, for which A paid"."""
    lexicon, thing = sentence.reader.lexicon, trigger.part("object")
    aimed = [g for g in left if g.end <= subject.start]
    if aimed:
        gap = sentence.between(aimed[-1].end, min(subject.start, trigger.start))
        behind = "^ ,? (?:{role_marker}{_})?{relative_object:}(?:{_}|(?<=')) {definite:}?$"
        inverted = "^ ,? {inverting:}(?:{_}|(?<='))(?:{indirect_pronoun:}{_})?(?:{auxiliary:}{_})?$"
        found = lexicon.compiled(inverted if subject.start > trigger.start else behind).search(gap)
        if found:
            marker = lexicon.value("role_marker", found.groupdict().get("role_marker"))
            part = trigger.part(str(marker)) if marker else thing
            return (part, aimed[-1]) if part else None
    before = sentence.between(max(sentence.start, trigger.start - 20), trigger.start)
    if (
        thing
        and not trigger.noun
        and lexicon.compiled("{<}{object_pronoun:}(?:{_}|(?<=')){auxiliary:}{_}$").search(before)
    ):
        return thing, Group((), subject.start, subject.start, "", reference="near")
    return None


def _is_indirect(sentence: Sentence, group: Group) -> bool:
    """ "sells A the output": what is sold follows the name at once."""
    after = sentence.between(group.end, sentence.end)
    return bool(
        sentence.reader.lexicon.compiled("^ (?:{definite:}|{own_pronoun:})(?:{_}|(?<='))").match(after)
    ) or bool(re.match(f" {MONEY_MASK}", after))


# A part told by one of these is nobody else's; "a contract from B" leaves room for its other party.
_NAMED = frozenset({"of", "by"})
_EXACT = _NAMED | {"from", "led"}
# Parts that may be told before the verb: "Dans un accord avec X, Y achète …".
_FRONTED = frozenset({"with", "between", "from", "join", "led"})


def last_end(sentence: Sentence, group: Group) -> int:
    """Where the last mention before a group ends."""
    ends = (sentence.reader.mentions[i].end for i in sentence.mentions)
    return max((e for e in ends if e <= group.start), default=sentence.start)


def _is_goods(sentence: Sentence, trigger: Trigger, group: Group) -> bool:
    """Whether things are bought, not the company: a number or a word for goods before its name."""
    gap = sentence.between(trigger.end, group.start)
    goods = sentence.reader.lexicon.compiled("{<}{delivery:}{>}")
    return bool(re.search(r"\d", gap) or goods.search(gap) or len(WORD.findall(gap)) > 8)


def _opposed(sentence: Sentence, n: int, subject: Group | None, subjects: dict[int, Group]) -> bool:
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


def _fronted(sentence: Sentence, trigger: Trigger, right: list[Group]) -> Group | None:
    """ "Après avoir racheté B, A …": the subject stands behind the clause that opens the sentence."""
    if len(WORD.findall(sentence.between(sentence.start, trigger.start))) > 5:
        return None
    for g in right:
        if (
            not g.marker
            and not g.possessive
            and re.search(r", (?:l'|[^\W_]{2,3} )?$", sentence.between(sentence.start, g.start))
        ):
            return g
    return None


def add_announcer(
    reader: Reader, sentence: Sentence, trigger: Trigger, parts: dict[str, list[int]], sources: set[int]
) -> None:
    """ "A a déclaré que B lui achète …": who announces another's purchase is the other side of it."""
    sides = {PARTS[p] for p in parts}
    if trigger.rule.options["type"] != SUPPLY or len(sides) != 1 or SIDES in sides or trigger.noun:
        return
    lexicon = reader.lexicon
    for g in sentence.groups:
        after = sentence.between(g.end, trigger.start)
        if g.end > trigger.start or not g.orgs or g.marker not in ("", "head") or set(g.orgs) & sources:
            continue
        held = {reader.norm(i) for v in parts.values() for i in v}
        if not set(reader.norms(g.orgs)) & held and lexicon.compiled(
            "^ (?:[^\\W\\d_]{1,14} ){0,2}{announce:}{>}"
        ).match(after):
            parts[GETS if PAYS in sides else PAYS] = list(g.orgs)
            return


def add_topic(reader: Reader, sentence: Sentence, trigger: Trigger, parts: dict[str, list[int]]) -> None:
    """ "La première levée de fonds a lieu en 2018": who the article is about, where the sentence names nobody."""
    topic = reader.dominant if trigger.rule.options.get("topic") else None
    if topic is not None:
        parts[str(trigger.part("subject"))] = [topic]


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


_INDIRECT = frozenset({"to", "from"})


def _is_passive(sentence: Sentence, trigger: Trigger) -> bool:
    if trigger.noun or not trigger.rule.options.get("passive", True):
        return False
    lexicon = sentence.reader.lexicon
    surface = sentence.between(trigger.start, trigger.end)
    if lexicon.compiled("{active_ending:}$").search(surface):
        return False
    before = sentence.between(max(sentence.start, trigger.start - 40), trigger.start)
    found = lexicon.compiled(r"{<}{passive} (?:(?!{infinitive:}{_})[^\W\d_]{1,14}{_}){0,2}$").search(before)
    # "Bertin, cédé à Alvia": a participle that follows its name at once.
    verb = WORD.match(surface)
    bare = (
        verb
        and lexicon.compiled("{participle:}$").search(verb[0])
        and re.search("[\ue000\ue004]\\)? ?,? $", before)
    )
    return bool(bare or (found and lexicon.value("passive", found["passive"])))


def _is_object(sentence: Sentence, trigger: Trigger, group: Group) -> bool:
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
        and gap.count(",") == int(group.apposed)
        and not sentence.crossings(trigger.end, group.start)
        and not any(trigger.end <= t.start < group.start and not t.noun for t in sentence.triggers)
    )


def _subject(
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
            # The object of the verb before: "A buys B and invests" speaks of A.
            return subjects.get(owner)
        return g
    loose = [g for g in left if g.marker in ("of", "") or g.possessive]
    near = [
        g
        for g in loose
        if not sentence.crossings(g.end, trigger.start) and not _has_verb(sentence, g.end, trigger)
    ]
    return near[-1] if near and (near[-1].marker == "of" or not trigger.noun) else None


def _has_verb(sentence: Sentence, start: int, trigger: Trigger) -> bool:
    return any(start <= t.start < trigger.start and not t.noun for t in sentence.triggers)


# "le premier", "le second": of two told before.
_PLACES = {"first": 0, "second": 1}


def _resolve(
    reader: Reader, sentence: Sentence, group: Group, exclude: set[str], *, subject: bool
) -> list[int]:
    """The organisations that a word stands for ("la start-up", "both firms"), none where it is not clear."""
    kind = group.reference
    back = reader.sentences[max(0, sentence.index - 4) : sentence.index + 1]
    for earlier in reversed(back):
        if earlier.entry != sentence.entry:
            break
        groups = [
            g
            for g in earlier.groups
            if g.orgs
            and not g.aside
            and g.marker not in BYSTANDERS
            and (earlier is not sentence or g.end <= group.start)
        ]
        found = [i for g in groups for i in g.orgs if reader.norm(i) not in exclude]
        if not found:
            continue
        bare = [g for g in groups if g.marker in ("", "head") and not set(reader.norms(g.orgs)) & exclude]
        if kind in _PLACES:
            pair = {reader.norm(i): i for g in reversed(groups) for i in reversed(g.orgs)}
            return [sorted(pair.values())[_PLACES[kind]]] if len(pair) == 2 else []
        if kind == "near":
            return list((bare or groups)[-1].orgs[:1])
        if kind == "one":
            if subject and not bare and earlier is not sentence and earlier.index > back[0].index:
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
