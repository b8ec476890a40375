from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from extractor.containers import slug
from extractor.read import ReadFailure, read_articles
from extractor.values import Article

TEXT = "Brivel a acheté Ondal pour 5 millions d'euros mardi, selon une note « interne »."


def read(path: Path) -> list[Article | ReadFailure]:
    return list(read_articles([path], lang="fr"))


def articles(path: Path) -> list[Article]:
    found = read(path)
    assert all(isinstance(row, Article) for row in found), found
    return [row for row in found if isinstance(row, Article)]


def failures(path: Path) -> list[str]:
    return [row.message for row in read(path) if isinstance(row, ReadFailure)]


# --- tables ---


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_has_an_article_a_row(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "news.csv"
    quoted = TEXT.replace('"', '""')
    rows = [
        ["ID", "Text", "published", "ours"],
        ["a", f'"{quoted}\nFin."', "2025-03-04", "x"],
        ["", "Brivel.", "", ""],
    ]
    path.write_text("\ufeff" + "".join(mark.join(row) + "\r\n" for row in rows), "utf-8", newline="")
    first, second = articles(path)
    assert (first.id, first.text, first.published) == ("a", f"{TEXT}\nFin.", "2025-03-04")
    assert (second.id, second.text) == ("news-2", "Brivel.")


def test_a_long_page_fits_into_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("html\n<p>" + "Brivel paie. " * 12_000 + "</p>\n", "utf-8")
    assert len(articles(path)[0].text) > 131_072


def test_a_packed_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "news.csv.gz"
    path.write_bytes(gzip.compress(f'text\n"{TEXT}"\n'.encode()))
    assert [row.text for row in articles(path)] == [TEXT]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"id,body\na,Brivel\n", "no column 'text' or 'html' (found id, body)"),
        (b"", "no column 'text' or 'html' (found none)"),
        (b"id,text\na,Brivel,Ondal\n", "line 2: 3 cells where line 1 names 2"),
        (b"id,text\na,\xe9t\xe9\n", "not UTF-8"),
        (b'text\n"Brivel" said\n', "broken CSV"),
        (b"id,text\na,\n", "no 'text' and no 'html'"),
    ],
)
def test_a_faulty_table_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "news.csv"
    path.write_bytes(data)
    (message,) = failures(path)
    assert "news.csv" in message and told in message


