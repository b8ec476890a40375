"""What later sentences add to a deal told before: its price, term and day, and who takes part; ledgers with no verb."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from extractor.clauses import DATE_MASK, WORD, Sentence
from extractor.context import Reader
from extractor.drafts import CONTRACT, GETS, PAYS, Draft, all_orgs, side_orgs
from extractor.slots import (
    USABLE,
    amount_kind,
    date_of,
    find_sources,
    goods_covered,
    is_complete,
    stake_of,
    term_of,
    type_of,
)
from extractor.values import MentionType

# An event is told again within so many deals: the bound keeps the time linear.
MEMORY = 200


# No smaller an amount, told by itself, is that of a deal.
_SUM = 100_000


def _tells_price(sentence: Sentence, told: Draft) -> int | None:
    """ "It was 20 million", "The 20 million will …": the amount of what the sentence before told without one."""
    amounts = sentence.of_type(MentionType.MONEY)
    if told.amount is not None or sentence.index - told.sentences[-1] != 1 or sentence.bullet or not amounts:
        return None
    first = amounts[0]
    whole = (sentence.reader.money(first).value or 0) >= _SUM and amount_kind(sentence, first) == "deal"
    if whole and sentence.spans("^\\W{0,3}{definite:}{_}\ue001"):
        return first
    orgs = set(sentence.reader.norms(sentence.of_type(MentionType.ORG)))
    alone = (
        len(amounts) == 1 and not orgs - set(sentence.reader.norms(all_orgs(told))) and not sentence.drafts
    )
    settled = all(one.rule.options["effect"] == "planned" for one in sentence.found("doubt"))
    return first if whole and alone and settled and not sentence.spans("{<}{no_hint:}{>}") else None


def _add_price(reader: Reader, drafts: list[Draft], sentence: Sentence) -> None:
    """Give the amount that a sentence tells to what the one before told, which may thereby become a deal."""
    before = reader.sentences[sentence.index - 1].drafts if sentence.index else []
    recent = [d for d in (*before, *drafts[-5:]) if d.sentences[-1] == sentence.index - 1]
    told = next((d for d in reversed(recent) if d.entry == sentence.entry), None)
    if told is None or (price := _tells_price(sentence, told)) is None:
        return
    if told.parts.get("target") or told in drafts:
        told.amount = price
    if told not in drafts and is_complete(reader, told):
        drafts.append(told)


def add_to_told(reader: Reader, drafts: list[Draft], sentence: Sentence) -> None:
    """ "L'accord porte sur 2 milliards", "the contract runs for six years": slots of a deal told just before."""
    _add_price(reader, drafts, sentence)
    recent = [
        d for d in drafts[-MEMORY:] if sentence.index - d.sentences[-1] <= 2 and d.entry == sentence.entry
    ]
    if not recent:
        return
    sources = find_sources(reader, sentence)
    groups = [g for g in sentence.groups if g.orgs and not g.aside and not set(g.orgs) <= sources]
    led = [i for g in groups if g.marker in ("led", "join") for i in g.orgs]
    noun = sentence.spans("{<}{deal_anaphor:}{>}") or any(t.noun for t in sentence.triggers)
    told = recent[-1]
    if not (noun or led):
        return
    if told.type in ("investment", "debt"):
        held = set(reader.norms(all_orgs(told)))
        told.parts.setdefault(PAYS, []).extend(i for i in led if reader.norm(i) not in held)
    if set(reader.norms(i for g in groups for i in g.orgs)) - set(reader.norms(all_orgs(told))):
        return
    # "L'opération valorise B à 2 milliards": what a company is bought at.
    usable = USABLE | ({"valuing"} if told.type == "acquisition" and told.parts.get("target") else set())
    amounts = [i for i in sentence.of_type(MentionType.MONEY) if amount_kind(sentence, i) in usable]
    if amounts and told.amount is None and told.sentences[-1] != sentence.index:
        told.amount = amounts[0]
    if told.goods is None and told.type == CONTRACT:
        told.goods = goods_covered(sentence)
    draft = Draft(told.rule, told.type, told.needs, sentence.index, sentence.start, noun=True)
    if told.term is None and sentence.spans("{<}{deal_anaphor:}{>}"):
        told.term = term_of(reader, sentence, draft, [draft])
    signed = sentence.spans(f"{{<}}{{signing:}}(?:,{{_}}|{{_}})(?:[^\\W\\d_]{{1,14}}{{_}}){{0,4}}{DATE_MASK}")
    if told.date is None and (signed or sentence.spans("{<}{announce:}{>}")):
        dated = replace(draft, at=signed[0][1] if signed else draft.at)
        told.date, told.date_value, told.own_date = date_of(reader, sentence, dated)


# A line of a ledger has no more words than this beside its names.
_LEDGER_WORDS = 12


def continue_ledger(reader: Reader, drafts: list[Draft]) -> list[Draft]:
    """ "2005 — B, $1.6bn" among the purchases of A: an entry with no verb goes on as the entries beside it do."""
    dated = [d for d in drafts if d.entry is not None and side_orgs(d, PAYS) and side_orgs(d, GETS)]
    ways = Counter(
        (reader.norm(i), side, type_of(reader, d))
        for d in dated
        for side in (PAYS, GETS)
        for i in side_orgs(d, side)[:1]
    )
    if not ways or ways.most_common(1)[0][1] < max(3, len(dated) // 2):
        return []
    norm, side, kind = ways.most_common(1)[0][0]
    model = next(d for d in dated if type_of(reader, d) is kind and norm in reader.norms(side_orgs(d, side)))
    told = {d.entry for d in drafts}
    out: list[Draft] = []
    for sentence in reader.sentences:
        if not sentence.tells:
            continue
        orgs = [i for g in sentence.groups if not g.aside for i in g.orgs]
        amounts = [i for i in sentence.of_type(MentionType.MONEY) if amount_kind(sentence, i) in USABLE]
        if sentence.entry is None or sentence.entry in told or sentence.triggers or not amounts:
            continue
        if len(set(reader.norms(orgs)) - {norm}) != 1 or len(WORD.findall(sentence.masked)) > _LEDGER_WORDS:
            continue
        others = [i for i in orgs if reader.norm(i) != norm]
        topic = [i for i in side_orgs(model, side) if reader.norm(i) == norm]
        draft = replace(
            model, rule="ledger", type=kind.value, sentence=sentence.index, at=sentence.start, places=[],
            amount=amounts[0],
            parts={side: topic, GETS if side == PAYS else PAYS: others}, entry=sentence.entry, date=None,
            date_value=None, term=None, power=None, source=None, guessed=1, frames=1, sentences=[sentence.index],
        )  # fmt: skip
        draft.stake = stake_of(sentence, draft, [draft])
        out.append(draft)
        told.add(sentence.entry)
    return out
