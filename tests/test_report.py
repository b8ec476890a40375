from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from extractor.drawings import loops, payments
from extractor.report import TerminalWriter, deal_amount, pieces, short_amount, show_text, write_report
from extractor.values import (
    Article,
    Deal,
    DealType,
    Entry,
    Extraction,
    Mention,
    MentionType,
    Money,
    Org,
    Qualifier,
    Status,
)

HOSTILE = "<script>document.title='hacked'</script>"
TEXT = f"3 March: Acme pays Brill $5bn for cloud. Later Brill buys 10% of {HOSTILE} Acme for $7m."


def mention(kind: MentionType, text: str, value: Org | Money) -> Mention:
    start = TEXT.index(text)
    return Mention(type=kind, start=start, end=start + len(text), text=text, value=value)


def deal(evidence: str, **slots: object) -> Deal:
    start = TEXT.index(evidence)
    values: dict[str, Any] = {
        "parties": ("Acme", "Brill"),
        "status": Status.ANNOUNCED,
        "confidence": 0.9,
        "currency": "USD",
        **slots,
    }
    return Deal(evidence=evidence, evidence_start=start, evidence_end=start + len(evidence), **values)


X = Extraction(
    article=Article(id="hostile & odd", text=TEXT, lang="en", title=HOSTILE, published="2025-03-04"),
    entries=(Entry(start=0, end=len(TEXT), date="2025-03-03"),),
    mentions=(
        mention(MentionType.ORG, "Acme", Org(norm=HOSTILE, evidence=("cue",))),
        mention(MentionType.MONEY, "$5bn", Money(value=Decimal(5_000_000_000), currency="USD")),
    ),
    deals=(
        deal(
            "Acme pays Brill $5bn for cloud",
            payer=("Acme",),
            payee=("Brill",),
            type=DealType.CLOUD,
            amount=Decimal(5_000_000_000),
            date="2025-03-03",
        ),
        deal(
            "Brill buys 10% of",
            payer=("Brill",),
            payee=("Acme",),
            type=DealType.STAKE,
            amount=Decimal(7_000_000),
            date="2025",
        ),
    ),
)


def test_the_pieces_are_the_text() -> None:
    assert "".join(piece.text for piece in pieces(X)) == TEXT


def test_a_deal_lights_its_evidence() -> None:
    assert "".join(p.text for p in pieces(X) if 0 in p.deals) == X.deals[0].evidence


def test_the_terminal_shows_the_entry_and_the_text() -> None:
    assert show_text(X).plain == f"[2025-03-03] {TEXT}"


def test_control_characters_do_not_reach_the_terminal() -> None:
    hostile = replace(X, article=replace(X.article, text="\x1b[2J" + TEXT[4:]), mentions=(), entries=())
    assert "\x1b" not in show_text(hostile).plain


def test_money_that_comes_back_is_a_loop() -> None:
    assert loops(payments(X.deals)) == [("Acme", "Brill")]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("38000000000", "USD 38bn"), ("22400000", "USD 22.4m"), ("5", "USD 5"), ("0.05", "USD 0.05")],
)
def test_an_amount_for_the_eye(amount: str, shown: str) -> None:
    assert short_amount(Decimal(amount), "USD") == shown


