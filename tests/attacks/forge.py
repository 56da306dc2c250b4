#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Forgeries under a party's own address: what passes, what is changed by what does not pass, and what it costs."""
import os

from scene import *

RATE = int(os.environ.get("SSRC_RATE", "10000"))  # a second
SSRCS = int(os.environ.get("SSRCS", "20000"))

def wrong_tag(call, sequence):
    """RTP of alice's SSRC as an attacker without her key would make it."""
    return rtp(call.alice.ssrc, sequence, os.urandom(160 + (10 if call.alice.send_key else 0)))


def delivered(call, sent):
    lost, copies, strange = delivery(sent, call.alice, call.bob)
    return lost, copies, strange, "of hers %d of %d were lost" % (lost, len(sent))


def inject(legs, case, same_key=False):
    """Alice talks; beside each packet of hers comes a forged one with the next sequence number."""
    row, forger = Row("RTP inject", case), Forger()
    call = Call(*legs)
    if same_key:
        call.bob.send_key = Srtp(call.alice.send_key.master)
    call.up()
    sent = talk(call, 20, both=False)[call.alice]
    for _ in pace(60, 50):
        sent.append(call.alice.send(call.alice.packet()))
        forger.as_party(call.alice, wrong_tag(call, call.alice.sequence))
    call.bob.listen(0.3)
    lost, copies, strange, told = delivered(call, sent)
    row.done(not lost + copies + strange, "bob was sent %d of %d forged packets; %s" % (strange, forger.sent, told),
             {"auth": forger.sent}, forged=forger.sent, passed=strange, lost=lost)
    call.close()


def poison_roc(rtcp):
    """Forged packets that step through the sequence numbers so that each would turn the roll-over counter."""
    row, forger = Row("ROC poisoning", "SRTCP" if rtcp else "SRTP"), Forger()
    call = Call("SRTP", "RTP").up()
    alice = call.alice
    sent = talk(call, 30, both=False)[alice]
    if rtcp:
        reports = [alice.send_rtcp(alice.report())]
    for step in pace(24, 60):
        if rtcp:
            forged = sender_report(alice.ssrc) + (0xfffffff0 + step % 16).to_bytes(4, "big") + os.urandom(10)
        else:
            forged = wrong_tag(call, alice.sequence + 0x7fff * (step + 1))
        forger.as_party(alice, forged, rtcp)
    if rtcp:
        for _ in pace(5, 20):
            reports.append(alice.send_rtcp(alice.report()))
        call.bob.listen(0.3)
        lost = len(reports) - len(call.bob.heard_rtcp)
        # A relay may send RTCP of its own, so more is no leak.
        row.done(lost <= 0, "after %d forged SRTCP packets bob was sent %d reports for 6 of alice's" % (
            forger.sent, len(call.bob.heard_rtcp)),
                 {"auth": forger.sent}, forged=forger.sent, heard=len(call.bob.heard_rtcp))
    else:
        sent += talk(call, 50, both=False)[alice]
        lost, copies, strange, told = delivered(call, sent)
        row.done(not lost + copies + strange, "after %d forged packets: bob was sent %d of them; %s" % (
            forger.sent, strange, told), {"auth+replay+replay-old": forger.sent}, passed=strange, lost=lost)
    call.close()


def errors():
    """CVE-2021-41105 (FreeSWITCH): enough packets that do not verify hang the call up."""
    row, forger = Row("error-count hang-up", "200 packets that do not verify"), Forger()
    call = Call("SRTP", "RTP").up()
    sent = talk(call, 20, both=False)[call.alice]
    for i in pace(200, 180):
        forger.as_party(call.alice, wrong_tag(call, call.alice.sequence + i))
    time.sleep(0.5)
    sent += talk(call, 50, both=False)[call.alice]
    lost, copies, strange, told = delivered(call, sent)
    known = call.known()
    row.done(known and not lost + copies + strange, "the call is %s; bob was sent %d of them; %s" % (
        "up" if known else "gone", strange, told), {"auth": forger.sent}, passed=strange, lost=lost)
    call.close()


