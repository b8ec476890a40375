"""Who plays which part in a frame: its subject, its object, the names behind prepositions, and what words stand for."""

from __future__ import annotations

import re

from extractor.clauses import DATE_MASK, ORG_MASK, WORD, Group, Sentence, Trigger
from extractor.context import Reader
from extractor.drafts import CONTRACT, GETS, PARTS, PAYS, SIDES, SUPPLY
from extractor.frames import (
    antecedent_of,
    find_subject,
    fronted_subject,
    governor_of,
    has_trigger,
    inverted_subject,
    is_goods,
    is_indirect,
    is_object,
    is_opposed,
    is_passive,
    last_end,
    object_pronoun,
    owner_of,
)
from extractor.references import resolve

# A part told by one of these is nobody else's; "a contract from B" leaves room for its other party.
_NAMED = frozenset({"of", "by"})
_EXACT = _NAMED | {"from", "led"}
# Parts that may be told before the verb: "Dans un accord avec X, Y achète …".
_FRONTED = frozenset({"with", "between", "from", "join", "led"})


def fill_parts(
    reader: Reader,
    sentence: Sentence,
    n: int,
    objects: dict[int, int],
    subjects: dict[int, Group],
    sources: set[int],
) -> dict[str, list[int]]:
    """The parts of frame `n`: part -> mentions. What it takes as object and subject is noted in `objects` (group ->
    frame) and `subjects` (frame -> group) for the frames behind it."""
    groups = [g for g in sentence.groups if not (set(g.orgs) & sources)]
    return _Frame(reader, sentence, n, groups, objects, subjects).fill()


