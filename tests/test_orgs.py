"""Organisations: found by evidence, without a tagger too, and linked to one norm."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.candidates import Candidates
from extractor.evidence import judge
from extractor.gazetteer import load_gazetteer
from extractor.gold import parse_markup
from extractor.lexicon import languages, load_lexicon
from extractor.orgs import TaggedSpan, find_orgs, text_notes
from extractor.reading import Reading, read_words
from extractor.values import Mention, Org

CASES = Path(__file__).parent / "cases"


def cases(key: str) -> list[tuple[str, str]]:
    return [
        (lang, case)
        for lang in languages()
        for case in tomllib.loads((CASES / lang / "orgs.toml").read_text("utf-8"))[key]
    ]


def found(
    text: str, lang: str, *, tagged: tuple[TaggedSpan, ...] = (), taken: tuple[tuple[int, int], ...] = ()
) -> list[Mention]:
    return find_orgs(text, load_lexicon(lang), tagged=tagged, taken=taken, gazetteer=load_gazetteer())


def org(mention: Mention) -> Org:
    assert isinstance(mention.value, Org)
    return mention.value


def names(mentions: list[Mention]) -> list[tuple[str, str]]:
    return [(m.text, org(m).norm) for m in mentions]


@pytest.mark.parametrize(("lang", "marked"), cases("right"))
def test_organisations_are_found_and_linked(lang: str, marked: str) -> None:
    text, gold = parse_markup(marked)
    assert names(found(text, lang)) == names(gold)


def test_what_a_tagger_marks_ends_with_its_paragraph() -> None:
    text = "The car park goes to Tarvenholt.\n\nSludge: the city of Lausanne asks for bids."
    span = TaggedSpan(text.index("Tarvenholt"), text.index(":"), "ORG")
    assert names(found(text, "en", tagged=(span,))) == [("Tarvenholt", "Tarvenholt")]


@pytest.mark.parametrize(("lang", "text"), cases("nothing"))
def test_other_names_are_no_organisations(lang: str, text: str) -> None:
    assert names(found(text, lang)) == []


@pytest.mark.parametrize(
    ("lang", "text", "rule", "gold"),
    [
        (lang, *parse_markup(example)[:1], rule.name, parse_markup(example)[1])
        for lang in languages()
        for rule in load_lexicon(lang).rules("org")
        for example in rule.examples
    ],
)
def test_every_rule_finds_its_example(lang: str, text: str, rule: str, gold: list[Mention]) -> None:
    regex = next(r.regex for r in load_lexicon(lang).rules("org") if r.name == rule)
    assert [m.span() for m in regex.finditer(text)] == [(m.start, m.end) for m in gold]


@pytest.mark.parametrize(
    ("lang", "text", "end"),
    [("fr", "30 juinOracle a annoncé un achat.", 7), ("en", "Nov. 11Oracle announced a purchase.", 7)],
)
def test_a_name_glued_to_a_date_is_found(lang: str, text: str, end: int) -> None:
    assert names(found(text, lang, taken=((0, end),))) == [("Oracle", "Oracle")]


def test_a_short_form_may_leave_out_the_word_that_tells_the_kind() -> None:
    text = "Banco Trevelle sold a unit to Intel. Trevelle said so."
    tagged = tuple(TaggedSpan(a, b, "ORG") for a, b in ((0, 14), (30, 35), (37, 45)))
    assert names(found(text, "en", tagged=tagged))[2] == ("Trevelle", "Banco Trevelle")


def test_nothing_is_found_in_what_is_taken() -> None:
    assert found("Oracle", "en", taken=((0, 6),)) == []


def test_the_evidence_says_why() -> None:
    (mention,) = found("OpenAI announced a plan.", "en")
    assert org(mention).known
    assert any("gazetteer" in reason for reason in org(mention).evidence)


@pytest.mark.parametrize(("word", "candidate"), [("groupe", False), ("Groupe", True)])
def test_a_word_for_a_company_in_small_letters_describes_it(word: str, candidate: bool) -> None:
    lexicon = load_lexicon("fr")
    reading = Reading(f"Le {word} de Tarvenholt grandit.", lexicon, read_words(lexicon), taken=())
    spans = Candidates(reading, tagged=(), gazetteer=load_gazetteer()).found
    assert (f"{word} de Tarvenholt" in {reading.text[a:b] for a, b in spans}) is candidate


def test_the_tagger_is_evidence() -> None:
    text = "They talked about Tarvenholt at length."
    tagged = (TaggedSpan(18, 28, "ORG"),)
    assert names(found(text, "en", tagged=tagged)) == [("Tarvenholt", "Tarvenholt")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Tarvenholt raises some $20m.", {"after:deal", "after:deal sum"}),
        ("Tarvenholt raises Ann $20m.", {"after:deal"}),
        ("They put $20m into Tarvenholt.", {"before:sum", "before:sum into"}),
        ("Oaks teamed for a while with Tarvenholt.", {"behind:deal", "behind:deal with"}),
        ("Oaks teamed, and with Tarvenholt.", set()),
    ],
)
def test_verbs_of_deals_and_amounts_speak_for_a_name(text: str, told: set[str]) -> None:
    lexicon = load_lexicon("en")
    start = text.find("$20m")
    sums = [(start, start + 4)] if start >= 0 else []
    reading = Reading(text, lexicon, read_words(lexicon), taken=sums, sums=sums)
    candidates = Candidates(reading, tagged=(), gazetteer=load_gazetteer())
    judge(reading, candidates)
    name = text.index("Tarvenholt")
    evidence = candidates.found[name, name + len("Tarvenholt")].evidence
    kinds = {word for word in evidence if re.match("after:deal|before:sum|behind:", word)}
    assert kinds == told


@pytest.mark.parametrize("last", ["and", "of", "'s"])
def test_no_name_ends_with_a_word_that_joins(last: str) -> None:
    text = f"They talked about Tarvenholt {last} small ones."
    tagged = (TaggedSpan(18, 29 + len(last), "ORG"),)
    assert names(found(text, "en", tagged=tagged)) == [("Tarvenholt", "Tarvenholt")]


@pytest.mark.parametrize("lang", languages())
@given(st.text(max_size=200))
@settings(max_examples=30, deadline=None)
def test_any_text_gives_sorted_mentions_without_overlap(lang: str, text: str) -> None:
    mentions = found(text, lang)
    assert all(text[m.start : m.end] == m.text for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))


def test_notes_on_capitals() -> None:
    sentence = "Acme Robotics signed a contract with the makers of small engines in spring. "
    assert text_notes(sentence * 5) == ()
    assert "capitals only" in text_notes(sentence.upper() * 5)[0]
    assert "no capitals" in text_notes(sentence.lower() * 5)[0]
