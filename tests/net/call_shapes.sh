# SPDX-License-Identifier: BSD-3-Clause
# Plays tests/sipp/stories.txt with a real Kamailio. Source it after lib.sh and phones.sh.

# call_shapes manage|routes NG-ADDRESS [TITLE]: Kamailio drives the relay at NG-ADDRESS in one of two ways
call_shapes() {
    local define=()
    [ "$1" = routes ] || define=(-A MANAGE)
    switch_add switch
    ns_add relay alice bob carol
    plug relay 10.0.0.1/24
    plug alice 10.0.0.2/24
    plug bob 10.0.0.3/24
    plug carol 10.0.0.4/24
    start_sluiced relay 10.0.0.1/24
    sed -e "s|@RUN@|$RUN|g" -e 's|@ADDRESS@|10.0.0.1|g' -e "s|@NG@|$2|g" -e 's|@ALICE@|10.0.0.2|' \
        -e 's|@BOB@|10.0.0.3|' -e 's|@CAROL@|10.0.0.4|' "$NET_DIR/../sipp/kamailio.cfg" >"$RUN/kamailio.cfg"
    start kamailio relay kamailio -DD -E -f "$RUN/kamailio.cfg" -Y "$RUN" -w "$RUN" -m 32 -M 4 "${define[@]}"
    check "Kamailio does not answer SIP" wait_for 10 in_ns relay "$NET_DIR/sip_ping.py" 10.0.0.1
    "$NET_DIR/call_shapes.py" "$RUN" "$TAG" "$NG" "$SLUICECTL" "$1" "${@:3}" >&2 || {
        sluicectl drops >"$RUN/drops.log" || true
        fail "a call went wrong"
    }
    check "Kamailio has given up on the relay: $(node)" node_is up
    node >&2
    stop sluiced || fail "the relay's exit status is $? (a sanitizer's finding?)"
}
