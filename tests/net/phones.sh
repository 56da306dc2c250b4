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

# start_kamailio NS ADDRESS NG-ADDRESS [CONFIGURATION [SED...]]: that of deploy/kamailio (phones-trunk) at ADDRESS, with
# the relay at NG-ADDRESS, and with what the arguments for sed change in its addresses
PASSWORD=Zimt-und-Zucker SECRET=8b1f3a
start_kamailio() {
    local ns=$1 address=$2 ng=$3 network=${4:-phones-trunk} dir=$RUN/proxy key line=""
    shift $(($# > 3 ? 4 : 3))
    mkdir -p "$dir"
    cp "$NET_DIR/../../deploy/kamailio/"*.cfg "$dir"
    sed -i "s|unix:/run/sluice/ng.sock|$ng|" "$dir/sluice.cfg"
    sed -i -e "s|203\.0\.113\.10|$address|" "$@" "$dir/$network.cfg"
    cat >"$dir/phones.cfg" <<END
#!define SECRET "$SECRET"
event_route[htable:mod-init] {
    \$sht(password=>alice) = "$PASSWORD";
    \$sht(password=>bob) = "$PASSWORD";
}
END
    cat >"$dir/local.cfg" <<END
children=2
debug=2
log_stderror=yes
#!define WITH_ON_BYE
# Look again after 1 s, not 60, for a relay that was gone.
modparam("rtpengine", "rtpengine_disable_tout", 1)
modparam("ctl", "binrpc", "unix:$RUN/kamailio_ctl")
modparam("rtpengine", "mos_A_label_pv", "\$avp(A)")
modparam("rtpengine", "mos_B_label_pv", "\$avp(B)")
END
    for key in $(mos_keys); do
        echo "modparam(\"rtpengine\", \"${key}_pv\", \"\$avp($key)\")"
        line+=" $key=\$avp($key)"
    done >>"$dir/local.cfg"
    cat >>"$dir/local.cfg" <<END
route[ON_BYE] {
    xlog("L_ALERT", "rtpstat \$rtpstat\n");
    \$avp(A) = "caller";
    \$avp(B) = "callee";
    rtpengine_manage();
    xlog("L_ALERT", "quality$line\n");
}
END
    start kamailio "$ns" kamailio -DD -E -f "$dir/$network.cfg" -Y "$RUN" -w "$RUN" -m 32 -M 4
    check "Kamailio does not answer SIP on $address" wait_for 10 in_ns "$ns" "$NET_DIR/sip_ping.py" "$address"
}

# start_opensips, with the same arguments: that of deploy/opensips. OPENSIPS: the program, whose modules are in OPENSIPS_MODULES.
start_opensips() {
    local ns=$1 address=$2 ng=$3 network=${4:-phones-trunk} dir=$RUN/proxy user
    shift $(($# > 3 ? 4 : 3))
    mkdir -p "$dir"
    cp "$NET_DIR/../../deploy/opensips/"*.cfg "$dir"
    sed -i -e "s|unix:/run/sluice/ng.sock|$ng|" -e "s|^mpath=.*|mpath=\"$OPENSIPS_MODULES/\"|" -e "s|/run/opensips/|$RUN/|" \
        "$dir/sluice.cfg"
    sed -i -e "s|203\.0\.113\.10|$address|" "$@" "$dir/$network.cfg"
    for user in alice bob; do
        echo "case \"$user\": \$avp(password) = \"$PASSWORD\"; break;"
    done | sed -e '1i route[PASSWORD] { switch ($au) {' -e '$a } }' >"$dir/phones.cfg"
    echo "route[SECRET] { \$var(secret) = \"$SECRET\"; }" >>"$dir/phones.cfg"
    sed -i '1i stderror_enabled=yes' "$dir/$network.cfg"
    start opensips "$ns" "$OPENSIPS" -F -f "$dir/$network.cfg" -m 32 -M 4
    check "OpenSIPS does not answer SIP on $address" wait_for 10 in_ns "$ns" "$NET_DIR/sip_ping.py" "$address"
}

# start_proxy, with the same arguments: Kamailio, or OpenSIPS where OPENSIPS says so
start_proxy() {
    if [ -n "${OPENSIPS:-}" ]; then start_opensips "$@"; else start_kamailio "$@"; fi
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
# recorded under $RUN/USER/. TRUNK=NUMBER: it is a trunk of that number, which registers nowhere and sends to PROXY.
# REFUSED=WORDS: it is not let in, but told so.
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
    local account="<sip:$user@$proxy>;auth_pass=$PASSWORD;regint=3600" up='200 OK'
    [ -z "${TRUNK:-}" ] || account="<sip:$TRUNK@$address>;regint=0;outbound=sip:$proxy:5060" up='ready'
    echo "$account;answermode=auto${media:+;mediaenc=$media};audio_codecs=PCMU" >"$dir/accounts"
    : >"$dir/contacts"
    start "$user" "$ns" baresip -f "$dir" -v
    check "$user: not told ${REFUSED:-$up}" wait_for 10 logged "$user" "${REFUSED:-$up}"
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

call_id() { sluicectl calls --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["calls"][0]["id"])'; }

# ask_relay: what sluicectl says of the one call, for the report
ask_relay() {
    local id
    id=$(call_id) && sluicectl call "$id" --json >"$RUN/call.json" && sluicectl drops --json >"$RUN/drops.json" ||
        say "sluicectl does not tell of the call"
}

# relayed CALL-ID: by the check of docs/proxy.md
relayed() { sluicectl why "$1" | tee "$RUN/why.txt" | has 'media passes both ways'; }

# hold_and_resume NS: the phone there holds the call, and takes it back
held() { sluicectl why "$1" | has 'hold'; }
hold_and_resume() {
    local id
    id=$(call_id 2>/dev/null) || fail "there is no call to hold"
    phone "$1" hold
    check "the call is not on hold" wait_for 10 held "$id"
    phone "$1" resume
    check "no sound after a hold: $(sluicectl why "$id")" wait_for 10 relayed "$id"
    ok "hold and resume"
}

# keep_records: before start_sluiced; recorded_call: the record of the call that ended: two parties, both heard
keep_records() {
    mkdir "$RUN/records"
    CONTROL=$'[records]\ndirectory = '$RUN/records
}
recorded_call() {
    python3 - "$RUN/records/cdr.jsonl" <<'END'
import json, sys
cdr, = map(json.loads, open(sys.argv[1], encoding="utf-8"))
assert cdr["cause"] == "deleted" and len(cdr["legs"]) == 2, cdr
assert all(leg["media"][0]["from_leg"]["packets"] > 200 for leg in cdr["legs"]), cdr
END
}

# end_call: alice hangs up; phones and captures end, so that their files are whole
end_call() {
    phone alice hangup
    end_phones
}
end_phones() {
    local name
    wait_for 5 hung_up bob || say "bob was not told that alice hung up"
    for name in alice bob capture-alice capture-bob; do
        stop "$name" || true
    done
}

# report ALICE-HERTZ[=RTP] BOB-HERTZ[=RTP]: the table and what is wrong with the call; fails when anything is
report() {
    "$NET_DIR/phone_report.py" "$RUN" "$RELAY" "alice=$ALICE=$1" "bob=$BOB=$2"
}
