"""The slots of a draft beside its parties: amount, source and status, goods, stake, date, term; and its type."""

from __future__ import annotations

import re
from decimal import Decimal

from extractor.clauses import MENTION, ORG_MASK, POINT, WORD, Sentence, Trigger
from extractor.context import Reader
from extractor.drafts import CONTRACT, GETS, GOODS, PAYS, SUPPLY, Draft, all_orgs, side_orgs
from extractor.frames import governor_of
from extractor.values import DealType, MentionType, Status

# Below it an amount is the price of a thing or a share; 1 is a symbolic price.
_PRICE = 1000
_BEFORE_ONLY = frozenset({"part", "compare", "deal", "stake", "total", "valuing"})
USABLE = frozenset({"deal", "part", "stake", "year"})


def amount_kind(sentence: Sentence, index: int) -> str:
    """What an amount is, by the cue next to it; "deal" where none speaks against it."""
    m, value = sentence.reader.mentions[index], sentence.reader.money(index).value
    if value is not None and 1 < value < _PRICE:
        return "unit"
    if re.search(
        r"[\ue001]\ue004* ?[(/] ?(?:[^\W\d_]{1,8} ){0,2}$",
        sentence.between(sentence.start, m.start)[-60:] + "",
    ):
        return "equivalent"
    before = after = None
    earlier = [i for i in sentence.of_type(MentionType.MONEY) if i < index]
    for start, end, kind in sentence.cues:
        if kind == "exchange":  # "contre 2 millions" is a price, or the amount of before
            kind = "compare" if earlier and amount_kind(sentence, earlier[-1]) in USABLE else "deal"
        if end <= m.start and m.start - end <= 65:
            gap = sentence.between(end, m.start)
            if (kind in ("compare", "part") and MENTION.search(gap)) or (
                kind in ("result", "valuation") and ORG_MASK in gap
            ):
                continue
            if not re.search(r"[;:\ue001]|, ", gap) and len(WORD.findall(gap)) <= (
                2 if kind in ("compare", "part") else 8
            ):
                before = kind if before != "deal" or kind != "valuation" else before
        elif start >= m.end and start - m.end <= 25 and after is None:
            gap = sentence.between(m.end, start)
            if (
                not re.search(r"[,;:.()\ue001\ue000]", gap)
                and len(WORD.findall(gap)) <= 2
                and kind not in _BEFORE_ONLY
            ):
                after = kind
    if before in ("deal", "stake"):
        return before
    if (
        before == "part"
        and after is None
        and earlier
        and (whole := amount_kind(sentence, earlier[-1])) not in USABLE
    ):
        return whole
    return after or before or "deal"


def is_site(sentence: Sentence, index: int) -> bool:
    """Whether an amount of power is that of a site, not of the deal."""
    m = sentence.reader.mentions[index]
    before = sentence.between(max(sentence.start, m.start - 40), m.start)
    return bool(sentence.reader.lexicon.compiled("{<}{site_before}(?:{>}|(?<=')) $").search(before))


def amount_distance(sentence: Sentence, index: int, trigger: Trigger) -> float:
    """How far an amount is from a frame: characters, dearer over clause borders, other amounts and the wrong side."""
    m = sentence.reader.mentions[index]
    if m.start >= trigger.end:
        gap, cost = sentence.between(trigger.end, m.start), float(m.start - trigger.end)
    else:
        gap, cost = sentence.between(m.end, trigger.start), float(trigger.start - m.end)
        words = len(WORD.findall(gap))
        cost += 0 if trigger.noun and words <= 3 and not MENTION.search(gap) else 30 + cost
        cost += 60 * (not trigger.noun and "," in gap)
    low, high = min(m.start, trigger.start), max(m.start, trigger.start)
    return cost + 80 * sentence.crossings(low, high) + 12 * gap.count(",") + 60 * gap.count(";")


def claim_amounts(sentence: Sentence, amounts: list[int]) -> dict[int, int]:
    """Which frame each amount belongs to: amount -> index of the trigger."""
    claims = {}
    triggers = sentence.triggers
    light = {verb.start for n in range(len(triggers)) if (verb := governor_of(sentence, n))}
    for i in amounts:
        costs = [
            (amount_distance(sentence, i, t), n)
            for n, t in enumerate(triggers)
            if _may_claim(sentence, i, t, light=t.start in light)
        ]
        if costs and min(costs)[0] < _FAR:
            claims[i] = min(costs)[1]
    return claims


