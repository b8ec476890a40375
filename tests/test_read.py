"""Articles from files, folders and standard input; what cannot be read fails by itself and says why."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.dates import find_dates
from extractor.entries import split_entries
from extractor.lexicon import load_lexicon
from extractor.read import ReadFailure, read_articles
from extractor.values import Article, PublishedFrom, ReadError

PAGE = """<!doctype html><html lang="fr"><head><title>Les contrats | Le Quotidien</title>
<meta property="og:title" content="Les contrats de l’année"><meta property="og:site_name" content="Le Quotidien">
<meta property="article:published_time" content="2025-11-12T10:00:00+01:00">
<link rel="canonical" href="https://example.org/contrats"></head>
<body><nav><a href="/">Accueil</a> <a href="/abo">Abonnement</a></nav><article><h1>Les contrats de l’année</h1>
<p>La filière de l’énergie a connu une année de grands contrats, et tout indique que cela va durer encore.</p>
<h2>Chronologie</h2>{list}
<h2>Une filière qui se concentre</h2>
<p>Depuis juillet 2019, les groupes se rachètent entre eux, et les analystes y voient le signe d’un marché mûr.</p>
</article><footer>Mentions légales</footer></body></html>"""
NEWS = [
    ("11 nov.", "Voltane a annoncé un plan de 3 milliards d’euros pour ses usines de batteries."),
    ("27 oct.", "Le ministère a choisi Solis pour bâtir deux parcs au large de la côte normande."),
    ("22 août", "Le groupe Héliade a vendu sa filiale espagnole à un fonds pour 400 millions d’euros."),
    ("30 juin", "Solis a levé 40 millions d’euros auprès de Rive Capital et de deux autres fonds."),
]
LISTS = {
    "strong": "".join(f"<p><strong>{day}</strong>{text}</p>" for day, text in NEWS),
    "span": "".join(f"<p><span class='d'>{day}</span><span>{text}</span></p>" for day, text in NEWS),
    "break": "".join(f"<p><b>{day}</b><br>{text}</p>" for day, text in NEWS),
    "heading": "".join(f"<h3>{day}</h3><p>{text}</p>" for day, text in NEWS),
    "paragraph": "".join(f"<p>{day}</p><p>{text}</p>" for day, text in NEWS),
    "time": f"<ul>{''.join(f'<li><time datetime=2025-06-30>{day}</time>{text}</li>' for day, text in NEWS)}</ul>",
    "terms": f"<dl>{''.join(f'<dt>{day}</dt><dd>{text}</dd>' for day, text in NEWS)}</dl>",
    "table": f"<table>{''.join(f'<tr><td>{day}</td><td>{text}</td></tr>' for day, text in NEWS)}</table>",
    "divisions": "".join(f"<div><div>{day}</div><div>{text}</div></div>" for day, text in NEWS),
    "links": "".join(f"<p><a href='/x'>{day}</a> : <a href='/y'>{text}</a></p>" for day, text in NEWS),
}


def read(*paths: Path | str, **options: str) -> list[Article | ReadFailure]:
    return list(read_articles(paths, **options))


def article(*paths: Path | str, **options: str) -> Article:
    (found,) = read(*paths, **options)
    assert isinstance(found, Article), found
    return found


def failure(*paths: Path | str) -> str:
    (found,) = read(*paths)
    assert isinstance(found, ReadFailure), found
    assert "\n" not in found.message
    return found.message


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_text_stays_as_it_stands(tmp_path: Path) -> None:
    text = "  Orme achète Saule.\r\n\r\n\tLe prix n’est pas connu.\n\n"
    assert article(write(tmp_path / "orme.txt", text)) == Article(id="orme", text=text, lang="fr")


def test_front_matter_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.md",
        "---\nid: orme\nlang: en\ntitle: 'Elm: a story'\nurl: https://example.org/a\npublished: 2025-11-12\ntags:\n"
        "  - trees\n---\nElm buys Willow.\n",
    )
    assert article(path) == Article(
        id="orme",
        text="Elm buys Willow.\n",
        lang="en",
        title="Elm: a story",
        url="https://example.org/a",
        published="2025-11-12",
        published_from=PublishedFrom.GIVEN,
    )


@pytest.mark.parametrize(
    "text", ["---\nOrme achète Saule.\n---\nFin.", "---\nid: a\nOrme achète Saule.", "--- a ---\n"]
)
def test_a_drawn_line_is_no_front_matter(tmp_path: Path, text: str) -> None:
    assert article(write(tmp_path / "a.txt", text)).text == text


def test_what_is_given_wins(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "---\nlang: en\npublished: 2025-11-12\n---\nElm buys Willow.")
    found = article(path, lang="fr", published="2024-01-02")
    assert (found.lang, found.published, found.published_from) == ("fr", "2024-01-02", PublishedFrom.GIVEN)


def test_the_language_is_found(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "The company said on Tuesday that it would buy the plant.")
    write(tmp_path / "b.txt", "La société a annoncé mardi le rachat de l’usine.")
    assert [a.lang for a in read(tmp_path) if isinstance(a, Article)] == ["en", "fr"]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-32", "cp1252", "latin-1"],
)
def test_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    text = (
        "L’été, Orme a payé 3 € à Saule, où il siège."
        if encoding != "latin-1"
        else "Orme a payé Saule, où il siège."
    )
    data = ("\ufeff" + text).encode(encoding[:-4]) if encoding.endswith("bom") else text.encode(encoding)
    assert article(write(tmp_path / "a.txt", data)).text == text


def test_gzip_is_read(tmp_path: Path) -> None:
    assert article(write(tmp_path / "a.txt.gz", gzip.compress(b"Elm buys Willow."))).id == "a"
    line = json.dumps({"id": "x", "text": "Elm buys Willow."}).encode()
    assert article(write(tmp_path / "b.jsonl.gz", gzip.compress(line))).id == "x"


def test_lines_of_json_are_articles(tmp_path: Path) -> None:
    lines = [
        {
            "id": "a",
            "text": "Elm buys Willow.",
            "published": "2025-11-12T08:00:00Z",
            "lang": "en-GB",
            "title": "T",
        },
        {"id": "b", "html": "<p>Elm buys <b>Willow</b>.</p><p>It pays.</p>", "url": "https://example.org"},
        {"text": "Elm pays."},
    ]
    path = write(tmp_path / "news.jsonl", "\n".join(json.dumps(line) for line in lines) + "\n\n")
    a, b, c = (found for found in read(path) if isinstance(found, Article))
    assert (a.id, a.published, a.published_from, a.lang, a.title) == (
        "a",
        "2025-11-12",
        PublishedFrom.GIVEN,
        "en",
        "T",
    )
    assert (b.text, b.url) == ("Elm buys Willow.\n\nIt pays.", "https://example.org")
    assert c.id == "news-3"


def test_a_folder_is_walked_in_order_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("b/x.txt", "a.txt", "c.TXT", "b/.hidden.txt", ".git/y.txt", "b/note.pdf", "b/a.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        write(path, "Elm buys Willow.")
    assert [found.id for found in read(tmp_path, tmp_path / "a.txt") if isinstance(found, Article)] == [
        "a",
        "a-2",
        "x",
        "c",
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Elm buys Willow.", "Elm buys Willow."),
        (b"<!doctype html><p>Elm buys Willow.</p>", "Elm buys Willow."),
        (b'{"id": "a", "text": "Elm buys Willow."}\n', "Elm buys Willow."),
        (gzip.compress(b"Elm buys Willow."), "Elm buys Willow."),
    ],
)
def test_standard_input_is_read_for_what_it_is(
    monkeypatch: pytest.MonkeyPatch, data: bytes, text: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert article("-").text == text


@pytest.mark.parametrize("form", LISTS)
def test_a_web_page_gives_the_entries_of_its_text(tmp_path: Path, form: str) -> None:
    found = article(write(tmp_path / "a.html", PAGE.format(list=LISTS[form])))
    assert (found.title, found.site, found.url) == (
        "Les contrats de l’année", "Le Quotidien", "https://example.org/contrats"
    )  # fmt: skip
    assert (found.published, found.published_from, found.lang) == ("2025-11-12", PublishedFrom.METADATA, "fr")
    lexicon = load_lexicon("fr")
    entries = split_entries(found, find_dates(found.text, lexicon), lexicon)
    assert [entry.date for entry in entries] == ["2025-11-11", "2025-10-27", "2025-08-22", "2025-06-30"]
    bodies = [found.text[entry.start : entry.end] for entry in entries]
    assert all(
        body.startswith(day) and body.endswith(text) for body, (day, text) in zip(bodies, NEWS, strict=True)
    )
    assert "Mentions légales" not in found.text


def test_a_marker_in_its_own_tag_is_not_glued_but_a_big_first_letter_is(tmp_path: Path) -> None:
    html = "<article><p><b>11 nov.</b>Orme achète Saule.</p><p><span>O</span>rme paie le 1<sup>er</sup>.</p></article>"
    assert article(write(tmp_path / "a.html", html)).text == "11 nov. Orme achète Saule.\n\nOrme paie le 1er."


def test_the_charset_of_a_page_is_obeyed(tmp_path: Path) -> None:
    html = (
        '<html><head><meta charset="iso-8859-15"></head><body><p>Orme a payé 3 € à Saule.</p></body></html>'
    )
    assert article(write(tmp_path / "a.html", html.encode("iso-8859-15"))).text == "Orme a payé 3 € à Saule."


def test_the_times_of_a_list_are_no_publication_date(tmp_path: Path) -> None:
    page = PAGE.format(list=LISTS["time"]).replace("2025-11-12T10:00:00+01:00", "")
    assert article(write(tmp_path / "a.html", page)).published is None


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "empty article"),
        ("a.txt", b" \n\t\n", "empty article"),
        ("a.html", b"", "empty article"),
        ("a.html", b"<html><body><script>let a = 1</script></body></html>", "empty article"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        ("a.txt", b"Orme\x01\x02 Saule", "binary"),
        ("a.txt", "Orme a payé 3 € à l’été".encode()[:-1], "tried utf-8; byte 30"),
        ("a.txt", b"Orme \x81\x8d", "tried utf-8, cp1252"),
        ("a.txt", b"\xff\xfeO\x00r", "tried utf-16"),
        ("a.txt.gz", b"no gzip", "broken gzip"),
        ("a.txt.gz", gzip.compress(b"Elm buys Willow.")[:-4], "broken gzip"),
        ("a.txt.gz", gzip.compress(bytes(65 << 20)), "more than 64 MiB"),
        ("a.pdf", b"%PDF-1.4", "unknown kind of file"),
        ("a.jsonl", b'{"id": "a", "text": "x"', "a.jsonl, line 1: broken JSON"),
        ("a.jsonl", b'{"id": "a"}', "line 1: no 'text'"),
        ("a.jsonl", b'{"id": "a", "text": 3}', "'text' is no string"),
        ("a.jsonl", b'{"id": "a", "text": " "}', "empty article"),
        ("a.jsonl", b'["text"]', "not an object"),
        ("a.jsonl", b"[" * 100_000, "broken JSON"),
        ("a.jsonl", b'{"id": "a", "text": "\xe9"}', "not UTF-8"),
        ("a.jsonl", b'{"id": "a", "text": "x", "lang": "xx"}', "unknown language 'xx': installed are en, fr"),
        ("a.jsonl", b'{"id": "a", "text": "x", "published": "12/11/2025"}', "'12/11/2025': write YYYY-MM-DD"),
        ("a.txt", b"---\npublished: 2025-02-30\n---\nx", "unreadable publication date '2025-02-30'"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    message = failure(write(tmp_path / name, data))
    assert words in message
    assert message.startswith(str(tmp_path / name))


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    assert "no such file" in failure(tmp_path / "none.txt")
    assert "nothing to read" in failure(tmp_path)
    assert "no such file" in failure("a\0b.txt") or "cannot be opened" in failure("a\0b.txt")


def test_other_inputs_go_on(tmp_path: Path) -> None:
    good = write(tmp_path / "good.txt", "Elm buys Willow.")
    lines = write(
        tmp_path / "lines.jsonl", '{"id": "a", "text": "Elm pays."}\nbroken\n{"id": "b", "text": "Elm pays."}'
    )
    twice = write(tmp_path / "twice.jsonl", '{"id": "a", "text": "Elm pays again."}')
    found = read(tmp_path / "none.txt", lines, twice, good)
    assert [f.id if isinstance(f, Article) else "failed" for f in found] == [
        "failed",
        "a",
        "failed",
        "b",
        "failed",
        "good",
    ]


@pytest.mark.parametrize("options", [{"lang": "xx"}, {"published": "yesterday"}, {"published": "2025-13-01"}])
def test_wrong_options_are_refused_at_once(options: dict[str, str]) -> None:
    with pytest.raises(ReadError):
        read_articles([], **options)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "a.html", PAGE.format(list=LISTS["strong"]))
    assert read(path) == read(path)


@settings(max_examples=25, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl", "a.txt.gz"])
def test_no_input_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, name: str, data: bytes) -> None:
    for found in read(write(tmp_path_factory.mktemp("any") / name, data)):
        assert isinstance(found, ReadFailure) or found.text.strip()
