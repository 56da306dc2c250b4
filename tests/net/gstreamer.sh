# SPDX-License-Identifier: BSD-3-Clause
# GStreamer endpoints for the namespace scripts: one plays a tone, one records it. Source it after lib.sh.

# gst_crypto SUITE: GStreamer's words for cipher and authentication
gst_crypto() {
    case $1 in
    AES_CM_128_HMAC_SHA1_80) echo aes-128-icm hmac-sha1-80 ;;
    AES_CM_128_HMAC_SHA1_32) echo aes-128-icm hmac-sha1-32 ;;
    AES_256_CM_HMAC_SHA1_80) echo aes-256-icm hmac-sha1-80 ;;
    AES_256_CM_HMAC_SHA1_32) echo aes-256-icm hmac-sha1-32 ;;
    AEAD_AES_128_GCM) echo aes-128-gcm null ;;
    AEAD_AES_256_GCM) echo aes-256-gcm null ;;
    esac
}

# play NAME NS HERTZ PORT SUITE KEY RELAY RELAY-PORT: a tone as SRTP from PORT, BYTES (default 160) in a packet
play() {
    local cipher auth bytes=${BYTES:-160} bind=0.0.0.0
    read -r cipher auth < <(gst_crypto "$5")
    [[ $7 != *:* ]] || bind=::
    start "$1" "$2" gst-launch-1.0 -q audiotestsrc is-live=true freq="$3" samplesperbuffer="$bytes" ! \
        audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay ssrc=4242 max-ptime=$((bytes * 125000)) ! \
        srtpenc key="$6" rtp-cipher="$cipher" rtcp-cipher="$cipher" rtp-auth="$auth" \
        rtcp-auth="${auth/-32/-80}" ! \
        udpsink host="$7" port="$8" bind-address=$bind bind-port="$4" sync=false
}

# record NAME NS PORT SUITE KEY: SRTP to PORT into $RUN/NAME.wav until heard
record() {
    local cipher auth caps
    read -r cipher auth < <(gst_crypto "$4")
    caps="application/x-srtp,media=audio,payload=0,clock-rate=8000,encoding-name=PCMU,ssrc=(uint)4242"
    caps+=",srtp-key=(buffer)$5,srtp-cipher=$cipher,srtp-auth=$auth,srtcp-cipher=$cipher,srtcp-auth=${auth/-32/-80}"
    start "$1" "$2" gst-launch-1.0 -e udpsrc address=:: port="$3" caps="$caps" ! srtpdec ! rtppcmudepay ! mulawdec ! \
        audio/x-raw,rate=8000,channels=1 ! wavenc ! filesink location="$RUN/$1.wav" buffer-mode=2
    check "the recorder in $2 does not start" wait_for 10 logged "$1" 'New clock'
}

recorded_bytes() { [ "$(stat -c %s "$RUN/$1.wav" 2>/dev/null || echo 0)" -ge "$2" ]; }

# heard NAME HERTZ WHAT: 4 s of that tone and nothing else
heard() {
    local result
    wait_for 20 recorded_bytes "$1" 64000 || fail "$3: too little arrives"
    stop "$1" INT || true
    result=$("$NET_DIR/tone.py" hear "$RUN/$1.wav" "$2" 0.95 3.5) || fail "$3: hears $result, not $2 Hz"
    ok "$3: hears $result"
}

# gst_call ID LEFT-ADDRESS LEFT-SUITE RIGHT-ADDRESS RIGHT-SUITE PORT: left offers; sets the variables of sdes.py
gst_call() {
    local set_up
    set_up=$("$NET_DIR/sdes.py" "$NG" "$1" "left=$2=$6=$3" "right=$4=$6=$5") || fail "$3 with $5: no call"
    eval "$set_up"
}

# gst_pair LEFT-ADDRESS LEFT-SUITE RIGHT-ADDRESS RIGHT-SUITE PORT: between namespaces left and right, a tone each way.
# GStreamer cannot send and receive on one port from the command line: one call for each way.
gst_pair() {
    local port=$5
    gst_call "right-$port" "$1" "$2" "$3" "$4" "$port"
    record "heard-right-$5" right "$port" "$4" "$right_receive_hex"
    play "play-left-$5" left 440 "$port" "$2" "$left_send_hex" "$left_relay" "$left_port"
    port=$((port + 2))
    gst_call "left-$port" "$1" "$2" "$3" "$4" "$port"
    record "heard-left-$5" left "$port" "$2" "$left_receive_hex"
    play "play-right-$5" right 1000 "$port" "$4" "$right_send_hex" "$right_relay" "$right_port"
}

# gst_heard PORT WHAT: both directions of the pair at PORT
gst_heard() {
    heard "heard-right-$1" 440 "$2, left to right"
    heard "heard-left-$1" 1000 "$2, right to left"
    stop "play-left-$1" || true
    stop "play-right-$1" || true
}
