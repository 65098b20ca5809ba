# SPDX-License-Identifier: Apache-2.0
"""The review page in a real browser: by mouse, by keyboard alone, dark, on a phone, printed, and without its script.

Needs playwright, Chromium (``PHONEFSM_CHROMIUM``, or ``chromium`` on the path),
axe-core (``npm ci`` in this folder).
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from phonefsm import CapturePolicy
from phonefsm.review import svg
from phonefsm.review.page import render
from phonefsm.table import State
from tests.test_behaviour import DEFAULT, EVERYTHING_ON, UNCONFIRMED, changed, made

playwright = pytest.importorskip(
    "playwright.sync_api", reason="tests in a browser need playwright; .ci/run installs what they need"
)

AXE: Final = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
CHROMIUM: Final = os.environ.get("PHONEFSM_CHROMIUM") or shutil.which("chromium")
STATES: Final = [str(state) for state in State]
WIDE: Final = {"width": 1280, "height": 900}
PHONE: Final = {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="tests in a browser need chromium; .ci/run installs it"),
    pytest.mark.skipif(not AXE.is_file(), reason="tests in a browser need axe-core: npm ci in tests/browser"),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    # Chromium's sandbox does not start for root, who runs the tests in containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return files with pages: the default policy's, one in Hindi with all that there is, and one that changed."""
    folder = tmp_path_factory.mktemp("pages")
    several = {"default": (DEFAULT, None), "hindi": (EVERYTHING_ON, None), "changed": (UNCONFIRMED, DEFAULT)}
    found = {}
    for name, (fields, old) in several.items():
        found[name] = folder / f"{name}.html"
        since = None if old is None else changed(old, fields)
        text = render(made(fields), svg.capture(CapturePolicy.load(fields)), since)
        found[name].write_text(text, encoding="utf-8")
    return found


