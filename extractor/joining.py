"""Drafts that tell one event become one: within the sentence, the entry, the article."""

from __future__ import annotations

import re

from extractor.clauses import Group, Sentence
from extractor.context import Reader
from extractor.continuing import MEMORY, add_to_told
from extractor.drafts import CONTRACT, GETS, GOODS, PAYS, SIDES, SUPPLY, Draft, all_orgs, side_orgs
from extractor.frames import governor_of
from extractor.references import resolve
from extractor.slots import is_complete, is_of_thing, stake_of
from extractor.values import MentionType, Status


def _same_amount(reader: Reader, a: Draft, b: Draft) -> bool:
    if a.amount is None or b.amount is None:
        return False
    x, y = reader.money(a.amount), reader.money(b.amount)
    return (x.value, x.low) == (y.value, y.low)


def _agrees(reader: Reader, a: Draft, b: Draft, *, near: bool) -> bool:
    """Whether two drafts may tell one event."""
    if near and (a.listed or b.listed):
        return False
    x, y = set(reader.norms(all_orgs(a))), set(reader.norms(all_orgs(b)))
    if a.amount is not None and b.amount is not None and not _same_amount(reader, a, b):
        return a.partial != b.partial and bool(x & y)
    if near and (not x or not y):
        # "Levées de fonds : 50 M$, et Alvia acquiert Bertin": what is raised is not what is bought.
        return not ({a.type, b.type} == {"investment", "acquisition"} and {a.amount, b.amount} != {None})
    if near and _complete_each_other(reader, a, b):
        return True
    generic = near and {a.type, b.type} <= {CONTRACT, "partnership"} and a.amount is None and b.amount is None
    if not x & y or not (x <= y or y <= x or len(x & y) >= 2 or generic):
        return False
    if near and a.own_date and b.own_date and a.date_value != b.date_value:
        return False
    if a.sentence == b.sentence and a.entry is not None and a.own_date != b.own_date:
        # "after B said in March that …": behind a clause border another day than the entry's is another event's.
        day = (a.date_value if a.own_date else b.date_value) or ""
        low, high = sorted((a.at, b.at))
        crossed = reader.sentences[a.sentence].crossings(low, high)
        if crossed and day and not reader.entries[a.entry].date.startswith(day):
            return False
    if not near:
        if y - x and len(x) >= 2 and set(b.parts) <= {SIDES}:
            return False
        if (
            a.date_value
            and b.date_value
            and not (a.date_value.startswith(b.date_value) or b.date_value.startswith(a.date_value))
        ):
            return False
        if (
            len(x & y) < 2
            and not _same_amount(reader, a, b)
            and not (len(x) == len(y) == 1 and a.type == b.type)
        ):
            return False
        if not _same_amount(reader, a, b) and a.entry != b.entry and None not in (a.entry, b.entry):
            return False
    return (
        _family(a) == _family(b) or "open" in (_family(a), _family(b)) or _same_amount(reader, a, b) or near
    )


def _complete_each_other(reader: Reader, a: Draft, b: Draft) -> bool:
    """ "A se sépare de B en vendant ses 8 % à C": each tells parts that the other leaves out, and none otherwise."""
    shared = a.parts.keys() & b.parts.keys()
    same = all(set(reader.norms(a.parts[p])) == set(reader.norms(b.parts[p])) for p in shared)
    apart = {reader.norm(i) for p in a.parts.keys() - shared for i in a.parts[p]} & {
        reader.norm(i) for p in b.parts.keys() - shared for i in b.parts[p]
    }
    return bool(shared) and same and not apart and _family(a) == _family(b) == "equity"


def _family(draft: Draft) -> str:
    if draft.type == SUPPLY and draft.parts.get("target") and draft.goods not in GOODS:
        return "equity"
    return {
        CONTRACT: "open", "partnership": "open", SUPPLY: "supply", "stake": "equity", "investment": "equity",
        "acquisition": "equity", "infrastructure": "own",
    }.get(draft.type, draft.type)  # fmt: skip


