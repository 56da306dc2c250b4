# SPDX-License-Identifier: BSD-3-Clause
"""What the report is made of: results read, tables and plots written, pages filled."""
import json
import os
import re
import subprocess
import sys

OUT = sys.argv[1]
PAGE = sys.argv[2] if len(sys.argv) > 2 else None
JSON = os.path.join(OUT, "json")
SHORT = {
    "AES_CM_128_HMAC_SHA1_80": "CM-128-80",
    "AES_CM_128_HMAC_SHA1_32": "CM-128-32",
    "AEAD_AES_256_GCM": "GCM-256",
    "AEAD_AES_128_GCM": "GCM-128",
}
RELAYS = {"sluice": "Sluice", "rtpengine": "rtpengine", "memif": "Sluice, memif"}
text = []
blocks = {}  # tables and plots of each section


def section(name, heading):
    blocks[name] = []
    text.append(f"## {heading}\n")


def put(*lines_of_text):
    text.extend(lines_of_text)
    if blocks:
        list(blocks.values())[-1].extend(lines_of_text)


def short(suite):
    return SHORT.get(suite, suite)


def lines(name):
    try:
        with open(os.path.join(JSON, name + ".jsonl")) as file:
            return [json.loads(line) for line in file if line.startswith("{")]
    except OSError:
        return []


def load(name):
    with open(os.path.join(JSON, name)) as file:
        return json.load(file)


def table(head, rows):
    put("| " + " | ".join(head) + " |", "|" + " --- |" * len(head),
        *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows), "")


def plot(name, title, commands, data):
    """`data`: blocks of rows, as $name of gnuplot."""
    script = ["set terminal svg size 760,440 font 'sans,13' background rgb 'white'",
              f"set output '{OUT}/{name}.svg'", f"set title '{title}'", "set grid ytics lc rgb '#dddddd'",
              "set key below font ',11' width -6 height 1 maxcols 2", "set linetype 5 lc rgb '#b03060'", "set border 3", "set tics nomirror"]
    for block, rows in data.items():
        script.append(f"${block} << END")
        script += [" ".join(f'"{cell}"' if isinstance(cell, str) else f"{cell:.6g}" for cell in row) for row in rows]
        script.append("END")
    subprocess.run(["gnuplot"], input="\n".join(script + commands) + "\n", text=True, check=True)
    put(f"![{title}]({name}.svg)\n")


def fill_page():
    with open(PAGE) as file:
        page = file.read()
    here = os.path.relpath(OUT, os.path.dirname(PAGE) or ".")

    def block(match):
        content = "\n".join(blocks.get(match.group(1), [])).rstrip().replace("](", f"]({here}/")
        return f"<!-- results: {match.group(1)} -->\n{content or 'Not measured in this run.'}\n<!-- end -->"
    with open(PAGE, "w") as file:
        file.write(re.sub(r"<!-- results: (\w+) -->\n.*?<!-- end -->", block, page, flags=re.S))


def everything():
    result = {}
    for name in sorted(os.listdir(JSON)):
        stem = name.rsplit(".", 1)[0]
        if name.endswith(".jsonl"):
            result[stem] = lines(stem)
        elif name.endswith(".json"):
            result[stem] = load(name)
    with open(os.path.join(OUT, "results.json"), "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


def write():
    with open(os.path.join(OUT, "README.md"), "w") as page:
        page.write("\n".join(text).rstrip() + "\n")
    print(f"{OUT}/README.md")
    if PAGE:
        fill_page()
