"""Every "copy as SQL" and "copy as curl" of the page: clicked, run by psql and by curl as they were
copied, and compared with each other and with what the panel shows.

Run: copies_test.py URL KEY_FILE DSN   (prints 'copies: N passed, N failed')
DSN is an analyst's of the key's tenant.
"""

import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys

from browser import Checks, logged_in, open_part, settled

url, key_file, dsn = sys.argv[1:4]
check = Checks("copies")
environment = os.environ | {"KEY": pathlib.Path(key_file).read_text().strip(), "PGTZ": "UTC"}
# What passes between two looks, or is counted by each of them.
PASSING = {"as_of", "oldest_ready_seconds", "quote_age", "trials", "deflated_sharpe", "done_last_hour"}
csv.field_size_limit(1 << 26)


def run(*command: str) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    return done.stdout if done.returncode == 0 else f"FAILED: {done.stderr}"


def plain(value: object) -> str:
    """A value as a text that is the same from psql and from JSON."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (dict, list)):
        return "document"
    text = str(value)
    if text[:1] in "{[":
        return "document"
    if re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:", text):
        return re.sub(r"(\.\d*?)0+(?=[+Z]|$)", r"\1", text.replace("T", " ")).rstrip("Z").split("+")[0].rstrip(".")
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text


def rows_of(answer: object) -> list[dict] | None:
    """The rows of an answer of the API; nothing when it is a document."""
    if isinstance(answer, dict) and "items" in answer:
        return answer["items"]
    if isinstance(answer, dict) and "steps" in answer:
        return answer["steps"]
    return answer if isinstance(answer, list) else None


def without(node: object) -> object:
    if isinstance(node, dict):
        return {name: without(value) for name, value in node.items() if name not in PASSING}
    return [without(one) for one in node] if isinstance(node, list) else node


def same(table: list[dict], rows: list[dict]) -> str:
    """What differs between psql's rows and those of the API; '' if nothing does."""
    names = [name for name in (table[0] if table else {}) if name not in PASSING]
    left = sorted([plain(row[name]) for name in names] for row in table)
    right = sorted([plain(row.get(name)) for name in names] for row in rows)
    if len(left) != len(right):
        return f"{len(left)} rows by SQL, {len(right)} by curl"
    return next((f"{a} by SQL, {b} by curl" for a, b in zip(left, right) if a != b), "")


def copied(page, section, label: str) -> str:
    page.evaluate("navigator.clipboard.writeText('')")
    section.locator("header button.copy", has_text=label).click()
    for _ in range(50):
        text = page.evaluate("navigator.clipboard.readText()")
        if text:
            return text
        page.wait_for_timeout(50)
    return ""


def shown(section, title: str, answer: object, rows: list[dict] | None) -> str:
    """What of the answer the panel does not show; '' if it shows it."""
    # What is folded is there as well.
    text = section.evaluate("one => one.textContent")
    lines = section.locator("tbody tr").count()
    if title == "Worth":
        wanted = [f"{float(a['equity']):,.2f}" for a in answer["accounts"]]
    elif title == "Risk":
        wanted = [answer["state"], *(limit["reason_code"] for limit in answer["limits"])]
    elif title == "Equity":
        wanted = [rows[0]["day"], f"{float(rows[0]['equity']):,.2f}"]
    elif "daily bars" in title:
        wanted = [rows[0]["ts"][:10], f"C {rows[0]['close']:,.2f}"]
    elif title == "the snapshot":
        wanted = [rows[0]["ts"][:10], f"{rows[0]['close']:,.2f}"]
    elif "then and now" in title:
        paths = section.locator("svg path").count()
        return "" if paths >= len(answer["stretches"]) + 4 else f"{paths} lines drawn"
    elif title.startswith("Around"):
        nodes = section.locator("svg .node").count()
        return "" if nodes == len(answer["nodes"]) else f"{nodes} nodes drawn"
    elif title.startswith("Cycle "):
        wanted = []
        lines = section.locator(".step > details").count()
        if lines != len(rows):
            return f"{lines} steps of {len(rows)}"
    elif title.endswith("many settings"):
        return "" if section.locator(".heat td").count() == len(rows) else "another number of squares"
    elif title.endswith("played against history"):
        wanted = [f"{rows[0]['sharpe']:.2f}".replace("-", "−"), str(rows[0]["trade_count"])]
    else:
        if rows is not None and title != "Health and data" and lines != len(rows) and (rows or lines):
            # Totals over kinds stand above that table, not in it.
            return f"{lines} lines of {len(rows)} rows"
        names = ("symbol", "kind", "name", "agent", "order_id", "job_id", "cycle_id", "fold_id")
        wanted = [str(row[name]) for row in rows or [] for name in names
                  if row.get(name) is not None and not (name == "name" and "symbol" in row)]
    missing = [one for one in wanted if one not in text]
    return f"{missing[:3]} not there" if missing else ""


def compare(page, part: str, section) -> None:
    title = re.sub(r"^Copy (.*) as (SQL|curl)$", r"\1", section.locator("header button.copy").first
                   .get_attribute("aria-label"))
    name = f"{part}, {title}"
    sql, curl = copied(page, section, "SQL"), copied(page, section, "curl")
    check(f"{name}: both are copied", sql.endswith(";") and curl.startswith("curl "), (sql, curl))
    by_sql = run("psql", "-Xq", "--csv", "-v", "ON_ERROR_STOP=1", "-c", sql, dsn)
    by_curl = run("bash", "-c", curl)
    table = list(csv.DictReader(io.StringIO(by_sql)))
    try:
        answer = json.loads(by_curl)
    except json.JSONDecodeError:
        answer = {"status": by_curl}
    is_there = not by_sql.startswith("FAILED") and not (isinstance(answer, dict) and "status" in answer
                                                        and "steps" not in answer)
    check(f"{name}: both run", is_there, (sql, by_sql[:300], curl, by_curl[:300]))
    if not is_there:
        return
    rows = rows_of(answer)
    if rows is None:
        text = next(iter(table[0].values()))
        check(f"{name}: both answer the same", without(json.loads(text)) == without(answer))
    else:
        differs = same(table, rows)
        check(f"{name}: both answer the same", not differs, differs)
    lacks = shown(section, title, answer, rows)
    check(f"{name}: and what the panel shows", not lacks, lacks)


complaints: list[str] = []
with logged_in(url, key_file, complaints) as page:
    seen = 0
    for part in (
        "desk", "market?symbol=AAPL", "patterns?symbol=NVDA&as_of=2018-02-05&k=30", "cycles?cycle=3",
        "strategies?symbol=AAPL", "agents", "graph?label=Instrument", "graph?label=Instrument&key=AAPL",
        "jobs",
    ):
        open_part(page, url, part)
        page.wait_for_timeout(500)
        sections = page.locator("main section:has(> header button.copy)")
        for number in range(sections.count()):
            compare(page, part.split("?")[0], sections.nth(number))
            seen += 1
        check(f"{part}: every panel with data has both", page.locator(
            "main section:has(table):not(:has(button.copy))").count() <= (1 if "key=" in part else 0))
        if part.startswith("strategies"):
            for button in ("Test on AAPL", "Sweep", "Walk forward"):
                page.locator("main button", has_text=button).first.click()
                page.wait_for_selector(".result section")
                settled(page)
                compare(page, "strategies", page.locator(".result section"))
                seen += 1
    check("many were compared", seen >= 25, seen)
check("the console is silent", not complaints, complaints)
check.end()