_TELLING = frozenset({"revenue_share", "joint_venture", "debt"})
# Which frame names the type where several tell one event: the more telling one.
_WEIGHT = {
    "revenue_share": 9, "joint_venture": 8, "debt": 7, "stake": 4, "acquisition": 6, "investment": 5, SUPPLY: 6,
    "infrastructure": 3, "partnership": 2, CONTRACT: 1,
}  # fmt: skip


def _weight(draft: Draft) -> int:
    """How much a draft tells of the event; what is built or developed "with B" tells no sides without a figure."""
    bare = draft.type == "infrastructure" and draft.amount is None and draft.power is None
    return 0 if bare else _WEIGHT[draft.type]


def _join(reader: Reader, a: Draft, b: Draft) -> None:
    """Take into draft `a` what `b` adds."""
    pays_a, gets_a = set(reader.norms(side_orgs(a, PAYS))), set(reader.norms(side_orgs(a, GETS)))
    pays_b, gets_b = set(reader.norms(side_orgs(b, PAYS))), set(reader.norms(side_orgs(b, GETS)))
    reversed_ = bool(pays_a & gets_b or gets_a & pays_b)
    b_leads = (b.amount is not None and a.amount is None) or (
        (a.amount is None) == (b.amount is None) and _weight(b) > _weight(a) and not reversed_
    )
    lead, other = (b, a) if b_leads else (a, b)
    parts = {k: list(v) for k, v in lead.parts.items()}
    held = {reader.norm(i) for v in parts.values() for i in v}
    for part, orgs in other.parts.items():
        for i in orgs:
            if reader.norm(i) not in held:
                parts.setdefault(SIDES if reversed_ else part, []).append(i)
            elif (
                not (reversed_ or (other.type == "infrastructure" and lead.type != "infrastructure"))
                and part != SIDES
                and any(reader.norm(i) == reader.norm(k) for k in parts.get(SIDES, []))
            ):
                parts[SIDES] = [k for k in parts[SIDES] if reader.norm(k) != reader.norm(i)]
                parts.setdefault(part, []).append(i)
    generic = {CONTRACT, "partnership"}
    kind = lead.type
    if other.type in _TELLING and not reversed_:
        kind = other.type
    if (
        kind in generic
        and other.type not in generic
        and not (other.type == "infrastructure" and len(held) > 1)
    ):
        kind = other.type
    if (
        kind == "infrastructure" and other.type in generic and len(set(reader.norms(all_orgs(other)))) > 1
    ) or (
        _WEIGHT[other.type] > _WEIGHT[kind]
        and other.amount is None
        and not reversed_
        and (kind in ("infrastructure", "stake") or (kind, other.type) == ("investment", "acquisition"))
    ):
        kind = other.type
    told_alone = a.amount is None and b.amount is not None
    a.goods = lead.goods or other.goods
    a.parts = {k: v for k, v in parts.items() if v}
    a.type = kind
    a.rule = lead.rule
    if a.amount is None or (a.partial and b.amount is not None and not b.partial):
        a.amount, a.partial = b.amount, b.partial
    a.power = a.power if a.power is not None else b.power
    a.stake = a.stake if a.stake is not None else b.stake
    a.term = a.term if a.term is not None else b.term
    if a.date is None:
        a.date = b.date
    a.date_value = a.date_value or b.date_value
    order = [Status.REPORTED, Status.ANNOUNCED, Status.PLANNED]
    # A headline tells what the text beneath it has from others.
    if a.sentence == b.sentence or (told_alone and b.status is Status.REPORTED):
        a.status = min(a.status, b.status, key=order.index)
        a.source = a.source if a.source is not None else b.source
    a.alone = a.alone or b.alone
    a.noun = a.noun and b.noun
    a.needs |= b.needs
    a.places += b.places
    a.own = a.own or b.own
    a.announced = a.announced or b.announced
    a.frames += b.frames
    a.sentences += b.sentences


