#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Media that ffmpeg sends with srtp:// arrives decrypted at a plain RTP receiver, clean enough to measure the tone.
. "$(dirname "$0")/lib.sh"

switch_add switch
ns_add relay sender receiver
plug relay 10.0.0.1/24
plug sender 10.0.0.2/24
plug receiver 10.0.0.3/24
start_sluiced relay 10.0.0.1/24

set_up=$("$NET_DIR/sdes.py" "$NG" ffmpeg sender=10.0.0.2=5004=AES_CM_128_HMAC_SHA1_80 receiver=10.0.0.3=5004=RTP) ||
    fail "the call is not set up"
eval "$set_up"
printf '%s\n' v=0 'o=- 1 1 IN IP4 10.0.0.3' s=- 'c=IN IP4 10.0.0.3' 't=0 0' 'm=audio 5004 RTP/AVP 0' >"$RUN/receiver.sdp"
start receiver receiver ffmpeg -nostdin -loglevel info -protocol_whitelist file,rtp,udp -analyzeduration 500000 \
    -i "$RUN/receiver.sdp" -t 4 -c:a pcm_s16le -bitexact -y "$RUN/heard.wav"
# ffmpeg says nothing before it receives: its socket is the sign.
bound() { in_ns receiver ss -Hlun 'sport = 5004' | has .; }
check "the receiving ffmpeg does not start" wait_for 10 bound
start sender sender ffmpeg -nostdin -loglevel warning -re -f lavfi -i sine=frequency=440:sample_rate=8000 \
    -c:a pcm_mulaw -ac 1 -f rtp -srtp_out_suite AES_CM_128_HMAC_SHA1_80 -srtp_out_params "$sender_send" \
    "srtp://$sender_relay:$sender_port?localport=5004&pkt_size=172"
wait_for 25 ended receiver || fail "4 s of sound did not arrive"
result=$("$NET_DIR/tone.py" hear "$RUN/heard.wav" 440 0.95 3) || fail "$result"
ok "the receiver hears $result"
