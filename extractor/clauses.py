"""A sentence as a sequence: its mentions masked, the frames that its words open, and what is said before each name.

All words stand in lang/<code>/deals.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from extractor.drafts import Draft
from extractor.lexicon import Found, Rule
from extractor.values import MentionType

if TYPE_CHECKING:
    from extractor.context import Reader

# A mention is masked by a character of its type and fillers: same length, same offsets.
MASK = {
    MentionType.ORG: "\ue000",
    MentionType.MONEY: "\ue001",
    MentionType.DATE: "\ue002",
    MentionType.POWER: "\ue003",
}
FILL = "\ue004"
# The point of a decimal number ("51.8 %") ends no clause: it is masked as well.
POINT = "\u066b"
DECIMAL = re.compile(r"(?<=\d)(?:[.](?=\d)|,(?=\d{1,2} ?%))")
ORG_MASK, MONEY_MASK = MASK[MentionType.ORG], MASK[MentionType.MONEY]
DATE_MASK = MASK[MentionType.DATE]
MENTION = re.compile("[\ue000-\ue003]\ue004*")
_BREAK = re.compile(r"[,;:()\[\]—–•|]")
WORD = re.compile(r"[^\W_]+")
# A name, or two, that opens a line or what stands behind its mark, before a colon or a dash.
_HEADED = re.compile(
    "(?:^|[:\\]\u2013\u2014\u2022-]|\\d\\.) ?\ue000\ue004*(?: (?:\\w{1,3}|[&/,]) \ue000\ue004*)?"
    "(?: ?\\([^()]{1,30}\\))? ?(?=:| [-\u2013\u2014] )"
)
# "[Alvia buys Bertin](https://…": what a link says is no aside.
_LINK = re.compile(r"\[[^\[\]]{0,300}\] ?\(")
# A sentence that is longer or holds more mentions or frames tells no deal, which keeps the time linear (the widest of
# 200 articles: 400 characters, 11 and 6).
_LONGEST, _WIDEST = 5_000, 40
# Characters of a list of names before the one that is looked at.
_NAMES = 90
_NAMED = re.compile(r" ?[^\W\d_a-zà-ÿ][\w'.-]*+(?:,? (?>[\w&]{1,3}(?![\w'.-])|[^\W\d_a-zà-ÿ][\w'.-]*+))*+")
# Parts that several may play, some of whom are named.
_LISTED = frozenset({"from", "led", "join", "by", "with", "between"})
# Words that part a name from the noun before it.
_APART = frozenset({"owner", "by"})
BYSTANDERS = frozenset({"after", "owner", "like", "source", "against", "brand", "via", "incl"})


@dataclass(frozen=True, slots=True)
class Group:
    """Names side by side ("A, B et C"), or a word that stands for some, and what is said before them."""

    orgs: tuple[int, ...]
    start: int
    end: int
    marker: str
    inner: bool = False  # "of" stands between the marker and the name: "dans l'infrastructure de X"
    possessive: bool = False
    aside: bool = False  # in brackets
    reference: str | None = None
    apposed: bool = False  # behind a noun for it and a comma: "by its rival, X"


@dataclass(frozen=True, slots=True)
class Trigger:
    """A frame that words of the sentence open."""

    rule: Rule
    start: int
    end: int
    parts: tuple[tuple[str, str], ...]  # marker -> part

    def part(self, marker: str) -> str | None:
        """The part of what is said behind a marker; who joins plays the part of the one who acts."""
        parts = dict(self.parts)
        return parts.get(marker) or (parts.get("by", parts.get("subject")) if marker == "join" else None)

    @property
    def noun(self) -> bool:
        return self.rule.options.get("kind") == "noun"


class Sentence:
    """A sentence with its mentions masked; offsets count from the article's start."""

    def __init__(self, reader: Reader, index: int, start: int, end: int) -> None:
        self.reader, self.index, self.start, self.end = reader, index, start, end
        self.masked = reader.masked[start:end]
        self.mentions = reader.within(start, end)
        self.bullet = False
        self.paragraph = 0
        self.entry: int | None = None
        self.drafts: list[Draft] = []
        self.taken: dict[int, int] = {}  # group -> frame that it has a part in by the word before it
        self._spans: dict[str, list[tuple[int, int, re.Match[str]]]] = {}
        self._found: dict[str, list[Found]] = {}

    @cached_property
    def tells(self) -> bool:
        """Whether it is read for deals: not where it is no sentence but a list of hundreds, or no text at all."""
        return (
            self.end - self.start <= _LONGEST
            and len(self.mentions) <= _WIDEST
            and len(self.triggers) <= _WIDEST
        )

    def of_type(self, kind: MentionType) -> list[int]:
        return [i for i in self.mentions if self.reader.mentions[i].type is kind]

    def between(self, start: int, end: int) -> str:
        return self.masked[start - self.start : end - self.start]

    def spans(self, template: str) -> list[tuple[int, int, re.Match[str]]]:
        """Where a template stands, looked for once."""
        found = self._spans.get(template)
        if found is None:
            matches = self.reader.lexicon.find(template, self.masked)
            found = [(m.start() + self.start, m.end() + self.start, m) for m in matches]
            self._spans[template] = found
        return found

    def found(self, section: str) -> list[Found]:
        """What the rules of a section find, looked for once."""
        found = self._found.get(section)
        if found is None:
            scanned = self.reader.lexicon.scan(section, self.masked, lambda _: True)
            found = self._found[section] = [one for one, _ in scanned]
        return found

    @cached_property
    def triggers(self) -> list[Trigger]:
        """The frames that the sentence opens, in order."""
        found = self.found("frame")
        if not found:
            return []
        # "the buyout firm", "Bertin, the taxi venture,": what describes an organisation opens no frame.
        nouns = [(start, end) for start, end, _ in self.spans("{<}{org_noun:}{>}")]
        nouns += [
            (m.start("noun") + self.start, m.end("noun") + self.start)
            for _, _, m in self.spans(
                "\ue000\ue004* , {definite:}(?:{_}|(?<='))(?P<noun>(?:[^\\W\\d_]{1,14}{_}){1,3}[^\\W\\d_]{1,14}) [,.]"
            )
        ]
        return [
            Trigger(f.rule, f.match.start() + self.start, f.match.end() + self.start, _roles(f.rule))
            for f in found
            if not any(
                s <= f.match.start() + self.start < e and e - s > f.match.end() - f.match.start()
                for s, e in nouns
            )
        ]

    @cached_property
    def borders(self) -> list[int]:
        """Where a clause ends: at a word of the language, or a dash between blanks."""
        words = [start for start, _, _ in self.spans(r"(?<![^\W\d_])(?:{clause_border:})(?:{>}|(?<=\W))")]
        words += [m.start() + self.start for m in re.finditer(r"(?<=\S )[-–—](?= )", self.masked)]
        # "Alvia : rachat de Bertin": whom a headline opens with is its subject.
        headed = {m.end() + self.start for m in _HEADED.finditer(self.masked)}
        return [b for b in words if b not in headed and b - 1 not in headed]

    def crossings(self, start: int, end: int) -> int:
        """How many clause borders lie between two places."""
        return sum(start < b < end for b in self.borders)

    @cached_property
    def cues(self) -> list[tuple[int, int, str]]:
        """Words that tell what an amount is: start, end, kind."""
        lexicon = self.reader.lexicon
        return [
            (start, end, kind)
            for start, end, m in self.spans(r"(?<![^\W\d_]){amount_cue}(?:{>}|(?<=\W))")
            if (kind := str(lexicon.value("amount_cue", m["amount_cue"])))
            != "none"  # "in cash" is no cash held
        ]

    @cached_property
    def groups(self) -> list[Group]:
        """Names and reference words of the sentence, in order."""
        names = self._name_groups()
        table = self.reader.lexicon
        found = [
            (start, end, str(table.value("org_reference", m["org_reference"])))
            for start, end, m in self.spans("{<}{org_reference}{>}")
        ]
        # "le groupe", "the family-owned Danish company": an article and a noun for an organisation.
        nouns = self.spans("{<}{definite:}(?:{_}|(?<='))(?:[^\\W_]{1,14}(?:{_}|-)){0,4}{org_noun:}{>}")
        found += [(s, e, "one") for s, e, _ in nouns if not any(a < e and s < b for a, b, _ in found)]
        found += [f for f in self._contracted() if not any(a < f[1] and f[0] < b for a, b, _ in found)]
        words = [
            self._marked((), start, end, kind)
            for start, end, kind in found
            if not any(g.start < end and start < g.end for g in names) and not self._describes(end, kind)
        ]
        return sorted([*names, *words], key=lambda g: g.start)

    def _contracted(self) -> list[tuple[int, int, str]]:
        """Reference words whose article is part of the word before: "au groupe", "du français", "aux deux maisons"."""
        lexicon, out = self.reader.lexicon, []
        noun = lexicon.compiled("^{definite:}{_}(?:[^\\W\\d_]{2,14}{_})?{org_noun:}{>}")
        word = lexicon.compiled("^{org_reference}{>}")
        for _, end, m in self.spans("{<}{contracted}{_}"):
            article = f"{lexicon.value('contracted', m['contracted'])} "
            behind = article + self.between(end, min(self.end, end + 40))
            found = word.match(behind)
            kind = str(lexicon.value("org_reference", found["org_reference"])) if found else "one"
            if found := found or noun.match(behind):
                out.append((end, end + found.end() - len(article), kind))
        return out

    def _describes(self, end: int, kind: str) -> bool:
        """Whether a reference word goes on: "la société Alvia", "les entreprises d'IA" stand for no one told before."""
        if kind in ("first", "second"):
            # "la seconde" alone, not "la seconde usine".
            alone = "^(?: [,.;:)]|{_}(?:{own_pronoun:}|{role_marker:}|{auxiliary:}){>})"
            return not self.reader.lexicon.compiled(alone).match(self.between(end, min(self.end, end + 30)))
        after = self.between(end, min(self.end, end + 60))
        of = [m_end for name, m_start, m_end in self._markers(after[:6]) if name == "of" and m_start <= 1]
        # "le groupe de Santa Clara" is one told before, "les entreprises de services" are not.
        if of:
            if after[of[0] :].lstrip(" ")[:1].isupper():
                return False
            # "le fabricant de tubes" is one told before too, unless its name follows.
            return kind != "one" or bool(re.match("[^,;:.()]{0,60}\ue000", after))
        named = re.match(r"-|(?: [^\W\d_]{1,16}){0,3} \ue000", after)
        # "le groupe rachète Bertin": behind a verb the name is another's.
        verb = named and any(end <= t.start < end + named.end() for t in self.triggers)
        return bool(named) and not verb

    def _name_groups(self) -> list[Group]:
        reader, text = self.reader, self.between
        joiner = reader.lexicon.compiled(r"^ (?:{org_joiner}) (?P<rest>.*)$")
        listed = reader.lexicon.compiled(r"^ {org_joiner:} (?:[^\W_]{1,14} ){0,3}\uE000")
        groups: list[Group] = []
        for i in self.of_type(MentionType.ORG):
            m = reader.mentions[i]
            if groups and (last := groups[-1]).orgs and not last.possessive:
                gap = text(last.end, m.start)
                if gap.strip(" ") == "(" and reader.norm(last.orgs[-1]) == reader.norm(i):
                    close = 1 if text(m.end, m.end + 1) == ")" else 0
                    groups[-1] = replace(last, end=m.end + close)
                    continue
                joined = joiner.match(gap)
                if (
                    joined
                    and reader.lexicon.value("org_joiner", joined["org_joiner"])
                    and self._can_join(joined, last)
                    and (
                        reader.lexicon.value("org_joiner", joined["org_joiner"]) != "listed"
                        or listed.match(text(m.end, self.end))
                    )
                ):
                    groups[-1] = replace(
                        last, orgs=(*last.orgs, i), end=m.end, possessive=self._possessive(m.end)
                    )
                    continue
            groups.append(self._marked((i,), m.start, m.end, None))
        return groups

    def _can_join(self, joined: re.Match[str], last: Group) -> bool:
        # After a comma the next name follows at once; after a word a short description may stand before it.
        rest = joined["rest"]
        if not re.search(r"[^\W_]", joined["org_joiner"]):
            # "par A, B change de nom": a comma lists names only where the list goes on, or opens a headline.
            after = self.between(last.end + joined.end(), self.end)
            goes_on = re.match(r"\ue000\ue004*(?:,| ?[&/+])", after) or self.reader.lexicon.compiled(
                "^\ue000\ue004* {org_joiner:} (?:[^\\W_]{1,14} ){0,4}\ue000"
            ).match(after)
            return not rest and bool(
                goes_on
                or self._is_open(last)
                or joined["org_joiner"] != ","
                or not WORD.search(self.between(self.start, last.start))
            )
        if re.search(r"[,;:()]|\. ", rest) or len(rest.split()) > 4 or MENTION.search(rest):
            return False
        if last.marker not in ("", "between") and re.match(
            r"\ue000\ue004* (?:[^\W_]{1,14} ){0,2}\ue001", self.between(last.end + joined.end(), self.end)
        ):
            return False
        start = joined.end() - len(rest)
        where = last.end + start
        return not any(where <= t.start < where + len(rest) for t in self.triggers) and not self._markers(
            rest
        )

    def _list_marker(self, start: int) -> str:
        """What is said before the list of which a name is one: "auprès de ses actionnaires, dont A"."""
        since = max(
            [self.start]
            + [m.end for m in (self.reader.mentions[i] for i in self.mentions) if m.end <= start]
            + [t.end for t in self.triggers if t.end <= start]
        )
        heads = [name for name, _, _ in self._markers(self.between(since, start)) if name in _LISTED]
        return heads[-1] if heads else ""

    def _marker_of_list(self, before: str, after: str) -> str:
        """What is said before a list that people, or names nobody knows, open: "from Ada Moreau, A and B"."""
        near = MENTION.sub(lambda m: "X" * len(m[0]) if m[0][0] == ORG_MASK else m[0], before[-_NAMES:])
        joined = self.reader.lexicon.compiled("(?: ,|{_}{org_joiner:}) $").search(near)
        # "From Paris, Alvia said": behind a comma the list goes on.
        if joined and not WORD.search(joined[0]):
            joined = joined if self.reader.lexicon.compiled("^ {org_joiner:} \ue000").match(after) else None
        for name, _, end in reversed(self._markers(near)) if joined else ():
            names = near[end : joined.start()] if joined else ""
            if name in _LISTED and _NAMED.fullmatch(names):
                return name
            if name not in ("", "and"):
                break
        return ""

    def _is_open(self, group: Group) -> bool:
        """Whether a list may go on behind a comma: "A, B", but not "A et B"."""
        names = [self.reader.mentions[i] for i in group.orgs[-2:]]
        return len(names) > 1 and not WORD.search(self.between(names[0].end, names[1].start))

    def _possessive(self, end: int) -> bool:
        return bool(re.match(r"'s?(?![^\W_])", self.between(end, end + 3)))

    def _markers(self, text: str) -> list[tuple[str, int, int]]:
        lexicon = self.reader.lexicon
        pattern = lexicon.compiled("{<}{role_marker}(?:{>}|(?<='))")
        return [
            (str(lexicon.value("role_marker", m["role_marker"])), m.start(), m.end())
            for m in pattern.finditer(text)
        ]

    def _marked(self, orgs: tuple[int, ...], start: int, end: int, reference: str | None) -> Group:
        """A group with what is said before it: the words since the last mention, comma or frame."""
        before, after = self.between(self.start, start), self.between(end, self.end)
        cut = max(
            (m.end() for m in MENTION.finditer(before) if before[m.end() : m.end() + 1] != "-"), default=0
        )
        cut = max([cut, *(t.end - self.start for t in self.triggers if t.end <= start)])
        lexicon = self.reader.lexicon
        apposed = bool(orgs and lexicon.compiled("{<}{org_noun:} , $").search(before, cut))
        until = before.rindex(",") if apposed else len(before)
        cut = max([cut, *(m.end() for m in _BREAK.finditer(before, cut, until))])
        aside = before.rstrip(" ").endswith(("(", "[")) and not _LINK.match(before.rstrip(" ")[-1] + after)
        stretch = before[cut:until]
        possessive = self._possessive(end)
        # "la société d'infrastructure X": what stands before the noun counts, not what stands within its description.
        heads = [m for m in lexicon.compiled("{<}{org_noun:}{>}").finditer(stretch)]
        described = stretch[heads[-1].end() :] if heads else ""
        # "numéro deux du secteur épaulé par X": behind another word than "de" the name is not the one described.
        apart = any(name in _APART for name, _, _ in self._markers(described))
        # ", filiale de X," is said of another.
        owned = (
            lexicon.compiled("{role_marker}(?:{_}|(?<='))$").match(stretch, heads[-1].start())
            if heads and not stretch[: heads[-1].start()].strip()
            else None
        )
        apart = apart or bool(owned and lexicon.value("role_marker", owned["role_marker"]) in _APART)
        if heads and reference is None and not apart and len(WORD.findall(described)) <= 6:
            stretch = re.sub(r"(?:[^\W_]+-)?$", "", stretch[: heads[-1].start()])
        marker, inner, until = "", False, len(stretch)
        if orgs and lexicon.compiled("^(?:-[^\\W\\d_]| (?:{attributive:}){>})").match(after):
            value = lexicon.compiled("^ {attributive}").match(after)
            marker = str(lexicon.value("attributive", value["attributive"])) if value else "owner"
            if marker == "unit":
                marker = "" if lexicon.compiled("{<}{own_pronoun:} $").search(before) else "owner"
            return Group(orgs, start, end, marker, False, False, aside, reference, apposed)
        for name, m_start, m_end in reversed(self._markers(stretch)):
            if len(WORD.findall(stretch[m_end:until])) > 4:
                break
            if name == "of" and not marker:
                marker, until = "of", m_start
                continue
            if marker == "of":
                if name not in ("", "of", "and", "source", "like", "against", "via"):
                    marker, inner = name, True
            elif name != "and":
                marker = name
            break
        if orgs and not marker and not aside:
            marker = self._marker_of_list(before, after)
        if marker in ("incl", "of which"):
            marker = self._list_marker(start) or ("incl" if marker == "incl" else "")
        return Group(orgs, start, end, marker, inner, possessive, aside, reference, apposed)


def _roles(rule: Rule) -> tuple[tuple[str, str], ...]:
    """The part that each marker has in a frame."""
    roles = cast("list[str]", rule.options.get("roles", []))
    return tuple((r.split()[0], r.split()[1]) for r in roles)