def _fill_from_topic(reader: Reader, draft: Draft) -> None:
    """ "Rachat de B" in the story of A: A is the buyer where the sentence names none."""
    topic, held = reader.dominant, reader.norms(all_orgs(draft))
    if topic is None or draft.rule not in reader.topical or not held or reader.norm(topic) in held:
        return
    if draft.type in ("acquisition", "stake") and draft.parts.get("target") and not side_orgs(draft, PAYS):
        draft.parts[PAYS] = [topic]
        draft.guessed += 1
    elif draft.type == "joint_venture" and len(held) == 1:
        draft.parts.setdefault(PAYS, []).append(topic)
        draft.guessed += 1


# Entries on which one may go on for who gets the money.
_ENTRIES = 12


def fill_in_chronology(reader: Reader, sentence: Sentence, draft: Draft) -> None:
    """ "2021 - Alvia enters the capital" in the chronology of B: what others buy, lend or put in goes to B."""
    if draft.entry is None or draft.own or is_of_thing(reader, draft):
        return
    here, topic = set(sentence.mentions), reader.chronicled
    held = set(reader.norms(i for i in all_orgs(draft) if i in here))
    funds, gets = draft.type in ("investment", "debt", "stake"), side_orgs(draft, GETS)
    payers = {n for d in sentence.drafts for n in reader.norms(side_orgs(d, PAYS))}
    alone = set(reader.norms(sentence.of_type(MentionType.ORG))) <= payers
    if topic is None and funds and draft.type != "debt" and alone:
        # With no headline to tell, who got all that the entries before told.
        back = reader.sentences[max(0, sentence.index - _ENTRIES) : sentence.index]
        deals = [d for s in back for d in s.drafts if d.entry is not None and is_complete(reader, d)]
        told = [side_orgs(d, GETS) for d in deals]
        same = told and all(told) and len(set(reader.norms(i for orgs in told for i in orgs))) == 1
        topic = told[0][0] if same else None
    part = GETS if funds else PAYS if draft.type == "acquisition" and gets else None
    if topic is None or part is None or reader.norm(topic) in held:
        return
    if not here.intersection(side_orgs(draft, part)):
        draft.parts[part] = [topic]
        draft.guessed += 1
        draft.stake = draft.stake or stake_of(sentence, draft, [draft])


def _fill_from_before(reader: Reader, sentence: Sentence, draft: Draft) -> None:
    """ "A finds new money. B puts up 20 million": whom the sentence before speaks of gets what no one else does."""
    funded = draft.type == "debt" or (draft.type == "investment" and not draft.own)
    paid = funded and draft.amount is not None and reader.money(draft.amount).value is not None
    # "entre au capital", "8 % des actions": of the company told before; "8 % de la mine" is of a thing.
    stake = draft.type == "stake" and (draft.stake or draft.amount is not None)
    if not paid and not (stake and sentence.spans("{<}{money_thing:}{>}")):
        return
    if is_of_thing(reader, draft):
        return
    if side_orgs(draft, GETS) or not side_orgs(draft, PAYS):
        return
    # In a list, or by a noun in another paragraph, another event is told.
    apart = reader.sentences[max(0, sentence.index - 1)].paragraph != sentence.paragraph
    if sentence.bullet or (draft.noun and draft.type == "investment") or (apart and draft.type == "debt"):
        return
    here = Group((), sentence.start, sentence.start, "", reference="one")
    held = {*reader.norms(all_orgs(draft)), *(reader.of_side("state") if draft.type == "stake" else ())}
    found = resolve(reader, sentence, here, held, subject=True)
    earlier = reader.sentences[max(0, sentence.index - 3) : sentence.index]
    last = next((s for s in reversed(earlier) if s.of_type(MentionType.ORG)), sentence)
    if found and last.start <= reader.mentions[found[0]].start < last.end:
        draft.parts[GETS] = found
        draft.guessed += 1


