"""Reading one sentence into drafts: what its frames tell, and what is guessed where none does."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from extractor.clauses import BYSTANDERS, WORD, Group, Sentence, Trigger
from extractor.context import Reader
from extractor.drafts import CONTRACT, GETS, PAYS, SUPPLY, Draft, all_orgs
from extractor.frames import governor_of, has_trigger, last_end, owner_of
from extractor.parts import add_announcer, add_topic, fill_parts
from extractor.slots import (
    USABLE,
    amount_distance,
    amount_kind,
    claim_amounts,
    date_of,
    doubt_about,
    find_sources,
    goods_behind,
    goods_of,
    has_again,
    is_more,
    is_site,
    set_report,
    stake_of,
    term_of,
)
from extractor.values import MentionType, Status


def draft_sentence(reader: Reader, sentence: Sentence) -> list[Draft]:
    """A draft for each deal that the frames of a sentence tell."""
    triggers = sentence.triggers
    if not triggers and not sentence.of_type(MentionType.MONEY):
        return []
    sources = find_sources(reader, sentence)
    money = claim_amounts(
        sentence,
        [i for i in sentence.of_type(MentionType.MONEY) if amount_kind(sentence, i) in USABLE | {"valuing"}],
    )
    power = claim_amounts(
        sentence, [i for i in sentence.of_type(MentionType.POWER) if not is_site(sentence, i)]
    )
    drafts: list[Draft] = []
    objects: dict[int, int] = {}  # group -> trigger whose object it is
    subjects: dict[int, Group] = {}
    for n, trigger in enumerate(triggers):
        effect = doubt_about(sentence, trigger)
        parts = fill_parts(reader, sentence, n, objects, subjects, sources)
        if effect == "none":
            continue
        add_announcer(reader, sentence, trigger, parts, sources)
        if not parts and trigger.part("subject") and not any(g.orgs for g in sentence.groups):
            add_topic(reader, sentence, trigger, parts)
        options = trigger.rule.options
        draft = Draft(
            rule=trigger.rule.name,
            type=str(options["type"]),
            needs=frozenset({str(options["needs"])}),
            sentence=sentence.index,
            at=trigger.start,
            end=trigger.end,
            places=[trigger.start],
            noun=trigger.noun,
            parts=parts,
            alone=bool(options.get("alone")),
            own=not options.get("wares") and bool(sentence.spans("{<}{own_object:}{>}")),
            announced=bool(sentence.spans("{<}{announce:}{>}")),
            entry=sentence.entry,
            sentences=[sentence.index],
        )
        if effect == "planned":
            draft.status = Status.PLANNED
        mine = [i for i, owner in money.items() if owner == n] if options.get("money", True) else []
        draft.power = next((i for i, owner in power.items() if owner == n), None)
        draft.again = bool(sentence.spans("{<}{again}{>}")) and has_again(sentence, trigger, mine)
        goods = options.get("goods") or goods_of(sentence, trigger)
        draft.goods = str(goods) if goods else "energy" if draft.power is not None else None
        if draft.goods == "chips" and options.get("rented"):
            draft.goods = "cloud"
        bought = parts.get(GETS, []) + parts.get("target", [])
        if draft.type in ("investment", "infrastructure") and (goods := goods_behind(sentence, bought)):
            parts[GETS] = parts.get(GETS, []) + parts.pop("target", [])
            draft.type, draft.goods = SUPPLY, goods
        governor = governor_of(sentence, n)
        verb = next((d for d in drafts if governor and d.places == [governor.start]), None)
        whose = replace(draft, parts={**verb.parts, **draft.parts}) if verb else draft
        if len(mine) > 1 and (spread := _spread(sentence, whose, mine)):
            drafts = [d for d in drafts if d is not verb] + spread
            continue
        whole = [i for i in mine if amount_kind(sentence, i) != "part"]
        if mine:
            draft.amount = min(whole or mine, key=lambda i: amount_distance(sentence, i, trigger))
            draft.partial = not whole
            more = [i for i in whole if i > draft.amount and is_more(sentence, i)]
            drafts += [
                replace(draft, amount=i, at=reader.mentions[i].start, places=[], again=True) for i in more
            ]
        forked = _fork(sentence, draft, trigger, mine)
        if forked:
            drafts += forked
            continue
        amounts = sentence.of_type(MentionType.MONEY)
        further = _further(sentence, draft, sentence.groups, amounts)
        told = {i for d in further for i in all_orgs(d)}
        rest = [g for g in sentence.groups if not set(g.orgs) & told]
        drafts += [draft, *further, *_gapped(sentence, draft, rest, amounts)]
    for draft in drafts:
        draft.stake = stake_of(sentence, draft, drafts)
        draft.date, draft.date_value, draft.own_date = date_of(reader, sentence, draft)
        draft.term = term_of(reader, sentence, draft, drafts)
        set_report(reader, sentence, draft)
    return drafts + _pairs(reader, sentence, drafts)


def _spread(sentence: Sentence, draft: Draft, amounts: list[int]) -> list[Draft]:
    """One draft for each amount and its name: "5 et 7 milliards dans A et B, respectivement", "5 dans A, 7 dans B"."""
    mentions = sentence.reader.mentions
    respectively = bool(sentence.spans("{<}{respectively:}{>}"))
    for part in (GETS, "target", PAYS):
        orgs = sorted(draft.parts.get(part, []))
        if len(orgs) != len(amounts) or len({sentence.reader.norm(i) for i in orgs}) < len(orgs):
            continue
        spans = sorted([*orgs, *amounts], key=lambda i: mentions[i].start)
        if respectively or all((i in amounts) != (k in amounts) for i, k in itertools.pairwise(spans)):
            return [
                replace(
                    draft,
                    parts={**draft.parts, part: [org]},
                    amount=amount,
                    at=mentions[org].start,
                    again=True,
                )
                for org, amount in zip(orgs, sorted(amounts), strict=True)
            ]
    return []


def _further(sentence: Sentence, draft: Draft, groups: list[Group], amounts: list[int]) -> list[Draft]:
    """ "a racheté A pour 20 millions en 2015 puis B pour 30 en 2018": the verb goes for both."""
    mentions = sentence.reader.mentions
    target = draft.parts.get("target") or draft.parts.get(GETS)
    out: list[Draft] = []
    if not target or draft.noun:
        return out
    last = mentions[target[-1]].end
    for g in groups:
        gap = sentence.between(last_end(sentence, g), g.start)
        if (
            g.start > last
            and g.orgs
            and not set(g.orgs) & set(all_orgs(draft))
            and g.marker in ("", "and")
            and last_end(sentence, g) > last
            and sentence.reader.lexicon.compiled(r"^(?:\)|\])? ,? {org_joiner:} $").search(gap)
            and not has_trigger(sentence, last, g.start)
        ):
            part = "target" if draft.parts.get("target") else GETS
            behind = [i for i in amounts if mentions[i].start >= g.end]
            gap = sentence.between(g.end, mentions[behind[0]].start) if behind else ""
            own = behind and not re.search("[,;:\ue000]", gap) and len(WORD.findall(gap)) <= 4
            out.append(
                replace(
                    draft,
                    parts={**draft.parts, part: list(g.orgs)},
                    amount=behind[0] if own else None,
                    at=g.start,
                    places=[],
                    again=True,
                )
            )
            last = g.end
    return out


def _gapped(sentence: Sentence, draft: Draft, groups: list[Group], amounts: list[int]) -> list[Draft]:
    """ "A will put $10bn into C, B up to $5bn": another subject and its amount, with the verb left out."""
    mentions = sentence.reader.mentions
    part = next(
        (p for p in (PAYS, GETS) if draft.parts.get(p) and mentions[draft.parts[p][0]].end <= draft.at),
        None,
    )
    out: list[Draft] = []
    if part is None or draft.amount is None or draft.noun:
        return out
    joined = sentence.reader.lexicon.compiled(r"(?:[,;]|{<}{org_joiner:}) $")
    for g in groups:
        if (
            g.start <= mentions[draft.amount].end
            or len(g.orgs) != 1
            or g.marker not in ("", "and")
            or g.possessive
        ):
            continue
        money = next((i for i in amounts if i != draft.amount and mentions[i].start >= g.end), None)
        if (
            money is None
            or set(g.orgs) & set(all_orgs(draft))
            or not joined.search(sentence.between(sentence.start, g.start))
        ):
            continue
        gap = sentence.between(g.end, mentions[money].start)
        if (
            len(WORD.findall(gap)) <= 4
            and not re.search("[,;:.\ue000]", gap)
            and not has_trigger(sentence, draft.end, g.start)
        ):
            out.append(
                replace(
                    draft,
                    parts={**draft.parts, part: list(g.orgs)},
                    amount=money,
                    at=g.start,
                    places=[],
                    again=True,
                )
            )
    return out


def _fork(sentence: Sentence, draft: Draft, trigger: Trigger, amounts: list[int]) -> list[Draft]:
    """ "agreements with A and with B", "250 from A and 220 from B": one draft for each partner told apart."""
    if draft.type not in (CONTRACT, SUPPLY, "acquisition"):
        return []
    apart_by = ("on",) if draft.type == "acquisition" else ("with", "from")
    groups = [
        g for g in sentence.groups
        if g.orgs and g.start >= trigger.end and g.marker in apart_by and owner_of(sentence, g) is trigger
    ]  # fmt: skip
    part = trigger.part(groups[0].marker) if groups else None
    if len(groups) < 2 or part is None or len({g.marker for g in groups}) > 1:
        return []
    mentions, apart = sentence.reader.mentions, {i for g in groups for i in g.orgs}
    out = []
    for g in groups:
        kept = [i for i in draft.parts.get(part, []) if i not in apart]
        near = [
            i
            for i in amounts
            if g.end <= mentions[i].start and not any(g.end <= o.start < mentions[i].start for o in groups)
        ]
        amount = near[0] if near else draft.amount if g is groups[0] and not amounts else None
        out.append(
            replace(
                draft,
                parts={**draft.parts, part: [*kept, *g.orgs]},
                amount=amount,
                at=g.start,
                places=[],
                again=True,
            )
        )
    return out


def _pairs(reader: Reader, sentence: Sentence, drafts: list[Draft]) -> list[Draft]:
    """ "A (40 M€), B 50 M€": a name beside an amount, where funding is spoken of in the sentence or just before."""
    used = {d.amount for d in drafts if d.amount is not None and d.parts}
    funding = any(t.rule.name in _FUNDING for s in _context(reader, sentence) for t in s.triggers)
    row = _is_row(sentence)
    out: list[Draft] = []
    for found in sentence.found("pair"):
        span = (found.match.start() + sentence.start, found.match.end() + sentence.start)
        inside = [i for i in sentence.mentions if span[0] <= reader.mentions[i].start < span[1]]
        org, money = inside[0], inside[-1]
        apart = any(org in g.orgs and g.marker in BYSTANDERS for g in sentence.groups)
        if not funding or apart or amount_kind(sentence, money) not in USABLE:
            continue
        holder = next((d for d in drafts if d.amount == money), None)
        if holder is not None and org in all_orgs(holder):
            continue
        if holder is not None:
            holder.amount = None
        elif money in used:
            continue
        out.append(
            Draft(
                rule=found.rule.name, type="investment", needs=frozenset({"money"}),
                sentence=sentence.index, at=span[0],
                parts={GETS: [org]}, amount=money, listed=True, entry=sentence.entry, sentences=[sentence.index],
            )
        )  # fmt: skip
        for g in sentence.groups:
            told = g.marker in ("led", "from", "join") or (row and not g.marker)
            if g.start >= span[1] and told and not g.aside:
                out[-1].parts.setdefault(PAYS, []).extend(g.orgs)
    return out


def _is_row(sentence: Sentence) -> bool:
    """ "Alvia | drones | 40 M€ | Bertin": a line of cells."""
    return sentence.masked.count("|") > 1


# Rows of a table that may stand below the line that says what it lists.
_ROWS = 25


def _context(reader: Reader, sentence: Sentence) -> list[Sentence]:
    """A sentence and the three before it, the rows of a table not counted."""
    context, others = [sentence], 0
    for earlier in reversed(reader.sentences[max(0, sentence.index - _ROWS) : sentence.index]):
        others += not _is_row(earlier)
        if others > 3:
            break
        context.append(earlier)
    return context


_FUNDING = frozenset({"round", "raise", "get investment"})
