"""Articles at an address: a page, a text, or a feed with the pages that it points to.

Nothing is fetched but what a person names, and what the feed that they name points to. A site's robots.txt is obeyed,
requests to one site are a pause apart, a certificate must hold, and an answer may neither be long nor take long. The
items of a feed are read where the feed holds them in full, else on their pages.
"""

from __future__ import annotations

import http
import logging
import re
import threading
import time
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import version
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from trafilatura.downloads import fetch_response
from trafilatura.settings import DEFAULT_CONFIG
from trafilatura.utils import Response

from extractor.containers import FEED, Raw, ReadFailure, read_feed, slug
from extractor.encoding import decode, html_charset
from extractor.values import ReadError

# Seconds that a site may be silent, and that an answer may take in all, with what is tried again.
SILENCE, PATIENCE = 10, 60
# News pages have some 0.1 to 2 MB.
MAX_PAGE = 10 * 2**20
# Seconds between two requests to one site where its robots.txt names none; and the most of it that is obeyed.
PAUSE, MAX_PAUSE = 1.0, 30.0
# A page with less text than this is a notice (no access, no script), not an article: a brief has more.
LEAST = 120
_AGENT = "extractor"
_PAGES = re.compile(r"text/(?:html|plain)|application/xhtml\+xml|$", re.IGNORECASE)
_FEEDS = re.compile(r"(?:text|application)/(?:(?:rss|atom|rdf)\+)?xml", re.IGNORECASE)


def is_address(name: str) -> bool:
    """Whether an input is an address, not the name of a file."""
    return re.match(r"https?://", name, re.IGNORECASE) is not None


class Fetcher:
    """Reads addresses one after the other; keeps what each site's robots.txt says, and when it was last asked."""

    def __init__(self) -> None:
        self._robots: dict[str, RobotFileParser | ReadError] = {}
        self._asked: dict[str, float] = {}

    def records(self, url: str) -> Iterator[Raw | ReadFailure]:
        """What stands at an address; ReadError where it cannot be read."""
        answer = self._page(url, named=url)
        told = _FEEDS.match((answer.headers or {}).get("content-type", ""))
        if not told and not FEED.match(answer.data[:9000].decode("utf-8", "replace")):
            yield _raw(answer, url)
            return
        for item in read_feed(answer.data, url, slug(url), summaries=False):
            link = item.fields.get("url")
            if {"text", "html"} & set(item.fields) or not isinstance(link, str):
                yield item
                continue
            try:
                page = _raw(self._page(link, named=url), link)
            except ReadError as error:
                yield ReadFailure(link, str(error))
            else:
                yield Raw(page.place, item.id, {**page.fields, **item.fields}, page.least)

    def _page(self, url: str, *, named: str) -> Response:
        """The answer of an address that is, or that was found at, the one that a person named."""
        try:
            trusted = _site(url) == _site(named)
            robots = self._rules(url, trusted=trusted)
            if not robots.can_fetch(_AGENT, url):
                raise ReadError("the site's robots.txt forbids it: save the page as a file if you may")
            delay = robots.crawl_delay(_AGENT)
            answer = self._get(url, min(float(delay), MAX_PAUSE) if delay else PAUSE, trusted=trusted)
            if answer.status != http.HTTPStatus.OK:
                raise ReadError(f"answered {_status(answer.status)}: check the address")
        except ReadError as error:
            raise ReadError(f"{url}: {error}") from error
        return answer

    def _rules(self, url: str, *, trusted: bool) -> RobotFileParser:
        site = _site(url)
        if site not in self._robots:
            try:
                self._robots[site] = self._read_robots(site, trusted=trusted)
            except ReadError as error:
                self._robots[site] = error  # a site that fails is not asked again
        rules = self._robots[site]
        if isinstance(rules, ReadError):
            raise rules
        return rules

    def _read_robots(self, site: str, *, trusted: bool) -> RobotFileParser:
        """A site's rules (RFC 9309): without a file all is allowed; where the site fails, nothing is."""
        rules = RobotFileParser()
        answer = self._get(f"{site}/robots.txt", PAUSE, trusted=trusted)
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ReadError(f"the site's robots.txt answered {_status(answer.status)}: try again later")
        found = answer.status == http.HTTPStatus.OK
        rules.parse(answer.data.decode("utf-8", "replace").splitlines() if found else [])
        return rules

    def _get(self, url: str, pause: float, *, trusted: bool) -> Response:
        site = _site(url)
        if site in self._asked:
            time.sleep(max(0.0, self._asked[site] + pause - time.monotonic()))
        try:
            return _download(url, trusted=trusted)
        finally:
            self._asked[site] = time.monotonic()