FLOOD_NAMES = "auth+unproven+rate+ssrc-limit"


def ssrc_flood(legs, case, count, again=True):
    """Each forged packet under an SSRC of its own, while alice talks."""
    row, forger = Row("SSRC flood", case), Forger()
    call = Call(*legs).up()
    alice = call.alice
    sent = talk(call, 20, both=False)[alice]
    before = resident()
    forged, started = wrong_tag(call, 1), time.monotonic()
    next_packet = started
    for i in range(count):
        forger.as_party(alice, forged[:8] + (0x10000000 + i).to_bytes(4, "big") + forged[12:])
        if i % 20 == 0:
            time.sleep(max(0.0, started + i / RATE - time.monotonic()))
        if i % 20 == 0 and time.monotonic() > next_packet:
            sent.append(alice.send(alice.packet()))
            call.bob.listen()
            next_packet += 0.02
    call.bob.listen(0.5)
    lost, _, passed, _ = delivered(call, sent)
    grown = resident() - before
    call.bob.forget()
    after = talk(call, 50, both=False)[alice]
    lost_after = delivered(call, after)[0]
    if lost and again and is_sluice() and row.counted(FLOOD_NAMES) < count * 9 // 10:
        call.close()  # a machine too busy to deliver the flood at all says nothing about the relay
        return ssrc_flood(legs, case, count, again=False)
    # Of a plain leg nobody can tell who speaks: her packets share what the flow may send.
    held = grown < 2048 and not lost_after and (not lost or not alice.send_key)
    row.done(held, "%d reached bob; memory grew by %d KiB; of hers %d of %d were lost meanwhile, %d of %d after" % (
        passed, grown, lost, len(sent), lost_after, len(after)), {FLOOD_NAMES: count * 9 // 10},
             passed=passed, grown=grown, lost=lost, lost_after=lost_after)
    return call.close()


# Packets that are no RTP or RTCP, or not in one piece. Each: name, and a frame made of (forger, party).
def frames(forger, party):
    to, to_rtcp, source = party.to_port, party.to_port + 1, party.port
    good = rtp(party.ssrc, party.sequence, os.urandom(170))
    ports = struct.pack("!HH", source, to)

    def ip(packet, **options):
        return b"\x08\x00" + ipv4(party.address, RELAY, packet, **options)

    def media(data, **options):
        return ip(udp(source, to, data, **options))

    def control(data):
        return ip(udp(source + 1, to_rtcp, data))

    report = sender_report(party.ssrc)
    return {
        "ethernet header only": b"\x08\x00",
        "truncated IPv4 header": b"\x08\x00" + ipv4(party.address, RELAY, b"")[:12],
        "IP version 6 in IPv4": ip(udp(source, to, good), version=6),
        "IHL below 5": ip(udp(source, to, good), ihl=4),
        "IHL beyond the packet": ip(b"", ihl=15, total=60),
        "IP length beyond the frame": ip(udp(source, to, good), total=1400),
        "IP length below its header": ip(udp(source, to, good), total=12),
        "IP options": ip(udp(source, to, good), options=b"\x07\x07\x04" + bytes(5)),
        "truncated UDP header": ip(ports),
        "UDP length beyond the packet": media(good, length=1400),
        "UDP length 0": media(good, length=0),
        "UDP length 7": media(good, length=7),
        "first fragment": ip(udp(source, to, good), fragment=0x2000),
        "later fragment": ip(good, fragment=20),
        "empty datagram": media(b""),
        "one byte": media(b"\x80"),
        "RTP header cut": media(good[:11]),
        "RTP header alone": media(good[:12]),
        "shorter than its tag": media(good[:20]),
        "RTP version 0": media(b"\x00" + good[1:]),
        "RTP version 1": media(b"\x40" + good[1:]),
        "CC 15 without CSRCs": media(b"\x8f" + good[1:40]),
        "extension beyond the packet": media(b"\x90" + good[1:12] + b"\xbe\xde\xff\xff" + bytes(40)),
        "extension header cut": media(b"\x90" + good[1:12] + b"\xbe"),
        "padding beyond the packet": media(b"\xa0" + good[1:60] + b"\xff"),
        "STUN": media(struct.pack("!HHI12s", 1, 0, 0x2112a442, bytes(12))),
        "STUN, length beyond the packet": media(struct.pack("!HHI12s", 1, 0xfffc, 0x2112a442, bytes(12))),
        "DTLS ClientHello, cut": media(bytes.fromhex("16feff000000000000000000300100") + bytes(20)),
        "ZRTP": media(b"\x10\x00" + bytes(30)),
        "RTCP of 4 bytes": control(report[:4]),
        "RTCP header alone": control(report[:8]),
        "SRTCP shorter than its trailer": control(report[:8] + bytes(9)),
        "RTCP length beyond the packet": control(report[:2] + b"\xff\xff" + report[4:]),
        "RTCP on the RTP port": media(report + os.urandom(14)),
        "RTP on the RTCP port": control(good),
        "VLAN header cut": b"\x81\x00\x00",
        "VLAN in VLAN": b"\x88\xa8\x00\x01\x81\x00\x00\x02" + media(good),
        "largest packet": media(good[:12] + os.urandom(1460)),
    }


# At least so many frames, three of each kind, under each label of include/sluice/drop.h.
MALFORMED_NAMES = {"ip": 12, "udp": 12, "fragment": 3, "demux": 24, "rtp": 15, "rtcp": 3}


def strangers(call):
    """Packets that bob was sent and alice did not send, when all of hers should have come."""
    deadline = time.monotonic() + 0.5
    while True:
        call.bob.listen(0.005)
        hers = sum(payload(heard.plain) in call.alice.payloads for heard in call.bob.heard)
        if hers >= len(call.alice.made) or time.monotonic() > deadline:
            return len(call.bob.heard) - hers + len(call.bob.heard_rtcp)


def malformed():
    for legs in (("SRTP", "RTP"), ("RTP", "RTP")):
        row, forger = Row("malformed packets", {"SRTP": "SRTP to plain RTP", "RTP": "plain RTP"}[legs[0]]), Forger()
        call = Call(*legs).up()
        sent = talk(call, 20, both=False)[call.alice]
        made = frames(forger, call.alice)
        passed, known = [], 0
        for name, frame in made.items():
            for _ in range(3):
                forger.raw(forger.ethernet + frame)
                sent.append(call.alice.send(call.alice.packet()))
                time.sleep(0.008)
            if strangers(call) > known:
                known = strangers(call)
                passed.append(name)
        call.bob.listen(0.3)
        lost, copies, _, told = delivered(call, sent)
        # On a plain leg nothing tells whole RTP from hers.
        whole = {"IP options", "RTP header alone", "shorter than its tag", "RTCP on the RTP port", "largest packet"}
        row.done(not lost and not copies and not set(passed) - (whole if legs[0] == "RTP" else set()),
                 "%d kinds, 3 of each; passed on: %s; %s" % (len(made), ", ".join(passed) or "none", told),
                 MALFORMED_NAMES, passed=passed, lost=lost)
        call.close()


if __name__ == "__main__":
    inject(("SRTP", "SRTP"), "SRTP")
    inject(("SRTP", "SRTP"), "SRTP, both parties with one key", same_key=True)
    inject(("SRTP", "RTP"), "SRTP to plain RTP")
    poison_roc(False)
    poison_roc(True)
    errors()
    ssrc_flood(("SRTP", "SRTP"), "%d at an SRTP leg" % SSRCS, SSRCS)
    ssrc_flood(("RTP", "SRTP"), "%d at a plain leg" % (SSRCS // 4), SSRCS // 4)
    malformed()