def _may_claim(sentence: Sentence, index: int, trigger: Trigger, *, light: bool) -> bool:
    """Whether an amount may be a frame's; `light`: a noun is its object."""
    if not trigger.rule.options.get("money", True):
        return False
    m = sentence.reader.mentions[index]
    # "Pour ses travaux, estimés à 70 millions, A obtient un prêt": what stands before is not the verb's.
    if light and m.start < trigger.start:
        return False
    # "Bertin 50 M$, Alvia acquiert Corio": an amount beside a name, and another's clause behind the comma.
    ahead = sentence.between(sentence.start, m.start)
    gap = sentence.between(m.end, trigger.start) if m.end <= trigger.start else ""
    if (
        not trigger.noun
        and re.match(" ?, ?\ue000", gap)
        and re.search(r"(?:\ue000\ue004*|[A-ZÀ-Ý]\w+) ?$", ahead)
        and not sentence.reader.lexicon.compiled("^ {role_marker:} $").match(ahead)
    ):
        return False
    return (
        trigger.rule.options["type"] in _VALUED
        or m.type is not MentionType.MONEY
        or amount_kind(sentence, index) != "valuing"
    )


# "an order valued at": what is valued is the deal, where no company is bought or funded.
_VALUED = frozenset({SUPPLY, CONTRACT, "partnership", "joint_venture", "infrastructure", "stake"})
# Characters and penalties: beyond it an amount is another clause's.
_FAR = 170.0


def find_sources(reader: Reader, sentence: Sentence) -> set[int]:
    """Mentions of the sentence that only report, credit or watch over deals."""
    found = {i for i, _, _ in _reports(reader, sentence) if i is not None}
    found |= {i for i in sentence.of_type(MentionType.ORG) if reader.norm(i) in reader.of_side("watcher")}
    for g in sentence.groups:
        after = sentence.between(g.end, sentence.end)
        if g.aside and g.orgs and re.match(r"[)\]]\W*$", after):
            found |= set(g.orgs)
    return found


def _reports(reader: Reader, sentence: Sentence) -> list[tuple[int | None, int, int]]:
    """Who is named as the source, where, and how many characters on it counts without a name."""
    out: list[tuple[int | None, int, int]] = []
    for found in sentence.found("report"):
        options = found.rule.options
        for name in ("source", "source2", "source3"):
            if name in found.rule.regex.groupindex and found.match[name]:
                place = found.match.start(name) + sentence.start
                index = next((i for i in sentence.mentions if reader.mentions[i].start == place), None)
                out.append((index, place, 0))
        if not options["named"]:
            out.append((None, found.match.start() + sentence.start, int(str(options.get("reach", _LONG)))))
    return out


# Where a rule sets no bound, a word of the sentence goes for all of it.
_LONG = 10_000


def set_report(reader: Reader, sentence: Sentence, draft: Draft) -> None:
    """Note who reported a draft, where it is no party of it."""
    parties = set(reader.norms(i for v in draft.parts.values() for i in v))
    for index, place, reach in _reports(reader, sentence):
        # "aurait racheté": a conditional with a reach goes for the verb that it opens.
        near = reach == _LONG or 0 <= draft.at - place <= reach
        if (reach and near) or (index is not None and reader.norm(index) not in parties):
            draft.status = Status.REPORTED
            if index is not None:
                draft.source = index


def doubt_about(sentence: Sentence, trigger: Trigger) -> str | None:
    """ "none" where the text says that it is no deal, "planned" where it is not settled."""
    effects = {""}
    for found in sentence.found("doubt"):
        options = found.rule.options
        start, end = found.match.start() + sentence.start, found.match.end() + sentence.start
        side, effect = options["side"], str(options["effect"])
        left = sentence.between(end, trigger.start) if end <= trigger.start and side != "right" else None
        right = sentence.between(trigger.end, start) if start >= trigger.end and side != "left" else None
        inside = start < trigger.end and end > trigger.start and effect == "planned"
        reach = (left is not None and len(left) <= int(str(options.get("reach", 45)))) or (
            right is not None and len(right) <= int(str(options.get("reach", 90)))
        )
        if options.get("clause") and sentence.crossings(min(end, trigger.end), max(start, trigger.start)):
            continue
        if inside or (reach and (options.get("across") or not re.search("[,;:()]", left or right or ""))):
            effects.add(effect)
    return "none" if "none" in effects else "planned" if "planned" in effects else None