def test_a_faulty_row_costs_that_row(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text(f'id,text\na\nb,"{TEXT}"\n', "utf-8")
    failed, read_one = read(path)
    assert isinstance(failed, ReadFailure) and isinstance(read_one, Article)


def test_tables_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("article_id,date\n", "utf-8")
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert [row.id for row in articles(tmp_path)] == ["a"]


# --- feeds ---

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- made by hand -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Feed</title>
<item><title>Rachat</title><link>https://news.example/2025/brivel-ondal.html</link>
 <pubDate>Tue, 04 Mar 2025 23:10:00 +0100</pubDate><description>Le résumé.</description>
 <content:encoded><![CDATA[<p>{TEXT}</p><p>La suite <b>demain</b>.</p>]]></content:encoded></item>
<item><title>Bref</title><description>Brivel &amp;amp; Ondal se parlent.</description></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title>
<entry><title>Rachat</title><link rel="self" href="https://news.example/feed"/><link href="https://news.example/a-b"/>
 <updated>2025-03-04T10:00:00Z</updated><content type="text">{TEXT}</content></entry>
<entry><published>2025-03-05T10:00:00Z</published>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p></div></content></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><item><link>https://news.example/x1</link><dc:date>2025-03-04</dc:date>
 <description>{TEXT}</description></item></rdf:RDF>"""


def test_rss_items_are_articles(tmp_path: Path) -> None:
    path = tmp_path / "feed.rss"
    path.write_text(RSS, "utf-8")
    first, second = articles(path)
    assert (first.id, first.title, first.published) == ("brivel-ondal", "Rachat", "2025-03-04")
    assert first.url == "https://news.example/2025/brivel-ondal.html"
    assert first.text == f"{TEXT}\n\nLa suite demain."
    assert (second.id, second.text) == ("feed-2", "Brivel & Ondal se parlent.")


def test_atom_entries_are_articles(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(ATOM, "utf-8")
    first, second = articles(path)
    assert (first.text, first.url, first.published) == (TEXT, "https://news.example/a-b", "2025-03-04")
    assert (second.text, second.published) == (TEXT, "2025-03-05")


def test_rss_1_items_are_articles(tmp_path: Path) -> None:
    path = tmp_path / "feed.rss"
    path.write_text(RDF, "utf-8")
    assert [(row.text, row.published) for row in articles(path)] == [(TEXT, "2025-03-04")]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "no feed"),
        ("no feed at all", "no feed"),
        ("<html><body><p>A page.</p></body></html>", "no feed"),
        ('<rss version="2.0"><channel></channel></rss>', "a feed without an item"),
        ("<rss><channel><item><title>A</title></item></channel></rss>", "item 1: no 'text' and no 'html'"),
    ],
)
def test_what_is_no_feed_is_told(tmp_path: Path, data: str, told: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(data, "utf-8")
    (message,) = failures(path)
    assert "feed.xml" in message and told in message


def test_entities_of_a_feed_are_not_expanded(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden", "utf-8")
    own = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "laugh"}">' for n in range(9))
    path = tmp_path / "feed.xml"
    path.write_text(
        f'<!DOCTYPE rss [{own}<!ENTITY file SYSTEM "{(tmp_path / "secret").as_uri()}">]><rss><channel><item>'
        "<description>Brivel &e8; &file; paie.</description></item></channel></rss>",
        "utf-8",
    )
    told = " ".join(failures(path) + [row.text for row in read(path) if isinstance(row, Article)])
    assert "hidden" not in told and "laugh" not in told and len(told) < 500


# --- web archives ---


def archive(*, packed: bool = False) -> bytes:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=packed)

    def answer(url: str, body: bytes, media: str, status: str = "200 OK") -> None:
        headers = StatusAndHeaders(status, [("Content-Type", media)], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(url, "response", io.BytesIO(body), http_headers=headers)
        )

    page = f"<html><head><title>Rachat</title></head><body><article><p>{TEXT}</p></article></body></html>"
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "hand"}))
    answer("https://news.example/brivel-ondal.html", page.encode("cp1252"), "text/html; charset=iso-8859-1")
    answer("https://news.example/logo.png", b"\x89PNG\0", "image/png")
    answer("https://news.example/gone", b"<html><p>Gone</p></html>", "text/html", "404 Not Found")
    answer("https://news.example/second", page.encode(), "text/html")
    writer.write_record(
        writer.create_warc_record("https://news.example/wet", "conversion", io.BytesIO(TEXT.encode()))
    )
    return stream.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_the_pages_of_a_web_archive_are_articles(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    path.write_bytes(archive(packed=packed))
    found = articles(path)
    assert [row.id for row in found] == ["brivel-ondal", "second", "wet"]
    assert [row.text for row in found] == [TEXT] * 3
    assert found[0].url == "https://news.example/brivel-ondal.html"


@pytest.mark.parametrize("data", [b"no archive", b"WARC/1.0\r\nWARC-Type: resp"])
def test_what_is_no_web_archive_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "crawl.warc"
    path.write_bytes(data)
    assert all("crawl.warc" in message for message in failures(path))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://news.example/2025/03/brivel-ondal.html?x=1", "brivel-ondal"),
        ("https://news.example/", "news.example"),
        ("https://news.example/rachat-%C3%A9t%C3%A9/", "rachat-été"),
        ("https://news.example/brivel/12345", "brivel"),
    ],
)
def test_an_address_gives_a_name(url: str, name: str) -> None:
    assert slug(url) == name
