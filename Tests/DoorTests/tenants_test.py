"""Two tenants side by side: whatever the second asks, it sees nothing of the first, and an id of
the first is to it like one that does not exist: same status, same words, same time.

Run: tenants_test.py URL KEY_FILE_OF_ONE KEY_FILE_OF_TWO   (prints 'tenants: N passed, N failed')
The demo has run as tenant 1; tenant 2 has nothing.
"""

import json
import pathlib
import re
import statistics
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

url = sys.argv[1]
one, two = (pathlib.Path(name).read_text().strip() for name in sys.argv[2:4])
MARK = "zebra-7f3a"  # in whatever text of the first tenant this test writes
NOBODY = 987_654_321_012  # an id that nothing has
passed = failed = 0


def check(name: str, is_so: bool, detail: object = "") -> None:
    global passed, failed
    if is_so:
        passed += 1
    else:
        failed += 1
        print(f"tenants test: NOT {name} {detail}")


def ask(key: str, method: str, path: str, parameters: dict | None = None) -> tuple[int, str]:
    parameters = dict(parameters or {})
    for name in re.findall(r"{(\w+)}", path):
        path = path.replace("{" + name + "}", urllib.parse.quote(str(parameters.pop(name)), safe=""))
    body = None
    if method in ("GET", "DELETE"):
        if parameters:
            path += "?" + urllib.parse.urlencode(parameters)
    else:
        body = json.dumps(parameters).encode()
    request = urllib.request.Request(
        url + path, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def named(operation: dict, body: dict | None) -> dict[str, bool]:
    """The names of an operation's parameters, and whether each must be there."""
    names = {p["name"]: p.get("required", False) for p in operation.get("parameters", []) if p["in"] != "header"}
    schema = (body or {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].split("/")[-1]]
    return names | {name: name in schema.get("required", []) for name in schema.get("properties", {})}


# ---- what the first tenant has ------------------------------------------------------

account = json.loads(ask(one, "GET", "/api/accounts")[1])["items"][0]["account_id"]
held = [p["symbol"] for p in json.loads(ask(one, "GET", "/api/positions")[1])["items"] if p["quantity"]][0]
for method, path, parameters in [
    ("POST", "/api/events", {"text": MARK, "symbol": "AAPL"}),
    ("POST", "/api/capital/deposit", {"account_id": account, "amount": 1, "note": MARK}),
    (
        "POST", "/api/orders",
        {"account_id": account, "symbol": "AAPL", "side": "buy", "quantity": 1, "client_order_id": MARK,
         "as_of": "2018-02-05"},
    ),
    ("POST", "/api/prompts", {"name": MARK, "body": MARK}),
    ("POST", "/api/strategies/llm", {"name": MARK, "prompt": MARK}),
    ("POST", "/api/scheduler/jobs", {"name": MARK, "cron": "0 9 * * *", "symbols": ["AAPL"]}),
    ("POST", "/api/monitor", {"symbols": ["AAPL"]}),
    ("POST", "/api/system/trading/disable", {"reason": MARK, "scope": "symbol", "target": "AAPL"}),
    ("POST", "/cycles/run", {"symbols": ["AAPL"], "as_of": "2018-02-05"}),
    ("POST", "/api/exit-plans", {"account_id": account, "symbol": held, "stop": 1, "invalidation": MARK}),
]:
    status, text = ask(one, method, path, parameters)
    if status >= 400:
        print(f"tenants test: {method} {path} was refused to the first tenant: {text}")

document = json.loads(ask(one, "GET", "/openapi.json")[1])
operations = [
    (method.upper(), path, named(operation, operation.get("requestBody")))
    for path, methods in document["paths"].items()
    for method, operation in methods.items()
    if not path.endswith("/stream") and path not in ("/health", "/metrics", "/openapi.json", "/rpc", "/login")
]

# Whatever the first tenant is shown of itself: names of fields and their values.
values: dict[str, list] = {}


def harvest(node: object) -> None:
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, (dict, list)):
                harvest(value)
            elif value is not None and value not in values.setdefault(name, []):
                values[name].append(value)
    elif isinstance(node, list):
        for item in node:
            harvest(item)


def given(names: dict[str, bool]) -> dict | None:
    usual = {"symbol": "AAPL", "side": "buy", "quantity": 1, "from_ts": "2018-01-01", "as_of": "2018-02-05",
             "label": "Instrument", "key": "instrument:AAPL", "task": "judge", "account_id": account}
    wanted = {name: usual[name] for name in names if name in usual and (names[name] or name == "as_of")}
    missing = [name for name, is_needed in names.items() if is_needed and name not in wanted]
    for name in missing:
        if not values.get(name):
            return None
        wanted[name] = values[name][0]
    return wanted


