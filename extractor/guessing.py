"""What no frame tells: an amount that nothing marks as a result, the names around it, and a word that hints at it."""

from __future__ import annotations

import re

from extractor.clauses import BYSTANDERS, MONEY_MASK, ORG_MASK, Group, Sentence
from extractor.context import Reader
from extractor.drafts import GETS, PAYS, SIDES, Draft
from extractor.references import resolve
from extractor.slots import amount_kind, date_of, find_sources, is_complete, set_report
from extractor.values import MentionType, Status

GUESS = "hint"
"""The rule of a draft that no frame opened."""
# A guess is made on no smaller an amount.
_SUM = 100_000
# On which side a name stands by the word before it alone.
_USUAL = {
    "from": PAYS, "by": PAYS, "led": PAYS, "join": PAYS, "to": GETS, "for": GETS, "in": GETS, "with": SIDES,
    "between": SIDES,
}  # fmt: skip


def guess_drafts(reader: Reader, sentence: Sentence, found: list[Draft]) -> list[Draft]:
    """Drafts for the amounts of a sentence that no complete draft holds."""
    complete = [d for d in found if is_complete(reader, d)]
    held = {d.amount for d in complete if d.amount is not None}
    money = sentence.of_type(MentionType.MONEY)
    sums = {i: reader.money(i).value or reader.money(i).high or 0 for i in money}
    free = [
        i
        for i, value in sums.items()
        if i not in held and value >= _SUM and amount_kind(sentence, i) in ("deal", "stake")
    ]
    out: list[Draft] = []
    for amount in free:
        start, end = _piece(reader, sentence, amount) if len(money) > 1 else (sentence.start, sentence.end)
        named = [i for i in sentence.of_type(MentionType.ORG) if start <= reader.mentions[i].start < end]
        if held and not named:
            continue
        partial = next((d for d in found if d not in complete and d.amount in (None, amount)), None)
        draft = _guess(reader, sentence, amount, start, end, partial)
        if draft is not None:
            out.append(draft)
            held.add(amount)
    return out


def _piece(reader: Reader, sentence: Sentence, amount: int) -> tuple[int, int]:
    """The clause in which an amount stands, where several amounts share the sentence."""
    m = reader.mentions[amount]
    ends = [e for _, e, _ in sentence.spans("(?:;|, {org_joiner:}{>})")] + sentence.borders
    return (
        max((e for e in ends if e <= m.start), default=sentence.start),
        min((e for e in ends if e >= m.end), default=sentence.end),
    )


def _guess(
    reader: Reader, sentence: Sentence, amount: int, start: int, end: int, partial: Draft | None
) -> Draft | None:
    """A draft for one amount, or the amount given to a frame that lacks one."""
    place = reader.mentions[amount].start
    lexicon = reader.lexicon
    hints = [
        (s, str(lexicon.value("hint", m["hint"])))
        for s, _, m in sentence.spans("{<}{hint}(?:{>}|(?<='))")
        if start <= s < end
    ]
    doubts = {
        str(one.rule.options["effect"])
        for one in sentence.found("doubt")
        if start <= one.match.start() + sentence.start < end
    }
    headed = re.match(
        rf"\W*{ORG_MASK}*(?: ?\([^()]{{1,30}}\))? ?: ?(?:[^\W\d_]{{1,12}} ){{0,3}}{MONEY_MASK}",
        sentence.between(start, end),
    )
    named = reader.norms(
        i for i in sentence.of_type(MentionType.ORG) if start <= reader.mentions[i].start < end
    )
    # A word for a result or a dispute goes for all amounts of its sentence.
    if "none" in doubts or sentence.spans("{<}{no_hint:}{>}"):
        return None
    if not (named or hints):
        return None
    if partial is not None:
        partial.amount, partial.needs, partial.guessed = (
            amount,
            partial.needs | {"money"},
            partial.guessed + 1,
        )
        return None
    kind = min(hints, key=lambda h: abs(h[0] - place))[1] if hints else ""
    parts = _parts(reader, sentence, amount, start, end, kind)
    if not parts:
        return None
    _add_context(reader, sentence, start, parts, kind)
    if parts.get("target") and kind not in ("debt", "infrastructure"):
        kind = "acquisition"
    draft = Draft(
        rule=GUESS, type=kind or "investment", needs=frozenset({"money"}), sentence=sentence.index, at=place,
        end=place, parts=parts, amount=amount, guessed=1 if hints or headed else 2,
        status=Status.PLANNED if "planned" in doubts else Status.ANNOUNCED,
        own=bool(sentence.spans("{<}{own_object:}{>}")), entry=sentence.entry, sentences=[sentence.index],
    )  # fmt: skip
    draft.date, draft.date_value, draft.own_date = date_of(reader, sentence, draft)
    set_report(reader, sentence, draft)
    return draft


