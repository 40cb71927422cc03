"""Drives every part of the page in headless Chromium: real clicks, no console errors,
screenshots kept. Run: page_test.py URL KEY_FILE FOLDER  (prints 'N passed, N failed').

The database behind URL has the demo in it.
"""

import importlib.resources
import pathlib
import sys

from browser import Checks, logged_in, settled, until
from browser import open_part as open_of

url, key_file, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
key = pathlib.Path(key_file).read_text().strip()
folder.mkdir(parents=True, exist_ok=True)
check = Checks("page")
complaints: list[str] = []
axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
PARTS = (
    "desk", "market?symbol=AAPL", "patterns?symbol=AAPL&as_of=2018-02-05", "cycles?cycle=3",
    "strategies?symbol=AAPL", "agents", "graph?label=Strategy&search=",
    "graph?label=Instrument&key=AMZN", "jobs",
)


def open_part(page, name: str) -> None:
    open_of(page, url, name)


def shoot(page, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def named(page) -> bool:
    """Every control has a name for those who do not see it."""
    return page.evaluate(
        """() => [...document.querySelectorAll('main button, main input, main select, main a')]
        .every((one) => (one.textContent || one.getAttribute('aria-label')
            || one.closest('label')?.textContent || '').trim() !== '')"""
    )


def accessible(page, name: str) -> None:
    """No violation of WCAG 2.1 A and AA that axe-core finds."""
    page.evaluate(axe)
    found = page.evaluate(
        """async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}))
        .violations.map(one => one.id + ': ' + one.nodes.slice(0, 3)
            .map(node => node.target.join(' ')).join(', '))"""
    )
    for one in found:
        print(f"page test: {name}: {one}")
    check(f"{name} is accessible", not found)


with logged_in(url, key_file, complaints) as page:
    page.click("#leave")
    page.wait_for_selector("#login[open]")
    page.fill("#key", "bw_wrong")
    page.click("#login button")
    until(page, "document.getElementById('login-wrong').innerText !== ''")
    check("a wrong key is refused in words", "unknown" in page.inner_text("#login-wrong"))
    page.fill("#key", key)
    page.click("#login button")
    page.wait_for_selector("main section")
    settled(page)
    check("the desk shows equity", "Equity, USD" in page.inner_text("main"))
    page.wait_for_selector("main svg path")
    check("and the curve", page.locator("svg path").count() >= 2)
    check("controls have names", named(page))
    shoot(page, "desk")

    open_part(page, "market?symbol=AAPL")
    page.wait_for_selector("main canvas")
    page.wait_for_selector("text=When was it like this?")
    title = "document.querySelector('section[aria-label=Snapshot] h2')?.innerText"
    newest = page.evaluate(title)
    box = page.locator("main .chart.tall").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, f"{title} && {title} !== '{newest}'")
    hovered = page.evaluate(title)
    check("a bar under the pointer shows its snapshot", "RSI 14" in page.inner_text("main"))
    page.mouse.move(5, 5)
    page.locator("main .chart.tall").focus()
    page.keyboard.press("ArrowLeft")
    until(page, f"{title} && {title} !== '{hovered}'")
    check("the arrow keys go from bar to bar", page.evaluate(title) < hovered)
    check("indicators and regimes have a key", "EMA 200" in page.inner_text(".keys")
          and "bars" in page.inner_text(".keys"))
    before = page.locator("main canvas").first.screenshot()
    page.uncheck("input[name=regimes]")
    page.wait_for_timeout(300)
    check("the regimes can be hidden", page.locator("main canvas").first.screenshot() != before)
    page.check("input[name=regimes]")
    page.uncheck("input[name=rsi]")
    check("and the oscillator", page.locator(".chart.low").is_hidden())
    page.check("input[name=rsi]")
    page.wait_for_timeout(300)
    shoot(page, "market")

    open_part(page, "patterns?symbol=AAPL&as_of=2018-02-05&k=30")
    page.wait_for_selector("main svg path")
    check("thirty stretches and the fan", page.locator("main svg path").count() > 30)
    check("the base rate stands beside it", "Wins usually" in page.inner_text("main"))
    page.select_option("select[name=symbol]", "NVDA")
    until(page, "location.hash.includes('NVDA')")
    settled(page)
    check("another instrument can be chosen", "patterns" in page.url and "NVDA" in page.url)
    check("controls have names", named(page))
    shoot(page, "patterns")

    open_part(page, "cycles?cycle=3")
    check("the four agents stand in a row", page.locator(".step").count() == 4)
    amazon = page.locator(".step").first.locator("> details", has_text=" AMZN ")
    amazon.locator("> summary").click()
    check("evidence is one click away", amazon.locator("a", has_text="Evidence")
          .get_attribute("href").startswith("#patterns?symbol=AMZN&as_of=2018-02-05"))
    amazon.locator("summary", has_text="as it was known").click()
    amazon.locator("pre:has-text('snapshot_id')").first.wait_for()
    check("and the input of the first agent", "rsi_14" in amazon.inner_text())
    check("later agents got what the earlier said",
          page.locator(".step").last.locator("summary", has_text="what DataAgent").count() == 9)
    shoot(page, "cycles")
    page.fill("input[name=symbols]", "AAPL")
    page.click("text=Ask the agents")
    until(page, "location.hash !== '#cycles?cycle=3'")
    settled(page)
    check("a cycle can be asked for", "AAPL" in page.inner_text("main"))

    open_part(page, "strategies?symbol=AAPL")
    page.evaluate(
        """async () => (await import('/api.js')).post('/api/strategies', {name: 'page test', config: {
        parameters: {fast: 10, slow: 30}, indicators: {
            quick: {indicator: 'sma', n: '$fast'}, calm: {indicator: 'sma', n: '$slow'}},
        entry: ['>', 'quick', 'calm'], exit: ['<=', 'quick', 'calm']}})"""
    )
    open_part(page, "graph?label=Strategy&search=")
    check("the strategy is in the graph", page.locator("main td a").count() >= 1)
    # A page that is left while it is fetching must not draw over the next one.
    page.goto(f"{url}/#jobs")
    open_part(page, "strategies?symbol=AAPL")
    page.wait_for_timeout(500)
    check("the page that was asked for last is shown", "Queue by kind" not in page.inner_text("main"))
    page.click("text=Test on AAPL")
    page.wait_for_selector(".result canvas")
    check("a backtest shows its trades on the candles", "Sharpe" in page.inner_text(".result"))
    shoot(page, "backtest")
    page.click("main button:text('Sweep')")
    page.wait_for_selector(".heat")
    check("a sweep is a map of nine squares", page.locator(".heat td").count() == 9)
    check("and says what is luck", "more than luck" in page.inner_text(".result"))
    shoot(page, "sweep")
    page.click("main button:text('Walk forward')")
    page.wait_for_selector("text=Sharpe on what it had not seen")
    check("controls have names", named(page))
    shoot(page, "walk-forward")

    open_part(page, "graph?label=Instrument")
    page.click("main td a")
    page.wait_for_selector("svg .node")
    settled(page)
    before = page.locator("svg .node").count()
    check("a neighbourhood is drawn", before > 1)
    page.locator("svg .node:not(:has(circle.open))").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    check("a node opens by the keyboard", page.locator("circle.open").count() >= 2)
    drawn = page.locator("svg .node").count()
    for legend, what in (("Edges", "edges"), ("Kinds", "nodes")):
        boxes = page.locator(f"fieldset:has(legend:text('{legend}')) input[type=checkbox]")
        for number in range(boxes.count()):
            boxes.nth(number).uncheck()
        check(f"{what} can be hidden by type", page.locator("svg .node").count() == 1 < drawn)
        for number in range(boxes.count()):
            boxes.nth(number).check()
        check(f"and shown again: {what}", page.locator("svg .node").count() == drawn)
    check("controls have names", named(page))
    shoot(page, "graph")

    for part in ["agents", "jobs"]:
        open_part(page, part)
        check(f"{part} can be opened", page.locator("main section").count() > 0)
        check(f"{part} shows no error", page.locator("main [role=alert]").count() == 0)
        shoot(page, part)

    # The queue's page: a job that comes is there by itself; while nothing comes nobody asks.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(7000)
    check("a page of the queue that nothing happens to asks nothing", not asked, asked)
    first = "document.querySelector('section[aria-label=\"Newest jobs\"] tbody tr').innerText"
    before = page.evaluate(first)
    page.evaluate(
        """async () => (await import('/api.js')).post('/cycles/run',
        {symbols: ['AAPL'], as_of: '2018-02-05'})"""
    )
    until(page, f"{first} !== {before!r}")
    check("a new job appears by itself", "run_cycle" in page.evaluate(first))
    check("and was not asked for", not [one for one in asked if "/api/jobs" in one], asked)

    # By the keys alone.
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    check("the question mark lists the shortcuts", "Patterns" in page.inner_text("#keys"))
    shoot(page, "shortcuts")
    page.keyboard.press("Escape")
    page.wait_for_selector("#keys", state="hidden")
    page.keyboard.type("ga")
    until(page, "location.hash === '#agents'")
    settled(page)
    page.keyboard.press("?")
    page.locator("#keys input").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.type("gd")
    page.wait_for_timeout(300)
    check("they can be switched off", page.evaluate("location.hash") == "#agents")
    page.evaluate("localStorage.clear()")
    page.reload()
    page.wait_for_selector("main section")
    settled(page)
    page.keyboard.press("Tab")
    check("the first stop of Tab skips to the content",
          page.evaluate("document.activeElement.className") == "skip")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'main'")
    check("and it does, and shows no other page", "Leaderboard" in page.inner_text("main"))

    # What went wrong is said in words, with a way on.
    page.route("**/api/swarm/agents/summary", lambda route: route.abort())
    open_part(page, "jobs")
    open_part(page, "agents")
    check("a gateway that is away is said so",
          "cannot be reached" in page.inner_text("section[aria-label=Leaderboard]"))
    page.unroute("**/api/swarm/agents/summary")
    page.click("section[aria-label=Leaderboard] button:text('Try again')")
    page.wait_for_selector("section[aria-label=Leaderboard] table")
    check("and trying again helps", page.locator("main [role=alert]").count() == 0)
    complaints[:] = [one for one in complaints if "ERR_FAILED" not in one]

    open_part(page, "desk")
    page.click("#halt")
    page.fill("#reason", "page test")
    page.click("#confirm button.stop")
    until(page, "document.getElementById('state').innerText.includes('page test')")
    check("the button halts", "HALTED" in page.inner_text("#state"))
    shoot(page, "halted")
    page.click("#halt")
    until(page, "document.getElementById('state').innerText.includes('active')")
    check("and lets go on", True)

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for part in PARTS:
            open_part(page, part)
            accessible(page, f"{part.split('?')[0]} in {scheme}")

    page.set_viewport_size({"width": 380, "height": 800})
    for part in PARTS:
        open_part(page, part)
        check(f"{part} fits a phone", page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth + 1"))
        shoot(page, f"phone-{part.split('?')[0]}")
    open_part(page, "desk")
    check("pictures are drawn for its width", page.evaluate(
        "document.querySelector('main .chart svg').viewBox.baseVal.width") < 380)
    page.set_viewport_size({"width": 1280, "height": 900})
    open_part(page, "patterns?symbol=AAPL&as_of=2018-02-05")
    shoot(page, "dark")
    page.emulate_media(color_scheme="light", media="print")
    check("paper has no buttons", page.locator("button:visible, nav:visible").count() == 0)
    page.emulate_media(media="screen")

    paint = page.evaluate(
        """() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9"""
    )
    check(f"the first paint is within a second ({paint:.0f} ms)", paint < 1000)
    page.click("#leave")
    page.wait_for_selector("#login[open]")
    check("logging out ends the session", page.context.cookies() == [])

check("the console is silent", not complaints, complaints)
check.end()
