#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Forged, misdirected, replayed and stray packets are dropped, each counted under its own name; the calls they are
# aimed at lose nothing and hear nothing strange.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

media_switch
SOURCE=strict start_sluiced relay 10.0.0.1/24

# attack WHAT OPTION...: injected packets and the counters of their names agree
attack() {
    local what=$1 pair kind name
    local -A before=()
    shift
    for name in auth source replay replay-old closed; do before[$name]=$(drops $name); done
    load attack --bad --calls 10 --seconds 10 "$@" || fail "$what"
    for pair in wrong-key:auth wrong-source:source replay:replay replay-old:replay-old closed:closed; do
        kind=${pair%:*} name=${pair#*:}
        sent=$(value "$RUN/attack.json" injected "$kind")
        counted=$(($(drops "$name") - before[$name]))
        [ "$sent" -eq "$counted" ] || fail "$what: $sent $kind packets, $counted counted as $name"
        ok "$what: $sent $kind packets, all counted as $name"
    done
}

attack "AES-CM" --suite-a AES_CM_128_HMAC_SHA1_80 --suite-b AES_CM_128_HMAC_SHA1_80
attack "GCM" --suite-a AEAD_AES_256_GCM --suite-b AEAD_AES_128_GCM --sdes only
attack "at a wrap" --seq-start 65400
attack "plain and SRTP" --suite-a RTP

sluicectl status --json >"$RUN/status.json"
[ "$(value "$RUN/status.json" workers 0 drops auth)" = "$(drops auth)" ] || fail "the worker's own counters differ from the sum"
