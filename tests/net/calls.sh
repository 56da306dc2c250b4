# SPDX-License-Identifier: BSD-3-Clause
# Calls by hand for the namespace scripts: SDP and NG as a proxy sends them, RTP packet by packet. Source it after
# lib.sh. KEY1, KEY2: a=crypto values.
KEY1="1 AES_CM_128_HMAC_SHA1_80 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
KEY2="1 AES_CM_128_HMAC_SHA1_80 inline:HRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA"

# sdp ADDRESS PORT [CRYPTO [LINE]]
sdp() {
    local proto=RTP/AVP
    [ -z "${3:-}" ] || proto=RTP/SAVP
    printf 'v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %s %s 0\r\n' "$1" "$1" "$2" $proto
    [ -z "${3:-}" ] || printf 'a=crypto:%s\r\n' "$3"
    [ -z "${4:-}" ] || printf '%s\r\n' "$4"
}

# offer CALL SDP [KEY=VALUE...]; answer CALL SDP [KEY=VALUE...]: sets TO_B, and TO_A: the port that media for that party goes to
offer() {
    local call=$1 sdp=$2
    shift 2
    TO_B=$(ng offer call-id="$call" from-tag=alice sdp="$sdp" "$@" --get sdp | sed -n 's/^m=audio \([0-9]*\).*/\1/p')
    [ -n "$TO_B" ] || fail "$call: the offer was refused"
}
answer() {
    local call=$1 sdp=$2
    shift 2
    TO_A=$(ng answer call-id="$call" from-tag=alice to-tag=bob sdp="$sdp" "$@" --get sdp | sed -n 's/^m=audio \([0-9]*\).*/\1/p')
    [ -n "$TO_A" ] || fail "$call: the answer was refused"
}

# rtp NS SOURCE-PORT PORT COUNT [same]: from that host to the relay
rtp() {
    local ns=$1
    shift
    in_ns "$ns" "$NET_DIR/rtp_send.py" "$1" 10.0.0.1 "$2" "${@:3}"
}