class _Frame:
    """A frame whose parts are filled step by step."""

    def __init__(
        self,
        reader: Reader,
        sentence: Sentence,
        n: int,
        groups: list[Group],
        objects: dict[int, int],
        subjects: dict[int, Group],
    ) -> None:
        self.reader, self.sentence, self.n = reader, sentence, n
        self.objects, self.subjects = objects, subjects
        self.trigger = trigger = sentence.triggers[n]
        self.right = [g for g in groups if g.start >= trigger.end and not (g.aside and g.orgs)]
        self.left = [g for g in groups if g.end <= trigger.start]
        self.parts: dict[str, list[int]] = {}
        self.exact: set[str] = set()  # parts told by a word of their own, which a subject does not fill too
        nearest = find_subject(sentence, n, groups, objects, subjects)
        # The subject of a noun that another verb governs has its part from that verb.
        self.governor = governor_of(sentence, n) if trigger.noun else None
        self.governed = self.governor is not None or (
            trigger.noun and is_opposed(sentence, n, nearest, subjects)
        )
        self.subject = inverted_subject(sentence, trigger, self.right) or nearest
        if self.subject is None and not self.governed and trigger.part("subject"):
            self.subject = fronted_subject(sentence, trigger, self.right)
        if self.subject is not None:
            subjects[n] = self.subject
        own = trigger.part("subject")
        # An agent is named behind the frame: "racheté par B".
        self.by = any(g.marker == "by" and owner_of(sentence, g) is trigger for g in self.right)
        self.passive = is_passive(sentence, trigger) or (
            self.by and not trigger.noun and trigger.part("by") == own
        )
        self.subject_part = (trigger.part("object") or trigger.part("of")) if self.passive else own

    def fill(self) -> dict[str, list[int]]:
        if not self.trigger.noun:
            self._put_subject_of_verb()
        self._put_pronoun()
        self._put_right()
        self._put_left()
        if self.trigger.noun:
            self._put_subject_of_noun()
        elif self.subject is None:
            self._put_described_subject()
        return {k: v for k, v in self.parts.items() if v}

    def _put(self, part: str, group: Group, *, subject: bool = False) -> None:
        exclude = {self.reader.norm(i) for v in self.parts.values() for i in v}
        orgs = group.orgs or tuple(resolve(self.reader, self.sentence, group, exclude, subject=subject))
        held = self.parts.setdefault(part, [])
        held += [i for i in orgs if i not in held]
        if group.marker in (_NAMED if part == SIDES else _EXACT) or group.possessive:
            self.exact.add(part)

    def _put_subject_of_verb(self) -> None:
        if self.subject is None or not self.subject_part:
            if (thing := object_pronoun(self.sentence, self.trigger)) and not self.passive:
                self._put(*thing)
            return
        found = None if self.passive else antecedent_of(self.sentence, self.trigger, self.subject, self.left)
        # "B, qu'elle a racheté": the pronoun is not the name that it follows, which is told first.
        before = found is not None and bool(found[1].orgs) and not self.subject.orgs
        if found is not None and before:
            self._put(*found)
        self._put(self.subject_part, self.subject, subject=True)
        if found is not None and not before:
            self._put(*found)

    def _put_described_subject(self) -> None:
        """ "Le lion de Jurane achète B": whom a sentence opens with, by a description, is who was told before."""
        start, place = self.sentence.start, self.trigger.start
        opened = self.reader.lexicon.compiled(
            "^(?:[^;:\ue000\ue001]{1,40},{_})?\\W{0,3}{definite:}(?:{_}|(?<='))(?:[^\\W\\d_]{1,16}(?:{_}|'|-)){1,9}$"
        ).match(self.sentence.between(start, place))
        told = [i for v in self.parts.values() for i in v]
        if opened and told and self.subject_part and self.subject_part not in self.parts and not self.passive:
            self._put(self.subject_part, Group((), start, start, "", reference="one"), subject=True)

    def _put_pronoun(self) -> None:
        """ "B lui cède", "A en rachète 30 %": a pronoun before the verb stands for a name and the word before it."""
        trigger, lexicon = self.trigger, self.reader.lexicon
        before = self.sentence.between(max(self.sentence.start, trigger.start - 20), trigger.start)
        found = lexicon.compiled("{<}{indirect_pronoun}{_}(?:{auxiliary:}{_})?$").search(before)
        if found is None:
            return
        marker = str(lexicon.value("indirect_pronoun", found["indirect_pronoun"]))
        # What one spends on for oneself is no organisation.
        part = None if marker != "to" and trigger.rule.options.get("own") else trigger.part(marker)
        # "en rachetant" tells how, not whom.
        verb = WORD.match(self.sentence.between(trigger.start, trigger.end))
        gerund = verb and lexicon.compiled("{active_ending:}$").search(verb[0])
        if part and (marker == "to" or not (gerund or trigger.noun)):
            self._put(part, Group((), trigger.start, trigger.start, "", reference="one"), subject=True)

    def _put_right(self) -> None:
        """The object, and what is told behind a word of its own: "dans", "pour", "par"."""
        trigger = self.trigger
        for g, before in zip(self.right, [None, *self.right], strict=False):
            if g is self.subject or self._describes(before, g):
                continue
            told = trigger.part(g.marker) if g.marker and g.marker != "and" else None
            if told and self.governor is not None:
                # "reçoit une commande de A": what the verb says of a word before a name goes first.
                told = self.governor.part(g.marker) or told
            told = told or (trigger.part("of") if g.inner else None)
            again = self.by and told != trigger.part("by") and trigger.part("by") not in self.exact
            if g.marker == "of" and told in self.exact and not again:
                continue
            if told and self._is_mine(g):
                self._put(self._part_behind(g, told), g)
                self.sentence.taken[g.start] = self.n
            elif self._is_object(g):
                self.objects[g.start] = self.n
                indirect = trigger.part("indirect") if is_indirect(self.sentence, g) else None
                self._put(indirect or str(trigger.part("object")), g)
            elif g.orgs and not g.marker and (tail := trigger.part("tail")) and self._is_tail(g):
                self._put(tail, g)

    def _describes(self, before: Group | None, group: Group) -> bool:
        """ "avec les X de la Y": the second name describes the first."""
        return bool(
            before
            and group.marker == "of"
            and before.marker in ("with", "in", "to", "from")
            and len(WORD.findall(self.sentence.between(before.end, group.start))) <= 2
            and not re.search(r"\d", self.sentence.between(before.end, group.start))
        )

    def _is_mine(self, group: Group) -> bool:
        """Whether what is said before a group goes with this frame, in its clause."""
        return owner_of(self.sentence, group) is self.trigger and (
            not self.sentence.crossings(self.trigger.end, group.start) or group.marker in ("led", "join")
        )

    def _part_behind(self, group: Group, told: str) -> str:
        """The part of a group by the word before it, but for what is bought."""
        if group.marker != "of":
            return told
        # "rachète la filiale A de B": what belongs to B is bought from it.
        if told == "target" and "target" in self.parts and not self.trigger.noun:
            return "seller"
        bought = self.trigger.part("object") == "target"
        return "target" if bought and not is_goods(self.sentence, self.trigger, group) else told

    def _is_object(self, group: Group) -> bool:
        return bool(
            not group.marker
            and (group.orgs or not self.trigger.noun)
            and not self.passive
            and self.trigger.part("object")
            and self.n not in self.objects.values()
            and group.start not in self.objects
            and is_object(self.sentence, self.trigger, group)
        )

    def _is_tail(self, group: Group) -> bool:
        """ "Tour de table : A, B": names behind a mark at the end of the sentence."""
        trigger, sentence = self.trigger, self.sentence
        gap = sentence.between(max(trigger.end, last_end(sentence, group)), group.start)
        behind = r" ?[:,(–|-] ?|[^.;:,]{0,40} ?: ?(?:[^\W\d_]{1,14}[' ]){0,4}"
        return not has_trigger(sentence, trigger.end, sentence.end) and bool(re.fullmatch(behind, gap))

    def _put_left(self) -> None:
        """The owner of a noun, and what is told before the frame: "Dans un accord avec X, Y achète …"."""
        trigger, sentence = self.trigger, self.sentence
        for g in self.left:
            told = None
            if g is self.subject:
                continue
            if self._is_owner(g):
                told = trigger.part("poss")
            elif g.marker in _FRONTED and not sentence.crossings(g.end, trigger.start):
                owner = owner_of(sentence, g)
                told = trigger.part(g.marker) if owner is None or owner.part(g.marker) is None else None
            if told:
                self._put(told, g)
        owned = trigger.part("poss") if trigger.noun else None
        before = sentence.between(max(sentence.start, trigger.start - 60), trigger.start)
        pronoun = "{<}{own_pronoun:}{_}(?:[^\\W_]{1,14}(?:{_}|-)|\ue001\ue004{0,60}{_}){0,3}$"
        named = any(g.orgs for g in self.left)
        if (
            owned
            and owned not in self.parts
            and not named
            and self.reader.lexicon.compiled(pronoun).search(before)
        ):
            here = Group((), trigger.start, trigger.start, "", reference="one")
            self._put(owned, here, subject=True)

    def _is_owner(self, group: Group) -> bool:
        """ "B's purchase": the possessive that stands before a noun."""
        gap = self.sentence.between(group.end, self.trigger.start)
        return (
            group.possessive
            and self.trigger.noun
            and len(gap) < 60
            and ORG_MASK not in gap
            and not has_trigger(self.sentence, group.end, self.trigger.start)
        )

    def _put_subject_of_noun(self) -> None:
        subject, part, start = self.subject, self.subject_part, self.trigger.start
        if subject is None or self.sentence.crossings(min(subject.end, self.trigger.end), start):
            return
        if part in self.exact and (rest := self.trigger.part("rest")) and rest not in self.parts:
            self._put(rest, subject, subject=True)  # "A accepte un rachat par B", "an injection from B"
        elif part and part not in self.exact and not self.governed:
            self._put(part, subject, subject=True)


