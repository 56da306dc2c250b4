# SPDX-License-Identifier: BSD-3-Clause
# Real telephony for the namespace scripts: Kamailio, two baresip phones, and a judge. Source it after lib.sh.

# mos_keys: whatever Kamailio's module can say of quality, as it names it: mos_min, mos_min_at, ... mos_average_samples_B
mos_keys() {
    local side value
    for side in "" _A _B; do
        for value in "" _packetloss _jitter _roundtrip _roundtrip_leg; do
            echo mos_{min,max,average}"$value$side"
        done
        echo mos_{min,max}_at"$side" mos_average_samples"$side"
    done
}

# start_kamailio NS ADDRESS NG-ADDRESS: a stock registrar and proxy whose calls go through the relay at NG-ADDRESS;
# OFFER_FLAGS and ANSWER_FLAGS go to rtpengine_manage() with an INVITE and with its answer
start_kamailio() {
    sed -e "s|@RUN@|$RUN|g" -e "s|@ADDRESS@|$2|g" -e "s|@NG@|$3|g" \
        -e "s|@OFFER@|${OFFER_FLAGS:-}|g" -e "s|@ANSWER@|${ANSWER_FLAGS:-}|g" "$NET_DIR/kamailio.cfg" >"$RUN/kamailio.cfg"
    local key line=""
    for key in $(mos_keys); do
        echo "modparam(\"rtpengine\", \"${key}_pv\", \"\$avp($key)\")"
        line+=" $key=\$avp($key)"
    done >"$RUN/mos.cfg"
    echo "route[QUALITY] { xlog(\"L_ALERT\", \"quality$line\\n\"); }" >>"$RUN/mos.cfg"
    start kamailio "$1" kamailio -DD -E -f "$RUN/kamailio.cfg" -Y "$RUN" -w "$RUN" -m 32 -M 4
    check "Kamailio does not answer SIP on $2" wait_for 10 in_ns "$1" "$NET_DIR/sip_ping.py" "$2"
}

# node: what Kamailio knows of its relay; node_is up|down: does it use it
node() { kamcmd -s "unix:$RUN/kamailio_ctl" "${1:-rtpengine.show}" all; }
node_is() {
    local disabled=0
    [ "$1" = up ] || disabled=1
    node | has "disabled: $disabled"
}

# start_phone NS USER ADDRESS PROXY HERTZ: a baresip that registers USER at PROXY, plays a tone at HERTZ, answers by
# itself, and insists on SRTP (MEDIAENC: another of baresip's words, or empty for plain RTP). What it hears is
# recorded under $RUN/USER/.
start_phone() {
    local ns=$1 user=$2 address=$3 proxy=$4 hertz=$5 dir=$RUN/$2 media=${MEDIAENC-srtp-mand}
    mkdir "$dir"
    "$NET_DIR/tone.py" make "$dir/tone.wav" "$hertz" 60
    cat >"$dir/config" <<END
sip_listen $address:5060
net_interface $address
audio_source aufile,$dir/tone.wav
audio_player aubridge,heard
audio_alert aubridge,alert
snd_path $dir
rtp_ports 10000-10100
jitter_buffer_type fixed
jitter_buffer_delay 2-10
rtcp_mux no
statmode_default off
ctrl_tcp_listen 127.0.0.1:4444
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module srtp.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
END
    echo "<sip:$user@$proxy>;regint=3600;answermode=auto${media:+;mediaenc=$media};audio_codecs=PCMU" >"$dir/accounts"
    : >"$dir/contacts"
    start "$user" "$ns" baresip -f "$dir" -v
    check "$user does not register" wait_for 10 logged "$user" '200 OK'
}

# phone NS COMMAND [PARAMETER]: tell the phone in NS (baresip's long commands: dial, hangup)
phone() {
    local json
    json=$(printf '{"command":"%s","params":"%s"}' "$2" "${3:-}")
    in_ns "$1" bash -c 'exec 3<>/dev/tcp/127.0.0.1/4444 && printf "%d:%s," "${#1}" "$1" >&3 && read -r -t 20 -d , <&3' \
        phone "$json" || fail "the phone in $1 does not take commands"
}

# recorded USER enc|dec SECONDS: has this phone played (enc) or heard (dec) that much
recorded() {
    local file bytes=0
    for file in "$RUN/$1"/dump-*-"$2".wav; do
        [ -e "$file" ] && bytes=$(stat -c %s "$file")
    done
    [ "$bytes" -ge $((16000 * $3)) ]
}

# phone_network: the relay server with one NIC, and two phones, on one switch
RELAY=10.0.0.1 ALICE=10.0.0.2 BOB=10.0.0.3
phone_network() {
    switch_add switch
    ns_add relay alice bob
    plug relay $RELAY/24
    plug alice $ALICE/24
    plug bob $BOB/24
}

# start_call: both phones register and are recorded; alice calls bob, who answers
start_call() {
    start_capture alice alice udp
    start_capture bob bob udp
    start_phone alice alice $ALICE $RELAY 440
    start_phone bob bob $BOB $RELAY 1000
    phone alice dial "sip:bob@$RELAY"
}

hung_up() { logged "$1" 'terminated (duration\|session closed'; }
talked() { { recorded alice dec "$1" && recorded bob dec "$1"; } || hung_up alice || hung_up bob; }

# ask_relay: what sluicectl says of the one call, for the report
ask_relay() {
    local id
    sluicectl calls --json >"$RUN/calls.json" &&
        id=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][0]["id"])' <"$RUN/calls.json") &&
        sluicectl call "$id" --json >"$RUN/call.json" &&
        sluicectl drops --json >"$RUN/drops.json" || say "sluicectl does not tell of the call"
}

# end_call: alice hangs up; phones and captures end, so that their files are whole
end_call() {
    local name
    phone alice hangup
    wait_for 5 hung_up bob || say "bob was not told that alice hung up"
    for name in alice bob capture-alice capture-bob; do
        stop "$name" || true
    done
}

# report ALICE-HERTZ[=RTP] BOB-HERTZ[=RTP]: the table and what is wrong with the call; fails when anything is
report() {
    "$NET_DIR/phone_report.py" "$RUN" $RELAY alice=$ALICE="$1" bob=$BOB="$2"
}
