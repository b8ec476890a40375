"""Gold is checked, and turns into marked text and back without loss."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from extractor.floors import check, load_floors, write_floors
from extractor.gold import (
    Gold,
    load_gold,
    load_predictions,
    parse_marked_article,
    parse_markup,
    read_marked,
    split_evenly,
    to_markup,
    write_gold,
)
from extractor.read import read_articles
from extractor.score import Figure, figures, score
from extractor.values import Article, Extraction, GoldError, Mod, Money, Power, Qualifier, Timex

ROOT = Path(__file__).parent.parent
MARKED = """---
id: belmont-wind
lang: en
published: 2031-05-20
title: Belmont turns to wind
kind: list
invented: true
---
Deals of the spring

⟪ENTRY|2031-05-12⟫⟦DATE|May 12|norm=2031-05-12⟧: ⟦ORG|Belmont Corp.|norm=Belmont⟧ pays about
⟦MONEY|$2bn|value=2000000000;currency=USD;qualifier=about⟧ to ⟦ORG|Harrow Wind⟧ for ⟦POWER|300 MW|gw=0.3⟧.⟪/ENTRY⟫
⟪ENTRY|2031-05-14⟫⟦DATE|May 14|norm=2031-05-14⟧: more by ⟦DATE|the end of 2033|norm=2033;mod=END;optional⟧.⟪/ENTRY⟫
⟪DEALS⟫
[[deal]]
date = "2031-05-12"
parties = ["Belmont", "Harrow Wind"]
payer = ["Belmont"]
payee = ["Harrow Wind"]
type = "energy"
amount = 2000000000
currency = "USD"
amount_qualifier = "about"
power_gw = 0.3
status = "announced"
evidence = "Belmont Corp. pays about\\n$2bn to Harrow Wind for 300 MW."
optional_slots = ["status"]
"""


@pytest.fixture
def gold() -> Gold:
    return parse_marked_article(MARKED, place="belmont-wind.txt")


@pytest.fixture
def written(gold: Gold, tmp_path: Path) -> Path:
    write_gold(gold, tmp_path / "gold", tmp_path / "corpus")
    return tmp_path / "gold" / "belmont-wind.json"


def load(path: Path) -> Gold:
    return load_gold(path, path.parent.parent / "corpus")[0]


# ── mark-up ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_marked_text_gives_text_labels_and_what_is_told_of_the_article(gold: Gold) -> None:
    labels = gold.extraction
    assert labels.article.text.startswith("Deals of the spring\n\nMay 12: Belmont Corp. pays about\n$2bn")
    assert [labels.article.text[m.start : m.end] for m in labels.mentions] == [
        m.text for m in labels.mentions
    ]
    assert [m.value for m in labels.mentions if not isinstance(m.value, type(labels.mentions[1].value))] == [
        Timex(value="2031-05-12"),
        Money(value=Decimal(2_000_000_000), currency="USD", qualifier=Qualifier.ABOUT),
        Power(gw=Decimal("0.3")),
        Timex(value="2031-05-14"),
        Timex(value="2033", mod=Mod.END),
    ]
    assert [e.date for e in labels.entries] == ["2031-05-12", "2031-05-14"]
    (deal,) = labels.deals
    assert labels.article.text[deal.evidence_start : deal.evidence_end] == deal.evidence
    assert (gold.kind, gold.invented, labels.article.published) == ("list", True, "2031-05-20")


def test_mark_and_build_change_nothing(gold: Gold, written: Path, tmp_path: Path) -> None:
    assert to_markup(gold) == MARKED
    assert load(written) == gold
    write_gold(
        parse_marked_article(to_markup(load(written)), place=""), tmp_path / "again", tmp_path / "corpus2"
    )
    assert (tmp_path / "again" / written.name).read_bytes() == written.read_bytes()


def test_the_corpus_is_read_as_it_was_labelled(gold: Gold, written: Path) -> None:
    (article,) = read_articles([written.parent.parent / "corpus"])
    assert isinstance(article, Article)
    assert (article.id, article.text, article.published) == (
        gold.id,
        gold.extraction.article.text,
        "2031-05-20",
    )


MARKUP_FAULTS = [
    ("⟦DATE|May 12|norm", "⟦DAY|May 12|norm", "no mention type 'DAY'"),
    ("|norm=Belmont⟧", "|name=Belmont⟧", "ORG has no slot 'name', it has norm, optional"),
    ("value=2000000000", "value=lots", "⟦MONEY"),
    ("qualifier=about", "qualifier=roughly", "roughly"),
    ("⟦ORG|Harrow", "ORG|Harrow", "⟧ with no partner in"),
    (".⟪/ENTRY⟫\n⟪ENTRY|2031-05-14", ".\n⟪ENTRY|2031-05-14", "closes no entry|not closed"),
    ('type = "energy"', 'type = "wind"', "'wind'"),
    (
        'payer = ["Belmont"]',
        'payer = ["Bellmont"]',
        r"deals\[0\].payer: found \['Bellmont'\], expected some of",
    ),
    ("power_gw = 0.3", "gigawatts = 0.3", "gigawatts: found an unknown slot, expected one of date"),
    ("\ncurrency =", "\ncurrency ==", "the deals are no TOML"),
    ("$2bn to Harrow Wind for 300 MW.", "$3bn", "the evidence is not in the text"),
    ("kind: list", "kind: poem", "kind: found 'poem', expected one of list"),
    ("invented: true", "invented: yes", "invented: found 'yes', expected true or false"),
    ("lang: en\n", "", "lacks 'lang'"),
    ("2031-05-14⟫", "14 May⟫", r"entries\[1\].date: found '14 May', expected a date"),
    ("|norm=2033;", "|norm=soon;", "norm: found 'soon', expected a TIMEX3 value"),
    ("currency=USD", "currency=dollars", "currency: found 'dollars', expected an ISO 4217 code"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MARKUP_FAULTS, ids=[m for *_, m in MARKUP_FAULTS])
def test_a_fault_in_marked_text_is_named(right: str, wrong: str, message: str) -> None:
    assert right in MARKED
    with pytest.raises(GoldError, match=f"spring.txt.*(?:{message})"):
        parse_marked_article(MARKED.replace(right, wrong, 1), place="spring.txt")


def test_evidence_that_stands_twice_needs_its_start() -> None:
    marked = "---\nid: a\nlang: en\n---\nAlba buys. Alba buys.\n⟪DEALS⟫\n[[deal]]\n"
    marked += "parties = ['Alba']\nevidence = 'Alba buys.'\n"
    with pytest.raises(GoldError, match="twice"):
        parse_marked_article(marked, place="a")
    gold = parse_marked_article(marked + "evidence_start = 11\n", place="a")
    assert parse_marked_article(to_markup(gold), place="a") == gold


def test_labels_that_cross_have_no_mark_up(gold: Gold) -> None:
    first, *rest = gold.extraction.mentions
    crossing = replace(
        first, end=first.end + 10, text=gold.extraction.article.text[first.start : first.end + 10]
    )
    with pytest.raises(GoldError, match="overlaps"):
        to_markup(replace(gold, extraction=replace(gold.extraction, mentions=(crossing, *rest))))


def test_marks_alone_are_read_without_front_matter() -> None:
    text, mentions = parse_markup("environ ⟦POWER|300 MW|gw=0.3;qualifier=about⟧")
    assert (text, mentions[0].start, mentions[0].value) == (
        "environ 300 MW", 8, Power(gw=Decimal("0.3"), qualifier=Qualifier.ABOUT),
    )  # fmt: skip


def test_two_marked_texts_of_one_article_are_an_error(tmp_path: Path) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(MARKED, "utf-8")
    with pytest.raises(GoldError, match=r"two\.txt: id: found 'belmont-wind'"):
        read_marked([tmp_path])


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────

JSON_FAULTS = [
    (
        ("mentions", 1, "end"),
        9000,
        r"mentions\[1\].start: found 29 to 9000, expected an extent within the text's 118",
    ),
    (("mentions", 1, "start"), 30, r"mentions\[1\].text: found 'elmont Corp.', expected 'Belmont Corp.'"),
    (("mentions", 1, "type"), "PERSON", r"mentions\[1\].type: found 'PERSON', expected one of ORG"),
    (("mentions", 1, "name"), "x", r"mentions\[1\].name: found an unknown slot"),
    (("mentions", 2, "value"), "many", r"mentions\[2\].value"),
    (("deals", 0, "type"), "gift", r"deals\[0\].slots: .*'gift'"),
    (("deals", 0, "price"), 3, r"deals\[0\].price: found an unknown slot"),
    (("deals", 0, "evidence"), "Belmont sells.", r"deals\[0\].evidence: found 'Belmont sells.'"),
    (("deals", 0, "evidence_end"), 9000, r"deals\[0\].evidence_start: found 29 to 9000"),
    (("deals", 0, "optional_slots"), ["price"], r"deals\[0\].optional_slots: found 'price'"),
    (("entries", 0, "end"), 2, r"entries\[0\].start: found 21 to 2"),
    (("mentions",), {}, "mentions: found dict, expected a list"),
    (("scope",), ["people"], r"scope: found \['people'\], expected some of entries"),
    (("id",), "belmont-sun", "id: found the unknown article 'belmont-sun', expected .*belmont-sun.txt"),
]


@pytest.mark.parametrize(("where", "value", "message"), JSON_FAULTS, ids=[m for *_, m in JSON_FAULTS])
def test_a_fault_in_gold_names_file_place_found_and_expected(
    written: Path, where: tuple[str | int, ...], value: object, message: str
) -> None:
    record = json.loads(written.read_text("utf-8"))
    holder = record
    for key in where[:-1]:
        holder = holder[key]
    holder[where[-1]] = value
    written.write_text(json.dumps(record), "utf-8")
    with pytest.raises(GoldError, match=f"belmont-wind.json: (?:{message})"):
        load(written)


def test_a_text_that_has_changed_is_refused(written: Path) -> None:
    article = written.parent.parent / "corpus" / "belmont-wind.txt"
    article.write_text(article.read_text("utf-8").replace("spring", "Spring"), "utf-8")
    with pytest.raises(
        GoldError, match=r"sha256: found .* expected .*the text has changed since it was labelled"
    ):
        load(written)


def test_mentions_of_one_type_do_not_overlap(written: Path) -> None:
    record = json.loads(written.read_text("utf-8"))
    text = load(written).extraction.article.text
    record["mentions"].append({"type": "ORG", "start": 32, "end": 42, "text": text[32:42]})
    written.write_text(json.dumps(record), "utf-8")
    with pytest.raises(GoldError, match="ORG that overlaps"):
        load(written)


@pytest.mark.parametrize("content", ["", "[]", "{", "\xff"])
def test_a_file_that_is_no_gold_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(GoldError, match=r"a\.json: found"):
        load_gold(tmp_path / "a.json")


def test_no_gold_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="expected gold"):
        load_gold(tmp_path)


# ── predictions ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_predictions_may_leave_the_text_out(gold: Gold, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text(
        '{"id": "belmont-wind", "mentions": [{"type": "ORG", "start": 29, "end": 36}]}\n\n', "utf-8"
    )
    (found,) = load_predictions(file, [gold])
    assert (found.article.text, found.mentions[0].text) == (gold.extraction.article.text, "Belmont")


def test_a_second_gold_is_a_prediction(gold: Gold, written: Path) -> None:
    assert load_predictions(written.parent, [gold]) == [gold.extraction]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"id": "harrow-sun"}',
            "run.jsonl:1: found the unknown article 'harrow-sun', expected one of the gold's 1",
        ),
        ("{", "run.jsonl:1: found no JSON"),
        ("3", "run.jsonl:1: found int, expected an object"),
        ('{"id": "belmont-wind", "sha256": "0"}', "run.jsonl:1: sha256: found .*expected 0"),
        ('{"id": "belmont-wind", "deals": [{"type": "gift"}]}', "run.jsonl:1: .*gift|run.jsonl:1"),
    ],
)
def test_a_fault_in_predictions_names_its_line(gold: Gold, tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "run.jsonl").write_text(line, "utf-8")
    with pytest.raises(GoldError, match=message):
        load_predictions(tmp_path / "run.jsonl", [gold])


# ── the project's own gold ───────────────────────────────────────────────────────────────────────────────────────


def test_the_split_is_even_and_fixed() -> None:
    def article(n: int) -> Gold:
        labels = Extraction(article=Article(id=f"a{n}", text="x", lang=("fr", "en")[n % 2]))
        return Gold(extraction=labels, kind=("list", "prose", "press")[n % 3], invented=n % 4 < 2)

    articles = [article(n) for n in range(72)]
    parts = split_evenly(articles)
    assert parts == split_evenly(reversed(articles))
    test = Counter((a.extraction.article.lang, a.kind, a.about) for a in articles if parts[a.id] == "test")
    assert len(test) == 12
    assert set(test.values()) == {2}


def test_the_shipped_gold_has_no_fault_and_reads_as_the_corpus_does() -> None:
    gold = load_gold(ROOT / "gold", ROOT / "corpus")
    articles = {a.id: a for a in read_articles([ROOT / "corpus"]) if isinstance(a, Article)}
    assert len(gold) >= 60
    assert {g.id: (g.extraction.article.sha256, g.extraction.article.lang) for g in gold} == {
        id_: (article.sha256, article.lang) for id_, article in articles.items()
    }


def test_the_shipped_gold_turns_into_marked_text_and_back() -> None:
    gold = load_gold(ROOT / "gold", ROOT / "corpus")
    assert [parse_marked_article(to_markup(item), place=item.id) for item in gold] == gold


# ── floors ───────────────────────────────────────────────────────────────────────────────────────────────────────


def measured(gold: Gold, *, mentions: int) -> dict[str, dict[str, Figure]]:
    labels = gold.extraction
    return {"all": figures(score([replace(labels, mentions=labels.mentions[:mentions])], [labels]))}


def test_floors_are_raised_and_never_lowered_unasked(gold: Gold, tmp_path: Path) -> None:
    file, good, bad = tmp_path / "floors.json", measured(gold, mentions=6), measured(gold, mentions=2)
    write_floors(file, [gold], bad, lower=False)
    write_floors(file, [gold], good, lower=False)
    write_floors(file, [gold], bad, lower=False)
    assert load_floors(file)[1]["all"]["ORG.value"] == 1.0
    assert check(file, [gold], good) == []
    assert "MONEY.value of all: found 0.0000, expected at least 1.000" in check(file, [gold], bad)
    write_floors(file, [gold], bad, lower=True)
    assert check(file, [gold], bad) == []


def test_floors_of_another_gold_are_said_to_be(gold: Gold, tmp_path: Path) -> None:
    file, figure = tmp_path / "floors.json", measured(gold, mentions=6)
    write_floors(file, [gold], figure, lower=False)
    other = replace(gold, extraction=replace(gold.extraction, deals=()))
    assert "the gold has changed since its floors were set" in check(file, [other], figure)[0]
