"""Drives every part of the page in headless Chromium: real clicks, no console errors,
screenshots kept. Run: page_test.py URL KEY_FILE FOLDER  (prints 'N passed, N failed').

The database behind URL has the demo in it.
"""

import importlib.resources
import pathlib
import sys

from playwright.sync_api import sync_playwright

url, key_file, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
key = pathlib.Path(key_file).read_text().strip()
folder.mkdir(parents=True, exist_ok=True)
passed = failed = 0
complaints: list[str] = []
axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()


def check(name: str, is_so: bool) -> None:
    global passed, failed
    if is_so:
        passed += 1
    else:
        failed += 1
        print(f"page test: NOT {name}")


def until(page, condition: str) -> None:
    """Waits for it; asked from outside, as the page's policy forbids it to evaluate texts."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(condition)


def settled(page) -> None:
    until(page, "!document.querySelector('main')?.innerText.includes('Loading …')")


def shoot(page, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def open_part(page, name: str) -> None:
    page.goto(f"{url}/#{name}")
    page.wait_for_selector("main section")
    settled(page)


def named(page) -> bool:
    """Every control has a name for those who do not see it."""
    return page.evaluate(
        """() => [...document.querySelectorAll('main button, main input, main select, main a')]
        .every((one) => (one.innerText || one.getAttribute('aria-label')
            || one.closest('label')?.innerText || '').trim() !== '')"""
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


with sync_playwright() as play:
    browser = play.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text)
        # Chromium itself reports the answer that asks for the key.
        if line.type == "error" and "401" not in line.text
        else None,
    )

    page.goto(f"{url}/")
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
    box = page.locator("main .chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("text=when was it like this?")
    check("a bar under the pointer shows its snapshot", "RSI 14" in page.inner_text("main"))
    check("indicators and regimes have a key", "EMA 200" in page.inner_text(".keys")
          and "bars" in page.inner_text(".keys"))
    before = page.locator("main canvas").first.screenshot()
    page.uncheck("input[name=regimes]")
    page.wait_for_timeout(300)
    check("the regimes can be hidden", page.locator("main canvas").first.screenshot() != before)
    page.check("input[name=regimes]")
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
    amazon = page.locator(".step").first.locator("> details", has_text="AMZN:")
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
    page.goto(f"{url}/#jobs")
    open_part(page, "strategies?symbol=AAPL")
    page.click("text=Test on AAPL")
    page.wait_for_selector(".result canvas")
    check("a backtest shows its trades on the candles", "Sharpe" in page.inner_text(".result"))
    shoot(page, "backtest")
    page.click("text=Sweep")
    page.wait_for_selector(".heat")
    check("a sweep is a map of nine squares", page.locator(".heat td").count() == 9)
    check("and says what is luck", "more than luck" in page.inner_text(".result"))
    shoot(page, "sweep")
    page.click("text=Walk forward")
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
    boxes = page.locator("fieldset input[type=checkbox]")
    boxes.first.uncheck()
    check("edges can be hidden by type", not boxes.first.is_checked())
    check("controls have names", named(page))
    shoot(page, "graph")

    for part in ["agents", "jobs"]:
        open_part(page, part)
        check(f"{part} can be opened", page.locator("main section").count() > 0)
        check(f"{part} shows no error", page.locator("main [role=alert]").count() == 0)
        shoot(page, part)

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

    for part in (
        "desk", "market?symbol=AAPL", "patterns?symbol=AAPL&as_of=2018-02-05", "cycles?cycle=3",
        "strategies?symbol=AAPL", "agents", "graph?label=Strategy&search=", "jobs",
    ):
        open_part(page, part)
        accessible(page, part.split("?")[0])
    page.emulate_media(color_scheme="dark")
    open_part(page, "desk")
    accessible(page, "the dark desk")
    page.emulate_media(color_scheme="light")

    page.set_viewport_size({"width": 380, "height": 800})
    open_part(page, "desk")
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    check("it fits a phone", wide)
    check("pictures are drawn for its width", page.evaluate(
        "document.querySelector('main .chart svg').viewBox.baseVal.width") < 380)
    shoot(page, "phone")
    page.emulate_media(color_scheme="dark")
    open_part(page, "patterns?symbol=AAPL&as_of=2018-02-05")
    shoot(page, "dark")

    paint = page.evaluate(
        """() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 1e9"""
    )
    check(f"the first paint is within a second ({paint:.0f} ms)", paint < 1000)
    page.click("#leave")
    page.wait_for_selector("#login[open]")
    check("logging out ends the session", page.context.cookies() == [])
    browser.close()

for complaint in complaints:
    print(f"page test: the console says: {complaint}")
check("the console is silent", not complaints)
print(f"page: {passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