def has_again(sentence: Sentence, trigger: Trigger, money: list[int]) -> bool:
    """Whether a frame or its amounts are told as a further stage."""
    low = min([trigger.start, *(sentence.reader.mentions[i].start for i in money)]) - 18
    high = max([trigger.end, *(sentence.reader.mentions[i].end for i in money)]) + 18
    return any(
        low <= start <= high and sentence.reader.lexicon.value("again", m["again"])
        for start, _, m in sentence.spans("{<}{again}{>}")
    )


def is_more(sentence: Sentence, index: int) -> bool:
    """Whether an amount is told as a further one: "un milliard supplémentaire"."""
    m = sentence.reader.mentions[index]
    near = (
        sentence.between(max(sentence.start, m.start - 14), m.start),
        sentence.between(m.end, min(sentence.end, m.end + 18)),
    )
    lexicon = sentence.reader.lexicon
    before, after = (
        lexicon.compiled("{<}{again} $").search(near[0]),
        lexicon.compiled("^ {again}{>}").search(near[1]),
    )
    return any(f and lexicon.value("again", f["again"]) for f in (before, after))


def goods_of(sentence: Sentence, trigger: Trigger) -> str | None:
    """What is delivered: the nearest word for it, behind the frame rather than before it."""
    best: tuple[float, str] | None = None
    for start, end, m in sentence.spans("{<}{delivery}{>}"):
        kind = str(sentence.reader.lexicon.value("delivery", m["delivery"]))
        # "Énergie : …" is what a list is sorted by.
        label = (
            not sentence.masked[: start - sentence.start].strip(" -•*")
            and sentence.between(end, end + 2).strip() == ":"
        )
        if label or sentence.between(end, end + 1) == "-":
            continue
        cost = float(start - trigger.end) if start >= trigger.end else 1.5 * (trigger.start - end) + 20
        cost += 80 * sentence.crossings(min(start, trigger.start), max(start, trigger.start))
        if cost < (70 if kind == "debt" else 200) and (best is None or cost < best[0]):
            best = (cost, kind)
    return best[1] if best else None


def goods_covered(sentence: Sentence) -> str | None:
    """ "Le contrat porte sur 300 processeurs": what the deal told before is about."""
    lexicon = sentence.reader.lexicon
    for _, _, m in sentence.spans("{<}{covering:}(?:{>}|(?<=:))[^.;]{0,80}?{<}{delivery}{>}"):
        kind = str(lexicon.value("delivery", m["delivery"]))
        if kind in GOODS:
            return kind
    return None


def goods_behind(sentence: Sentence, payees: list[int]) -> str | None:
    """ "investit dans X Azure": the name describes what is bought."""
    lexicon = sentence.reader.lexicon
    for i in payees:
        end = sentence.reader.mentions[i].end
        if sentence.start <= end <= sentence.end and (
            m := lexicon.compiled("^ {delivery}{>}").search(sentence.between(end, sentence.end))
        ):
            return str(lexicon.value("delivery", m["delivery"]))
    return None


def stake_of(sentence: Sentence, draft: Draft, drafts: list[Draft]) -> Decimal | None:
    """The stake in per cent that is told nearest to a draft."""
    for found in sentence.found("stake"):
        place = found.match.start() + sentence.start
        fit = [
            d
            for d in drafts
            if d.type in ("stake", "acquisition", "investment", "contract", "joint_venture")
            or (d.type == SUPPLY and d.parts.get("target"))
        ]
        if fit and min(fit, key=lambda d: abs(d.at - place)) is draft:
            # "la moitié": a rule may name the percentage itself.
            percent = found["percent"] or found.rule.options["percent"]
            return Decimal(re.sub(f"[,{POINT}]", ".", str(percent)))
    return None


