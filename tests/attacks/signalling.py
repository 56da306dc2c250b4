#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What SDP can make a relay do: send to where no endpoint is, send to itself; and what is left after a call, or when
there is no room for another."""
from scene import *

TARGETS = {
    "127.0.0.1": "loopback", "0.0.0.0": "unspecified: hold", "::1": "IPv6 loopback",
    "::ffff:127.0.0.1": "mapped loopback", "224.0.0.1": "multicast", "255.255.255.255": "broadcast",
    "10.0.0.255": "the subnet's broadcast", "240.0.0.1": "reserved", "169.254.169.254": "link-local",
    RELAY: "the relay's media address",
}


def sniff():
    """UDP that the relay sends to itself or on the cable: sockets that see it."""
    return [relay_host.link("lo"), Host("switch").link("to-relay")]


def sent_to(links, address, port):
    """Datagrams to there among what the links saw."""
    count = 0
    for link in links:
        while True:
            try:
                frame, meta = link.recvfrom(2048)
            except BlockingIOError:
                break
            if frame[12:14] == b"\x08\x00" and frame[23] == 17 and socket.inet_ntoa(frame[30:34]) == address:
                # What leaves the relay: sent on its loopback, received by the switch.
                leaves = (meta[0] == "lo") == (meta[2] == PACKET_OUTGOING)
                count += leaves and struct.unpack("!H", frame[36:38])[0] == port
    return count


def targets():
    """The callee's SDP names an address; alice talks."""
    for address, what in TARGETS.items():
        row = Row("SSRF by SDP", "%s, %s" % (address, what))
        call = Call("RTP", "RTP").offer()
        links = sniff()
        port = 5998
        try:
            call.answer(call.bob.sdp(address=address, port=port))
            told = "accepted"
        except Refused as why:
            told = "refused: %s" % why
        count = 0
        if told == "accepted":
            talk(call, 20, both=False)
            count = sent_to(links, address, port) if ":" not in address else 0
            told += "; %d of 20 packets sent there" % count
        for link in links:
            link.close()
        row.done(not count, told, sent=count)
        call.close()


def loop():
    """Alice's SDP names the port that the relay opened for bob."""
    row = Row("loop through the relay", "a re-INVITE with the relay's own port")
    call = Call("RTP", "RTP").up()
    try:
        call.offer(call.alice.sdp(address=RELAY, port=call.bob.to_port), **{"to-tag": "bob"})
        call.answer()
        told = "accepted"
    except Refused as why:
        told = "refused: %s" % why
    before = spent()
    for _ in pace(10, 100):
        call.bob.send(call.bob.packet())
    time.sleep(1)
    total = ask({"command": "query", "call-id": call.id}).get("totals", {}).get("RTP", {}).get("packets", 0)
    milliseconds = spent() - before
    call.close()
    row.done(total <= 10, "%s; 10 packets of bob came to %d relayed within a second, %d ms of CPU" % (
        told, total, milliseconds), packets=total, cpu_ms=milliseconds)


def spent():
    """ms of CPU of the relay"""
    with open("/proc/%s/stat" % os.environ["RELAY_PID"], encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // os.sysconf("SC_CLK_TCK")


def stale(case, **more):
    """Both go on talking after the delete."""
    row = Row("stale pinhole", case)
    call = Call("RTP", "RTP").up()
    talk(call, 10)
    call.end(**more)
    call.alice.forget()
    call.bob.forget()
    sent = talk(call, 30)
    passed = len(call.alice.heard) + len(call.bob.heard)
    row.done(not passed, "%d of %d packets sent after the reply to the delete were passed on" % (
        passed, sum(map(len, sent.values()))), {"closed": sum(map(len, sent.values()))}, passed=passed)
    call.close()


def reuse():
    """The next calls' ports, each call deleted before the next."""
    row = Row("stale pinhole", "reuse of ports")
    seen, again, calls = set(), 0, 60
    for _ in range(calls):
        call = Call("RTP", "RTP").up()
        ports = {call.alice.to_port, call.bob.to_port}
        again += bool(ports & seen)
        seen |= ports
        call.close()
    row.done(not again, "of %d calls one after the other within %.1f s, %d got a port of one before, of 200 pairs" % (
        calls, time.monotonic() - row.started, again), again=again)


def exhaustion():
    """Offers until there are no ports; then what the calls that are up notice."""
    row = Row("resource exhaustion", "until ports end")
    kept = Call("SRTP", "RTP").up()
    talk(kept, 10)
    calls, why = [], "none was refused"
    for _ in range(300):
        call = Call("RTP", "RTP")
        try:
            calls.append(call.offer())
        except Refused as refused:
            why = str(refused)
            call.close()
            break
    kept.alice.forget()
    kept.bob.forget()
    sent = talk(kept, 50)
    lost = delivery(sent[kept.alice], kept.alice, kept.bob)[0] + delivery(sent[kept.bob], kept.bob, kept.alice)[0]
    try:
        kept.reinvite()
        again = "passes"
    except Refused as refused:
        again = "is refused: %s" % refused
    sent = talk(kept, 25)
    lost += delivery(sent[kept.alice], kept.alice, kept.bob)[0] + delivery(sent[kept.bob], kept.bob, kept.alice)[0]
    for call in calls:
        call.close()
    kept.close()
    row.done(why == "Ran out of ports" and not lost and again == "passes",
             "the offer after %d calls: %s; the call that was up: %d of 150 packets lost, its re-INVITE %s" % (
                 len(calls) + 1, why, lost, again), calls=len(calls), lost=lost)


if __name__ == "__main__":
    targets()
    loop()
    if not is_sluice():  # whose delete-delay is 0 anyway
        stale("after a delete")
    stale("after a delete with delete-delay 0", **{"delete-delay": 0})
    reuse()
    exhaustion()
