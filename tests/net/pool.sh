#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An interface with several addresses fills them evenly, carries calls over each of them, and has no ports left when none of
# them has.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
address relay eth0 10.0.0.4/24 10.0.0.5/24 fd00::4/64
# Five pairs each: fifteen of IPv4, ten of IPv6
MEDIA_PORTS=20000-20009 start_sluiced relay 10.0.0.1/24 10.0.0.4/24 10.0.0.5/24 fd00::1/64 fd00::4/64

# taken: pairs in use of each address, as they are listed
taken() {
    sluicectl ports --json >"$RUN/ports.json" || fail "no ports from sluicectl"
    python3 -c 'import json, sys
print(*[i["pairs"]["taken"] for i in json.load(open(sys.argv[1]))["ports"][0]["interfaces"]])' "$RUN/ports.json"
}

arrives "seven calls over three addresses" --calls 7 --seconds 3 --keep
[ "$(taken | tr ' ' '\n' | head -3 | sort -n | tr '\n' ' ')" = "4 5 5 " ] || fail "pairs taken of each address: $(taken)"
ok "seven calls have $(taken) pairs of ports"
sluicectl metrics >"$RUN/metrics.log"
[ "$(grep -c '^sluice_port_pairs{interface="public",address="[0-9a-f.:]*",state="taken"} [0-9]*$' "$RUN/metrics.log")" = 5 ] ||
    fail "the metrics do not know each address: $(grep port_pairs "$RUN/metrics.log")"

# One pair is left: an eighth call needs two.
! load eighth --calls 1 --seconds 1 || fail "there are more calls than ports"
grep -q 'Ran out of ports' "$RUN/eighth.log" || fail "why the eighth is refused: $(cat "$RUN/eighth.log")"
ok "an eighth has no ports"
arrives "five calls over two addresses of IPv6" --addr-a fd00::2 --addr-b fd00::3 --calls 5 --seconds 3