def date_of(reader: Reader, sentence: Sentence, draft: Draft) -> tuple[int | None, str | None, bool]:
    """The stated date of the event, and whether it stands in the same clause: the nearest one that is neither a
    deadline, nor in the future, nor part of a name."""
    lexicon = reader.lexicon
    anchor = reader.entries[sentence.entry].date if sentence.entry is not None else reader.article.published
    best: tuple[float, int, bool] | None = None
    for i in sentence.of_type(MentionType.DATE):
        m, value = reader.mentions[i], reader.timex(i)
        if not value or value.startswith("P") or "/" in value or "X" in value:
            continue
        plain = value.replace("-", "").isdigit()
        if anchor and (value[:4] > anchor[:4] or (plain and value[: len(anchor)] > anchor)):
            continue
        before = sentence.between(max(sentence.start, m.start - 40), m.start)
        if lexicon.compiled(r"{<}{not_date:}(?:{>}|(?<=')) (?:[^\W\d_]{1,6}{_})?$").search(before):
            continue
        dated = lexicon.compiled(r"(?:^|[^\w\s\ue000-\ue004]|{<}{date_before:}) $").search(before)
        if m.text.isdigit() and not (dated or _is_of_noun(sentence, draft, m.end)):
            continue
        low, high = min(m.start, draft.at), max(m.start, draft.at)
        crossed = sentence.crossings(low, high)
        # "…, a annoncé mardi A": goes for the whole of the sentence.
        if crossed and lexicon.compiled(
            "[^\\w\\s\ue000-\ue004'-] {announce:} (?:[^\\W\\d_]{1,9}{_})?$"
        ).search(before):
            crossed = 0
        cost = float(high - low) + 80 * crossed
        if m.end < draft.at and lexicon.compiled("{<}{org_joiner:}{>}").search(
            sentence.between(m.end, draft.at)
        ):
            cost += 60
        cost += 40 * sum(low < d.start < high and not d.noun for d in sentence.triggers)
        cost += 40 * len(lexicon.compiled("{<}{relative:}{>}").findall(sentence.between(low, high)))
        if crossed and m.start > draft.at:
            continue
        # "puis B en 2018": the date of a further stage stands behind it.
        cost += 50 * (draft.again and m.start < draft.at)
        if best is None or cost < best[0]:
            best = (cost, i, not crossed)
    if best is None:
        return _introduced(reader, sentence, draft)
    return best[1], reader.timex(best[1]), best[2]


def _is_of_noun(sentence: Sentence, draft: Draft, end: int) -> bool:
    """ "its 2019 purchase of B": a bare year that stands before the noun of the event."""
    return bool(re.fullmatch(r" (?:[^\W\d_]{1,14}[ -]){0,2}", sentence.between(end, draft.at)))


# Sentences that a list may hold after the one that introduces it.
_LIST = 25


def _introduced(reader: Reader, sentence: Sentence, draft: Draft) -> tuple[int | None, str | None, bool]:
    """The date told by the sentence that introduces a list or the events of a paragraph, and tells none itself."""
    if sentence.entry is not None:
        before = reader.sentences[sentence.index - 1] if sentence.index else sentence
        told = [i for i in before.of_type(MentionType.DATE) if re.match(r"\d{4}-\d", reader.timex(i) or "")]
        near = before.paragraph == sentence.paragraph and before.entry == sentence.entry and not before.drafts
        return (told[0], reader.timex(told[0]), False) if near and len(told) == 1 else (None, None, False)
    for earlier in reversed(reader.sentences[max(0, sentence.index - _LIST) : sentence.index]):
        listed = sentence.bullet and not earlier.bullet and earlier.masked.rstrip().endswith(":")
        same = earlier.paragraph == sentence.paragraph and not sentence.bullet
        if listed or (
            same
            and not earlier.drafts
            and any(t.rule.options["type"] == draft.type for t in earlier.triggers)
        ):
            dates = [
                i for i in earlier.of_type(MentionType.DATE) if re.match(r"\d{4}-", reader.timex(i) or "")
            ]
            return (dates[-1], reader.timex(dates[-1]), False) if len(dates) == 1 else (None, None, False)
        if not sentence.bullet and not same:
            break
    return None, None, False


def term_of(reader: Reader, sentence: Sentence, draft: Draft, drafts: list[Draft]) -> int | None:
    """The duration that is told as the term of a draft."""
    lexicon = reader.lexicon
    for i in sentence.of_type(MentionType.DATE):
        if years_of(reader.timex(i)) is None:
            continue
        m = reader.mentions[i]
        before = lexicon.compiled(r"{<}{term_before}(?:{>}|(?<=')) $").search(
            sentence.between(max(sentence.start, m.start - 30), m.start)
        )
        after = lexicon.compiled(r"^(?: |-)?(?:[^\W\d_]{1,14}{_}){0,2}{term_after}{>}").search(
            sentence.between(m.end, min(sentence.end, m.end + 40))
        )
        says = [lexicon.value("term_before", before["term_before"])] if before else []
        says += [lexicon.value("term_after", after["term_after"])] if after else []
        if "noun" in says and not any(t.noun and 0 <= m.start - t.end <= 60 for t in sentence.triggers):
            continue
        if not says or not all(says):
            continue
        nearest = min(
            drafts, key=lambda d: abs(d.at - m.start) + 80 * sentence.crossings(*sorted((d.at, m.start)))
        )
        if nearest is draft:
            return i
    return None


