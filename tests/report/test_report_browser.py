"""The HTML report in Chromium: accessible, silent, and without a request."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def opened(context: BrowserContext, path: Path) -> tuple[Page, list[str]]:
    """The report in a page, and whatever it said on the console or asked of the network."""
    heard: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(path.as_uri())
    return page, heard


def violations(page: Page) -> list[str]:
    """What axe finds, after everything that folds is open."""
    axe: Any = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    response = axe.Axe().run(page).response
    return [
        f"{v['id']}: {node['target']} {node['html'][:200]}"
        for v in response["violations"]
        for node in v["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "medium"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_axe_finds_no_violation(browser: Browser, page: Path, scheme: Any, medium: Any) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    sheet, _ = opened(context, page)
    sheet.emulate_media(media=medium, color_scheme=scheme)
    try:
        assert violations(sheet) == []
    finally:
        context.close()


def test_axe_finds_a_planted_violation(browser: Browser, page: Path, tmp_path: Path) -> None:
    faint = page.read_text("utf-8").replace(
        "<main>", '<main><p style="color: #ddd; background: #fff">too faint to read</p>'
    )
    planted = tmp_path / "planted.html"
    planted.write_text(faint, "utf-8")
    context = browser.new_context(color_scheme="light", bypass_csp=True)
    sheet, _ = opened(context, planted)
    try:
        found = violations(sheet)
    finally:
        context.close()
    assert len(found) == 1
    assert found[0].startswith("color-contrast")


@pytest.mark.parametrize("script", [True, False])
def test_it_says_nothing_and_asks_for_nothing(browser: Browser, page: Path, script: bool) -> None:
    context = browser.new_context(java_script_enabled=script)
    sheet, heard = opened(context, page)
    sheet.wait_for_load_state("networkidle")
    context.close()
    assert heard == [page.as_uri()]


def test_its_style_is_let_in_by_its_own_policy_and_no_other_is(browser: Browser, page: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    sheet, _ = opened(context, page)
    assert sheet.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    with sheet.expect_console_message(lambda message: "Content Security Policy" in message.text):
        sheet.evaluate("document.body.setAttribute('style', 'color: red')")
    assert sheet.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    context.close()


@pytest.mark.parametrize("width", [320, 400, 800, 1280])
def test_no_width_scrolls_sideways(browser: Browser, page: Path, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    sheet, _ = opened(context, page)
    sheet.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert sheet.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_paper_cuts_nothing_off(browser: Browser, page: Path) -> None:
    context = browser.new_context(viewport={"width": 673, "height": 900})  # what an A4 sheet leaves of it
    sheet, _ = opened(context, page)
    sheet.evaluate(
        "document.querySelectorAll('.matrix tr').forEach(row => { for (let n = 0; n < 50; n++) "
        "row.append(row.lastElementChild.cloneNode(true)) })"
    )
    assert sheet.evaluate("document.querySelector('.matrix').scrollWidth") > 1500
    sheet.emulate_media(media="print")
    assert sheet.evaluate("document.documentElement.scrollWidth") <= 673
    context.close()


def test_the_keyboard_reaches_the_verdict_first(browser: Browser, page: Path) -> None:
    context = browser.new_context()
    sheet, _ = opened(context, page)
    sheet.keyboard.press("Tab")
    assert sheet.evaluate("document.activeElement.textContent") == "Skip to the verdict"
    assert sheet.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    context.close()


def test_paper_shows_the_exchanges_of_nonconformities(browser: Browser, page: Path) -> None:
    context = browser.new_context()
    sheet, _ = opened(context, page)
    sheet.emulate_media(media="print")
    evidence = ".card.bad details.evidence pre"
    assert sheet.evaluate(f"document.querySelector('{evidence}').checkVisibility()")
    assert not sheet.evaluate("document.querySelector('nav').checkVisibility()")
    context.close()
