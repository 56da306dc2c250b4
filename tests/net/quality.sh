#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The quality that an operator is told of is what was done to the call: lost, out of order, twice; and a MOS that shows it.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24

# judged WHAT good|bad OPTION...: a call whose query tells what was done to both streams, and a MOS that fits
judged() {
    local what=$1 line=$2 id
    shift 2
    load quality --keep --calls 1 --seconds 8 "$@" || fail "$what: the call itself"
    id=$(sluicectl calls --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][-1]["id"])')
    ng query "call-id=$id" >"$RUN/query.json" || fail "$what: no answer to query"
    python3 - "$RUN/query.json" "$RUN/quality.json" "$line" <<'END' || fail "$what: $(cat "$RUN/query.json")"
import json, sys
reply, load = (json.load(open(name)) for name in sys.argv[1:3])
good = sys.argv[3] == "good"
# Packets that the machine held up jitter as on any busy one. The sender leaves out what it is late by more than 200 ms.
held_up = (load["sender-late-us"] + load["latency-us"]["max"]) / 1000
most = 20 if held_up < 10 else 2 * held_up if held_up < 200 else float("inf")

def mos(loss, jitter):
    """ITU-T G.107 for G.711 as ctrl/observe/mos.h has it, times ten."""
    delay = 2 * jitter + 40
    r = 93.2 - 0.024 * delay - max(0, 0.11 * (delay - 177.3)) - 95 * loss / (loss + 25.1)
    return 10 * (1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6) if r > 6.5 else 10

streams = reply["SSRC"]
assert len(streams) == 2, "streams: %d" % len(streams)
for ssrc, stream in streams.items():
    average, lowest, highest = (stream[of + " MOS"] for of in ("average", "lowest", "highest"))
    for sample in (lowest, highest):
        loss, jitter = sample["packet loss"], sample["jitter"] # rounded
        worst, best = mos(loss + 0.5, jitter + 0.5), mos(max(0, loss - 0.5), max(0, jitter - 0.5))
        assert worst - 0.6 <= sample["MOS"] <= best + 0.6, "MOS of %.1f to %.1f: %s" % (worst, best, sample)
    assert lowest["MOS"] <= average["MOS"] <= highest["MOS"] <= 44
    assert lowest["reported at"] >= reply["created"]
    assert average["samples"] >= 1
    if good:
        assert average["jitter"] < most and (average["jitter"] >= 20 or average["MOS"] >= 43)
    else:
        assert average["MOS"] <= 41 and stream.get("reordered", 0) + stream.get("duplicates", 0) > 0
    print("%s: %d lost, %d reordered, MOS %.1f, jitter %d ms" % (ssrc, stream["cumulative loss"],
        stream.get("reordered", 0), average["MOS"] / 10, average["jitter"]), file=sys.stderr)
# Two streams of 8 s, 50 packets a second. No relay misses what is lost at the very end of a stream.
left_out = 2 * 8 * 50 - load["rtp"]["sent"]
lost = sum(stream["cumulative loss"] for stream in streams.values())
assert left_out - (0 if good else 12) <= lost <= left_out, "%d lost of %d" % (lost, left_out)
assert good == (left_out == 0)
END
    sluicectl call "$id" | has 'in here [0-9.]* us on average' || fail "$what: no latency: $(sluicectl call "$id")"
    ng delete "call-id=$id" >"$RUN/delete.json"
    python3 - "$RUN/query.json" "$RUN/delete.json" <<'END' || fail "$what: latency: $(cat "$RUN/delete.json")"
import json, sys
for reply in map(json.load, map(open, sys.argv[1:])):
    assert len(reply["tags"]) == 2
    latency = reply["relay latency"]
    assert 0 <= latency["average"] <= latency["highest"] > 0, latency
    print("in the relay: %d us, at most %d" % (latency["average"], latency["highest"]), file=sys.stderr)
END
    ok "$what"
}

judged "a good line" good
judged "a good line, plain RTP" good --suite-a RTP --suite-b RTP
judged "a bad line" bad --loss 10 --reorder 5 --dup 2
judged "a bad line, plain RTP" bad --loss 10 --reorder 5 --suite-a RTP --suite-b RTP
