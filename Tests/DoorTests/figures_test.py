"""What the page says of why, beside what the database says: evidence, refusals, weights, too little
history, the sweep and the walk, the marks of the market.

Run: figures_test.py URL KEY_FILE DSN   (prints 'figures: N passed, N failed')
The database behind URL has the demo in it; DSN is an analyst's of the key's tenant.
"""

import json
import subprocess
import sys

from browser import Checks, logged_in, open_part, settled, until

url, key_file, dsn = sys.argv[1:4]
check = Checks("figures")


def rows(query: str) -> list[dict]:
    """Rows of a SELECT as JSON makes them."""
    done = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c",
         f"select coalesce(json_agg(q), '[]') from ({query}) as q", dsn],
        capture_output=True, text=True, check=True, timeout=120,
    )
    return json.loads(done.stdout)


def two(value: float) -> str:
    return f"{value:,.2f}".replace("-", "−")


def share(value: float) -> str:
    return f"{100 * value:.1f} %".replace("-", "−")


complaints: list[str] = []
with logged_in(url, key_file, complaints) as page:
    # ---- evidence is one click away ----------------------------------------------------
    seen = rows("select symbol, output -> 'evidence' -> 'neighbour_ids' as ids from api.cycle(3)"
                " where step = 'DataAgent' and symbol = 'AMZN'")[0]
    open_part(page, url, "cycles?cycle=3")
    step = page.locator(".step").first.locator("> details", has_text=" AMZN ")
    step.locator("> summary").click()
    step.locator("a", has_text="Evidence").click()
    until(page, "location.hash.startsWith('#patterns?symbol=AMZN')")
    settled(page)
    found = rows("select snapshot_id, symbol, ts::date as day, round(similarity::numeric, 3) as similarity"
                 " from api.similar_patterns('AMZN', '2018-02-05', k => 20)")
    check("the evidence is among those that the click shows",
          set(seen["ids"]) <= {row["snapshot_id"] for row in found} and len(seen["ids"]) > 5)
    lines = page.locator("section[aria-label='The similar ones'] tbody tr").all_inner_texts()
    check("which are the database's", [line.split("\t")[1:4] for line in lines]
          == [[row["symbol"], row["day"], f"{row['similarity']:.3f}"] for row in found], lines[:2])

    # ---- why an order was refused or cut -----------------------------------------------
    refused = rows("select d.cycle_id, o.symbol, o.reason_code, o.reason from api.orders as o"
                   " join api.decisions as d using (decision_id) where o.status = 'refused'")
    check("the demo has a refused order of a cycle", bool(refused))
    for row in refused:
        open_part(page, url, f"cycles?cycle={row['cycle_id']}")
        text = page.inner_text("main")
        check(f"why {row['symbol']} was refused stands there",
              row["reason_code"] in text and row["reason"] in text)
    cut = rows("select d.cycle_id, c.reason_code, c.reason from api.clamps as c join api.orders as o"
               " using (order_id) join api.decisions as d using (decision_id)")
    for row in cut:
        open_part(page, url, f"cycles?cycle={row['cycle_id']}")
        text = page.inner_text("main")
        check("and why one was cut", "Cut by limits" in text and row["reason"] in text)
    print(f"figures test: {len(refused)} refused, {len(cut)} cut")

    # ---- why this weight ------------------------------------------------------------------
    open_part(page, url, "agents")
    for row in rows("select agent, weight, actions, why_this_weight from api.leaderboard"):
        line = page.locator("section[aria-label=Leaderboard] tbody tr", has_text=row["agent"])
        cells = line.locator("td").all_inner_texts()
        check(f"{row['agent']} has its weight and why", cells[1] == f"{row['actions']:,}"
              and cells[6] == two(row["weight"]) and row["why_this_weight"] in cells[8], cells)

    # ---- not enough history looks like that -------------------------------------------------
    early = rows("select min(ts)::date + 120 as day from api.snapshots where symbol = 'AAPL'")[0]["day"]
    open_part(page, url, f"patterns?symbol=AAPL&as_of={early}")
    asked = rows(f"select verdict from api.pattern_statistics('AAPL', '{early}', k => 20)")
    text = page.inner_text("main")
    check("the database has too few", all(row["verdict"] == "not enough history" for row in asked), asked)
    check("the page says so", "not enough history" in text.lower())
    check("and shows no share, no return", "Wins usually" not in text or not [
        cell for cell in page.locator("section[aria-label='What followed'] td").all_inner_texts()
        if "%" in cell])

    # ---- what followed ----------------------------------------------------------------------
    open_part(page, url, "patterns?symbol=NVDA&as_of=2018-02-05&k=30")
    for number, row in enumerate(rows("select * from api.pattern_statistics('NVDA', '2018-02-05', k => 30)")):
        cells = page.locator("section[aria-label='What followed'] tbody tr").nth(number).locator(
            "td").all_inner_texts()
        check(f"after {row['horizon']}: cases, wins, base rate and chance",
              [cells[1], cells[6], cells[8], cells[9]] == [
                  str(row["n"]), share(row["win_rate"]), share(row["base_win_rate"]),
                  f"p = {row['p_value']:.2f}"], cells)

    # ---- a sweep with deflated ratios, a walk ------------------------------------------------
    open_part(page, url, "strategies?symbol=AAPL")
    with page.expect_response("**/api/strategies/sweep") as answer:
        page.locator("main button:text('Sweep')").first.click()
    page.wait_for_selector(".heat")
    tried = answer.value.json()
    down, across = list(tried[0]["parameters"])[:2]
    places = [sorted({row["parameters"][name] for row in tried}) for name in (down, across)]
    shown = [line.split("\t") for line in page.locator(".heat tbody tr").all_inner_texts()]
    squares = page.locator(".heat td").all_inner_texts()
    wanted = {}
    for row in tried:
        at = places[0].index(row["parameters"][down]) * len(places[1]) + places[1].index(row["parameters"][across])
        wanted[at] = [two(row["sharpe"]), share(row["deflated_sharpe"])]
    check("each square has its ratio and the deflated one",
          len(squares) == len(tried) and all(squares[at].split() == " ".join(pair).split()
                                             for at, pair in wanted.items()), (squares, wanted, shown))
    settings = json.dumps({"config": json.loads(answer.value.request.post_data)["config"]})
    first = tried[0]
    again = rows("select round(sharpe::numeric, 6) as sharpe, trade_count from api.backtest_strategy(jsonb_set("
                 f"('{settings}'::jsonb) -> 'config', '{{parameters}}', '{json.dumps(first['parameters'])}'), "
                 "'{AAPL}')")[0]
    check("and the best is what a backtest of it says", abs(again["sharpe"] - first["sharpe"]) < 1e-5
          and again["trade_count"] == first["trade_count"], (again, first["sharpe"]))
    with page.expect_response("**/api/strategies/walk-forward") as answer:
        page.locator("main button:text('Walk forward')").first.click()
    page.wait_for_selector("text=Sharpe on what it had not seen")
    folds = answer.value.json()
    lines = [line.split("\t") for line in page.locator(".result tbody tr").all_inner_texts()]
    check("each stretch of the walk has its ratios", len(folds) > 3 and [line[3:5] for line in lines] == [
        [two(fold["train_sharpe"]), two(fold["test_sharpe"])] for fold in folds], lines[:2])

    # ---- marks on the chart -------------------------------------------------------------------
    counted = rows("""select (select count(*) from api.fills where symbol = 'AMZN') as fills,
        (select count(*) from api.orders where symbol = 'AMZN' and status = 'refused') as refused,
        (select count(*) from api.decisions where symbol = 'AMZN') as decisions,
        (select count(*) from api.news where symbol = 'AMZN') as news,
        (select count(*) from (select regime <> lag(regime) over (order by ts) as is_new
            from api.snapshots where symbol = 'AMZN' and bar_interval = '1d') as s where is_new) as regimes""")[0]
    open_part(page, url, "market?symbol=AMZN")
    for kind, number in counted.items():
        label = page.locator(f"label:has(input[name=mark-{kind}])").inner_text()
        check(f"{kind} are counted beside their switch", f"({number})" in label, (label, number))
    page.locator("summary", has_text="The marks as a list").click()
    listed = page.locator("[aria-label=Marks] tbody tr")
    all_of = listed.count()
    page.uncheck("input[name=mark-fills]")
    check("a switch takes its marks away", all_of - listed.count() == counted["fills"] > 0)
    page.check("input[name=mark-fills]")
    page.locator("[aria-label=Marks] tbody tr", has_text="Fills").last.locator("button").click()
    sold = rows("select filled_at::date as day from api.fills where symbol = 'AMZN' order by filled_at limit 1")[0]
    until(page, f"document.querySelector('section[aria-label=Snapshot] h2')?.innerText.includes('{sold['day']}')")
    check("a mark in the list is shown on the chart with its snapshot",
          "buy 81 at 73.91" in page.inner_text("section[aria-label=Snapshot]"))

check("the console is silent", not complaints, complaints)
check.end()