def _parts(
    reader: Reader, sentence: Sentence, amount: int, start: int, end: int, kind: str
) -> dict[str, list[int]]:
    """Who pays and who gets: by the word before each name, else the first that acts and what follows its verb."""
    m, sources = reader.mentions[amount], find_sources(reader, sentence)
    groups = [
        g
        for g in sentence.groups
        if start <= g.start < end and not g.aside and not set(g.orgs) & sources and g.marker not in BYSTANDERS
    ]
    parts: dict[str, list[int]] = {}
    subject: list[int] = []
    thing: Group | None = None
    price = reader.lexicon.compiled("{<}{price_before:}{_}(?:[^\\W\\d_]{1,10}{_}){0,2}$").search(
        sentence.between(max(start, m.start - 50), m.start)
    )
    # "Alvia (3 million)", "and with Bertin the year after, for 3 million": the price of what is named before it.
    priced = reader.lexicon.compiled(
        "^(?: (?:[^\\W\\d_]{1,5} )?\ue002\ue004*)?(?: \\(|,? {price_before:}{_}(?:[^\\W\\d_]{1,10}{_}){0,2})$"
    )
    for g in groups:
        held = {reader.norm(i) for v in parts.values() for i in v} | set(reader.norms(subject))
        orgs = list(g.orgs) or (
            resolve(reader, sentence, g, held, subject=not subject) if g.reference else []
        )
        orgs = [i for i in orgs if reader.norm(i) not in held]
        if not orgs:
            continue
        bare = g.marker in ("", "and", "head")
        if g.orgs and g.end <= m.start and priced.search(sentence.between(g.end, m.start)):
            parts.setdefault("target", []).extend(orgs)
        elif bare and not subject and g.end <= m.start:
            subject = orgs
        elif g.marker == "for" and g.orgs and subject and kind in ("", "acquisition", "contract"):
            parts.setdefault("target", []).extend(orgs)
        elif g.marker in _USUAL and g.orgs:
            parts.setdefault(_USUAL[g.marker], []).extend(orgs)
        elif bare and subject and thing is None and g.end <= m.start and price:
            thing = g
            parts.setdefault("target", []).extend(orgs)
        elif bare and g.end <= m.start:
            parts.setdefault(SIDES, []).extend(orgs)
    if not parts and not subject:
        # "The project of A, at a cost of 20 million": the one name there is; else of whom the sentence before tells.
        subject = next((list(g.orgs) for g in groups if g.orgs and g.end <= m.start), [])
        told = subject or _told_before(reader, sentence, start, set())
        if told and reader.mentions[told[0]].start < sentence.start:
            return {SIDES: told}
        subject = told
    if subject:
        gets = parts.get(GETS) or parts.get("target")
        parts.setdefault(GETS if parts.get(PAYS) and not gets else PAYS, []).extend(subject)
    return parts


def _add_context(
    reader: Reader, sentence: Sentence, start: int, parts: dict[str, list[int]], kind: str
) -> None:
    """The side that the sentence leaves out: who acted in the one before buys, who the text is about gets money."""
    held = {reader.norm(i) for v in parts.values() for i in v}
    if set(parts) == {"target"}:
        if orgs := _told_before(reader, sentence, start, held):
            parts[PAYS] = orgs
    elif set(parts) == {PAYS} and kind in ("", "investment", "debt", "stake"):
        topic = reader.dominant
        head = {reader.norm(i) for s in reader.sentences[:2] for i in s.of_type(MentionType.ORG)}
        if topic is not None and reader.norm(topic) not in held and reader.norm(topic) in head:
            parts[GETS] = [topic]


def _told_before(reader: Reader, sentence: Sentence, place: int, exclude: set[str]) -> list[int]:
    """Of whom the text tells at a place that names nobody."""
    return resolve(reader, sentence, Group((), place, place, "", reference="one"), exclude, subject=True)
