from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from extractor import fetch
from extractor.cli import app
from extractor.read import ReadFailure, read_articles
from extractor.values import Article

TEXT = (
    "Brivel a acheté Ondal pour 5 millions d'euros mardi, selon une note que la direction a transmise à ses équipes. "
    "L'accord doit être signé avant la fin du mois, a précisé le groupe."
)
PAGE = f"""<html><head><title>Rachat</title><meta property="article:published_time" content="2025-03-04T10:00:00Z">
</head><body><nav>Accueil</nav><article><h1>Rachat</h1><p>{TEXT}</p></article></body></html>"""


def feed(*links: str) -> str:
    items = "".join(f"<item><link>{link}</link><description>Bref.</description></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


class Site(BaseHTTPRequestHandler):
    """A news site of few pages, some of them as they should not be."""

    robots = "User-agent: *\nDisallow: /private/\n"
    asked: tuple[str, ...] = ()
    agents: frozenset[str] = frozenset()

    def do_GET(self) -> None:
        host = f"http://{self.headers['Host']}"
        pages: dict[str, tuple[str, str]] = {
            "/robots.txt": ("text/plain", type(self).robots),
            "/brivel-ondal.html": ("text/html; charset=utf-8", PAGE),
            "/second": ("text/html; charset=utf-8", PAGE.replace("Ondal", "Corvane")),
            "/private/page": ("text/html", PAGE),
            "/note.txt": ("text/plain; charset=utf-8", TEXT),
            "/feed": (
                "application/rss+xml",
                feed(f"{host}/brivel-ondal.html", f"{host}/gone", f"{host}/second"),
            ),
            "/odd-links": ("application/rss+xml", feed("file:///etc/passwd", "http://[broken/page")),
            "/no-feed": ("application/rss+xml", "<html><body>Sorry</body></html>"),
            "/abroad": (
                "application/rss+xml",
                feed(f"http://localhost:{self.headers['Host'].split(':')[1]}/second"),
            ),
            "/empty": ("text/html", "<html><body><nav><a href='/'>Home</a></nav></body></html>"),
            "/notice": ("text/html", "<html><body><p>Please enable JavaScript.</p></body></html>"),
            "/large": ("text/html", "<p>" + "x" * 5_000 + "</p>"),
            "/picture": ("image/png", "PNG"),
            "/slow": ("text/html", PAGE),
            "/trickle": ("text/html", PAGE),
        }
        Site.asked += (self.path,)
        Site.agents |= {self.headers["User-Agent"]}
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/second")
            self.end_headers()
            return
        media, body = pages.get(self.path, ("text/html", "Not here."))
        self.send_response(200 if self.path in pages else 404)
        self.send_header("Content-Type", media)
        self.end_headers()
        if self.path == "/slow":
            time.sleep(1.6)
        try:
            for byte in body.encode() if self.path == "/trickle" else [body.encode()]:
                self.wfile.write(bytes([byte]) if isinstance(byte, int) else byte)
                time.sleep(0.05 if self.path == "/trickle" else 0)
        except OSError:
            return  # the reader has gone

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    monkeypatch.setattr(Site, "robots", Site.robots)
    monkeypatch.setattr(Site, "asked", ())
    monkeypatch.setattr(Site, "agents", frozenset())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def read(*addresses: str) -> list[Article | ReadFailure]:
    return list(read_articles(addresses, lang="fr"))


def told(row: Article | ReadFailure) -> str:
    assert isinstance(row, ReadFailure), row
    return row.message


def test_a_page_is_an_article(site: str) -> None:
    (article,) = read(f"{site}/brivel-ondal.html")
    assert isinstance(article, Article)
    assert (article.id, article.url) == ("brivel-ondal", f"{site}/brivel-ondal.html")
    assert (article.published, article.title) == ("2025-03-04", "Rachat")
    assert TEXT in article.text and "Accueil" not in article.text


def test_a_text_is_an_article(site: str) -> None:
    (article,) = read(f"{site}/note.txt")
    assert isinstance(article, Article) and article.text == TEXT


def test_we_say_who_we_are(site: str) -> None:
    read(f"{site}/second")
    assert all(agent.startswith("extractor/") for agent in Site.agents)


def test_a_redirect_is_followed(site: str) -> None:
    (article,) = read(f"{site}/moved")
    assert isinstance(article, Article) and article.url == f"{site}/second"


def test_the_pages_of_a_feed_are_read_and_a_missing_one_costs_itself(site: str) -> None:
    first, gone, second = read(f"{site}/feed")
    assert isinstance(first, Article) and isinstance(second, Article)
    assert TEXT in first.text and "Corvane" in second.text
    assert "/gone: answered 404 Not Found" in told(gone)


def test_a_link_that_is_no_address_is_told(site: str) -> None:
    first, second = map(told, read(f"{site}/odd-links"))
    assert first.startswith("file:///etc/passwd: no address of a page") and "page: no address" in second


def test_robots_are_asked_once_a_site(site: str) -> None:
    read(f"{site}/feed", f"{site}/second")
    assert Site.asked.count("/robots.txt") == 1


def test_what_robots_forbid_is_not_asked_for(site: str) -> None:
    (row,) = read(f"{site}/private/page")
    assert "robots.txt forbids" in told(row) and "/private/page" not in Site.asked


def test_requests_to_one_site_are_apart(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Site, "robots", "User-agent: *\nCrawl-delay: 7\n")
    monkeypatch.setattr(fetch.time, "sleep", waits.append)
    read(f"{site}/note.txt", f"{site}/note.txt")
    assert [round(wait) for wait in waits if wait > 1] == [7, 7]


def test_a_feed_leads_into_no_private_network(site: str) -> None:
    (row,) = read(f"{site}/abroad")
    assert "private network" in told(row) and "/second" not in Site.asked


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/missing", "answered 404 Not Found"),
        ("/empty", "no article on this page"),
        ("/notice", "no article on this page"),
        ("/no-feed", "no feed"),
        ("/picture", "is image/png, no page"),
    ],
)
def test_what_is_no_article_is_told_and_the_others_go_on(site: str, path: str, reason: str) -> None:
    row, article = read(site + path, f"{site}/second")
    assert told(row).startswith(site + path) and reason in told(row)
    assert isinstance(article, Article)


