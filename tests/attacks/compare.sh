#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# All attacks against Sluice and against Debian's rtpengine, as a Markdown table of what each came to.
# usage: compare.sh [RELAY...]       from the environment: BUILD. Needs the package rtpengine-daemon
. "$(dirname "$0")/../net/lib.sh"
. "$NET_DIR/media.sh"
. "$NET_DIR/../attacks/stage.sh"

relays=${*:-sluice sluice-strict rtpengine rtpengine-heuristic rtpengine-strict}
export SSRCS=100000 SSRC_RATE=25000
stage
for relay in $relays; do
    case $relay in
    sluice | rtpengine) attacks "$relay" bleed forge repeat signalling control >&2 ;;
    sluice-strict | rtpengine-heuristic | rtpengine-strict) attacks "$relay" bleed >&2 ;;
    *) fail "no relay '$relay'" ;;
    esac
done
python3 - "$OUTCOMES" <<'PY'
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1])]
print("| attack | case | relay | held | outcome |\n| --- | --- | --- | --- | --- |")
for attack, case in dict.fromkeys((row["attack"], row["case"]) for row in rows):
    for row in rows:
        if (row["attack"], row["case"]) == (attack, case):
            held = "yes" if row["held"] else "no"
            print("| %s | %s | %s | %s | %s |" % (attack, case, row["relay"], held, row["outcome"]))
PY