class Opened:
    """A page in a browser, with all that it asked for and complained of."""

    def __init__(self, browser: Any, file: Path, **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **context})
        self.page = self.context.new_page()
        self.url = file.as_uri()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(self.url)

    def shown(self) -> list[str]:
        """Return the states whose panels can be seen."""
        found = self.page.evaluate(
            "[...document.querySelectorAll('.panel')].filter(p => p.querySelector('h3').checkVisibility("
            "{contentVisibilityAuto: true, visibilityProperty: true})).map(p => p.id)"
        )
        return [str(name) for name in found]

    def chosen(self) -> list[str]:
        """Return the states that are marked as chosen, in the diagram and above the panels."""
        found = self.page.evaluate(
            "[...document.querySelectorAll('a[data-state][aria-current]')].map(a => a.dataset.state)"
        )
        return [str(name) for name in found]

    def serious(self) -> list[str]:
        """Return what axe finds that is serious or critical."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']][:5]}"
            for each in result["violations"]
            if each["impact"] in ("serious", "critical")
        ]


@pytest.fixture
def opened(browser: Any, pages: dict[str, Path]) -> Iterator[Any]:
    """Return what opens a page; at the end none of them may have asked for anything, or complained."""
    several: list[Opened] = []

    def open_page(name: str = "default", **context: Any) -> Opened:
        several.append(Opened(browser, pages[name], **context))
        return several[-1]

    yield open_page
    for each in several:
        each.context.close()
        assert set(each.requests) <= {each.url}, "nothing but the page itself is asked for"
        assert each.complaints == []


# Choosing a state.


def test_each_state_in_the_diagram_can_be_clicked(opened: Any) -> None:
    view = opened()
    assert view.shown() == ["asking"]
    for state in reversed(STATES):
        view.page.locator(f"figure svg a[data-state={state}]").click()
        assert view.shown() == [state]
        assert view.chosen() == [state, state]
        assert view.page.locator(f"#{state}").evaluate("panel => panel.getBoundingClientRect().top < innerHeight")


def test_the_list_above_the_panels_chooses_too_and_shows_all(opened: Any) -> None:
    view = opened()
    view.page.locator(".picker a[data-state=declined]").click()
    assert view.shown() == ["declined"]
    view.page.get_by_role("link", name="all of them").click()
    assert view.shown() == STATES


def test_a_link_to_a_state_opens_it_and_going_back_returns(opened: Any) -> None:
    view = opened()
    view.page.goto(f"{view.url}#completed")
    view.page.reload()
    assert view.shown() == ["completed"]
    view.page.locator("figure svg a[data-state=asking]").click()
    view.page.go_back()
    assert view.shown() == ["completed"]
    view.requests.clear()


def tab_to(view: Any, selector: str) -> None:
    """Press the tabulator until what ``selector`` finds has the focus."""
    for _ in range(80):
        view.page.keyboard.press("Tab")
        if view.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"the tabulator does not lead to {selector}")


def test_with_the_keyboard_alone_each_state_can_be_chosen(opened: Any) -> None:
    view = opened()
    for place, state in enumerate(STATES):
        view.page.goto(view.url)
        view.page.reload()
        tab_to(view, f"figure svg a[data-state={state}]")
        view.page.keyboard.press("Enter" if place % 2 else "Space")
        assert view.shown() == [state]


def test_what_has_the_focus_can_be_seen(opened: Any) -> None:
    view = opened()
    link = "figure svg a[data-state=completed]"
    stroke = f"getComputedStyle(document.querySelector('{link} .node path, {link} .node polygon')).strokeWidth"
    before = view.page.evaluate(stroke)
    tab_to(view, link)
    assert view.page.evaluate(stroke) != before
    tab_to(view, ".picker a")
    assert view.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_first_tabulator_offers_to_skip_to_the_content(opened: Any) -> None:
    view = opened()
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("Enter")
    assert view.page.evaluate("document.activeElement.id") == "content"


def test_without_javascript_all_states_are_shown_and_the_diagram_leads_to_them(opened: Any) -> None:
    view = opened(java_script_enabled=False)
    for state in STATES:
        panel = view.page.locator(f"#{state} > h3")
        assert panel.is_visible()
        view.page.locator(f"figure svg a[data-state={state}]").click()
        assert view.page.url == f"{view.url}#{state}"
    assert not view.page.get_by_role("link", name="all of them").is_visible()


# Closed.


def test_a_script_or_picture_that_is_slipped_in_is_not_run_and_not_fetched(
    browser: Any, pages: dict[str, Path]
) -> None:
    view = Opened(browser, pages["default"])
    view.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        "document.body.append(script); const picture = new Image(); picture.src = 'https://example.com/a.png';"
        "document.body.append(picture); fetch('https://example.com/b').catch(() => {}); }"
    )
    view.page.wait_for_timeout(200)
    assert view.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in view.complaints)
    view.context.close()


# How it looks.


def brightness(view: Any, selector: str, name: str) -> float:
    """Return how bright a colour is, from 0 to 255."""
    colour = view.page.evaluate(
        "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]", [selector, name]
    )
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_readers_preference(opened: Any, scheme: str) -> None:
    view = opened(color_scheme=scheme)
    paper, ink = brightness(view, "body", "backgroundColor"), brightness(view, "body", "color")
    state = brightness(view, "#state-asking text", "fill")
    assert (paper < 60 and ink > 190 and state > 190) if scheme == "dark" else (paper > 240 and ink < 60 and state < 60)


@pytest.mark.parametrize("name", ["default", "hindi", "changed"])
@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_only_wide_things_scroll_and_in_boxes_of_their_own(opened: Any, name: str, width: int) -> None:
    view = opened(name, viewport={"width": width, "height": 700}, has_touch=True, is_mobile=True)
    view.page.get_by_role("link", name="all of them").tap()
    view.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert view.page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = view.page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth)"
        ".map(box => [box.tabIndex, box.getAttribute('aria-label')])"
    )
    assert boxes
    assert all(place == 0 and label for place, label in boxes)


def test_on_a_phone_states_can_be_tapped(opened: Any) -> None:
    view = opened(viewport=PHONE, has_touch=True, is_mobile=True)
    view.page.locator("figure svg a[data-state=collecting]").tap()
    assert view.shown() == ["collecting"]


@pytest.mark.parametrize("name", ["default", "hindi", "changed"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_serious(opened: Any, name: str, scheme: str, size: dict[str, int]) -> None:
    view = opened(name, color_scheme=scheme, viewport=size)
    assert view.serious() == []
    view.page.get_by_role("link", name="all of them").click()
    view.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert view.serious() == []


def test_axe_would_find_it(browser: Any, pages: dict[str, Path]) -> None:
    """The check itself: text that nobody can read is a serious finding."""
    view = Opened(browser, pages["default"])
    view.page.evaluate("document.querySelector('.promise').style.color = '#bbbbbb'")
    assert any(found.startswith("color-contrast") for found in view.serious())
    view.context.close()


# Printing.


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_print_is_light_and_holds_everything_but_what_is_for_the_screen(opened: Any, script: bool) -> None:
    view = opened("changed", color_scheme="dark", java_script_enabled=script)
    view.page.emulate_media(media="print", color_scheme="dark")
    for state in STATES:
        assert view.page.locator(f"#{state} > h3").is_visible()
    assert not view.page.locator(".contents").is_visible()
    assert not view.page.locator(".picker").is_visible()
    for inner in view.page.locator("details > .inner").all():
        box = inner.bounding_box()
        assert box is not None
        assert box["height"] > 10
    if script:
        assert brightness(view, "body", "backgroundColor") > 240
        assert brightness(view, "#state-asking text", "fill") < 60


@pytest.mark.parametrize(("paper", "width", "height"), [("A4", 595, 842), ("Letter", 612, 792)])
def test_a_pdf_has_the_papers_size_and_no_line_is_cut_off(opened: Any, paper: str, width: int, height: int) -> None:
    view = opened("default")
    pdf = view.page.pdf(format=paper, print_background=True)
    sizes = {
        tuple(round(float(side)) for side in found)
        for found in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    }
    assert len(sizes) == 1
    (size,) = sizes
    assert abs(size[0] - width) <= 1
    assert abs(size[1] - height) <= 1
    assert 10 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 40
    # The margins of the sheet are 15 mm on each side; a CSS pixel is a 96th of an inch.
    inside = round((width / 72 - 30 / 25.4) * 96)
    view.page.set_viewport_size({"width": inside, "height": 900})
    view.page.emulate_media(media="print")
    wide = view.page.evaluate(
        "width => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > width + 1)"
        ".map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))",
        inside,
    )
    assert wide == []


def test_printing_leaves_the_page_as_it_was(opened: Any) -> None:
    view = opened()
    closed = "document.querySelectorAll('details:not([open])').length"
    before = view.page.evaluate(closed)
    view.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert view.page.evaluate(closed) == 0
    view.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert view.page.evaluate(closed) == before > 0


def test_the_titles_and_languages_are_those_of_the_policy(opened: Any) -> None:
    view = opened("hindi")
    assert view.page.title().startswith("Phone-number capture: behaviour ")
    assert view.page.evaluate("document.documentElement.lang") == "en"
    line = json.dumps(made(EVERYTHING_ON).lines["ask"])
    found = f"[...document.querySelectorAll('td')].find(cell => cell.textContent === {line}).closest('[lang]').lang"
    assert view.page.evaluate(found) == "hi"