def years_of(value: str | None) -> Decimal | None:
    """Years of a duration of whole years or months: P7Y is 7, P18M 1.5."""
    match = re.fullmatch(r"P(\d{1,3})([YM])", value or "")
    if match is None:
        return None
    return Decimal(match[1]) if match[2] == "Y" else Decimal(match[1]) / 12


def is_complete(reader: Reader, draft: Draft) -> bool:
    """Whether a draft holds enough to be a deal, by what any of its frames asks for."""
    parties = reader.norms(all_orgs(draft))
    told = draft.amount is not None or draft.power is not None
    pays, gets = side_orgs(draft, PAYS), side_orgs(draft, GETS)
    enough = {
        "other": False,  # a side that completes another draft
        "two": len(parties) >= 2,
        "deal": bool(len(parties) >= 2 and pays and gets) or bool(parties and told),
        "money": bool(parties) and (draft.amount is not None or bool(draft.alone and gets)),
        "raise": bool(gets) or bool(parties and told),
        "pays": bool(pays),
        "spend": bool(parties)
        and (
            draft.amount is not None or (draft.power is not None and (draft.announced or len(parties) >= 2))
        ),
        "signed": len(parties) >= 2 or bool(parties and draft.amount is not None),
        "both": len(parties) >= 2 and told,
        "delivery": bool(pays and gets and (draft.goods in GOODS or draft.amount is not None))
        or bool(parties and told and draft.goods in GOODS),
        "goods": len(parties) >= 2 and draft.goods in GOODS and (told or draft.frames > 1 or draft.announced),
    }
    return any(enough[need] for need in draft.needs)


def type_of(reader: Reader, draft: Draft) -> DealType:
    """The type of a deal: what is delivered and which sides are told decide where the frame leaves it open."""
    goods = DealType(draft.goods) if draft.goods else None
    pays, gets = side_orgs(draft, PAYS), side_orgs(draft, GETS)
    lent = bool(pays) and set(reader.norms(pays)) <= reader.of_side("lender") and draft.stake is None
    match draft.type:
        case "investment" | "partnership" if lent and draft.amount is not None:
            return DealType.DEBT
        case "supply":
            if goods in GOODS:
                return goods
            if draft.parts.get("target") and draft.stake is not None and draft.stake < 50:
                return DealType.STAKE if draft.amount is None else DealType.INVESTMENT
            return DealType.ACQUISITION if draft.parts.get("target") or draft.own else DealType.PARTNERSHIP
        case "contract" | "partnership" | "infrastructure" | "investment" if draft.parts.get("target"):
            small = draft.stake is not None and draft.stake < 50
            return DealType.INVESTMENT if small else DealType.ACQUISITION
        case "contract" | "partnership" if draft.stake is not None and draft.amount is not None:
            return DealType.INVESTMENT if draft.stake < 50 else DealType.ACQUISITION
        case "partnership" if pays and not gets and draft.own:
            return DealType.INFRASTRUCTURE
        case "contract" | "partnership":
            return goods or DealType.PARTNERSHIP
        case "acquisition" if not draft.parts.get("target") and goods in GOODS:
            return goods
        # Most of the shares is the company.
        case "stake" if pays and draft.stake is not None and draft.stake > 50:
            return DealType.ACQUISITION
        # A seller or no money: shares change hands.
        case "stake" if pays and draft.amount is not None and not draft.parts.get("seller"):
            return DealType.INVESTMENT
        case "investment" if pays and not gets and (draft.own or is_of_thing(reader, draft)):
            return DealType.INFRASTRUCTURE
        case "infrastructure" if gets:
            return goods if goods in GOODS else DealType.INVESTMENT
        case name:
            return DealType(name)


def is_of_thing(reader: Reader, draft: Draft) -> bool:
    """ "invests 20 million in refurbishment": what money goes into is a thing, neither a name nor capital."""
    if draft.amount is None:
        return False
    sentence, m = reader.sentences[draft.sentence], reader.mentions[draft.amount]
    things = "(?:[^\\W\\d_]{1,14}(?:{_}|['-])){0,3}[^\\W\\d_]{1,14}"
    into = reader.lexicon.compiled(f"^ {{spent_on:}}(?:{{_}}|(?<='))(?!{{money_thing:}}{{>}}){things}")
    found = into.match(sentence.between(m.end, sentence.end)) if m.start >= sentence.start else None
    if found is None or any(word[0].isupper() for word in WORD.findall(found[0])):
        return False
    return not reader.lexicon.compiled("{<}(?:{org_noun:}|{money_thing:}){>}").search(found[0])
