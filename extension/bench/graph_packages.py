"""Nodes and edges of Debian's package index, as CSV for COPY.

apt-cache dumpavail | python3 graph_packages.py DIR

writes DIR/node.csv (node_id, key, labels) and DIR/edge.csv (source, target,
type, weight). A node is a binary package, or a name that some package only
provides or depends on (label Virtual). An edge is a dependency of one of six
types; its weight is the number of alternatives in that place ("a | b": 2), so
that a weighted path prefers dependencies without a choice.
"""

import csv
import os
import re
import sys

TYPES = {
    "Pre-Depends": "PRE_DEPENDS",
    "Depends": "DEPENDS",
    "Recommends": "RECOMMENDS",
    "Suggests": "SUGGESTS",
    "Provides": "PROVIDES",
    "Enhances": "ENHANCES",
}
NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9+.-]*)")


def paragraphs(lines):
    fields, last = {}, None
    for line in lines:
        if line == "\n":
            if fields:
                yield fields
            fields, last = {}, None
        elif line[0] in " \t":
            if last:
                fields[last] += line
        else:
            last, _, value = line.partition(":")
            fields[last] = value
    if fields:
        yield fields


def main(directory):
    packages = {}
    for fields in paragraphs(sys.stdin):
        packages.setdefault(fields["Package"].strip(), fields)
    number = {name: i for i, name in enumerate(packages, 1)}
    edges = {}
    for name, fields in packages.items():
        for field, kind in TYPES.items():
            for place in fields.get(field, "").split(","):
                alternatives = [m[1] for m in map(NAME.match, place.split("|")) if m]
                for target in alternatives:
                    target_id = number.setdefault(target, len(number) + 1)
                    edges.setdefault(
                        (number[name], target_id, kind), len(alternatives)
                    )
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "node.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        for name, i in number.items():
            writer.writerow([i, name, "{Package}" if name in packages else "{Virtual}"])
    with open(os.path.join(directory, "edge.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        for (source, target, kind), weight in edges.items():
            writer.writerow([source, target, kind, weight])
    print(f"{len(number)} nodes, {len(edges)} edges", file=sys.stderr)


main(sys.argv[1])