@pytest.mark.parametrize(
    ("path", "limit", "value", "reason"),
    [
        ("/large", "MAX_PAGE", 4_000, "larger than 4000 bytes"),
        ("/slow", "SILENCE", 1, "no answer within 1 seconds"),
        ("/trickle", "PATIENCE", 1, "took longer than 1 seconds"),
    ],
)
def test_what_is_long_or_takes_long_is_told(
    site: str, monkeypatch: pytest.MonkeyPatch, path: str, limit: str, value: int, reason: str
) -> None:
    monkeypatch.setattr(fetch, limit, value)
    row, article = read(site + path, f"{site}/note.txt")
    assert reason in told(row)
    assert isinstance(article, Article)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://127.0.0.1:1/page", "page: nobody answers"),
        ("http://no-such-site.invalid/page", "page: no such site"),
        ("http://[broken/page", "page: no address"),
        ("https://", "no address of a page"),
    ],
)
def test_a_wrong_address_is_told(address: str, reason: str) -> None:
    (row,) = read(address)
    assert reason in told(row)


def test_a_run_tells_each_address_in_a_line_and_exits_with_1(site: str) -> None:
    paths = ("/missing", "/private/page", "/empty", "/no-feed", "/picture")
    done = CliRunner().invoke(app, ["run", "--no-model", *(site + path for path in paths)])
    assert done.exit_code == 1
    *lines, last = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [site + path for path in paths]
    assert "5 inputs failed" in last