reads = [(path, names) for method, path, names in operations if method == "GET"]
for path, names in sorted(reads, key=lambda read: sum(read[1].values())):
    wanted = given(names)
    if wanted is not None:
        status, text = ask(one, "GET", path, wanted)
        if status == 200:
            harvest(json.loads(text))
marked = sum(MARK in str(value) for several in values.values() for value in several)
check("the first tenant sees what it wrote", marked >= 5, marked)
# A trace is a random number: where one of the first's comes up, something has leaked.
secrets = {str(value) for value in values.get("trace_id", [])} | {MARK}
check("the first tenant has traces", len(secrets) > 3)


def leaks(text: str) -> list[str]:
    return [secret for secret in secrets if secret in text]


# ---- every read of the second -------------------------------------------------------

IDS = [name for name in values if name.endswith("_id") and all(isinstance(v, int) for v in values[name])]
asked = 0
for path, names in reads:
    for parameters in [given(names), given(names) and given(names) | {"limit": 1000}, {}]:
        if parameters is None or ("limit" in parameters and "limit" not in names):
            continue
        if any(f"{{{name}}}" in path and name not in parameters for name in names):
            continue
        status, text = ask(two, "GET", path, parameters)
        asked += 1
        check(f"GET {path} {parameters} shows nothing", not leaks(text), leaks(text))
    # Filters: each column with what the first has there. Market data are everybody's.
    if "cursor" not in names or path.startswith("/api/market/"):
        continue
    for name in names:
        if name in ("limit", "cursor", "columns"):
            continue
        for value in values.get(name, [])[:2]:
            status, text = ask(two, "GET", path, {name: value})
            asked += 1
            check(f"GET {path}?{name}={value} shows nothing", not leaks(text), leaks(text))
print(f"tenants test: {asked} reads")

# ---- guessing -----------------------------------------------------------------------


def words(text: str, *ids: object) -> str:
    """An answer without the ids asked for and without the request's own."""
    text = re.sub(r'"request_id":"[^"]*"', "", text)
    for value in ids:
        text = re.sub(rf"(?<![\d.]){re.escape(str(value))}(?![\d.])", "ID", text)
    return text


guesses = 0
for method, path, names in operations:
    if path.startswith("/api/market/"):
        continue
    base = given(names)
    for name in names:
        is_name = name == "name" and method != "POST" and "strategies" in path
        if name not in IDS and not is_name:
            continue
        theirs, nobodys = (MARK, "quagga-7f3a") if is_name else (values[name][0], NOBODY)
        rest = {k: v for k, v in (base or {}).items() if k != name}
        if base is None:
            rest = {k: values[k][0] for k, needed in names.items() if needed and k != name and values.get(k)}
        if method == "PUT":
            continue  # a name is free to be taken by each tenant
        if "account_id" in rest and name != "account_id":
            del rest["account_id"]
        answers = []
        for value in (theirs, nobodys):
            status, text = ask(two, method, path, rest | {name: value})
            answers.append((status, words(text, theirs, nobodys)))
        guesses += 1
        check(f"{method} {path} with {name} of the first is as with none", answers[0] == answers[1], answers)
        check(f"{method} {path} with {name} says nothing of the first", not leaks(answers[0][1]))
check("many ids were guessed", guesses > 20, guesses)
print(f"tenants test: {guesses} guesses")

# ---- time ---------------------------------------------------------------------------

cycle = max(values["cycle_id"])
for path, theirs, nobodys in [
    ("/cycles/{id}", cycle, NOBODY), ("/api/orders?order_id={id}", values["order_id"][0], NOBODY),
    ("/api/orders/check?symbol=AAPL&side=buy&quantity=1&account_id={id}", account, NOBODY),
]:
    times: dict[int, list[float]] = {theirs: [], nobodys: []}
    for _ in range(300):
        for value in (theirs, nobodys):
            began = time.perf_counter()
            ask(two, "GET", path.replace("{id}", str(value)))
            times[value].append(time.perf_counter() - began)
    # Taken in turn, so that whatever else the machine does falls on both. The spread of one is
    # far wider than what is allowed between the two.
    medians = [statistics.median(times[value]) for value in (theirs, nobodys)]
    spread = statistics.quantiles(times[nobodys], n=4)
    check(
        f"{path} takes as long for an id of the first as for none",
        abs(medians[0] - medians[1]) <= max(spread[2] - spread[0], medians[1] / 4), medians,
    )

print(f"tenants: {passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