def test_a_qualifier_is_shown() -> None:
    assert deal_amount(replace(X.deals[0], amount_qualifier=Qualifier.UP_TO)) == "≤ USD 5bn"


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    write_report([X], tmp_path / "a.html")
    write_report([X], tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


class Seen(HTMLParser):
    """The elements of a page and what they are told to do."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.doing: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.doing += [(k, v) for k, v in attrs if k.startswith("on") or "javascript:" in (v or "").lower()]


@pytest.mark.parametrize(
    "name",
    [
        HOSTILE,
        "<svg onload=alert(1)>",
        "<img src=x onerror=alert(1)>",
        '" onmouseover="alert(1)',
        "' autofocus onfocus='alert(1)",
        "</title></text></svg><script>alert(1)</script>",
        "]]><script>alert(1)</script>",
        "{{ 7 * 7 }} $x^2$ &lt;b&gt;",
    ],
)
def test_names_that_are_markup_add_nothing_to_the_page(tmp_path: Path, name: str) -> None:
    pages = {}
    for other in ("Brill", name):
        deals = tuple(
            replace(d, parties=("Acme", other), payer=(a,), payee=(b,), source=other)
            for d, a, b in zip(X.deals, ("Acme", other), (other, "Acme"), strict=True)
        )
        article = replace(X.article, id=other, title=other, url=f"javascript:{other}", site=other)
        write_report([replace(X, article=article, deals=deals, notes=(other,))], tmp_path / "page.html")
        pages[other] = Seen((tmp_path / "page.html").read_text("utf-8"))
    assert pages[name].doing == []
    assert {tag: pages[name].tags.count(tag) for tag in ("script", "svg", "img", "b", "a", "iframe")} == {
        tag: pages["Brill"].tags.count(tag) for tag in ("script", "svg", "img", "b", "a", "iframe")
    }


def test_control_characters_do_not_reach_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = replace(X.deals[0], payer=("Ac\x1b[2Jme\x07\u202e",), payee=("Bri\x9bll\r",))
    writer = TerminalWriter()
    writer.write([replace(X, deals=(hostile,))], writer.done)
    writer.close()
    assert not set("\x1b\x07\u202e\x9b\r") & set(capsys.readouterr().out)


def test_several_articles_get_an_index_and_a_page_each(tmp_path: Path) -> None:
    assert write_report([X, X, X], tmp_path / "r.html") == 3
    assert len(list((tmp_path / "r_articles").iterdir())) == 3
    assert 'href="r_articles/000002.html#deal-1"' in (tmp_path / "r.html").read_text("utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium on this machine: scripts/test installs it where it may")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update",
                 "disable-sync", "no-first-run", "disable-dev-shm-usage", "window-size=1100,900"):  # fmt: skip
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> webdriver.Chrome:
    write_report([X], tmp_path / "report.html")
    browser.get((tmp_path / "report.html").as_uri())
    return browser


def test_the_page_loads_without_error_or_request(page: webdriver.Chrome) -> None:
    assert page.get_log("browser") == []
    events = [json.loads(row["message"])["message"] for row in page.get_log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith(("file:", "data:"))} == set()


def test_hostile_text_stays_text(page: webdriver.Chrome) -> None:
    assert page.title == HOSTILE
    assert HOSTILE in page.find_element(By.CLASS_NAME, "text").text


def test_a_click_on_a_row_shows_its_evidence(page: webdriver.Chrome) -> None:
    page.find_elements(By.CSS_SELECTOR, "tbody tr")[1].click()
    lit = "".join(e.get_property("textContent") for e in page.find_elements(By.CSS_SELECTOR, ".lit"))
    assert lit == X.deals[1].evidence
    assert page.current_url.endswith("#deal-1")


def test_the_filter_hides_the_others(page: webdriver.Chrome) -> None:
    page.find_element(By.CSS_SELECTOR, "input").send_keys("stake")
    assert [row.is_displayed() for row in page.find_elements(By.CSS_SELECTOR, "tbody tr")] == [False, True]


def test_amounts_sort_as_numbers(page: webdriver.Chrome) -> None:
    head = next(th for th in page.find_elements(By.CSS_SELECTOR, "th") if th.text.startswith("amount"))
    head.find_element(By.TAG_NAME, "button").click()
    rows = [row.text for row in page.find_elements(By.CSS_SELECTOR, "tbody tr")]
    assert ["7m" in rows[0], "5bn" in rows[1]] == [True, True]


def test_a_mark_tells_its_value_by_keyboard(page: webdriver.Chrome) -> None:
    mark = page.find_element(By.CSS_SELECTOR, "mark.MONEY")
    page.execute_script("arguments[0].focus()", mark)
    assert "USD 5bn" in mark.find_element(By.CLASS_NAME, "tip").text


def test_a_phone_shows_every_slot_without_scrolling_sideways(page: webdriver.Chrome) -> None:
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        assert page.execute_script("return document.documentElement.scrollWidth") == 390
        row = page.find_element(By.CSS_SELECTOR, "tr[data-deal]")
        ends = [cell.rect["x"] + cell.rect["width"] for cell in row.find_elements(By.TAG_NAME, "td")]
        assert max(ends) <= 390
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