def merge_in_sentence(reader: Reader, sentence: Sentence, drafts: list[Draft]) -> list[Draft]:
    """The drafts of a sentence, those of one event joined."""
    merged: list[Draft] = []
    for draft in drafts:
        if draft.again and merged:
            _inherit(reader, merged, draft)
        target = None
        if not draft.again and not draft.listed:
            fit = [
                d
                for d in merged
                if _linked(reader, sentence, d, draft)
                or _agrees(reader, d, draft, near=True)
                or _completes(reader, d, draft)
            ]
            target = fit[-1] if fit else None
            if target is None and (terms := _terms_of(reader, sentence, merged, draft)):
                target = terms
        if target is not None:
            _join(reader, target, draft)
        else:
            merged.append(draft)
    for draft in merged:
        _fill_from_topic(reader, draft)
        _fill_from_before(reader, sentence, draft)
    return [d for d in merged if all_orgs(d)]


def _linked(reader: Reader, sentence: Sentence, verb: Draft, noun: Draft) -> bool:
    """ "mène le tour de table", "signed a deal": a verb and the noun that is its object open one frame."""
    governor = next(
        (governor_of(sentence, n) for n, t in enumerate(sentence.triggers) if t.start == noun.at), None
    )
    pays = set(reader.norms(side_orgs(verb, PAYS))) & set(reader.norms(side_orgs(noun, GETS)))
    gets = set(reader.norms(side_orgs(verb, GETS))) & set(reader.norms(side_orgs(noun, PAYS)))
    same = verb.amount is None or noun.amount is None or verb.amount == noun.amount
    return governor is not None and governor.start in verb.places and same and not pays | gets


def _terms_of(reader: Reader, sentence: Sentence, told: list[Draft], draft: Draft) -> Draft | None:
    """ "A a trouvé un accord avec B pour le rachat de C": who is agreed with sells what the sentence says is bought."""
    if draft.type != "acquisition" or not draft.parts.get("target") or draft.parts.get("seller"):
        return None
    buyers, held = set(reader.norms(side_orgs(draft, PAYS))), set(reader.norms(all_orgs(draft)))
    for terms in reversed(told):
        parties = reader.norms(all_orgs(terms))
        plain = terms.type in (CONTRACT, "partnership") and set(terms.parts) == {SIDES} and len(parties) == 2
        same = terms.amount is None or draft.amount is None
        apart = not (held & set(parties)) - buyers and buyers < set(parties)
        one_clause = not re.search("[,;:]", sentence.between(terms.end, max(terms.end, draft.at)))
        if plain and same and buyers and apart and terms.end <= draft.at and one_clause:
            terms.parts = {"seller": [i for i in all_orgs(terms) if reader.norm(i) not in buyers]}
            return terms
    return None


def _inherit(reader: Reader, earlier: list[Draft], draft: Draft) -> None:
    """A further stage takes the parties it leaves out from the stage before."""
    last = next(
        (d for d in reversed(earlier) if side_orgs(d, PAYS) and side_orgs(d, GETS) and d.amount is not None),
        None,
    )
    if last is None or draft.amount is None:
        return
    for side in (PAYS, GETS):
        if not side_orgs(draft, side):
            held = set(reader.norms(all_orgs(draft)))
            draft.parts[side] = [i for i in side_orgs(last, side) if reader.norm(i) not in held]
    if draft.type in ("infrastructure", "partnership", CONTRACT):
        draft.type = last.type


def _completes(reader: Reader, told: Draft, draft: Draft) -> bool:
    """ "L'acquéreur, A, …", "vendeur : C": a side of the purchase told before that it left open."""
    if draft.rule not in reader.completing or len(draft.parts) != 1 or _family(told) != _family(draft):
        return False
    (part,) = draft.parts
    apart = not set(reader.norms(all_orgs(told))) & set(reader.norms(all_orgs(draft)))
    priced = told.type == "acquisition" and told.amount is not None
    whole = priced or bool(told.parts.get("target") if draft.type == "acquisition" else told.parts)
    return apart and whole and not told.parts.get(part) and not told.parts.get(SIDES)


