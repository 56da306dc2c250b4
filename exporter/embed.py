#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""
embed.py OUTPUT FILE...: C with the files of the status page, as exporter/page.h has it. index.html is at /, others at
their names. The same files give the same C, wherever they lie.
"""
import os
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def main(output, *paths):
    lines, rows = ['#include "exporter/page.h"', ""], []
    for i, path in enumerate(paths):
        name = os.path.basename(path)
        with open(path, "rb") as file:
            data = file.read()
        lines.append("static const unsigned char file_%d[] = { /* %s */" % (i, name))
        lines += ["\t" + "".join("%d," % byte for byte in data[at:at + 32]) for at in range(0, len(data), 32)]
        lines += ["};", ""]
        rows.append('\t{"/%s", "%s", file_%d, sizeof(file_%d)},' % (
            "" if name == "index.html" else name, TYPES[os.path.splitext(name)[1]], i, i))
    lines += ["const struct sl_page_file sl_page_files[] = {"] + rows + ["\t{0},", "};", ""]
    with open(output, "w", encoding="ascii") as file:
        file.write("\n".join(lines))


main(*sys.argv[1:])
