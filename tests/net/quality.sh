#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The quality that an operator is told of is what was done to the call: lost, out of order, twice; and a MOS that shows it.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
start_sluiced relay 10.0.0.1/24

# judged WHAT MIN MAX OPTION...: a call whose query tells a loss of MIN to MAX % for both streams, and a MOS that fits
judged() {
    local what=$1 min=$2 max=$3 id
    shift 3
    load quality --keep --calls 1 --seconds 8 "$@" || fail "$what: the call itself"
    id=$(sluicectl calls --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][-1]["id"])')
    ng query "call-id=$id" >"$RUN/query.json" || fail "$what: no answer to query"
    python3 - "$RUN/query.json" "$RUN/quality.json" "$min" "$max" <<'END' || fail "$what: $(cat "$RUN/query.json")"
import json, sys
reply, load = (json.load(open(name)) for name in sys.argv[1:3])
low, high = map(float, sys.argv[3:])
# Packets that the machine held up jitter as on any busy one. The sender leaves out what it is late by more than 200 ms.
held_up = (load["sender-late-us"] + load["latency-us"]["max"]) / 1000
most = 20 if held_up < 10 else 2 * held_up if held_up < 200 else float("inf")
streams = reply["SSRC"]
assert len(streams) == 2, "streams: %d" % len(streams)
for ssrc, stream in streams.items():
    mos = stream["average MOS"]
    loss = 100 * stream["cumulative loss"] / (stream["packets"] + stream["cumulative loss"])
    assert low <= loss <= high, "%s: %.1f %% lost" % (ssrc, loss)
    # Samples of 5 s and what is left at the end weigh the same in the average: it need not be near the loss of the whole,
    # which lies between those of the samples but for fewer than 25 packets that make none.
    samples = sorted(stream[key]["packet loss"] for key in ("lowest MOS", "highest MOS"))
    assert samples[0] - 3 <= loss <= samples[1] + 3, "%s: %s %% in the MOS of %.1f" % (ssrc, samples, loss)
    assert samples[0] <= mos["packet loss"] <= samples[1], "%s: %s" % (ssrc, stream)
    assert stream["lowest MOS"]["MOS"] <= mos["MOS"] <= stream["highest MOS"]["MOS"] <= 44
    assert mos["samples"] >= 1 and mos["jitter"] < most + (0 if high == 0 else 40)
    assert mos["jitter"] >= 20 or mos["MOS"] >= 43 if high == 0 else mos["MOS"] <= 41, "%s: MOS %d" % (ssrc, mos["MOS"])
    assert stream["lowest MOS"]["reported at"] >= reply["created"]
    assert high == 0 or stream.get("reordered", 0) + stream.get("duplicates", 0) > 0
    print("%s: %.1f %% lost, %d reordered, MOS %.1f, jitter %d ms" % (
        ssrc, loss, stream.get("reordered", 0), mos["MOS"] / 10, mos["jitter"]), file=sys.stderr)
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

judged "a good line" 0 0
judged "a good line, plain RTP" 0 0 --suite-a RTP --suite-b RTP
judged "a bad line" 5 16 --loss 10 --reorder 5 --dup 2
judged "a bad line, plain RTP" 5 16 --loss 10 --reorder 5 --suite-a RTP --suite-b RTP