def _site(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ReadError(f"no address: {error}") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        raise ReadError("no address of a page: that is https:// and the name of a site")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _status(status: int) -> str:
    known = status in set(http.HTTPStatus)
    return f"{status} {http.HTTPStatus(status).phrase}" if known else str(status)


def _raw(answer: Response, url: str) -> Raw:
    media = (answer.headers or {}).get("content-type", "")
    if not _PAGES.match(media):
        raise ReadError(f"{url}: is {media.partition(';')[0]}, no page: save it as text")
    body = decode(answer.data, url, charset=html_charset(answer.data, media))
    form = "text" if media.lower().startswith("text/plain") else "html"
    return Raw(url, slug(url), {form: body, "url": answer.url or url}, LEAST)


class _Cause(logging.Handler):
    """Keeps the error that trafilatura's downloader logs: it returns nothing that would tell why."""

    error = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.error = record.getMessage()


def _download(url: str, *, trusted: bool) -> Response:
    """The answer of an address, by trafilatura's downloader; an untrusted one may not lead into a private network."""
    answers: list[Response | None] = []
    cause, logger = _Cause(logging.ERROR), logging.getLogger("trafilatura.downloads")
    worker = threading.Thread(
        target=lambda: answers.append(fetch_response(url, config=_config(trusted=trusted))), daemon=True
    )
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(cause)
    try:
        worker.start()
        worker.join(PATIENCE)
    finally:
        logger.removeHandler(cause)
        logger.propagate = propagated
    if not answers:
        raise ReadError(f"took longer than {PATIENCE} seconds: try again later")
    if (answer := answers[0]) is None:
        raise ReadError(_reason(cause.error))
    return answer


def _config(*, trusted: bool) -> ConfigParser:
    config = ConfigParser(interpolation=None)
    config.read_dict({"DEFAULT": DEFAULT_CONFIG.defaults()})
    config.read_dict(
        {
            "DEFAULT": {
                "DOWNLOAD_TIMEOUT": str(SILENCE),
                "MAX_FILE_SIZE": str(MAX_PAGE),
                "MAX_REDIRECTS": "3",
                "SSRF_PROTECTION": "off" if trusted else "on",
                "INSECURE_SSL_FALLBACK": "off",
                "USER_AGENTS": f"{_AGENT}/{version('extractor')}",
            }
        }
    )
    return config


def _reason(error: str) -> str:
    """Why a download failed, for a person, from what the downloader says."""
    told = " ".join(error.split())
    for pattern, reason in (
        ("MAX_FILE_SIZE", f"larger than {MAX_PAGE} bytes: no article is that long"),
        ("timed out", f"no answer within {SILENCE} seconds: try again later"),
        ("resolve|Name or service", "no such site: check the address"),
        ("CERTIFICATE|SSL", "its certificate does not hold: nothing is read from it"),
        ("SSRF", "an address of a private network, which only you may name: give it to extractor itself"),
        ("too many redirects", "redirects too often: check the address"),
        ("too many \\d+ error", "answers with errors: try again later"),
        ("refused", "nobody answers there: check the address"),
    ):
        if re.search(pattern, told):
            return reason
    return f"cannot be fetched: {told[:200]}"
