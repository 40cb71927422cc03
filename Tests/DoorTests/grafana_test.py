"""The dashboard of the guide to Grafana: its form, that it asks what the guide says, and that the
database answers its questions. Its PromQL is printed, for a Prometheus to answer.

Run: grafana_test.py GUIDE DASHBOARD DSN   (PromQL on standard output, 'N panels' on standard error)
"""

import json
import pathlib
import re
import subprocess
import sys

guide, board = pathlib.Path(sys.argv[1]).read_text(), json.loads(pathlib.Path(sys.argv[2]).read_text())
dsn = sys.argv[3]


def fail(why: str) -> None:
    sys.exit(f"grafana test: NOT {why}")


panels = board["panels"]
sources = {f"${{{one['name']}}}": one["query"] for one in board["templating"]["list"]}
if len({panel["id"] for panel in panels}) != len(panels):
    fail("every panel has its own id")
taken: dict[tuple[int, int], str] = {}
for panel in panels:
    place = panel["gridPos"]
    if place["x"] + place["w"] > 24:
        fail(f"{panel['title']} ends within the 24 columns")
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            if (x, y) in taken:
                fail(f"{panel['title']} lies beside {taken[x, y]}, not on it")
            taken[x, y] = panel["title"]
    if panel["type"] == "row":
        continue
    if sources.get(panel["datasource"]["uid"]) != panel["datasource"]["type"]:
        fail(f"{panel['title']} has a data source that can be chosen")
    for target in panel["targets"]:
        if target["datasource"] != panel["datasource"] or not target["refId"]:
            fail(f"{panel['title']} asks its own data source")

asked = {target.get("expr") for panel in panels for target in panel.get("targets", [])} - {None}
told = {line.replace("\\|", "|") for line in re.findall(r"^\| .+? \| `(.+?)` \|$", guide, re.M)}
if asked != told:
    fail(f"dashboard and guide ask the same: {asked ^ told}")
print("\n".join(sorted(asked)))

# Grafana writes the range of its clock in the place of the macro.
for panel in panels:
    for target in panel.get("targets", []):
        if "rawSql" in target:
            text = re.sub(r"\$__timeFilter\((.+?)\)", r"\1 between '2018-01-01' and '2018-12-31'", target["rawSql"])
            done = subprocess.run(
                ["psql", "-Xq", "--csv", "-v", "ON_ERROR_STOP=1", "-c", text, dsn],
                capture_output=True, text=True, timeout=60,
            )
            if done.returncode or len(done.stdout.splitlines()) < 2:
                fail(f"{panel['title']} has rows: {done.stderr}{done.stdout}")
print(f"grafana: {len(panels)} panels, {len(asked)} questions to Prometheus", file=sys.stderr)
