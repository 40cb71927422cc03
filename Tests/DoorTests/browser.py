"""What the tests of the page share: a browser that is logged in, and counted checks."""

import contextlib
import pathlib
import sys

from playwright.sync_api import Page, sync_playwright


class Checks:
    """Counts what is so and prints what is not."""

    def __init__(self, name: str) -> None:
        self.name, self.passed, self.failed = name, 0, 0

    def __call__(self, what: str, is_so: bool, detail: object = "") -> None:
        if is_so:
            self.passed += 1
        else:
            self.failed += 1
            print(f"{self.name} test: NOT {what} {detail}")

    def end(self) -> None:
        print(f"{self.name}: {self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def until(page: Page, condition: str) -> None:
    """Waits for it; asked from outside, as the page's policy forbids it to evaluate texts."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(condition)


def settled(page: Page) -> None:
    until(page, "!document.querySelector('main')?.innerText.includes('Loading …')"
          " && !document.querySelector('main [aria-busy]')")


def open_part(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/#{name}")
    until(page, f"document.querySelector('#pages [aria-current]')?.hash === '#{name.split('?')[0]}'")
    settled(page)


@contextlib.contextmanager
def logged_in(url: str, key_file: str, complaints: list[str]):
    """A page at the desk; what the console says is an addition to the complaints."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(
            viewport={"width": 1280, "height": 900},
            permissions=["clipboard-read", "clipboard-write"],
        )
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
        page.fill("#key", pathlib.Path(key_file).read_text().strip())
        page.click("#login button")
        page.wait_for_selector("main section")
        settled(page)
        yield page
        browser.close()