def _borrower(reader: Reader, recent: list[Draft]) -> list[int]:
    """ "A rachète B. Un prêt de C le financera": who spends or gets the money of the deal told just before."""
    if not recent:
        return []
    told = recent[-1]
    return side_orgs(told, GETS if told.type in ("debt", "investment") and not told.stake else PAYS)


def add_drafts(reader: Reader, drafts: list[Draft], sentence: Sentence, found: list[Draft]) -> None:
    """Put a sentence's drafts among those of the text before, merging what tells one event."""
    for draft in found:
        latest = drafts[-MEMORY:]
        recent = [d for d in latest if sentence.index - d.sentences[-1] <= 3 and d.entry == draft.entry]
        fit = [d for d in latest if _agrees(reader, d, draft, near=False)] or [
            d for d in recent[-1:] if _goes_on(reader, sentence, d, draft)
        ]
        if draft.rule in reader.completing and not is_complete(reader, draft):
            _complete(reader, drafts, recent, sentence, draft)
            continue
        if draft.type == "debt" and side_orgs(draft, PAYS) and not side_orgs(draft, GETS):
            held = reader.norms(all_orgs(draft))
            near = [d for d in recent if d.sentences[-1] < sentence.index]
            draft.parts[GETS] = [i for i in _borrower(reader, near) if reader.norm(i) not in held]
        if fit and not (draft.again and not _same_amount(reader, fit[-1], draft)):
            target = fit[-1]
            if target.entry is None and draft.entry is not None:
                target.entry = draft.entry
            _join(reader, target, draft)
        elif (
            draft.type == "investment"
            and not side_orgs(draft, GETS)
            and draft.amount is None
            and set(side_orgs(draft, PAYS)) <= set(sentence.mentions)
        ):
            rounds = [d for d in recent if d.type == "investment" and side_orgs(d, GETS)]
            if rounds:
                _join(reader, rounds[-1], draft)
        elif is_complete(reader, draft):
            drafts.append(draft)
    add_to_told(reader, drafts, sentence)


def _complete(
    reader: Reader, drafts: list[Draft], recent: list[Draft], sentence: Sentence, draft: Draft
) -> None:
    """Give the side that a draft tells to the latest purchase that lacks it, which may thereby become a deal."""
    before = [d for s in reader.sentences[max(0, sentence.index - 3) : sentence.index] for d in s.drafts]
    for told in [*reversed(recent), *reversed(before)]:
        if told.entry == draft.entry and _completes(reader, told, draft):
            # "Le vendeur, C, était entré en 2017": when is told of C alone.
            draft.date = draft.date_value = draft.term = None
            _join(reader, told, draft)
            if told not in drafts and is_complete(reader, told):
                drafts.append(told)
            return


def _same_paragraph(reader: Reader, sentence: Sentence, told: Draft) -> bool:
    return reader.sentences[told.sentences[-1]].paragraph == sentence.paragraph


def _goes_on(reader: Reader, sentence: Sentence, told: Draft, draft: Draft) -> bool:
    """ "A takes B private. A will pay 20 million": one side and the amount of what was told just before without one."""
    mine, others = set(reader.norms(all_orgs(draft))), set(reader.norms(all_orgs(told)))
    fits = _family(draft) in (_family(told), "open") or (_family(told), _family(draft)) == ("open", "supply")
    return (
        fits
        and len(mine) == 1
        and mine < others
        and told.amount is None
        and draft.amount is not None
        and not (draft.again or draft.listed or sentence.bullet)
        and sentence.index - told.sentences[-1] <= (2 if _same_paragraph(reader, sentence, told) else 1)
        and (draft.date_value is None or not draft.own_date or draft.date_value == told.date_value)
    )
