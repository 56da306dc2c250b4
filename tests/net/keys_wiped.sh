#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# When a call has ended, its keys are nowhere in the relay's memory, hugepages included; as long as it is up, they are where no
# core dump has them.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/media.sh"

chmod 755 "$RUN"
media_switch
take_hugepages 256
for crypto in ipsec-mb srtp2; do
    rm -rf "$RUN/service" && mkdir "$RUN/service"
    service_config "crypto = $crypto" 'memory = 256' >"$RUN/sluice.conf"
    CONFIG=$RUN/sluice.conf start_sluiced relay
    NG=$RUN/service/ng.sock CTL=$RUN/service/ctl.sock
    what=$("$NET_DIR/keys_wiped.py" "${PIDS[sluiced]}" "$TAG" "$NG") || fail "keys stay behind ($crypto)"
    ok "$(grep -o 'ready: .*' "$RUN/sluiced.log"): $what"
    stop sluiced || fail "exit status $? on SIGTERM"
done