def add_announcer(
    reader: Reader, sentence: Sentence, trigger: Trigger, parts: dict[str, list[int]], sources: set[int]
) -> None:
    """ "A a déclaré que B lui achète …", "… confié à B, a annoncé A": who announces is the other side of it."""
    sides, kind = {PARTS[p] for p in parts}, trigger.rule.options["type"]
    if kind not in (SUPPLY, CONTRACT) or len(sides) != 1 or SIDES in sides or trigger.noun:
        return
    lexicon = reader.lexicon
    says = lexicon.compiled("^ (?:[^\\W\\d_]{1,14} ){0,2}{announce:}{>}")
    behind = lexicon.compiled(
        f"[,»\"] {{announce:}}{{_}}(?:{DATE_MASK}\ue004* ,? )?(?:[^\\W\\d_]{{1,14}}(?:{{_}}|')){{0,5}}$"
    )
    held = {reader.norm(i) for v in parts.values() for i in v}
    for g in sentence.groups:
        if not g.orgs or set(g.orgs) & sources or set(reader.norms(g.orgs)) & held:
            continue
        after = g.start >= trigger.end and behind.search(sentence.between(trigger.end, g.start))
        before = kind == SUPPLY and g.end <= trigger.start and g.marker in ("", "head")
        if after or (before and says.match(sentence.between(g.end, trigger.start))):
            parts[GETS if PAYS in sides else PAYS] = list(g.orgs)
            return


def add_topic(reader: Reader, sentence: Sentence, trigger: Trigger, parts: dict[str, list[int]]) -> None:
    """ "La première levée de fonds a lieu en 2018": who the article is about, where the sentence names nobody."""
    topic = reader.dominant if trigger.rule.options.get("topic") else None
    # "Les pays riches ont promis": another is named before the verb, though it is no organisation.
    before = sentence.between(sentence.start, trigger.start)
    named = not trigger.noun and reader.lexicon.compiled(
        "{<}{definite:}(?:{_}|(?<='))(?:[^\\W\\d_]{1,16}{_}){1,2}(?:[^\\W\\d_]{1,10}{_}){0,3}$"
    ).search(before)
    if topic is not None and not named:
        parts[str(trigger.part("subject"))] = [topic]
